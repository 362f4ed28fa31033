/** `ppl sample`: draws from the prior, observed variables included. */
import { Command, Option } from "commander";
import { createColors } from "picocolors";
import { type Problem, ProblemError } from "../base/problem.ts";
import type { DrawnVariable, PriorDraws } from "../driver/api-types.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type DataFlags, inputFiles, type ShowFlags, sharedOptions, wholeNumber } from "./options.ts";
import { runCommand, type Session } from "./run-command.ts";
import { summarizeDraws } from "./summarize-draws.ts";
import { formatSummary, mostRows } from "./summary-table.ts";

interface SampleFlags extends DataFlags, ShowFlags {
  readonly draws?: number;
  readonly out?: string;
}

export function sampleCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  return new Command("sample")
    .summary("draws from the prior")
    .description("Runs a model forward: draws of everything it draws, what it observes included.")
    .argument("<file>", "a model")
    .addOption(sharedOptions.data())
    .addOption(sharedOptions.model())
    .addOption(sharedOptions.set())
    .addOption(new Option("--draws <n>", "how many draws").argParser(wholeNumber(1)).default(100))
    .addOption(sharedOptions.seed())
    .addOption(sharedOptions.ignoreExtra())
    .addOption(new Option("--out <file>", "write the draws: .json for ArviZ, .csv with a row per draw"))
    .addOption(sharedOptions.json())
    .addOption(sharedOptions.quiet())
    .addHelpText(
      "after",
      `
Data give the model's inputs and sizes; observed variables need not be there.

Examples:
  ppl sample schools.ppl --data schools.json
  ppl sample mixture.ppl --set N=50 --draws 1 --seed 3 --json
  ppl sample schools.ppl --data schools.json --draws 1000 --out prior.json`,
    )
    .action(async (file: string, flags: SampleFlags) => {
      finish(await runCommand(context, flags, (session) => sample(file, flags, session)));
    });
}

async function sample(file: string, flags: SampleFlags, session: Session): Promise<ExitCode> {
  const { driver, stdout } = session.context;
  if (flags.out !== undefined) driver.checkWritable(flags.out, [".json", ".csv"], inputFiles(file, flags));
  const program = await session.loadProgram(file);
  const data = flags.data === undefined ? {} : driver.readData(flags.data);
  const drawn = await driver.sample(program, data, {
    draws: flags.draws,
    model: flags.model,
    seed: flags.seed,
    sizes: flags.set,
    allowExtra: flags.ignoreExtra,
    signal: session.signal,
    onProgress: session.progress.update,
  });
  session.progress.finish();
  if (flags.out !== undefined) {
    driver.writeDraws(flags.out, drawn);
    session.remark(`wrote ${flags.out}`);
  }
  if (flags.json) {
    session.printJson(sampleJson(drawn));
    return 0;
  }
  const { bold, dim } = createColors(stdout.color);
  session.print(
    `${bold(drawn.model)}  prior · seed ${drawn.seed} · ${drawn.draws} ${drawn.draws === 1 ? "draw" : "draws"}\n`,
  );
  const rows = summarizeDraws(drawn.variables, drawn.draws, mostRows);
  const elements = drawn.variables.reduce((sum, { values }) => sum + values.length / drawn.draws, 0);
  session.print(formatSummary(rows, dim, elements).join("\n"));
  return 0;
}

/** Numbers beyond which one JSON text is longer than a string can be. */
const mostPrinted = 10_000_000;

function sampleJson({ model, seed, draws, variables }: PriorDraws): Record<string, unknown> {
  const count = variables.reduce((sum, { values }) => sum + values.length, 0);
  if (count > mostPrinted) throw new ProblemError([tooMuchToPrint(count)]);
  return {
    model,
    seed,
    draws,
    variables: Object.fromEntries(
      variables.map((variable) => [variable.name, nest(variable, [draws, ...variable.shape])]),
    ),
  };
}

function tooMuchToPrint(count: number): Problem {
  return {
    code: "too-much-to-print",
    severity: "error",
    message: `the draws are ${count} numbers, which is too many for one JSON object`,
    labels: [],
    expected: `at most ${mostPrinted} numbers`,
    help: "write them to a file: --out draws.json or --out draws.csv, without --json",
  };
}

function nest(variable: DrawnVariable, shape: readonly number[], offset = 0): unknown {
  const { values, base } = variable;
  if (shape.length === 0) return base === "bool" ? values[offset] !== 0 : values[offset];
  const [length, ...inner] = shape;
  const step = inner.reduce((product, count) => product * count, 1);
  return Array.from({ length }, (_, i) => nest(variable, inner, offset + i * step));
}
