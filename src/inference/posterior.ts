/** The posterior object: what a strategy drew, with the verbs that say what it means. */
import type { PosteriorData } from "./posterior-data.ts";
import { judge, type Quality } from "./quality.ts";
import { type Summary, summarize } from "./summary.ts";

export interface Posterior extends PosteriorData {
  /** By quantity: "mu", "theta[0]", "beta[1,2]", indices from 0. */
  summary(): Readonly<Record<string, Summary>>;
  quality(): Quality;
}

export function createPosterior(data: PosteriorData): Posterior {
  let known: ReturnType<typeof summarize> | undefined;
  const summary = () => {
    known ??= summarize(data);
    return known;
  };
  return { ...data, summary, quality: () => judge(data, summary()) };
}
