/** The command line as a function: arguments and a context in, an exit code out. */
import { Command, CommanderError } from "commander";
import { checkCommand } from "./check-command.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { doctorCommand } from "./doctor-command.ts";
import { explainCommand } from "./explain-command.ts";
import { exportCommand } from "./export-command.ts";
import { formatCommand } from "./format-command.ts";
import { inferCommand } from "./infer-command.ts";
import { sampleCommand } from "./sample-command.ts";
import { trainCommand } from "./train-command.ts";

/** `args` are those after the program's name. Never rejects. */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitCode> {
  const { stdout, stderr, driver } = context;
  let code: ExitCode = 0;
  const finish = (given: ExitCode): void => {
    code = given;
  };
  const json = args.includes("--json");
  const program = new Command("ppl")
    .description("A small typed probabilistic language whose compiler derives the inference.")
    .version(driver.version, "-V, --version", "print the version")
    .helpCommand("help [command]", "show the help of a command")
    .addHelpText(
      "after",
      `
Examples:
  ppl check schools.ppl
  ppl infer schools.ppl --data schools.json

Exit codes: 0 done, 1 an error in ppl itself (of fmt --check: something would change), 2 something in the call, the model
or the data, 130 stopped by Ctrl-C.`,
    );
  for (const create of [
    inferCommand,
    sampleCommand,
    trainCommand,
    checkCommand,
    formatCommand,
    explainCommand,
    exportCommand,
    doctorCommand,
  ]) {
    program.addCommand(create(context, finish));
  }
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showHelpAfterError(`(ppl ${command === program ? "" : `${command.name()} `}--help says more)`);
    command.configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => (json ? undefined : stderr.write(text)),
      getOutHelpWidth: () => Math.min(stdout.columns, 110),
      getErrHelpWidth: () => Math.min(stderr.columns, 110),
      getOutHasColors: () => stdout.color,
      getErrHasColors: () => stderr.color,
    });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const help = usageHelp(args, error);
    if (json) stdout.write(`${JSON.stringify({ problems: [usageProblem(error, help)] }, null, 2)}\n`);
    else if (help !== undefined) stderr.write(`${help}\n`);
    return 2;
  }
}

/** What was probably meant: a file in place of a command, data without `--data`. */
function usageHelp(args: readonly string[], { code }: CommanderError): string | undefined {
  if (code === "commander.unknownCommand" && /\.pplx?$/.test(args[0]))
    return `did you mean: ppl infer ${args[0]}`;
  if (["-v", "version", "-version"].includes(args[0])) return "did you mean: --version";
  if (code !== "commander.excessArguments") return undefined;
  const data = args.find((each, at) => /\.(json|csv)$/.test(each) && !args[at - 1]?.startsWith("-"));
  return data === undefined ? undefined : `did you mean: --data ${data}`;
}

/** Commander's near misses stand in a second line of its message. */
function usageProblem({ message }: CommanderError, help: string | undefined): Record<string, unknown> {
  const [first, near] = message.replace(/^error: /, "").split("\n");
  return {
    code: "usage",
    severity: "error",
    message: first === "(outputHelp)" ? "no command is given" : first,
    labels: [],
    help: help ?? near?.replace(/^\(D(.*)\)$/, "d$1"),
  };
}
