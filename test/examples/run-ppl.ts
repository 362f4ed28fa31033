/** Runs the command line in this process, with the real driver. */
import { join } from "node:path";
import type { Output } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { driver } from "../../src/driver/driver.ts";
import { root } from "./transcript.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `command` as in a transcript; paths in it are from the root of the repository. */
export async function runPpl(command: string): Promise<Ran> {
  const texts = { stdout: "", stderr: "" };
  const into = (name: keyof typeof texts): Output => ({
    write(text) {
      texts[name] += text;
    },
    terminal: false,
    columns: 80,
    color: false,
  });
  const args = command
    .replace(/^ppl /, "")
    .split(" ")
    .map((word) => (word.startsWith("examples/") ? join(root, word) : word));
  const code = await runCli(args, {
    driver,
    stdout: into("stdout"),
    stderr: into("stderr"),
    now: () => performance.now(),
    onInterrupt: () => () => {},
    kill: () => {},
    removeFile: () => {},
  });
  return { code, ...texts };
}
