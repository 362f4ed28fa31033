import fc from "fast-check";
import { ProblemError } from "../../../src/base/problem.ts";

const refusals = new Set(["cannot-sum-out", "missing-value-needed"]);

/**
 * The program with the failure, so that it can be read, and kept as a test. What is documented to be refused is no failure:
 * discrete variables that cannot be summed out one by one, missing values that cannot be inferred, and bounds of a support that a guide
 * does not know.
 */
export function shown(text: string, law: () => void): void {
  try {
    law();
  } catch (error) {
    if (fc.PreconditionFailure.isFailure(error)) throw error;
    if (error instanceof ProblemError) fc.pre(!error.problems.some(({ code }) => refusals.has(code)));
    fc.pre(
      !/^annotation-not-allowed: .* not known to the guide/.test(
        String(error instanceof Error && error.message),
      ),
    );
    throw new Error(`${text}\n${error instanceof Error ? error.stack : error}`);
  }
}
