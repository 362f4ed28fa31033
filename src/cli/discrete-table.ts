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
  return posteriors.flatMap(({ name, shape, count, probabilities, best, elements = [...best.keys()] }) =>
    elements.map((at) => {
      const own = [...probabilities.subarray(at * count, (at + 1) * count)];
      const mode = own.reduce((most, probability, value) => (probability > own[most] ? value : most), 0);
      return { name: name + label(shape, at), mode, best: best[at], probabilities: own };
    }),
  );
}

/** Lines: a table of the variables with few values, one of those with many, each of the first `most` rows. */
export function formatDiscrete(
  posteriors: readonly DiscretePosterior[],
  style: (header: string) => string,
  most: number,
): string[] {
  const few = posteriors.filter(({ count }) => count <= mostValues);
  const many = posteriors.filter(({ count }) => count > mostValues);
  const tables = [
    tableOf(discreteRows(few), eachValue, most),
    tableOf(discreteRows(many), mostProbable, most),
  ];
  return tables.flatMap((lines, at) => {
    if (lines.length === 0) return [];
    const [header, ...body] = lines;
    const gap = at > 0 && few.length > 0 ? [""] : [];
    return [...gap, style(header), ...body];
  });
}

type Columns = (rows: readonly DiscreteRow[]) => readonly (readonly string[])[];

function tableOf(rows: readonly DiscreteRow[], columns: Columns, most: number): string[] {
  if (rows.length === 0) return [];
  const cells = columns(rows.slice(0, most));
  const lines = formatTable(
    cells,
    cells[0].map((_, column) => (column === 0 ? "left" : "right")),
  );
  const hidden = rows.length - most;
  if (hidden <= 0) return lines;
  return [...lines, `… ${hidden} more ${hidden === 1 ? "row" : "rows"}; --json or --out has all`];
}

/** A column per value. */
const eachValue: Columns = (rows) => {
  const width = Math.max(...rows.map(({ probabilities }) => probabilities.length));
  return [
    ["", "mode", "P(mode)", ...Array.from({ length: width }, (_, value) => `P(${value})`)],
    ...rows.map(({ name, mode, probabilities }) => [
      name,
      String(mode),
      formatNumber(probabilities[mode], 3),
      ...probabilities.map((probability) => formatNumber(probability, 3)),
    ]),
  ];
};

/** The most probable values with their probabilities, and what the others have together. */
const mostProbable: Columns = (rows) => [
  ["", "mode (P)", "2nd", "3rd", "4th", "5th", "all others"],
  ...rows.map(({ name, probabilities }) => {
    const ranked = probabilities
      .map((probability, value) => ({ probability, value }))
      .sort((left, right) => right.probability - left.probability);
    const rest = ranked.slice(5).reduce((sum, { probability }) => sum + probability, 0);
    const top = ranked
      .slice(0, 5)
      .map(({ probability, value }) => `${value} (${formatNumber(probability, 3)})`);
    return [name, ...top, formatNumber(rest, 3)];
  }),
];

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
