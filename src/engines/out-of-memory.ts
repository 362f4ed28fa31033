/** A graph for which there is not enough memory, told before or in place of a crash. */
import { availableMemory } from "../base/available-memory.ts";
import { ProblemError } from "../base/problem.ts";

/** What WebAssembly can address. */
export const mostBytes = 2 ** 32;

const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

/** Below it is there, or nothing would run; asking takes longer than a small model does. */
const worthAsking = 16 * mebibyte;

/** Throws `ProblemError` where the machine does not have so many bytes. */
export function refuseBeyondMachine(bytes: number): void {
  if (bytes > worthAsking && bytes > availableMemory()) throw outOfMemory(bytes, "machine");
}

export function outOfMemory(bytes: number, reason: "addresses" | "machine"): ProblemError {
  return new ProblemError([
    {
      code: "out-of-memory",
      severity: "error",
      message: `the compiled model would take ${formatBytes(bytes)} of memory`,
      labels: [],
      expected:
        reason === "addresses"
          ? `at most ${mostBytes / gibibyte} GiB, which is all that WebAssembly can address`
          : "as much as this machine still has",
      help: "make its arrays smaller; training takes less with a smaller --batch or with --engine wasm:f32",
    },
  ]);
}

function formatBytes(bytes: number): string {
  return bytes < gibibyte / 10
    ? `${(bytes / mebibyte).toFixed(1)} MiB`
    : `${(bytes / gibibyte).toFixed(1)} GiB`;
}
