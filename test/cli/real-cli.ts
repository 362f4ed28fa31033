/** The command line with the real driver on real files: in this process, or in one of its own as users start it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CliContext, Output } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { driver } from "../../src/driver/driver.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own with those files; `remove` it afterwards. */
export interface Folder {
  readonly path: string;
  /** Names of what is in it, sorted. */
  list(): string[];
  file(name: string): string;
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  remove(): void;
}

export function temporaryFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): Folder {
  const path = mkdtempSync(join(tmpdir(), "ppl-"));
  const folder: Folder = {
    path,
    list: () => readdirSync(path).sort(),
    file: (name) => join(path, name),
    write(more) {
      for (const [name, content] of Object.entries(more)) writeFileSync(join(path, name), content);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
  folder.write(files);
  return folder;
}

/**
 * Runs in this process. Arguments that start with "./" are names in the folder; in what comes back, the folder's path is gone
 * again.
 */
export async function runHere(folder: Folder, args: readonly string[]): Promise<Result> {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    write: (text) => {
      written[name] += text;
    },
    terminal: false,
    columns: 100,
    color: false,
  });
  const context: CliContext = {
    driver,
    stdout: output("stdout"),
    stderr: output("stderr"),
    now: () => performance.now(),
    onInterrupt: () => () => {},
    kill: () => {},
    removeFile: (path) => rmSync(path, { force: true }),
  };
  const code = await runCli(
    args.map((arg) => (arg.startsWith("./") ? folder.file(arg.slice(2)) : arg)),
    context,
  );
  const relative = (text: string): string => text.replaceAll(`${folder.path}/`, "");
  return { code, stdout: relative(written.stdout), stderr: relative(written.stderr) };
}

export interface StartOptions {
  readonly onStart?: (child: ChildProcess) => void;
  readonly env?: Readonly<Record<string, string>>;
  /** On a terminal of its own, by util-linux's `script`; all that is shown is in `stdout`. */
  readonly terminal?: boolean;
}

/** Runs in a process of its own, with the folder as the working directory. */
export function runProcess(
  folder: Folder,
  args: readonly string[],
  { onStart, env: more = {}, terminal = false }: StartOptions = {},
): Promise<Result> {
  const { FORCE_COLOR: _, NO_COLOR: __, ...env } = process.env;
  const command = [process.execPath, main, ...args];
  const [program, ...rest] = terminal ? ["script", "-qec", command.join(" "), "/dev/null"] : command;
  const child = spawn(program, rest, {
    cwd: folder.path,
    env: { ...env, ...(terminal && { TERM: "xterm" }), ...more },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (piece) => {
    stdout += piece;
  });
  child.stderr.on("data", (piece) => {
    stderr += piece;
  });
  onStart?.(child);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}
