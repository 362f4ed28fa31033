/**
 * Pareto-smoothed importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry 2024): the largest weights are replaced by
 * expected order statistics of a generalised Pareto distribution fitted to them; its shape k-hat says whether the weights
 * can be trusted.
 */
import { fitGeneralizedPareto, generalizedParetoQuantile } from "./generalized-pareto.ts";

export interface SmoothedWeights {
  /** Normalised: their exponentials sum to one. */
  readonly logWeights: Float64Array;
  /**
   * Below 0.5 the weights have finite variance, below 0.7 estimates are usable. 0 where all weights are equal up to rounding,
   * ∞ where there are too few draws (fewer than 25) or not one finite weight.
   */
  readonly kHat: number;
  /** 1 / Σ w², of the smoothed weights. */
  readonly effectiveSampleSize: number;
}

const fewestTailDraws = 5;
/** Log weights closer together than this are taken for equal: rounding errors have no tail. */
const roundingRange = 1e-8;

/**
 * `logWeights` may be unnormalised and hold −∞. `relativeEfficiency` is the effective share of draws from a chain, 1 for
 * independent ones.
 */
export function smoothWeights(logWeights: Float64Array, relativeEfficiency = 1): SmoothedWeights {
  const largest = logWeights.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(largest) || logWeights.some(Number.isNaN)) {
    return { logWeights: logWeights.slice(), kHat: Number.POSITIVE_INFINITY, effectiveSampleSize: 0 };
  }
  const shifted = logWeights.map((value) => value - largest);
  const kHat = smoothTail(shifted, relativeEfficiency);
  const normalizer = Math.log(shifted.reduce((sum, value) => sum + Math.exp(value), 0));
  const normalized = shifted.map((value) => value - normalizer);
  const squares = normalized.reduce((sum, value) => sum + Math.exp(2 * value), 0);
  return { logWeights: normalized, kHat, effectiveSampleSize: 1 / squares };
}

/** Replaces the tail in place, never above the largest raw weight, and returns k-hat. The largest log weight is 0. */
function smoothTail(logWeights: Float64Array, relativeEfficiency: number): number {
  const total = logWeights.length;
  const tailLength = Math.ceil(Math.min(0.2 * total, 3 * Math.sqrt(total / relativeEfficiency)));
  if (tailLength < fewestTailDraws || tailLength >= total) return Number.POSITIVE_INFINITY;
  const order = Uint32Array.from(logWeights.keys()).sort((a, b) => logWeights[a] - logWeights[b]);
  if (logWeights[order[0]] > -roundingRange) return 0;
  const tail = order.subarray(total - tailLength);
  const cutoff = Math.exp(logWeights[order[total - tailLength - 1]]);
  const exceedances = Float64Array.from(tail, (at) => Math.exp(logWeights[at]) - cutoff);
  const { shape, scale } = fitGeneralizedPareto(exceedances);
  if (!Number.isFinite(shape)) return Number.POSITIVE_INFINITY;
  for (let i = 0; i < tailLength; i++) {
    const expected = generalizedParetoQuantile((i + 0.5) / tailLength, shape, scale);
    logWeights[tail[i]] = Math.min(0, Math.log(expected + cutoff));
  }
  return shape;
}
