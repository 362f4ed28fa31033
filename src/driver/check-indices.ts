/** Data used as positions must lie inside what they index. The compiler finds the uses; here the values are looked at. */
import { type Problem, ProblemError } from "../base/problem.ts";
import type { IndexCheck } from "../compiler/lower/context.ts";
import type { BoundData } from "../data/bind-data.ts";
import { elementName, indicesAt, placeOf } from "../data/raw-data.ts";

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
    const indices = indicesAt(data.shape, at);
    const element = elementName(name, indices);
    const oneBased = data.values.every((value) => value >= 1 && value <= limit);
    problems.push({
      code: "data-index-out-of-range",
      severity: "error",
      message: `\`${element}\` is ${data.values[at]}, but it is used as a position among ${limit}`,
      place: placeOf(name, data.origin, indices),
      labels: [{ span, text: `used as a position here; positions run from 0 to ${limit - 1}` }],
      expected: `whole numbers from 0 to ${limit - 1}`,
      found: String(data.values[at]),
      help: oneBased
        ? `the data seem to count from 1: subtract 1 from \`${name}\``
        : data.values[at] < 0
          ? "positions start at 0"
          : `correct the value, or make what it points into larger than ${limit}`,
    });
  }
  if (problems.length > 0) throw new ProblemError(problems);
}
