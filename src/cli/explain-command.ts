/** `ppl explain`: a stage of a program on its way to an engine. */
import { Command, Option } from "commander";
import { ProblemError } from "../base/problem.ts";
import type { Driver } from "../driver/api-types.ts";
import type { Stage } from "../driver/explain/explain-stages.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type DataFlags, type ShowFlags, sharedOptions } from "./options.ts";
import { readGiven } from "./read-given.ts";
import { runCommand, type Session } from "./run-command.ts";

interface ExplainFlags extends DataFlags, ShowFlags {
  readonly stage: Stage;
  readonly out?: string;
}

export function explainCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  const stages = Object.entries(context.driver.stages);
  return new Command("explain")
    .summary("show what the compiler makes of a model")
    .description(
      "Prints one stage of a model on its way to an engine. All stages but `plate` and `core` need the model's inputs and sizes.",
    )
    .argument("<file>", "a model")
    .addOption(
      new Option("--stage <name>", "which stage").choices(stages.map(([name]) => name)).default("each"),
    )
    .addOption(new Option("--out <file>", "write the plate diagram as SVG (.svg)"))
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
  ppl explain schools.ppl --stage plate --out schools.svg
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
  if (flags.out !== undefined) checkDiagram(flags.stage, flags.out, file, driver);
  const program = await session.loadProgram(file);
  const data = readGiven(driver, flags);
  const { stage, model, set: sizes, ignoreExtra: allowExtra } = flags;
  const options = { stage, model, sizes, allowExtra, member: flags.member?.described };
  const text = await driver.explain(program, data, options);
  if (flags.out === undefined) session.print(text);
  else {
    driver.writeText(flags.out, await driver.explain(program, data, { ...options, form: "svg" }));
    session.remark(`wrote ${flags.out}`);
  }
  session.printJson({ model: model ?? program.core.models[0]?.name, stage, text });
  return 0;
}

function checkDiagram(stage: Stage, out: string, file: string, driver: Driver): void {
  if (stage !== "plate")
    throw new ProblemError([
      {
        code: "usage",
        severity: "error",
        message: `--out writes the plate diagram, not the stage \`${stage}\``,
        labels: [],
        help: "add --stage plate",
      },
    ]);
  driver.checkWritable(out, [".svg"], [file]);
}
