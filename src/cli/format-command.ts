/** `ppl fmt`: models in the one form that programs have. */
import { Command, Option } from "commander";
import { type Problem, ProblemError } from "../base/problem.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type ShowFlags, sharedOptions } from "./options.ts";
import { problemJson } from "./problem-json.ts";
import { runCommand, type Session } from "./run-command.ts";

interface FormatFlags extends ShowFlags {
  readonly check?: boolean;
}

interface FormattedFile {
  readonly file: string;
  /** `changed`: written anew, or with `--check` and for stdin what would be. */
  readonly status: "changed" | "unchanged" | "broken";
  readonly text?: string;
}

export function formatCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  const command = new Command("fmt")
    .summary("format models")
    .description(
      "Brings models into the form that all programs have, in place. Of a folder, all .ppl files in it and in its folders. `-` reads stdin and writes to stdout.",
    )
    .argument("<files...>", "models and folders, or -")
    .addOption(new Option("--check", "write nothing; list what would change and exit with 1"))
    .addOption(sharedOptions.json())
    .addOption(sharedOptions.quiet())
    .addHelpText(
      "after",
      `
A file with syntax errors stays as it is: exit code 2.

Examples:
  ppl fmt schools.ppl
  ppl fmt .
  ppl fmt models --check
  ppl fmt - < schools.ppl`,
    );
  return command.action(async (paths: string[], flags: FormatFlags) => {
    if (paths.length > 1 && paths.includes("-")) command.error("error: `-` goes alone, without other files");
    finish(await runCommand(context, flags, (session) => formatFiles(paths, flags, session)));
  });
}

async function formatFiles(
  paths: readonly string[],
  flags: FormatFlags,
  session: Session,
): Promise<ExitCode> {
  const { driver } = session.context;
  const files: FormattedFile[] = [];
  const problems: Problem[] = [];
  for (const file of driver.modelFiles(paths)) {
    const formatted = await formatFile(file, flags, session).catch((error: unknown) => {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(...error.problems);
      return { file, status: "broken" } as const;
    });
    files.push(formatted);
    show(formatted, flags, session);
  }
  session.printJson({ files, problems: problems.map((problem) => problemJson(problem, session.sources)) });
  if (problems.length > 0) {
    session.showProblems(problems);
    return 2;
  }
  return flags.check && files.some(({ status }) => status === "changed") ? 1 : 0;
}

async function formatFile(file: string, flags: FormatFlags, session: Session): Promise<FormattedFile> {
  const { driver } = session.context;
  const source = session.loadSource(file);
  const { text, problems } = await driver.format(source);
  if (text === undefined) throw new ProblemError(problems);
  const status = text === source.text ? "unchanged" : "changed";
  if (file === "-") return { file, status, text };
  if (status === "changed" && !flags.check) driver.writeSource(file, text);
  return { file, status };
}

function show({ file, status, text }: FormattedFile, flags: FormatFlags, session: Session): void {
  if (text !== undefined && !flags.check) session.print(text.replace(/\n$/, ""));
  else if (status === "changed" && flags.check) session.print(file);
  else if (status === "changed") session.remark(`formatted ${file}`);
}
