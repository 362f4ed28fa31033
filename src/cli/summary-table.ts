/** A table of what was drawn, for people: one row per element, at most so many, of each variable some. */
import { decimalsFor, formatNumber } from "./format-number.ts";
import { formatTable } from "./table.ts";

export interface SummaryTableRow {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly q5: number;
  readonly q50: number;
  readonly q95: number;
  readonly ess?: number;
  readonly rhat?: number;
}

export const mostRows = 40;

/**
 * Lines; the diagnostics have columns when any row has them. `counts` says how many rows each variable has, where some are not even
 * here.
 */
export function formatSummary(
  rows: readonly SummaryTableRow[],
  style: (header: string) => string,
  counts?: ReadonlyMap<string, number>,
): string[] {
  const diagnosed = rows.some(({ ess }) => ess !== undefined && !Number.isNaN(ess));
  const headers = ["", "mean", "sd", "5%", "50%", "95%", ...(diagnosed ? ["ess", "rhat"] : [])];
  const cellsOf = (row: SummaryTableRow): string[] => {
    const decimals = decimalsFor(row.sd);
    return [
      row.name,
      ...[row.mean, row.sd, row.q5, row.q50, row.q95].map((value) => formatNumber(value, decimals)),
      ...(diagnosed ? [formatNumber(row.ess ?? Number.NaN, 0), formatNumber(row.rhat ?? Number.NaN, 3)] : []),
    ];
  };
  const groups = byVariable(rows);
  const lengths = groups.map((group) => counts?.get(variableOf(group[0])) ?? group.length);
  const most = largestShare(lengths);
  const shown = groups.slice(0, mostRows).map((group) => group.slice(0, most));
  const cells = shown.flatMap((group, i) => {
    const left = lengths[i] - group.length;
    return [...group.map(cellsOf), ...(left > 0 && i < groups.length - 1 ? [[`… ${left} more`]] : [])];
  });
  const [header, ...body] = formatTable(
    [headers, ...cells],
    headers.map((_, column) => (column === 0 ? "left" : "right")),
  );
  const total = [...(counts?.values() ?? lengths)].reduce((sum, length) => sum + length, 0);
  const hidden = total - shown.flat().length;
  const more =
    hidden > 0 ? [`… ${hidden} more ${hidden === 1 ? "row" : "rows"}; --json or --out has all`] : [];
  return [style(header), ...body, ...more];
}

/** Rows of one variable lie together: "theta[0]", "theta[1]", … */
function byVariable(rows: readonly SummaryTableRow[]): SummaryTableRow[][] {
  const groups: SummaryTableRow[][] = [];
  let last: string | undefined;
  for (const row of rows) {
    const variable = variableOf(row);
    if (variable === last) groups[groups.length - 1].push(row);
    else groups.push([row]);
    last = variable;
  }
  return groups;
}

function variableOf({ name }: SummaryTableRow): string {
  return name.split("[")[0];
}

/** Rows that each variable has room for, so that no large one takes it from those that follow. */
function largestShare(lengths: readonly number[]): number {
  let most = mostRows;
  const shown = (): number => lengths.reduce((sum, length) => sum + Math.min(length, most), 0);
  while (most > 1 && shown() > mostRows) most--;
  return most;
}
