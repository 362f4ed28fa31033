/** Type rules of the builtins: shapes, bases and ranges, one row per name. */
import type { Span } from "../base/span.ts";
import { type BuiltinName, elementwiseBuiltins } from "./builtins.ts";
import type { Quote } from "./check-problem.ts";
import { errorExpression, type Scope } from "./check-scope.ts";
import { equalShapes } from "./check-type.ts";
import type { CoreExpression } from "./core.ts";
import { formatBrief } from "./format-brief.ts";
import { describeShape } from "./format-type.ts";
import {
  addRanges,
  cumulativeSumRange,
  disjoint,
  divideRanges,
  exactly,
  logSumExpRange,
  maxRange,
  minRange,
  multiplyRanges,
  powerRange,
  productRange,
  rangeOf,
  subtractRanges,
  sumRange,
  unaryRanges,
} from "./range.ts";
import { addSizes, constantValue, equalSizes, namedSize, type Size } from "./size.ts";
import { lowerBound, solveSize } from "./size-bounds.ts";
import type { Expression } from "./tree.ts";
import {
  type Base,
  type NumberType,
  nonNegativeRange,
  numberType,
  positiveRange,
  type Range,
  realLine,
  type Type,
  unitRange,
} from "./type.ts";

/** A checked argument with the text it came from. */
export interface CheckedArgument {
  readonly value: CoreExpression;
  readonly expression: Expression;
}

type ElementwiseName = (typeof elementwiseBuiltins)[number];
type UnaryName = keyof typeof unaryRanges;

/** What a rule sees of an argument whose type is a number. */
interface NumberArgument {
  readonly value: CoreExpression;
  readonly type: NumberType;
  readonly quote: Quote;
}

/** How operators read in messages. */
const operatorTexts: Readonly<Partial<Record<BuiltinName, string>>> = {
  neg: "-",
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  pow: "^",
  matmul: "@",
  and: "&&",
  or: "||",
  not: "!",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

const binaryNames: readonly ElementwiseName[] = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "min",
  "max",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "and",
  "or",
];

const logical: readonly ElementwiseName[] = ["and", "or", "not"];
const comparisons: readonly ElementwiseName[] = ["eq", "ne", "lt", "le", "gt", "ge"];

/** Integers in, integer out. */
const integral: readonly ElementwiseName[] = [
  "neg",
  "abs",
  "sign",
  "square",
  "add",
  "sub",
  "mul",
  "min",
  "max",
  "stop_gradient",
  "relu",
];

/** Where a function is a number at all; arguments provably outside are refused. */
const domains: Readonly<Partial<Record<ElementwiseName, Range>>> = {
  log: nonNegativeRange,
  sqrt: nonNegativeRange,
  log1p: rangeOf(-1, Infinity),
  logit: unitRange,
};

/** Number of arguments of a builtin that takes values; sizes of `ones` and `zeros` are checked apart. */
export function builtinArity(name: BuiltinName): number {
  if (binaryNames.some((each) => each === name)) return 2;
  return ["dot", "matmul", "outer", "concat"].includes(name) ? 2 : 1;
}

/** How to write a call: "max(a, b)". */
export function builtinSignature(name: BuiltinName): string {
  if (name === "ones" || name === "zeros") return `\`${name}(K)\``;
  return builtinArity(name) === 2 ? `\`${name}(a, b)\`` : `\`${name}(x)\``;
}

/** `ones(K, …)` or `zeros(K, …)` of checked sizes. */
export function filledArray(name: "ones" | "zeros", sizes: readonly Size[], span: Span): CoreExpression {
  const type = numberType("real", exactly(name === "ones" ? 1 : 0), sizes);
  return { kind: "call", function: name, arguments: [], sizes, type, span };
}

