/** Potential scale reduction: do the chains agree? (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, section 4.) */
import { type Chains, isDegenerate, mapChains, pooled, splitChains } from "./chains.ts";
import { mean, quantile, variance } from "./moments.ts";
import { rankNormalize } from "./rank-normalize.ts";

/**
 * Rank-normalised split R-hat: the larger of the one for location and the one for scale (of distances from the median).
 * NaN for constant or non-finite quantities; ∞ when chains stand still at different places.
 */
export function rankNormalizedRHat(chains: Chains): number {
  if (isDegenerate(chains)) return Number.NaN;
  const median = quantile(pooled(chains), 0.5);
  const folded = mapChains(chains, (value) => Math.abs(value - median));
  const location = splitRHat(rankNormalize(splitChains(chains)));
  const scale = isDegenerate(folded) ? location : splitRHat(rankNormalize(splitChains(folded)));
  return Math.max(location, scale);
}

/** √(((N − 1)/N W + B/N) / W) of chains as they are (Gelman and Rubin 1992). */
export function splitRHat(chains: Chains): number {
  const length = chains[0].length;
  const within = mean(Float64Array.from(chains, variance));
  const between = variance(Float64Array.from(chains, mean));
  return Math.sqrt((within * ((length - 1) / length) + between) / within);
}
