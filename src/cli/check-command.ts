/** `ppl check`: what is wrong with models, before any data. */
import { Command } from "commander";
import { hasErrors, type Problem, ProblemError } from "../base/problem.ts";
import type { ModelOutline } from "../driver/explain/outline.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type ShowFlags, sharedOptions } from "./options.ts";
import { placeJson, problemJson } from "./problem-json.ts";
import { runCommand, type Session } from "./run-command.ts";

export function checkCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  return new Command("check")
    .summary("check models without running them")
    .description(
      "Checks models: syntax, names, sizes, supports. Shows what each model takes, draws and observes. Of a folder, all .ppl files in it and in its folders; `-` is stdin.",
    )
    .argument("<files...>", "models and folders, or -")
    .addOption(sharedOptions.json())
    .addHelpText(
      "after",
      `
Examples:
  ppl check schools.ppl
  ppl check models
  ppl check schools.ppl --json`,
    )
    .action(async (paths: string[], flags: ShowFlags) => {
      finish(await runCommand(context, flags, (session) => checkFiles(paths, session)));
    });
}

interface CheckedFile {
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly models: readonly ModelOutline[];
}

async function checkFiles(paths: readonly string[], session: Session): Promise<ExitCode> {
  const checked: CheckedFile[] = [];
  for (const file of session.context.driver.modelFiles(paths)) {
    const each = await checkFile(file, session);
    checked.push(each);
    if (hasErrors(each.problems)) continue;
    session.print(`${file}: no errors`);
    for (const model of each.models) session.print(`  ${describe(model)}`);
  }
  const problems = checked.flatMap((each) => each.problems);
  session.printJson({
    files: checked.map(({ file }) => file),
    problems: problems.map((problem) => problemJson(problem, session.sources)),
    models: checked.flatMap(({ file, models }) => models.map((model) => modelJson(file, model, session))),
  });
  session.showProblems(problems);
  return hasErrors(problems) ? 2 : 0;
}

async function checkFile(file: string, session: Session): Promise<CheckedFile> {
  const { driver } = session.context;
  try {
    const { program, problems } = await session.compile(file);
    return { file, problems, models: program === undefined ? [] : driver.outline(program) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { file, problems: error.problems, models: [] };
  }
}

function describe({ name, sizes, inputs, varies, draws, observes }: ModelOutline): string {
  const facts = [
    ["takes", inputs],
    ["varies", varies],
    ["draws", draws],
    ["observes", observes],
  ] as const;
  const said = facts
    .filter(([, entries]) => entries.length > 0)
    .map(([verb, entries]) => `${verb} ${entries.map((entry) => entry.name).join(", ")}`);
  const signature = sizes.length === 0 ? name : `${name}[${sizes.map((size) => size.name).join(", ")}]`;
  return `${signature}${said.length === 0 ? "" : ` ${said.join("; ")}`}`;
}

/** The outline with lines and columns. */
function modelJson(file: string, model: ModelOutline, { sources }: Session): Record<string, unknown> {
  const entries = <Entry extends { readonly span: ModelOutline["span"] }>(
    list: readonly Entry[],
  ): Record<string, unknown>[] =>
    list.map(({ span, ...rest }) => ({ ...rest, at: placeJson(span, sources) }));
  const { span, inputs, varies, draws, observes, ...rest } = model;
  return {
    file,
    ...rest,
    at: placeJson(span, sources),
    inputs: entries(inputs),
    varies: entries(varies),
    draws: entries(draws),
    observes: entries(observes),
  };
}