/** The call of a builtin with as many arguments as it takes. Reports misfits and gives an error expression. */
export function checkBuiltin(
  scope: Scope,
  name: BuiltinName,
  args: readonly CheckedArgument[],
  span: Span,
): CoreExpression {
  if (args.some(({ value }) => value.type.kind === "error")) return errorExpression(span);
  const numbers: NumberArgument[] = [];
  for (const { value, expression } of args) {
    const quote = { text: formatBrief(expression), span: expression.span };
    if (value.type.kind !== "number") {
      scope.report({
        code: "type-mismatch",
        value: quote,
        found: value.type,
        expected: "a number or an array",
        because: { text: `an argument of \`${shown(name)}\`` },
        ...(value.type.kind === "net"
          ? { help: `call it: \`${quote.text}(…)\`` }
          : { help: "bind its items: `(a, b) = …`" }),
      });
      return errorExpression(span);
    }
    numbers.push({ value, type: value.type, quote });
  }
  const type = isElementwise(name)
    ? elementwiseType(scope, name, numbers)
    : arrayType(scope, name, numbers, span);
  if (type === undefined) return errorExpression(span);
  return { kind: "call", function: name, arguments: args.map(({ value }) => value), sizes: [], type, span };
}

function isElementwise(name: BuiltinName): name is ElementwiseName {
  return (elementwiseBuiltins as readonly string[]).includes(name);
}

function shown(name: BuiltinName): string {
  return operatorTexts[name] ?? name;
}

function elementwiseType(
  scope: Scope,
  name: ElementwiseName,
  args: readonly NumberArgument[],
): Type | undefined {
  if (!basesFit(scope, name, args)) return undefined;
  const dimensions = commonShape(scope, `the two sides of \`${shown(name)}\``, args);
  if (dimensions === undefined) return undefined;
  if (logical.includes(name) || comparisons.includes(name)) return numberType("bool", unitRange, dimensions);
  const domain = domains[name];
  const [first] = args;
  if (domain !== undefined && disjoint(first.type.range, domain)) {
    const expected = numberType("real", domain);
    const because = { text: `the argument of ${name}` };
    scope.report({ code: "outside-support", value: first.quote, found: first.type, expected, because });
    return undefined;
  }
  if (name === "stop_gradient") return first.type;
  if (name === "div" && isUniformSimplex(args)) return numberType("real", unitRange, dimensions, "simplex");
  return numberType(elementwiseBase(name, args), elementwiseRange(name, args), dimensions);
}

/** `ones(K) / K` */
function isUniformSimplex([numerator, denominator]: readonly NumberArgument[]): boolean {
  const ones = numerator.value;
  return (
    ones.kind === "call" &&
    ones.function === "ones" &&
    ones.sizes.length === 1 &&
    denominator.value.kind === "size" &&
    equalSizes(ones.sizes[0], denominator.value.size)
  );
}

function elementwiseBase(name: ElementwiseName, args: readonly NumberArgument[]): Base {
  if (name === "floor") return "int";
  const integers = args.every(({ type }) => type.base === "int");
  if (name === "pow") return integers && args[1].type.range.low >= 0 ? "int" : "real";
  return integers && integral.includes(name) ? "int" : "real";
}

function elementwiseRange(name: ElementwiseName, args: readonly NumberArgument[]): Range {
  const a = args[0].type.range;
  if (Object.hasOwn(unaryRanges, name)) return unaryRanges[name as UnaryName](a);
  const b = args[1].type.range;
  switch (name) {
    case "add":
      return addRanges(a, b);
    case "sub":
      return subtractRanges(a, b);
    case "mul":
      return multiplyRanges(a, b);
    case "div":
      return divideRanges(a, b);
    case "pow":
      return powerRange(a, b, args[1].type.base === "int");
    case "min":
      return minRange(a, b);
    case "max":
      return maxRange(a, b);
    default:
      return realLine;
  }
}

