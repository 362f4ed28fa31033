/** One-to-one functions of a number between two ends: whether a step is one there, and where its values lie. */
import {
  type BinaryBijectionName,
  isUnaryBijection,
  type UnaryBijectionName,
  unaryBijections,
} from "../bijections.ts";
import type { BuiltinName } from "../builtins.ts";
import type { CoreBijection, CoreSupport } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import { rangeOf, within } from "../range.ts";
import { type Range, realLine } from "../type.ts";
import type { Obstacle, PathStep } from "./bijection-path.ts";
import { checkBuiltin } from "./check-builtin.ts";
import type { Scope } from "./check-scope.ts";
import { literalNumber } from "./literal-number.ts";

/** Where numbers lie: between ends in terms of the program, and between numbers. */
export interface Bijected {
  readonly support: CoreSupport;
  readonly range: Range;
}

type Side = "low" | "high";
type Refused = Obstacle & { readonly help?: string };

export function imageOf(
  scope: Scope,
  step: PathStep,
  inner: Bijected,
): (Bijected & { readonly bijection: CoreBijection }) | Refused {
  const bijection = bijectionOf(step, inner.range);
  if ("reason" in bijection) return { span: step.span, ...bijection };
  const ends: { low?: CoreExpression; high?: CoreExpression } = {};
  for (const side of ["low", "high"] as const) {
    const end = side in inner.support ? (inner.support as { [S in Side]?: CoreExpression })[side] : undefined;
    const image = imageOfEnd(scope, step, bijection, end, side);
    if (image === undefined) continue;
    if (image.type.kind === "number" && image.type.dimensions.length > 0)
      return {
        span: step.span,
        reason: "where its draws end would differ from element to element",
        help: "draw each element in a plate",
      };
    ends[bijection.falling === (side === "low") ? "high" : "low"] = image;
  }
  return { bijection, support: supportBetween(ends), range: rangeBetween(ends, bijection.falling, inner) };
}

/** Of whole numbers: moved and multiplied by whole ones they are whole, and lie apart. */
export function wholeImageOf(
  scope: Scope,
  step: PathStep,
  inner: Bijected,
): (Bijected & { readonly bijection: CoreBijection }) | Refused {
  const next = imageOf(scope, step, { ...inner, support: { kind: "real" } });
  if ("reason" in next) return next;
  const { operand, span } = step;
  const isWhole =
    ["neg", "add", "sub", "subFrom", "mul"].includes(next.bijection.name) &&
    (operand === undefined || (operand.type.kind === "number" && operand.type.base === "int"));
  if (isWhole) return { ...next, support: { kind: "discrete" } };
  return {
    span,
    reason: "it draws whole numbers, which stay whole under `+`, `-` and `*` with whole numbers only",
    help: "draw it by itself and bind what is made of it, or write whole numbers",
  };
}

/** The step as a one-to-one function of numbers in the range, or why it is none. */
function bijectionOf(
  { function: called, position, operand }: PathStep,
  range: Range,
): CoreBijection | { readonly reason: string; readonly help?: string } {
  if (operand === undefined) {
    if (!isUnaryBijection(called)) return { reason: `\`${called}\` is not one-to-one` };
    const { domain, ends } = unaryBijections[called];
    if (!within(range, rangeOf(domain.low, domain.high)))
      return { reason: `\`${called}\` is not one-to-one where its draws lie` };
    return { name: called, falling: ends[0] > ends[1] };
  }
  const name = binaryName(called, position);
  if (name === undefined) return { reason: `\`${called}\` is not one-to-one`, ...atAnEnd(called) };
  const other = rangeIn(operand);
  const sign = signOf(other);
  const may = (what: string): { reason: string; help: string } => ({
    reason: what,
    help: "have it shown by its type: declare it `Positive`, or write `as Positive` behind it",
  });
  switch (name) {
    case "add":
    case "sub":
      return { name, operand, falling: false };
    case "subFrom":
      return { name, operand, falling: true };
    case "mul":
    case "div":
      if (sign === undefined)
        return may(`what it is ${name === "mul" ? "multiplied" : "divided"} by may have any sign`);
      return { name, operand, falling: sign < 0 };
    case "divFrom":
      if (signOf(range) === undefined && !(range.low >= 0 || range.high <= 0))
        return { reason: "its draws may have any sign, and something is divided by them" };
      return sign === undefined
        ? may("what is divided by it may have any sign")
        : { name, operand, falling: sign > 0 };
    case "pow":
      if (range.low < 0) return { reason: "its draws may be negative, where `^` is not one-to-one" };
      return sign === undefined
        ? may("what it is raised to may have any sign")
        : { name, operand, falling: sign < 0 };
    case "powOf": {
      const isAbove = other.low > 1 || (other.low === 1 && other.lowOpen);
      const isBelow = (other.high < 1 || (other.high === 1 && other.highOpen)) && sign === 1;
      return isAbove || isBelow
        ? { name, operand, falling: isBelow }
        : { reason: "what is raised to it may be 1, or not positive" };
    }
  }
}

