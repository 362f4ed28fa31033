/** What the graph takes for granted of data: the compiler finds the uses, here the values are looked at. */
import { type Problem, ProblemError } from "../../base/problem.ts";
import type { DataCheck } from "../../compiler/lower/context.ts";
import type { BoundData } from "../../data/bind-data.ts";
import { elementName, indicesAt, placeOf } from "../../data/raw-data.ts";

type Values = BoundData["values"][string];

/** Throws `ProblemError` with the first offending element of each array. */
export function checkKnownData(checks: readonly DataCheck[], bound: BoundData): void {
  const problems = knownDataProblems(checks, bound);
  if (problems.length > 0) throw new ProblemError(problems);
}

/** The first offending element of each array. */
export function knownDataProblems(checks: readonly DataCheck[], bound: BoundData): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const check of checks) {
    const { span: _, ...facts } = check;
    const key = JSON.stringify(facts);
    const data = bound.values[check.name];
    if (data === undefined || seen.has(key)) continue;
    seen.add(key);
    const problem = check.kind === "positions" ? checkPositions(check, data) : checkTimes(check, data);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

/** Data used as positions must lie inside what they index. */
function checkPositions(
  { name, bound: limit, span }: Extract<DataCheck, { kind: "positions" }>,
  data: Values,
): Problem | undefined {
  const at = data.values.findIndex((value) => value < 0 || value >= limit);
  if (at < 0) return undefined;
  const indices = indicesAt(data.shape, at);
  const element = elementName(name, indices);
  const oneBased = data.values.every((value) => value >= 1 && value <= limit);
  return {
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
  };
}

/** Times at which a differential equation is solved go forward. */
function checkTimes(
  { name, start, span }: Extract<DataCheck, { kind: "times" }>,
  data: Values,
): Problem | undefined {
  const before = (at: number): number => (at === 0 ? (start ?? data.values[0]) : data.values[at - 1]);
  const at = data.values.findIndex((value, each) => value < before(each));
  if (at < 0) return undefined;
  const indices = indicesAt(data.shape, at);
  const earlier = at === 0 ? `the start, ${start}` : `\`${elementName(name, [at - 1])}\`, ${before(at)}`;
  return {
    code: "data-times-go-back",
    severity: "error",
    message: `\`${elementName(name, indices)}\` is ${data.values[at]}, before ${earlier}`,
    place: placeOf(name, data.origin, indices),
    labels: [{ span, text: "the times of an ode" }],
    expected: "times in ascending order",
    found: `${data.values[at]} after ${before(at)}`,
    help:
      at === 0
        ? "let `start` be at or before the first of the times"
        : `sort the rows of the data by \`${name}\``,
  };
}
