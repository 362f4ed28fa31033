/** From the transitions of one chain to its part of the posterior: warm-up dropped, draws on the model's own scale. */
import { constrainDraws } from "../constrain-draws.ts";
import type { PosteriorData } from "../posterior-data.ts";
import type { DensityTarget } from "../target.ts";
import type { NutsConfig, NutsInfo, NutsState } from "./nuts-state.ts";

export function chainOf(
  target: DensityTarget,
  config: NutsConfig,
  state: NutsState,
  infos: readonly NutsInfo[],
): PosteriorData {
  const kept = infos.filter((info) => !info.warmup);
  const column = (read: (info: NutsInfo) => number): Float64Array => Float64Array.from(kept, read);
  return {
    strategy: "nuts",
    chains: 1,
    draws: kept.length,
    variables: constrainDraws(target, kept.length, (draw) => kept[draw].position),
    statistics: {
      logDensity: column((info) => info.logDensity),
      energy: column((info) => info.energy),
      treeDepth: column((info) => info.treeDepth),
      leapfrogs: column((info) => info.leapfrogs),
      acceptStat: column((info) => info.acceptStat),
      divergent: column((info) => (info.divergent ? 1 : 0)),
      stepSize: column((info) => info.stepSize),
    },
    sampling: {
      maxTreeDepth: config.maxTreeDepth,
      targetAccept: config.targetAccept,
      warmupSteps: [infos.length - kept.length],
      warmupDivergences: [infos.filter((info) => info.warmup && info.divergent).length],
      stepSizes: [state.stepSize],
    },
  };
}
