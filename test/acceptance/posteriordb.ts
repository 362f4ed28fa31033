/**
 * `npm run posteriordb`: the programs of `examples/posteriordb` against the reference posteriors of posteriordb (Magnusson et al.
 * 2024), which are looked up in the folder named by PPL_DATA or in ../shared/data beside the repository. All run with the
 * defaults of `ppl infer`. A posterior passes when for every parameter the mean is within 0.1 reference standard deviations or
 * 4 combined Monte Carlo errors, the standard deviation within 10 % and R-hat below 1.01, and when log densities differ from the
 * published ones by one constant, to 1e-8 of the largest. Exit code 0: all pass or say why not, 1: not, 2: no data.
 *
 *     npm run posteriordb             all; a line each
 *     npm run posteriordb -- nes      those whose name holds a word, with their parameters
 */
import { type Comparison, compare, limits } from "./compare.ts";
import { type Case, posteriors } from "./posteriors.ts";
import { hasReferences } from "./reference.ts";

/** Of parameters with many elements only the worst are shown. */
const shownRows = 12;

const columns = [
  "parameter",
  "ref mean",
  "ref sd",
  "mean",
  "sd",
  "error",
  "MC errors",
  "sd ratio",
  "R-hat",
  "ESS",
  "",
];

const wanted = process.argv.slice(2);
const chosen = posteriors.filter(
  (each) => wanted.length === 0 || wanted.some((word) => each.posterior.includes(word)),
);
const available = chosen.filter((each) => hasReferences(each.collection));
if (available.length === 0) {
  process.stderr.write(
    chosen.length === 0
      ? `no posterior has ${wanted.join(" or ")} in its name\n`
      : "no reference posteriors found: set PPL_DATA to the folder that holds `posteriordb` (data/, reference/)\n",
  );
  process.exitCode = 2;
} else process.exitCode = (await judgeAll(available)) ? 0 : 1;

async function judgeAll(cases: readonly Case[]): Promise<boolean> {
  const counts = { agree: 0, told: 0, fail: 0 };
  for (const each of cases) counts[await judge(each)]++;
  if (cases.length < chosen.length) print(`${chosen.length - cases.length} were not judged: no data`);
  print(`${counts.agree} of ${cases.length} agree, ${counts.told} are off and say so, ${counts.fail} fail`);
  return counts.fail === 0;
}

async function judge(each: Case): Promise<"agree" | "told" | "fail"> {
  try {
    const result = await compare(each);
    printComparison(each, result);
    return result.agrees ? "agree" : result.pass ? "told" : "fail";
  } catch (error) {
    print(`FAIL  ${each.posterior}: ${error instanceof Error ? error.message : error}`);
    return "fail";
  }
}

function printComparison(each: Case, result: Comparison): void {
  const { rows, logDensityError, divergences, seconds, verdict } = result;
  const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));
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
  print(`${word.padEnd(5)}  ${each.posterior}: ${facts.join(" · ")}`);
  if (wanted.length > 0 || !result.pass) for (const line of tableOf(result)) print(`  ${line}`);
}

function tableOf(result: Comparison): readonly string[] {
  const shown = worstFirst(result);
  const table = shown.map((row) => [
    row.name,
    ...[row.reference.mean, row.reference.sd, row.ours.mean, row.ours.sd].map((value) =>
      value.toPrecision(4),
    ),
    row.meanError.toFixed(3),
    row.errors.toFixed(1),
    row.sdRatio.toFixed(3),
    row.rhat.toFixed(4),
    row.ess.toFixed(0),
    row.pass ? "" : "✗",
  ]);
  const hidden = result.rows.length - shown.length;
  return [
    ...aligned([columns, ...table]),
    ...(hidden > 0 ? [`… ${hidden} more parameters, all nearer`] : []),
  ];
}

/** In the order of the reference where all are shown. */
function worstFirst({ rows }: Comparison): readonly Comparison["rows"][number][] {
  if (rows.length <= shownRows) return rows;
  const badness = (row: Comparison["rows"][number]): number =>
    Math.max(
      Math.abs(row.meanError) / limits.mean,
      Math.abs(row.sdRatio - 1) / limits.sd,
      (row.rhat - 1) / (limits.rhat - 1),
    );
  return [...rows].sort((a, b) => badness(b) - badness(a)).slice(0, shownRows);
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

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