function basesFit(scope: Scope, name: ElementwiseName, args: readonly NumberArgument[]): boolean {
  const bools = args.map(({ type }) => type.base === "bool");
  if (name === "stop_gradient") return true;
  const equality = name === "eq" || name === "ne";
  if (equality && (bools.every((each) => each) || !bools.some((each) => each))) return true;
  const wantsBool = logical.includes(name) || (equality && bools[0]);
  const wrong = args.find((_, position) => bools[position] !== wantsBool);
  if (wrong === undefined) return true;
  scope.report({
    code: "type-mismatch",
    value: wrong.quote,
    found: wrong.type,
    expected: wantsBool ? "Bool" : "a number",
    because: { text: `an argument of \`${shown(name)}\`` },
    help: wantsBool
      ? `write a comparison, such as \`${wrong.quote.text} > 0\``
      : `write \`if ${wrong.quote.text} { 1 } else { 0 }\``,
  });
  return false;
}

/** The shape of scalars and equal arrays together. Nothing else broadcasts. */
export function commonShape(
  scope: Scope,
  what: string,
  args: readonly { readonly type: NumberType; readonly quote: Quote }[],
): readonly Size[] | undefined {
  const arrays = args.filter(({ type }) => type.dimensions.length > 0);
  const [first] = arrays;
  if (first === undefined) return [];
  const other = arrays.find(({ type }) => !equalShapes(type.dimensions, first.type.dimensions));
  if (other === undefined) return first.type.dimensions;
  scope.report({
    code: "size-mismatch",
    what: `${what} have different shapes: ${describeShape(first.type.dimensions)} and ${describeShape(other.type.dimensions)}`,
    left: { ...first.quote, shape: first.type.dimensions },
    right: { ...other.quote, shape: other.type.dimensions },
  });
  return undefined;
}

function arrayType(
  scope: Scope,
  name: BuiltinName,
  args: readonly NumberArgument[],
  span: Span,
): Type | undefined {
  const bool = args.find(({ type }) => type.base === "bool");
  if (bool !== undefined) {
    scope.report({
      code: "type-mismatch",
      value: bool.quote,
      found: bool.type,
      expected: "an array of numbers",
      because: { text: `an argument of \`${shown(name)}\`` },
      help: "write a comprehension: `[if b[n] { 1 } else { 0 } for n in N]`",
    });
    return undefined;
  }
  const [first, second] = args;
  switch (name) {
    case "dot":
    case "outer":
    case "concat":
      return pairType(scope, name, first, second);
    case "matmul":
      return matmulType(scope, first, second);
    case "transpose":
      if (!hasRank(scope, name, first, 2, "exactly")) return undefined;
      return numberType(first.type.base, first.type.range, [
        first.type.dimensions[1],
        first.type.dimensions[0],
      ]);
    case "split":
      return splitType(scope, first, span);
    default:
      return hasRank(scope, name, first, 1, "at least") ? reductionType(name, first.type) : undefined;
  }
}

function reductionType(name: BuiltinName, { base, range, dimensions }: NumberType): NumberType {
  const rest = dimensions.slice(0, -1);
  const last = dimensions[dimensions.length - 1];
  const count = constantValue(last);
  switch (name) {
    case "sum":
      return numberType(base, sumRange(range, count), rest);
    case "mean":
      return numberType("real", range, rest);
    case "prod":
      return numberType(base, productRange(range), rest);
    case "logsumexp":
      return numberType("real", logSumExpRange(range, count), rest);
    case "softmax":
      return numberType("real", unitRange, dimensions, "simplex");
    case "log_softmax":
      return numberType("real", rangeOf(-Infinity, 0), dimensions);
    case "cumsum":
      return numberType(base, cumulativeSumRange(range), dimensions, isPositive(range) ? "ordered" : "plain");
    default:
      return numberType("real", realLine, dimensions);
  }
}

function isPositive(range: Range): boolean {
  return range.low > 0 || (range.low === positiveRange.low && range.lowOpen);
}

