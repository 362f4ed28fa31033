/** Chains that share no value of the log density: what R-hat sees when some are in another mode, with the chains' names. */
import type { PosteriorData } from "../posterior-data.ts";
import type { Apart } from "../quality-words.ts";
import { quantileOfSorted } from "./moments.ts";

/** Chains that lie wholly lower than the others; where there are several such divisions, that of the widest gap. */
export function chainsApart({
  statistics: { logDensity },
  chains,
  draws,
}: PosteriorData): { readonly lower: Apart; readonly others: Apart } | undefined {
  if (logDensity === undefined || draws === 0) return undefined;
  const sorted = Array.from({ length: chains }, (_, chain) => ({
    chain,
    values: logDensity.slice(chain * draws, (chain + 1) * draws).sort(),
  })).sort((a, b) => a.values[draws - 1] - b.values[draws - 1]);
  let division = 0;
  let widest = 0;
  for (let i = 1; i < chains; i++) {
    const floor = Math.min(...sorted.slice(i).map(({ values }) => values[0]));
    const gap = floor - sorted[i - 1].values[draws - 1];
    if (gap > widest) [division, widest] = [i, gap];
  }
  if (division === 0) return undefined;
  const together = (group: typeof sorted): Apart => ({
    chains: group.map(({ chain }) => chain).sort((a, b) => a - b),
    around: quantileOfSorted(Float64Array.from(group.flatMap(({ values }) => [...values])).sort(), 0.5),
  });
  return { lower: together(sorted.slice(0, division)), others: together(sorted.slice(division)) };
}
