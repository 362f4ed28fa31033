/** Moments and quantiles of plain draws (no chains), per element. */
import type { DrawnVariable } from "../driver/api-types.ts";
import type { SummaryTableRow } from "./summary-table.ts";

/**
 * One row per element, of the first `most` elements of each of the first `most` variables; `values` are draws × shape. Draws that are not
 * finite make a row of NaN.
 */
export function summarizeDraws(
  variables: readonly DrawnVariable[],
  draws: number,
  most = Number.POSITIVE_INFINITY,
): SummaryTableRow[] {
  return variables.slice(0, most).flatMap((variable) => {
    const labels = elementLabels(variable.shape);
    return labels.slice(0, most).map((label, element) => {
      const values = Float64Array.from(
        { length: draws },
        (_, i) => variable.values[i * labels.length + element],
      );
      return { name: variable.name + label, ...summarize(values) };
    });
  });
}

/** How many rows each variable has in all. */
export function rowCounts(variables: readonly DrawnVariable[], draws: number): ReadonlyMap<string, number> {
  return new Map(variables.map(({ name, values }) => [name, values.length / draws]));
}

function summarize(values: Float64Array): Omit<SummaryTableRow, "name"> {
  if (values.length === 0 || !values.every(Number.isFinite)) {
    return { mean: Number.NaN, sd: Number.NaN, q5: Number.NaN, q50: Number.NaN, q95: Number.NaN };
  }
  const sorted = values.slice().sort();
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Number.NaN;
  return { mean, sd, q5: quantile(sorted, 0.05), q50: quantile(sorted, 0.5), q95: quantile(sorted, 0.95) };
}

/** Linear between order statistics; definition 7 of Hyndman and Fan (1996). */
function quantile(sorted: Float64Array, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** [""] for a number, ["[0]", "[1]"] for a vector, ["[0,0]", …] row-major beyond. */
function elementLabels(shape: readonly number[]): string[] {
  let labels: string[] = [""];
  for (const length of shape) {
    labels = labels.flatMap((label) =>
      Array.from({ length }, (_, i) => (label === "" ? `${i}` : `${label},${i}`)),
    );
  }
  return shape.length === 0 ? labels : labels.map((label) => `[${label}]`);
}
