/** What every strategy returns, as plain data that crosses worker boundaries and prints as it is. `createPosterior` adds verbs. */
import type { TargetVariable } from "./target.ts";

export interface PosteriorVariable extends Omit<TargetVariable, "offset"> {
  /** [chains × draws × …shape], row-major, on the model's own scale. */
  readonly values: Float64Array;
}

export interface PosteriorData {
  /** Name of the strategy that drew. */
  readonly strategy: string;
  readonly chains: number;
  /** Per chain. */
  readonly draws: number;
  readonly variables: readonly PosteriorVariable[];
  /** Numbers per draw, [chains × draws] each: "logDensity", and from NUTS "energy", "divergent" (0 or 1), … */
  readonly statistics: Readonly<Record<string, Float64Array>>;
  /** Log density of each draw under the guide it came from, on the unconstrained scale, where there is a guide. */
  readonly logGuide?: Float64Array;
  /** log p(x, z) − log q(z) per draw, where there is a guide. Not normalised, not smoothed. */
  readonly logWeights?: Float64Array;
  readonly sampling?: SamplingFacts;
  readonly optimization?: OptimizationFacts;
}

/** Facts of a Markov chain sampler; lists have one entry per chain. */
export interface SamplingFacts {
  readonly maxTreeDepth: number;
  readonly targetAccept: number;
  readonly warmupSteps: readonly number[];
  readonly warmupDivergences: readonly number[];
  /** After warm-up. */
  readonly stepSizes: readonly number[];
}

/** Facts of a fit by optimisation. */
export interface OptimizationFacts {
  readonly steps: number;
  readonly converged: boolean;
  /** Mean over the last steps, in nats. */
  readonly elbo: number;
  /** Estimates of all steps, in nats; NaN where a step had none. */
  readonly elboTrace: Float64Array;
}
