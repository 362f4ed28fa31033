/** How far chance alone takes a standard deviation of draws from that of the distribution. */
import type { Chains } from "../../src/inference/diagnostics/chains.ts";
import { mapChains, pooled } from "../../src/inference/diagnostics/chains.ts";
import { meanEffectiveSampleSize } from "../../src/inference/diagnostics/effective-sample-size.ts";
import { mean, variance } from "../../src/inference/diagnostics/moments.ts";

/**
 * Monte Carlo standard error of the standard deviation: that of the mean of the squared deviations, var(d²) / ESS(d²), through
 * the derivative 1 / (2 sd) of the square root. (Vehtari et al. 2021, section 4.2, with squares in place of the quantity.)
 */
export function sdStandardError(chains: Chains): number {
  const centre = mean(pooled(chains));
  const squares = mapChains(chains, (value) => (value - centre) ** 2);
  const all = pooled(squares);
  return Math.sqrt(variance(all) / meanEffectiveSampleSize(squares) / (4 * mean(all)));
}
