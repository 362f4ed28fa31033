/** A table of what was drawn, for people: one row per element, at most so many. */
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

/** Lines; the diagnostics have columns when any row has them. `total` counts rows that are not even here. */
export function formatSummary(
  rows: readonly SummaryTableRow[],
  style: (header: string) => string,
  total = rows.length,
): string[] {
  const diagnosed = rows.some(({ ess }) => ess !== undefined && !Number.isNaN(ess));
  const shown = rows.length > mostRows ? rows.slice(0, mostRows) : rows;
  const headers = ["", "mean", "sd", "5%", "50%", "95%", ...(diagnosed ? ["ess", "rhat"] : [])];
  const cells = shown.map((row) => {
    const decimals = decimalsFor(row.sd);
    return [
      row.name,
      ...[row.mean, row.sd, row.q5, row.q50, row.q95].map((value) => formatNumber(value, decimals)),
      ...(diagnosed ? [formatNumber(row.ess ?? Number.NaN, 0), formatNumber(row.rhat ?? Number.NaN, 3)] : []),
    ];
  });
  const [header, ...body] = formatTable(
    [headers, ...cells],
    headers.map((_, column) => (column === 0 ? "left" : "right")),
  );
  const hidden = total - shown.length;
  const more =
    hidden > 0 ? [`… ${hidden} more ${hidden === 1 ? "row" : "rows"}; --json or --out has all`] : [];
  return [style(header), ...body, ...more];
}
