/** From the transitions of one chain to its part of the posterior: warm-up dropped, draws on the model's own scale. */
import { constrainDraws } from "../constrain-draws.ts";
import type { PosteriorData } from "../posterior-data.ts";
import type { DensityTarget } from "../target.ts";
import type { NutsConfig, NutsState } from "./nuts-state.ts";
import { rowLength, rowPlaces } from "./rows.ts";

/** `rows` of all steps, in order. */
export function chainOf(
  target: DensityTarget,
  config: NutsConfig,
  state: NutsState,
  rows: Float64Array,
): PosteriorData {
  const length = rowLength(target.dimension);
  const steps = rows.length / length;
  const warmup = Math.min(steps, config.warmup);
  const kept = (name: keyof typeof rowPlaces): Float64Array => {
    const values = new Float64Array(steps - warmup);
    fillColumn(values, rows, warmup * length + rowPlaces[name], length);
    return values;
  };
  const warmupDivergent = new Float64Array(warmup);
  fillColumn(warmupDivergent, rows, rowPlaces.divergent, length);
  return {
    strategy: "nuts",
    chains: 1,
    draws: steps - warmup,
    variables: constrainDraws(target, {
      values: rows,
      count: steps - warmup,
      start: warmup * length + rowPlaces.position,
      length,
    }),
    statistics: {
      logDensity: kept("logDensity"),
      energy: kept("energy"),
      treeDepth: kept("treeDepth"),
      leapfrogs: kept("leapfrogs"),
      acceptStat: kept("acceptStat"),
      divergent: kept("divergent"),
      stepSize: kept("stepSize"),
    },
    sampling: {
      maxTreeDepth: config.maxTreeDepth,
      targetAccept: config.targetAccept,
      warmupSteps: [warmup],
      warmupDivergences: [warmupDivergent.reduce((sum, each) => sum + each, 0)],
      stepSizes: [state.stepSize],
    },
  };
}

/** A loop with a function of its own is compiled soon: it runs seven times a chain. */
function fillColumn(values: Float64Array, rows: Float64Array, first: number, length: number): void {
  for (let i = 0, place = first; i < values.length; i++, place += length) values[i] = rows[place];
}
