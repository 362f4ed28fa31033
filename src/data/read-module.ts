/** A file that a program imports. */
import { ProblemError } from "../base/problem.ts";
import type { Source } from "../base/span.ts";
import { readTextFile } from "./read-text-file.ts";

/** `undefined` where there is no such file, or it cannot be read. */
export function readModule(path: string): Source | undefined {
  try {
    return { name: path, text: readTextFile(path, "model") };
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
