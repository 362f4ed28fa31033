/** What a command may touch, all of it given from outside: the driver, two streams, time and Ctrl-C. */
import type { Driver } from "../driver/api-types.ts";

export interface Output {
  write(text: string): void;
  readonly terminal: boolean;
  /** Width of a terminal; 80 elsewhere. */
  readonly columns: number;
  readonly color: boolean;
}

export interface CliContext {
  readonly driver: Driver;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds from any start. */
  now(): number;
  /** Calls `listener` at every Ctrl-C until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. */
  kill(exitCode: number): void;
  removeFile(path: string): void;
}

/** 0: done. 1: our own fault, or `fmt --check` found something to change. 2: something in the call, the model or the data is wrong. 130: stopped by Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 130;

/** https://no-color.org and the FORCE_COLOR convention, in that order. */
export function wantsColor(
  environment: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): boolean {
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== "") return false;
  const force = environment.FORCE_COLOR;
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  return terminal && environment.TERM !== "dumb";
}