/** What is cut off at an end is recorded there. */
function atAnEnd(called: BuiltinName): { readonly help?: string } {
  if (called !== "max" && called !== "min") return {};
  const end = called === "max" ? "low" : "high";
  return { help: `for values that are recorded at an end, write \`Censored(…, ${end}: …)\`` };
}

function binaryName(called: BuiltinName, position: number): BinaryBijectionName | undefined {
  switch (called) {
    case "add":
    case "mul":
      return called;
    case "sub":
      return position === 0 ? "sub" : "subFrom";
    case "div":
      return position === 0 ? "div" : "divFrom";
    case "pow":
      return position === 0 ? "pow" : "powOf";
    default:
      return undefined;
  }
}

function rangeIn({ type }: CoreExpression): Range {
  return type.kind === "number" ? type.range : realLine;
}

function signOf(range: Range): 1 | -1 | undefined {
  if (range.low > 0 || (range.low === 0 && range.lowOpen)) return 1;
  return range.high < 0 || (range.high === 0 && range.highOpen) ? -1 : undefined;
}

/** What the function gives at an end of its draws, or tends to; `undefined` where that is infinite. */
function imageOfEnd(
  scope: Scope,
  { function: called, position, operand, span }: PathStep,
  bijection: CoreBijection,
  end: CoreExpression | undefined,
  side: Side,
): CoreExpression | undefined {
  const infinite = side === "low" ? -Infinity : Infinity;
  const at = end === undefined ? infinite : end.kind === "literal" ? end.value : Number.NaN;
  const limit =
    "operand" in bijection ? binaryLimit(bijection, at, side) : unaryLimit(bijection.name, at, side);
  if (limit !== undefined) return Number.isFinite(limit) ? literalNumber(limit, span) : undefined;
  if (end === undefined) return undefined;
  if (operand !== undefined && at === 0 && (bijection.name === "add" || bijection.name === "subFrom"))
    return operand;
  const values = operand === undefined ? [end] : position === 0 ? [end, operand] : [operand, end];
  const args = values.map((value) => ({ value, expression: { kind: "error", span } as const }));
  const image = checkBuiltin({ ...scope, report: () => {} }, called, args, span);
  const { low, high } = rangeIn(image);
  return low === high ? literalNumber(low, span) : image;
}

function unaryLimit(name: UnaryBijectionName, at: number, side: Side): number | undefined {
  const { domain, ends } = unaryBijections[name];
  return at === domain[side] ? ends[side === "low" ? 0 : 1] : undefined;
}

/** Where it does not depend on how large the operand is. */
function binaryLimit(
  { name, operand, falling }: Extract<CoreBijection, { readonly operand: CoreExpression }>,
  at: number,
  side: Side,
): number | undefined {
  const isInfinite = Math.abs(at) === Infinity;
  const outwards = falling ? -at : at;
  switch (name) {
    case "add":
    case "sub":
    case "subFrom":
      return isInfinite ? outwards : undefined;
    case "mul":
    case "div":
      return isInfinite ? outwards : at === 0 ? 0 : undefined;
    case "divFrom":
      if (isInfinite) return 0;
      return at === 0 ? (signOf(rangeIn(operand)) ?? 1) * (side === "low" ? Infinity : -Infinity) : undefined;
    case "pow":
      if (!isInfinite && at !== 0) return undefined;
      return (at === 0) === falling ? Infinity : 0;
    case "powOf":
      if (!isInfinite) return undefined;
      return at < 0 === falling ? Infinity : 0;
  }
}

function supportBetween({ low, high }: { low?: CoreExpression; high?: CoreExpression }): CoreSupport {
  if (low !== undefined && high !== undefined) return { kind: "interval", low, high };
  if (low !== undefined) return { kind: "lower", low };
  return high === undefined ? { kind: "real" } : { kind: "upper", high };
}

/** An end stays open, or becomes so where the draws have no end. */
function rangeBetween(
  { low, high }: { low?: CoreExpression; high?: CoreExpression },
  falling: boolean,
  inner: Bijected,
): Range {
  const { lowOpen, highOpen } = inner.range;
  const [atLow, atHigh] = falling ? [highOpen, lowOpen] : [lowOpen, highOpen];
  return rangeOf(
    low === undefined ? -Infinity : rangeIn(low).low,
    high === undefined ? Infinity : rangeIn(high).high,
    atLow,
    atHigh,
  );
}
