/** `ppl doctor`: what is installed, what can compute, and how to get what is missing. */
import { Command } from "commander";
import { createColors } from "picocolors";
import type { DoctorReport } from "../driver/api-types.ts";
import type { CliContext, ExitCode } from "./context.ts";
import { type ShowFlags, sharedOptions } from "./options.ts";
import { runCommand } from "./run-command.ts";
import { formatTable } from "./table.ts";

export function doctorCommand(context: CliContext, finish: (code: ExitCode) => void): Command {
  return new Command("doctor")
    .summary("what is installed and which engines work here")
    .description("Shows versions and engines, and how to enable the engines that are missing.")
    .addOption(sharedOptions.json())
    .addHelpText(
      "after",
      `
Examples:
  ppl doctor
  ppl doctor --json`,
    )
    .action(async (flags: ShowFlags) => {
      const code = await runCommand(context, flags, async (session) => {
        const report = await context.driver.doctor();
        session.print(formatReport(report, context.stdout.color));
        session.printJson(report);
        return 0;
      });
      finish(code);
    });
}

function formatReport({ versions, engines, auto }: DoctorReport, color: boolean): string {
  const { green, dim, bold } = createColors(color);
  const rows = engines.flatMap(({ name, available, detail, howToEnable }) => [
    [`  ${name}`, available ? green("available") : dim("missing"), detail],
    ...(howToEnable === undefined || available ? [] : [["", "", `to enable: ${howToEnable}`]]),
  ]);
  return [
    bold("versions"),
    ...formatTable(
      Object.entries(versions).map(([name, version]) => [`  ${name}`, version]),
      ["left", "left"],
    ),
    "",
    bold("engines"),
    ...formatTable(rows, ["left", "left", "left"]),
    "",
    bold("--engine auto"),
    ...formatTable(
      auto.map(({ work, engine, reason }) => [`  ${work}`, engine, reason]),
      ["left", "left", "left"],
    ),
  ].join("\n");
}
