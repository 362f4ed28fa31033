/** `ppl explain`: a stage of a program on its way to an engine. */
import { Command, Option } from "commander";
import type { Stage } from "../driver/explain-stages.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type DataFlags, type ShowFlags, sharedOptions } from "./options.ts";
import { readGiven } from "./read-given.ts";
import { runCommand, type Session } from "./run-command.ts";

interface ExplainFlags extends DataFlags, ShowFlags {
  readonly stage: Stage;
}

export function explainCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  const stages = Object.entries(context.driver.stages);
  return new Command("explain")
    .summary("show what the compiler makes of a model")
    .description(
      "Prints one stage of a model on its way to an engine. All stages but `core` need the model's inputs and sizes.",
    )
    .argument("<file>", "a model")
    .addOption(
      new Option("--stage <name>", "which stage").choices(stages.map(([name]) => name)).default("each"),
    )
    .addOption(sharedOptions.data())
    .addOption(sharedOptions.model())
    .addOption(sharedOptions.set())
    .addOption(sharedOptions.member())
    .addOption(sharedOptions.ignoreExtra())
    .addOption(sharedOptions.json())
    .addHelpText(
      "after",
      `
Stages:
${stages.map(([name, shows]) => `  ${name.padEnd(9)} ${shows}`).join("\n")}

Examples:
  ppl explain schools.ppl --stage core
  ppl explain schools.ppl --data schools.json
  ppl explain mixture.ppl --set N=100 --stage graph
  ppl explain schools.ppl --data schools.json --stage wasm`,
    )
    .action(async (file: string, flags: ExplainFlags) => {
      finish(await runCommand(context, flags, (session) => explain(file, flags, session)));
    });
}

async function explain(file: string, flags: ExplainFlags, session: Session): Promise<ExitCode> {
  const { driver } = session.context;
  const program = await session.loadProgram(file);
  const data = readGiven(driver, flags);
  const { stage, model, set: sizes, ignoreExtra: allowExtra } = flags;
  const text = await driver.explain(program, data, {
    stage,
    model,
    sizes,
    allowExtra,
    member: flags.member?.described,
  });
  session.print(text);
  session.printJson({ model: model ?? program.core.models[0]?.name, stage, text });
  return 0;
}
