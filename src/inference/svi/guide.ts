/** What stochastic variational inference optimises: a distribution of the latents with parameters, drawn by standard normal noise. */
import type { Problem } from "../../base/problem.ts";
import type { RandomSource } from "../../base/random.ts";
import type { WrittenGuide } from "../target.ts";

export type GuideStart =
  | { readonly kind: "found"; readonly parameters: Float64Array }
  | { readonly kind: "failed"; readonly problem: Problem };

export interface Guide {
  readonly parameterCount: number;
  /** Of one draw. */
  readonly noiseLength: number;
  /** Draws that `addGradient` takes noise for, and averages. */
  readonly samples: number;
  start(random: RandomSource): GuideStart;
  /**
   * log p(z) − log q(z) of the draws z that the noise gives, in the mean; adds the gradient with respect to the parameters. NaN, and nothing
   * added, where either is not finite.
   */
  addGradient(parameters: Float64Array, noise: Float64Array, into: Float64Array): number;
  draw(parameters: Float64Array, noise: Float64Array): ReturnType<WrittenGuide["draw"]>;
}
