/** Posterior moments, quantiles and convergence diagnostics of every scalar quantity. */
import { chainsOf, pooled } from "./diagnostics/chains.ts";
import {
  bulkEffectiveSampleSize,
  meanStandardError,
  tailEffectiveSampleSize,
} from "./diagnostics/effective-sample-size.ts";
import { mean, quantileOfSorted, standardDeviation } from "./diagnostics/moments.ts";
import { rankNormalizedRHat } from "./diagnostics/r-hat.ts";
import type { PosteriorData } from "./posterior-data.ts";

/** The diagnostics are NaN for a constant; everything is NaN where a draw is not finite. */
export interface Summary {
  readonly mean: number;
  readonly sd: number;
  readonly q5: number;
  readonly q50: number;
  readonly q95: number;
  readonly essBulk: number;
  readonly essTail: number;
  readonly rhat: number;
  /** Monte Carlo standard error of the mean. */
  readonly mcse: number;
}

/** Draws count alike: importance weights, where there are any, are not applied. */
export function summarize(data: PosteriorData): Readonly<Record<string, Summary>> {
  const rows: Record<string, Summary> = {};
  for (const { name, shape, elements, values } of data.variables) {
    const labels = indexLabels(shape);
    for (const at of elements ?? labels.keys()) {
      const chains = chainsOf(values, data.chains, data.draws, labels.length, at);
      rows[`${name}${labels[at]}`] = summarizeChains(chains);
    }
  }
  return rows;
}

function summarizeChains(chains: readonly Float64Array[]): Summary {
  const all = pooled(chains);
  if (!all.every(Number.isFinite)) return nothingKnown;
  const sorted = all.slice().sort();
  return {
    mean: sorted[0] === sorted[sorted.length - 1] ? sorted[0] : mean(all),
    sd: standardDeviation(all),
    q5: quantileOfSorted(sorted, 0.05),
    q50: quantileOfSorted(sorted, 0.5),
    q95: quantileOfSorted(sorted, 0.95),
    essBulk: bulkEffectiveSampleSize(chains),
    essTail: tailEffectiveSampleSize(chains),
    rhat: rankNormalizedRHat(chains),
    mcse: meanStandardError(chains),
  };
}

const nothingKnown: Summary = {
  mean: Number.NaN,
  sd: Number.NaN,
  q5: Number.NaN,
  q50: Number.NaN,
  q95: Number.NaN,
  essBulk: Number.NaN,
  essTail: Number.NaN,
  rhat: Number.NaN,
  mcse: Number.NaN,
};

/** [""] for a number, ["[0]", "[1]"] for a vector, ["[0,0]", "[0,1]", …] row-major beyond. */
export function indexLabels(shape: readonly number[]): readonly string[] {
  const length = shape.reduce((product, each) => product * each, 1);
  return Array.from({ length }, (_, at) => indexLabel(shape, at));
}

/** One of them. */
export function indexLabel(shape: readonly number[], at: number): string {
  if (shape.length === 0) return "";
  let rest = at;
  const indices = shape.toReversed().map((length) => {
    const index = rest % length;
    rest = (rest - index) / length;
    return index;
  });
  return `[${indices.toReversed().join(",")}]`;
}
