/**
 * Leave-one-out cross-validation by Pareto-smoothed importance sampling (Vehtari, Gelman and Gabry 2017, "Practical Bayesian
 * model evaluation using leave-one-out cross-validation and WAIC"): how well each observation is predicted by the others, from the
 * draws given all of them. p(yᵢ | y₋ᵢ) ≈ 1 / mean of 1 / p(yᵢ | θ), with the weights 1 / p(yᵢ | θ) smoothed.
 */
import { smoothWeights } from "./pareto-smoothing.ts";

export interface LeaveOneOut {
  /** Expected log predictive density, the sum over the observations; higher is better. In nats. */
  readonly elpd: number;
  /** Standard error of `elpd`, of the observations as a sample: √(n · variance of the terms). */
  readonly standardError: number;
  /** Effective number of parameters: by how much the density of the same data, all of them known, is higher. */
  readonly effectiveParameters: number;
  readonly observations: number;
  /** Terms of `elpd`, one per observation. */
  readonly pointwise: Float64Array;
  /** k-hat of each observation: above 0.7 its term cannot be trusted. */
  readonly kHats: Float64Array;
}

/** Above it the importance weights of an observation have no reliable mean. */
export const worstKHat = 0.7;

/**
 * `logLikelihood` holds log p(yᵢ | θₛ), [draws × observations] row-major. `relativeEfficiency` is the effective share of the draws,
 * 1 for independent ones.
 */
export function leaveOneOut(
  logLikelihood: Float64Array,
  observations: number,
  relativeEfficiency: number,
): LeaveOneOut {
  const draws = logLikelihood.length / observations;
  const pointwise = new Float64Array(observations);
  const kHats = new Float64Array(observations);
  const densities = new Float64Array(draws);
  let whole = 0;
  for (let point = 0; point < observations; point++) {
    for (let draw = 0; draw < draws; draw++) densities[draw] = logLikelihood[draw * observations + point];
    const { logWeights, kHat } = smoothWeights(
      densities.map((value) => -value),
      relativeEfficiency,
    );
    pointwise[point] = logSumExp(logWeights.map((weight, draw) => weight + densities[draw]));
    kHats[point] = kHat;
    whole += logSumExp(densities) - Math.log(draws);
  }
  const elpd = pointwise.reduce((sum, term) => sum + term, 0);
  const mean = elpd / observations;
  const variance = pointwise.reduce((sum, term) => sum + (term - mean) ** 2, 0) / observations;
  return {
    elpd,
    standardError: Math.sqrt(observations * variance),
    effectiveParameters: whole - elpd,
    observations,
    pointwise,
    kHats,
  };
}

function logSumExp(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
