/** One posterior from the runs of several chains of one strategy on one target. */
import { bug } from "../base/bug.ts";
import type { PosteriorData, SamplingFacts } from "./posterior-data.ts";

/** Chains keep their order. All runs must have the same variables and numbers of draws; at least one run. */
export function joinChains(runs: readonly PosteriorData[]): PosteriorData {
  const [first] = runs;
  if (first === undefined) bug("no chains to join");
  if (runs.length === 1) return first;
  if (runs.some((run) => run.draws !== first.draws)) bug("chains of different lengths to join");
  const joined = (read: (run: PosteriorData) => Float64Array | undefined): Float64Array => {
    const parts = runs.map((run) => read(run) ?? bug("chains with different quantities to join"));
    const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  return {
    ...first,
    chains: runs.reduce((sum, run) => sum + run.chains, 0),
    variables: first.variables.map((variable, i) => ({
      ...variable,
      values: joined((run) => run.variables[i]?.values),
    })),
    statistics: Object.fromEntries(
      Object.keys(first.statistics).map((name) => [name, joined((run) => run.statistics[name])]),
    ),
    ...(first.logGuide && { logGuide: joined((run) => run.logGuide) }),
    ...(first.logWeights && { logWeights: joined((run) => run.logWeights) }),
    ...(first.sampling && { sampling: joinSampling(first.sampling, runs) }),
  };
}

function joinSampling(first: SamplingFacts, runs: readonly PosteriorData[]): SamplingFacts {
  const all = (read: (facts: SamplingFacts) => readonly number[]): readonly number[] =>
    runs.flatMap((run) => (run.sampling === undefined ? [] : read(run.sampling)));
  return {
    ...first,
    warmupSteps: all((facts) => facts.warmupSteps),
    warmupDivergences: all((facts) => facts.warmupDivergences),
    stepSizes: all((facts) => facts.stepSizes),
  };
}
