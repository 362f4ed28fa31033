/** Data used as positions must lie inside what they index. The compiler finds the uses; here the values are looked at. */
import { type Problem, ProblemError } from "../base/problem.ts";
import type { IndexCheck } from "../compiler/lower/context.ts";
import type { BoundData } from "../data/bind-data.ts";
import { elementNames } from "./element-names.ts";

/** Throws `ProblemError` with the first offending element of each array. */
export function checkIndices(checks: readonly IndexCheck[], bound: BoundData): void {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const { name, bound: limit, span } of checks) {
    const data = bound.values[name];
    if (data === undefined || seen.has(`${name} ${limit}`)) continue;
    seen.add(`${name} ${limit}`);
    const at = data.values.findIndex((value) => value < 0 || value >= limit);
    if (at < 0) continue;
    const element = elementNames(name, data.shape)[at];
    const oneBased = data.values.every((value) => value >= 1 && value <= limit);
    problems.push({
      code: "data-index-out-of-range",
      severity: "error",
      message: `\`${element}\` is ${data.values[at]}, but it is used as a position among ${limit}`,
      labels: [{ span, text: `used as a position here; positions run from 0 to ${limit - 1}` }],
      expected: `whole numbers from 0 to ${limit - 1}`,
      found: `${data.values[at]} in ${element}`,
      help: oneBased ? `the data seem to count from 1: subtract 1 from \`${name}\`` : undefined,
    });
  }
  if (problems.length > 0) throw new ProblemError(problems);
}
