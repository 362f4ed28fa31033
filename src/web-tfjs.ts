/** Engines on the tfjs that a page has loaded itself, published as `ppl/web/tfjs`, for the option `engines` of `ppl/web`. */
import type { Engine } from "./engines/engine.ts";
import type { TfjsBackend } from "./engines/tfjs/backend-overrides.ts";
import type { TfjsCore } from "./engines/tfjs/load-backend.ts";
import { createTfjsEngine } from "./engines/tfjs/tfjs-engine.ts";

export type { Engine, TfjsBackend, TfjsCore };

/**
 * An engine on one of tfjs's backends, for the label `tfjs:<backend>`. `tf` is `@tensorflow/tfjs-core`, or all of tfjs, with the
 * backend's package imported. Rejects with `ProblemError` where the backend is not there or does not work in this browser.
 */
export function tfjsEngine(tf: TfjsCore, backend: TfjsBackend): Promise<Engine> {
  return createTfjsEngine({ backend }, { core: async () => tf, backend: async () => undefined });
}
