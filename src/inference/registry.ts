/** All strategies that turn a density into a posterior. A new one is listed here and nowhere else. */
import { nuts } from "./nuts/nuts.ts";
import type { PosteriorData } from "./posterior-data.ts";
import type { Strategy } from "./strategy.ts";
import { svi } from "./svi/svi.ts";
import type { DensityTarget } from "./target.ts";

/** A strategy whose configuration and state are its own business: what generic callers see. */
export type PosteriorStrategy = Strategy<DensityTarget, object, unknown, unknown, PosteriorData>;

export const strategies = { nuts, svi } as const satisfies Readonly<Record<string, PosteriorStrategy>>;

export type StrategyName = keyof typeof strategies;
