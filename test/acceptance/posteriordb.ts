/**
 * `npm run posteriordb`: the examples against the reference posteriors of posteriordb (Magnusson et al. 2024), which are looked up
 * in the folder named by PPL_DATA or in ../shared/data beside the repository. A posterior passes when for every parameter the
 * mean is within 0.1 reference standard deviations, the standard deviation within 10 % and R-hat below 1.01, and when log
 * densities differ from the published ones by one constant, to 1e-9 of the largest. Exit code 0: all pass, 1: not, 2: no data.
 */
import { type Comparison, compare, limits } from "./compare.ts";
import { type Case, further, published } from "./posteriors.ts";
import { hasFurtherReferences, hasReferences } from "./reference.ts";

/** Of parameters with many elements only the worst are shown. */
const shownRows = 12;

const columns = ["parameter", "ref mean", "ref sd", "mean", "sd", "error", "sd ratio", "R-hat", "ESS", ""];

async function section(title: string, cases: readonly Case[]): Promise<boolean> {
  print(`${title}\n`);
  let pass = true;
  for (const each of cases) {
    try {
      const result = await compare(each);
      pass &&= result.pass;
      printComparison(each, result);
    } catch (error) {
      pass = false;
      print(
        `${each.posterior}  (${each.model})\n  FAIL · ${error instanceof Error ? error.message : error}\n`,
      );
    }
  }
  return pass;
}

function printComparison(each: Case, result: Comparison): void {
  const { logDensityError, divergences, seconds, verdict } = result;
  print(`${each.posterior}  (${each.model})`);
  const table = worstFirst(result).map((row) => [
    row.name,
    ...[row.reference.mean, row.reference.sd, row.ours.mean, row.ours.sd].map((value) =>
      value.toPrecision(4),
    ),
    row.meanError.toFixed(3),
    row.sdRatio.toFixed(3),
    row.rhat.toFixed(4),
    row.ess.toFixed(0),
    row.pass ? "" : "✗",
  ]);
  for (const line of aligned([columns, ...table])) print(`  ${line}`);
  const hidden = result.rows.length - table.length;
  if (hidden > 0) print(`  … ${hidden} more parameters, all nearer`);
  const facts = [
    `4 × ${each.draws} draws in ${seconds.toFixed(1)} s`,
    `verdict ${verdict}`,
    ...(divergences > 0 ? [`${divergences} divergences`] : []),
    ...(logDensityError === undefined ? [] : [`log densities to ${logDensityError.toExponential(1)}`]),
  ];
  const word = !result.pass ? "FAIL" : result.agrees ? "pass" : "pass: off, and ppl says so";
  print(`  ${word} · ${facts.join(" · ")}\n`);
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

if (!hasReferences) {
  process.stderr.write(
    "no reference posteriors found: set PPL_DATA to the folder that holds `posteriordb` (data/, reference/)\n",
  );
  process.exitCode = 2;
} else {
  const examples = await section("The examples against published draws", published);
  const available = further.filter((each) => each.collection === "posteriordb" || hasFurtherReferences);
  const more = await section("Further posteriors", available);
  print(examples && more ? "all pass" : "not all pass");
  process.exitCode = examples && more ? 0 : 1;
}
