/**
 * `npm run posteriordb`: the programs of `examples/posteriordb` against the reference posteriors of posteriordb (Magnusson et al.
 * 2024), which are looked up in the folder named by PPL_DATA or in ../shared/data beside the repository. All run with the
 * defaults of `ppl infer`. A posterior passes when for every parameter the mean is within 0.1 reference standard deviations or
 * 4 combined Monte Carlo errors, the standard deviation within 10 % and R-hat below 1.01, and when log densities differ from the
 * published ones by one constant, to 1e-8 of the largest. Exit code 0: all pass or say why not, 1: not, 2: no data, or a wrong option.
 */
import { Command, InvalidArgumentError } from "commander";
import { type Comparison, compare } from "./compare.ts";
import { type Case, posteriors } from "./posteriors.ts";
import { hasReferences } from "./reference.ts";
import { lineOf, seedsTableOf, tableOf } from "./show-comparison.ts";

interface Options {
  readonly seeds?: readonly number[];
  readonly list?: boolean;
}

interface Counts {
  agree: number;
  told: number;
  fail: number;
}

const examples = `
Examples:
  npm run posteriordb                            all; a line each
  npm run posteriordb -- nes kidscore            those with one of the words in their names, with their parameters
  npm run posteriordb -- GLMM --seeds 1-10       ten runs, and their means and spread: what is chance and what is not
  npm run posteriordb -- --list                  the names`;

async function main(words: readonly string[], options: Options): Promise<number> {
  const chosen = posteriors.filter(
    (each) => words.length === 0 || words.some((word) => each.posterior.includes(word)),
  );
  if (chosen.length === 0) {
    process.stderr.write(`no posterior has ${words.join(" or ")} in its name; --list shows the names\n`);
    return 2;
  }
  if (options.list) {
    for (const each of chosen) print(each.posterior);
    return 0;
  }
  const available = chosen.filter((each) => hasReferences(each.collection));
  if (available.length === 0) {
    process.stderr.write(
      "no reference posteriors found: set PPL_DATA to the folder that holds `posteriordb` (data/, reference/)\n",
    );
    return 2;
  }
  const counts = { agree: 0, told: 0, fail: 0 };
  for (const each of available) await judge(each, options.seeds, words.length > 0, counts);
  if (available.length < chosen.length) print(`${chosen.length - available.length} were not judged: no data`);
  const runs = counts.agree + counts.told + counts.fail;
  print(`${counts.agree} of ${runs} agree, ${counts.told} are off and say so, ${counts.fail} fail`);
  return counts.fail === 0 ? 0 : 1;
}

/** Runs once for each seed; once with the default one where none are given. */
async function judge(
  each: Case,
  seeds: readonly number[] | undefined,
  detailed: boolean,
  counts: Counts,
): Promise<void> {
  const results: Comparison[] = [];
  for (const seed of seeds ?? [undefined]) {
    try {
      const result = await compare(each, seed);
      results.push(result);
      counts[result.agrees ? "agree" : result.pass ? "told" : "fail"]++;
      print(lineOf(each, result, seed));
      const several = seeds !== undefined && seeds.length > 1;
      if ((detailed && !several) || !result.pass) for (const line of tableOf(result)) print(`  ${line}`);
    } catch (error) {
      counts.fail++;
      print(`FAIL  ${each.posterior}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (results.length < 2) return;
  print(`${each.posterior}, ${results.length} seeds:`);
  for (const line of seedsTableOf(results)) print(`  ${line}`);
}

/** "7", "1,4,9", "1-10". */
function readSeeds(text: string): readonly number[] {
  return text.split(",").flatMap((part) => {
    const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part.trim()) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (!(count >= 1 && count <= 1000)) throw new InvalidArgumentError("Write seeds as 7, 1,4,9 or 1-10.");
    return Array.from({ length: count }, (_, at) => Number(first) + at);
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await new Command("npm run posteriordb --")
  .description("Judges the programs of examples/posteriordb by the reference posteriors of posteriordb.")
  .argument("[words...]", "parts of names: only those posteriors, with their parameters")
  .option("--seeds <list>", "as 7, 1,4,9 or 1-10: a run for each; 1 when absent", readSeeds)
  .option("--list", "print the names and stop")
  .addHelpText("after", examples)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(async (words: readonly string[], options: Options) => {
    process.exitCode = await main(words, options);
  })
  .parseAsync();
