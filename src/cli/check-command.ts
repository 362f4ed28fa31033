/** `ppl check`: what is wrong with a model, before any data. */
import { Command } from "commander";
import { hasErrors } from "../base/problem.ts";
import type { Program } from "../driver/api-types.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type ShowFlags, sharedOptions } from "./options.ts";
import { problemJson } from "./problem-json.ts";
import { runCommand, type Session } from "./run-command.ts";

export function checkCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  return new Command("check")
    .summary("check a model without running it")
    .description(
      "Checks a model: syntax, names, sizes, supports. Shows what each model takes, draws and observes.",
    )
    .argument("<file>", "a model")
    .addOption(sharedOptions.json())
    .addHelpText(
      "after",
      `
Examples:
  ppl check schools.ppl
  ppl check schools.ppl --json`,
    )
    .action(async (file: string, flags: ShowFlags) => {
      finish(await runCommand(context, flags, (session) => check(file, flags, session)));
    });
}

async function check(file: string, flags: ShowFlags, session: Session): Promise<ExitCode> {
  const { driver } = session.context;
  if (flags.json) {
    const source = driver.readSource(file);
    const { program, problems } = await driver.compile(source);
    session.printJson({
      problems: problems.map((problem) => problemJson(problem, [source])),
      models: program === undefined ? [] : describeModels(program),
    });
    return hasErrors(problems) ? 2 : 0;
  }
  const program = await session.loadProgram(file);
  session.print(`${file}: no errors`);
  for (const { name, sizes, inputs, draws, observes } of describeModels(program)) {
    const facts = [
      ["takes", inputs],
      ["draws", draws],
      ["observes", observes],
    ] as const;
    const said = facts
      .filter(([, names]) => names.length > 0)
      .map(([verb, names]) => `${verb} ${names.join(", ")}`);
    const signature = sizes.length === 0 ? name : `${name}[${sizes.join(", ")}]`;
    session.print(`  ${signature}${said.length === 0 ? "" : ` ${said.join("; ")}`}`);
  }
  return 0;
}

interface ModelDescription {
  readonly name: string;
  readonly sizes: readonly string[];
  readonly inputs: readonly string[];
  readonly draws: readonly string[];
  readonly observes: readonly string[];
}

function describeModels({ core }: Program): ModelDescription[] {
  return core.models.map(({ name, sizes, inputs, variables }) => ({
    name,
    sizes: sizes.map((size) => size.name),
    inputs: inputs.map((input) => input.name),
    draws: variables.filter((variable) => !variable.observed).map((variable) => variable.name),
    observes: variables.filter((variable) => variable.observed).map((variable) => variable.name),
  }));
}
