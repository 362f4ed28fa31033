import fc from "fast-check";
import { ProblemError } from "../../../src/base/problem.ts";

/**
 * The program with the failure, so that it can be read, and kept as a test. What is documented to be refused is no failure:
 * discrete variables that cannot be summed out one by one.
 */
export function shown(text: string, law: () => void): void {
  try {
    law();
  } catch (error) {
    if (error instanceof ProblemError) fc.pre(error.problems.every(({ code }) => code !== "cannot-sum-out"));
    throw new Error(`${text}\n${error instanceof Error ? error.stack : error}`);
  }
}
