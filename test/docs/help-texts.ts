/** The help of every command, as the command line prints it. */
import type { CliContext, Output } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { driver } from "../../src/driver/driver.ts";

/** Command name → its help. */
export async function helpTexts(): Promise<Record<string, string>> {
  const listed = [...(await help()).matchAll(/^ {2}([a-z]+) .*\[?options\]?/gm)].map((match) => match[1]);
  const texts: Record<string, string> = {};
  for (const command of listed) texts[command] = await help(command);
  return texts;
}

async function help(...command: string[]): Promise<string> {
  let text = "";
  const stdout: Output = {
    write: (part) => {
      text += part;
    },
    terminal: false,
    columns: 100,
    color: false,
  };
  const context: CliContext = {
    driver,
    stdout,
    stderr: stdout,
    now: () => 0,
    onInterrupt: () => () => {},
    kill: () => {},
    removeFile: () => {},
  };
  await runCli([...command, "--help"], context);
  return text;
}
