#!/usr/bin/env node
/** The `ppl` program: the command line with the real driver, streams and signals. */
import { rmSync } from "node:fs";
import { driver } from "../driver/driver.ts";
import { type CliContext, type Output, wantsColor } from "./context.ts";
import { runCli } from "./run-cli.ts";

function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that goes away (`ppl … | head`) is no error.
    if (error.code === "EPIPE") process.exit(0);
    const why = error.code === "ENOSPC" ? "the disk is full" : error.message;
    if (stream !== process.stderr) process.stderr.write(`error: cannot write the output: ${why}\n`);
    process.exit(2);
  });
  return {
    write: (text) => void stream.write(text),
    terminal: stream.isTTY === true,
    get columns() {
      // 0 on terminals that do not know.
      return stream.columns || 80;
    },
    color: wantsColor(process.env, stream.isTTY === true),
  };
}

const context: CliContext = {
  driver,
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  now: () => performance.now(),
  onInterrupt(listener) {
    process.on("SIGINT", listener);
    return () => void process.off("SIGINT", listener);
  },
  kill: (code) => process.exit(code),
  removeFile: (path) => rmSync(path, { force: true }),
};

process.exitCode = await runCli(process.argv.slice(2), context);