function pairType(
  scope: Scope,
  name: "dot" | "outer" | "concat",
  first: NumberArgument,
  second: NumberArgument,
): Type | undefined {
  if (!hasRank(scope, name, first, 1, "exactly") || !hasRank(scope, name, second, 1, "exactly"))
    return undefined;
  const [n] = first.type.dimensions;
  const [m] = second.type.dimensions;
  const base = first.type.base === second.type.base ? first.type.base : "real";
  const product = multiplyRanges(first.type.range, second.type.range);
  if (name === "outer") return numberType(base, product, [n, m]);
  if (name === "concat") {
    const low = minRange(first.type.range, second.type.range);
    const high = maxRange(first.type.range, second.type.range);
    const range = rangeOf(low.low, high.high, low.lowOpen, high.highOpen);
    return numberType(base, range, [addSizes(n, m)]);
  }
  const dimensions = commonShape(scope, "the two arguments of `dot`", [first, second]);
  return dimensions && numberType(base, sumRange(product, constantValue(n)), []);
}

function matmulType(scope: Scope, first: NumberArgument, second: NumberArgument): Type | undefined {
  for (const each of [first, second]) {
    if (!hasRank(scope, "matmul", each, 1, "at least")) return undefined;
    if (each.type.dimensions.length > 2 && !hasRank(scope, "matmul", each, 2, "exactly")) return undefined;
  }
  const left = first.type.dimensions;
  const right = second.type.dimensions;
  const inner = left[left.length - 1];
  if (!equalSizes(inner, right[0])) {
    scope.report({
      code: "size-mismatch",
      what: `the inner sizes of \`@\` differ: ${describeShape(left)} @ ${describeShape(right)}`,
      left: { ...first.quote, shape: left },
      right: { ...second.quote, shape: right },
      ...(right.length === 2 && equalSizes(inner, right[1])
        ? { help: `write \`transpose(${second.quote.text})\`` }
        : {}),
    });
    return undefined;
  }
  const range = sumRange(multiplyRanges(first.type.range, second.type.range), constantValue(inner));
  const base = first.type.base === "int" && second.type.base === "int" ? "int" : "real";
  return numberType(base, range, [...left.slice(0, -1), ...right.slice(1)]);
}

function splitType(scope: Scope, argument: NumberArgument, span: Span): Type | undefined {
  if (!hasRank(scope, "split", argument, 1, "exactly")) return undefined;
  const half = namedSize("half");
  const solved = solveSize(addSizes(half, half), argument.type.dimensions[0], new Set(["half"]));
  if (solved === undefined || lowerBound(solved.value) < 0) {
    scope.report({
      code: "size-mismatch",
      what: `\`split\` needs an array of even length, \`${argument.quote.text}\` has ${describeShape(argument.type.dimensions)}`,
      left: { ...argument.quote, shape: argument.type.dimensions },
      right: { text: "split", span, shape: [addSizes(namedSize("N"), namedSize("N"))] },
      help: "give the array the size `2 * N`",
    });
    return undefined;
  }
  const item = numberType(argument.type.base, argument.type.range, [solved.value]);
  return { kind: "tuple", items: [item, item] };
}

function hasRank(
  scope: Scope,
  name: BuiltinName,
  argument: NumberArgument,
  rank: 1 | 2,
  how: "exactly" | "at least",
): boolean {
  const found = argument.type.dimensions.length;
  if (how === "exactly" ? found === rank : found >= rank) return true;
  scope.report({
    code: "type-mismatch",
    value: argument.quote,
    found: argument.type,
    expected: rank === 1 ? (how === "exactly" ? "a vector" : "an array") : "a matrix",
    because: { text: `an argument of \`${shown(name)}\`` },
    help:
      found === 0
        ? "collect numbers with a comprehension: `[f(n) for n in N]`"
        : `index it first: \`${argument.quote.text}[n]\``,
  });
  return false;
}
