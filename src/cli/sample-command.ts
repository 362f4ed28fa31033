/** `ppl sample`: draws from the prior, observed variables included. */
import { Command, Option } from "commander";
import { createColors } from "picocolors";
import { type Problem, ProblemError } from "../base/problem.ts";
import { nestedValues } from "../driver/answers/nested-values.ts";
import type { PriorDraws, SimulatedMembers } from "../driver/api-types.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type DataFlags, inputFiles, type ShowFlags, sharedOptions, wholeNumber } from "./options.ts";
import { readGiven } from "./read-given.ts";
import { runCommand, type Session } from "./run-command.ts";
import { rowCounts, summarizeDraws } from "./summarize-draws.ts";
import { formatSummary, mostRows } from "./summary-table.ts";

interface SampleFlags extends DataFlags, ShowFlags {
  readonly draws: number;
  readonly members?: number;
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
    .addOption(sharedOptions.member())
    .addOption(new Option("--draws <n>", "how many draws").argParser(wholeNumber(1)).default(100))
    .addOption(
      new Option("--members <n>", "members of the family, each with its description and data").argParser(
        wholeNumber(1),
      ),
    )
    .addOption(sharedOptions.seed())
    .addOption(sharedOptions.ignoreExtra())
    .addOption(
      new Option(
        "--out <file>",
        "write the draws: .json for ArviZ, .csv with a row per draw; members: .json",
      ),
    )
    .addOption(sharedOptions.json())
    .addOption(sharedOptions.quiet())
    .addHelpText(
      "after",
      `
Data give the model's inputs and sizes; observed variables need not be there.

Examples:
  ppl sample schools.ppl --data schools.json
  ppl sample mixture.ppl --set N=50 --draws 1 --seed 3 --json
  ppl sample schools.ppl --data schools.json --draws 1000 --out prior.json
  ppl sample sines.ppl --members 100 --set K=10 --out members.json`,
    )
    .action(async (file: string, flags: SampleFlags) => {
      finish(await runCommand(context, flags, (session) => sample(file, flags, session)));
    });
}

async function sample(file: string, flags: SampleFlags, session: Session): Promise<ExitCode> {
  const { driver, stdout } = session.context;
  const extensions = flags.members === undefined ? [".json", ".csv"] : [".json"];
  if (flags.out !== undefined) driver.checkWritable(flags.out, extensions, inputFiles(file, flags));
  const program = await session.loadProgram(file);
  const data = readGiven(driver, flags);
  const options = {
    model: flags.model,
    seed: flags.seed,
    sizes: flags.set,
    member: flags.member?.described,
    allowExtra: flags.ignoreExtra,
    signal: session.signal,
    onProgress: session.progress.update,
  };
  if (flags.members !== undefined)
    return showMembers(
      await driver.simulateMembers(program, data, { ...options, members: flags.members }),
      flags,
      session,
    );
  const drawn = await driver.sample(program, data, { ...options, draws: flags.draws });
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
  session.print(formatSummary(rows, dim, rowCounts(drawn.variables, drawn.draws)).join("\n"));
  return 0;
}

function showMembers(drawn: SimulatedMembers, flags: SampleFlags, session: Session): ExitCode {
  const { driver, stdout } = session.context;
  const { family, seed, sizes, members, variables } = drawn;
  session.progress.finish();
  if (flags.out !== undefined) {
    driver.writeMembers(flags.out, drawn);
    session.remark(`wrote ${flags.out}`);
  }
  if (flags.json) {
    refuseTooMuch(variables);
    session.printJson({ family, seed, sizes, members });
    return 0;
  }
  const { bold, dim } = createColors(stdout.color);
  const count = `${members.length} ${members.length === 1 ? "member" : "members"}`;
  session.print(`${bold(family)}  seed ${seed} · ${count}\n`);
  const rows = summarizeDraws(variables, members.length, mostRows);
  session.print(formatSummary(rows, dim, rowCounts(variables, members.length)).join("\n"));
  return 0;
}

/** Numbers beyond which one JSON text is longer than a string can be. */
const mostPrinted = 10_000_000;

function sampleJson({ model, seed, draws, variables }: PriorDraws): Record<string, unknown> {
  refuseTooMuch(variables);
  return {
    model,
    seed,
    draws,
    variables: Object.fromEntries(
      variables.map(({ name, values, shape, base }) => [name, nestedValues(values, [draws, ...shape], base)]),
    ),
  };
}

function refuseTooMuch(variables: PriorDraws["variables"]): void {
  const count = variables.reduce((sum, { values }) => sum + values.length, 0);
  if (count > mostPrinted) throw new ProblemError([tooMuchToPrint(count)]);
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
