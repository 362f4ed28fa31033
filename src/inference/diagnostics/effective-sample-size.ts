/**
 * Effective sample sizes of several chains (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, sections 3 and 4; the truncation
 * of the autocorrelation sum after Geyer 1992), with the conventions of Stan and of the R package posterior. All return
 * NaN for constant or non-finite quantities and for fewer than three draws.
 */
import { type Chains, isDegenerate, mapChains, pooled, splitChains } from "./chains.ts";
import { mean, quantileOfSorted, standardDeviation, variance } from "./moments.ts";
import { rankNormalize } from "./rank-normalize.ts";

/** For the centre of the distribution: of split, rank-normalised chains. */
export function bulkEffectiveSampleSize(chains: Chains): number {
  return isDegenerate(chains) ? Number.NaN : effectiveSampleSize(rankNormalize(splitChains(chains)));
}

/** For the tails: the smaller of those of the indicators of the 5 % and the 95 % quantile. */
export function tailEffectiveSampleSize(chains: Chains): number {
  if (isDegenerate(chains)) return Number.NaN;
  const sorted = pooled(chains).sort();
  const [low, high] = [0.05, 0.95].map((probability) => {
    const limit = quantileOfSorted(sorted, probability);
    return effectiveSampleSize(splitChains(mapChains(chains, (value) => (value <= limit ? 1 : 0))));
  });
  return Math.min(low, high);
}

/** For the mean itself: of split chains. */
export function meanEffectiveSampleSize(chains: Chains): number {
  return isDegenerate(chains) ? Number.NaN : effectiveSampleSize(splitChains(chains));
}

/** Monte Carlo standard error of the mean: sd / √ESS. 0 for a constant. */
export function meanStandardError(chains: Chains): number {
  const sd = standardDeviation(pooled(chains));
  return sd === 0 ? 0 : sd / Math.sqrt(meanEffectiveSampleSize(chains));
}

/** Of the chains as they are, neither split nor transformed. At most S log₁₀ S, where draws are antithetic. */
export function effectiveSampleSize(chains: Chains): number {
  if (isDegenerate(chains)) return Number.NaN;
  const length = chains[0].length;
  const total = chains.length * length;
  const covariance = autocovariances(chains);
  const within = (covariance(0) * length) / (length - 1);
  const between = chains.length > 1 ? variance(Float64Array.from(chains, mean)) : 0;
  const overall = covariance(0) + between;
  const correlation = (lag: number): number => (lag === 0 ? 1 : 1 - (within - covariance(lag)) / overall);

  // Sums of neighbouring pairs of autocorrelations are positive, decreasing and convex for a reversible chain: Geyer's
  // initial sequence stops at the first pair that is not positive and makes the rest monotone.
  let sum = 0;
  let lastPair = Number.POSITIVE_INFINITY;
  let lag = 0;
  let [even, odd] = [1, correlation(1)];
  while (lag < length - 5 && even + odd > 0) {
    lastPair = Math.min(lastPair, even + odd);
    sum += lastPair;
    lag += 2;
    [even, odd] = [correlation(lag), correlation(lag + 1)];
  }
  // The first even term beyond the truncation lowers the variance of the estimate for antithetic chains.
  const time = -1 + 2 * sum + Math.max(0, even);
  return total / Math.max(time, 1 / Math.log10(total));
}

/** Mean over chains of the biased autocovariance at a lag (divisor: the length). */
function autocovariances(chains: Chains): (lag: number) => number {
  const centred = chains.map((chain) => {
    const centre = mean(chain);
    return chain.map((value) => value - centre);
  });
  return (lag) => {
    let sum = 0;
    for (const chain of centred) {
      for (let i = lag; i < chain.length; i++) sum += chain[i] * chain[i - lag];
    }
    return sum / (chains.length * chains[0].length);
  };
}
