/** Comparisons with references as lines and tables. */
import { type Comparison, limits, type ParameterRow } from "./compare.ts";
import type { Case } from "./posteriors.ts";

/** Of parameters with many elements only the worst are shown. */
const shownRows = 12;

/** One line: the worst of each measure over all parameters. */
export function lineOf(each: Case, result: Comparison, seed?: number): string {
  const { rows, logDensityError, divergences, seconds, verdict } = result;
  const facts = [
    `mean ${largest(rows.map((row) => row.meanError)).toFixed(3)} sd`,
    `sd ${(100 * largest(rows.map((row) => row.sdRatio - 1))).toFixed(1)} %`,
    `R-hat ${Math.max(...rows.map((row) => row.rhat)).toFixed(4)}`,
    `ESS ${Math.min(...rows.map((row) => row.ess)).toFixed(0)}`,
    ...(logDensityError === undefined ? [] : [`log densities ${logDensityError.toExponential(0)}`]),
    ...(divergences > 0 ? [`${divergences} divergences`] : []),
    `verdict ${verdict}`,
    `${seconds.toFixed(1)} s`,
    ...(result.agrees || each.mayBeOff === undefined ? [] : [each.mayBeOff]),
  ];
  const word = result.agrees ? "agree" : result.pass ? "told" : "FAIL";
  const which = seed === undefined ? each.posterior : `${each.posterior}, seed ${seed}`;
  return `${word.padEnd(5)}  ${which}: ${facts.join(" · ")}`;
}

/** The parameters of one run, in the order of the reference where all are shown. */
export function tableOf({ rows }: Comparison): readonly string[] {
  return worstRows(rows, badness, {
    "ref mean": (row) => row.reference.mean.toPrecision(4),
    "ref sd": (row) => row.reference.sd.toPrecision(4),
    mean: (row) => row.ours.mean.toPrecision(4),
    sd: (row) => row.ours.sd.toPrecision(4),
    error: (row) => row.meanError.toFixed(3),
    "MC errors": (row) => row.errors.toFixed(1),
    "sd ratio": (row) => row.sdRatio.toFixed(3),
    "MC error": (row) => row.sdError.toFixed(3),
    "R-hat": (row) => row.rhat.toFixed(4),
    ESS: (row) => row.ess.toFixed(0),
    "": (row) => (row.pass ? "" : "✗"),
  });
}

interface OverSeeds {
  readonly name: string;
  readonly error: number;
  readonly errorSpread: number;
  readonly ratio: number;
  readonly ratioSpread: number;
  /** What one run says that its chance error is. */
  readonly sdError: number;
  readonly failures: number;
}

/**
 * The parameters over several seeds, means and standard deviations over them. What is chance shrinks in the mean and shows in the spread, which the Monte
 * Carlo error foretells; a bias stays in the mean.
 */
export function seedsTableOf(runs: readonly Comparison[]): readonly string[] {
  const rows = runs[0].rows.map(({ name }, at): OverSeeds => {
    const here = runs.map((run) => run.rows[at]);
    const [error, errorSpread] = meanAndSpread(here.map((row) => row.meanError));
    const [ratio, ratioSpread] = meanAndSpread(here.map((row) => row.sdRatio));
    const [sdError] = meanAndSpread(here.map((row) => row.sdError));
    const failures = here.filter((row) => !row.pass).length;
    return { name, error, errorSpread, ratio, ratioSpread, sdError, failures };
  });
  const bad = (row: OverSeeds): number =>
    Math.max(Math.abs(row.error) / limits.mean, Math.abs(row.ratio - 1) / limits.sd);
  return worstRows(rows, (row) => row.failures + bad(row), {
    error: (row) => row.error.toFixed(3),
    "its spread": (row) => row.errorSpread.toFixed(3),
    "sd ratio": (row) => row.ratio.toFixed(3),
    spread: (row) => row.ratioSpread.toFixed(3),
    "MC error": (row) => row.sdError.toFixed(3),
    fails: (row) => `${row.failures} of ${runs.length}`,
  });
}

function worstRows<Row extends { readonly name: string }>(
  rows: readonly Row[],
  badness: (row: Row) => number,
  columns: Readonly<Record<string, (row: Row) => string>>,
): readonly string[] {
  const shown =
    rows.length <= shownRows ? rows : rows.toSorted((a, b) => badness(b) - badness(a)).slice(0, shownRows);
  const hidden = rows.length - shown.length;
  const cells = shown.map((row) => [row.name, ...Object.values(columns).map((cell) => cell(row))]);
  return [
    ...aligned([["parameter", ...Object.keys(columns)], ...cells]),
    ...(hidden > 0 ? [`… ${hidden} more parameters, all nearer`] : []),
  ];
}

function badness(row: ParameterRow): number {
  return Math.max(
    Math.abs(row.meanError) / limits.mean,
    Math.abs(row.sdRatio - 1) / limits.sd,
    (row.rhat - 1) / (limits.rhat - 1),
  );
}

function meanAndSpread(values: readonly number[]): [mean: number, spread: number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / (values.length - 1))];
}

function largest(values: readonly number[]): number {
  return Math.max(...values.map(Math.abs));
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd(),
  );
}
