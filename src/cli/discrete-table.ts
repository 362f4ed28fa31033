/** Discrete variables that were summed out, for people: per element its most probable value and the probabilities of all. */
import type { DiscretePosterior } from "../driver/api-types.ts";
import { formatNumber } from "./format-number.ts";
import { formatTable } from "./table.ts";

/** Values beyond so many have no column. */
const mostValues = 8;

export interface DiscreteRow {
  /** "z[3]" */
  readonly name: string;
  readonly mode: number;
  readonly best: number;
  readonly probabilities: readonly number[];
}

export function discreteRows(posteriors: readonly DiscretePosterior[]): DiscreteRow[] {
  return posteriors.flatMap(({ name, shape, count, probabilities, best }) =>
    Array.from(best, (together, at) => {
      const own = [...probabilities.subarray(at * count, (at + 1) * count)];
      const mode = own.reduce((most, probability, value) => (probability > own[most] ? value : most), 0);
      return { name: name + label(shape, at), mode, best: together, probabilities: own };
    }),
  );
}

/** Lines, of the first `most` rows. */
export function formatDiscrete(
  posteriors: readonly DiscretePosterior[],
  style: (header: string) => string,
  most: number,
): string[] {
  const rows = discreteRows(posteriors);
  const width = Math.min(mostValues, Math.max(...posteriors.map(({ count }) => count)));
  const headers = ["", "mode", "P(mode)", ...Array.from({ length: width }, (_, value) => `P(${value})`)];
  const cells = rows
    .slice(0, most)
    .map(({ name, mode, probabilities }) => [
      name,
      String(mode),
      formatNumber(probabilities[mode], 3),
      ...probabilities.slice(0, width).map((probability) => formatNumber(probability, 3)),
    ]);
  const [header, ...body] = formatTable(
    [headers, ...cells],
    headers.map((_, column) => (column === 0 ? "left" : "right")),
  );
  const hidden = rows.length - cells.length;
  const more =
    hidden > 0 ? [`… ${hidden} more ${hidden === 1 ? "row" : "rows"}; --json or --out has all`] : [];
  return [style(header), ...body, ...more];
}

/** "[1,2]" */
function label(shape: readonly number[], at: number): string {
  let rest = at;
  const indices = shape.toReversed().map((length) => {
    const index = rest % length;
    rest = Math.floor(rest / length);
    return index;
  });
  return shape.length === 0 ? "" : `[${indices.reverse().join(",")}]`;
}
