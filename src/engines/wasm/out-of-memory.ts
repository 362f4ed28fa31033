/** A graph for which there is not enough memory, told before or in place of a crash. */
import { ProblemError } from "../../base/problem.ts";

const gibibyte = 2 ** 30;

/** What WebAssembly can address. */
export const mostBytes = 2 ** 32;

export function outOfMemory(bytes: number, reason: "addresses" | "machine"): ProblemError {
  return new ProblemError([
    {
      code: "out-of-memory",
      severity: "error",
      message: `the compiled model would take ${(bytes / gibibyte).toFixed(1)} GiB of memory`,
      labels: [],
      expected:
        reason === "addresses"
          ? `at most ${mostBytes / gibibyte} GiB, which is all that WebAssembly can address`
          : "as much as this machine still has",
      help: "make its arrays smaller; training takes less with a smaller --batch or with --engine wasm:f32",
    },
  ]);
}
