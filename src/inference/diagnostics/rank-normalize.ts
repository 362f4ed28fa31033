/** Rank normalisation (Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, equation 14). */
import { type Chains, pooled } from "./chains.ts";
import { normalQuantile } from "./normal-quantile.ts";

/** Every value becomes Φ⁻¹((r − 3/8) / (S + 1/4)), r its rank among all S values; ties share their mean rank. */
export function rankNormalize(chains: Chains): Chains {
  const sorted = pooled(chains).sort();
  const scores = new Float64Array(sorted.length);
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    const rank = (start + 1 + end) / 2;
    scores.fill(normalQuantile((rank - 3 / 8) / (sorted.length + 1 / 4)), start, end);
    start = end;
  }
  return chains.map((chain) => chain.map((value) => scores[positionIn(sorted, value)]));
}

/** A position of `value`, which is there. */
function positionIn(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
