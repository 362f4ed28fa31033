/** Type rules of the builtins: shapes, bases and ranges, one row per name. */
import type { Span } from "../../base/span.ts";
import { type BuiltinName, binaryBuiltins, elementwiseBuiltins } from "../builtins.ts";
import type { CoreExpression } from "../core-expression.ts";
import { formatType } from "../format-type.ts";
import {
  addRanges,
  disjoint,
  divideRanges,
  exactly,
  hull,
  maxRange,
  minRange,
  moduloRange,
  multiplyRanges,
  powerRange,
  quotientRange,
  rangeOf,
  subtractRanges,
  unaryRanges,
  within,
} from "../range.ts";
import { sameExpression } from "../same-expression.ts";
import { constantValue, equalSizes, type Size } from "../size.ts";
import type { Expression } from "../tree.ts";
import {
  type Base,
  isMatrixStructure,
  nonNegativeRange,
  numberType,
  positiveRange,
  type Range,
  realLine,
  type Structure,
  structureWithin,
  type Type,
  unitRange,
} from "../type.ts";
import { arrayType } from "./check-array-builtin.ts";
import { isGram } from "./check-matrix-builtin.ts";
import { errorExpression, type Scope } from "./check-scope.ts";
import { commonShape, type NumberArgument } from "./check-shape.ts";
import { formatBrief } from "./format-brief.ts";
import { weightedMean } from "./weighted-mean.ts";

/** A checked argument with the text it came from. */
export interface CheckedArgument {
  readonly value: CoreExpression;
  readonly expression: Expression;
}

type ElementwiseName = (typeof elementwiseBuiltins)[number];
type UnaryName = keyof typeof unaryRanges;

/** How operators read in messages. */
const operatorTexts: Readonly<Partial<Record<BuiltinName, string>>> = {
  neg: "-",
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  pow: "^",
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
  "where",
  "clip",
  "mod",
  "quotient",
];

/** Real in, integer out. */
const rounding: readonly ElementwiseName[] = ["floor", "ceil", "round", "step"];

/** Where a function is a number at all; arguments provably outside are refused. */
const domains: Readonly<Partial<Record<ElementwiseName, Range>>> = {
  log: nonNegativeRange,
  sqrt: nonNegativeRange,
  log1p: rangeOf(-1, Infinity),
  logit: unitRange,
  erfinv: rangeOf(-1, 1),
  normal_quantile: unitRange,
  log1mexp: rangeOf(-Infinity, 0),
  log_gamma_cdf: positiveRange,
  log_gamma_survival: positiveRange,
  log_beta_cdf: positiveRange,
  log_beta_survival: positiveRange,
  asin: rangeOf(-1, 1),
  acos: rangeOf(-1, 1),
};

/** Number of arguments, sizes among them; `ones`, `zeros` and `reshape` take any number of sizes. */
export function builtinArity(name: BuiltinName): number {
  return builtinParameters(name).length;
}

/** Names of the arguments in messages. */
export function builtinParameters(name: BuiltinName): readonly string[] {
  if (name === "where") return ["condition", "a", "b"];
  if (name === "clip") return ["x", "low", "high"];
  if (name === "log_gamma_cdf" || name === "log_gamma_survival") return ["shape", "x"];
  if (name === "log_beta_cdf" || name === "log_beta_survival") return ["a", "b", "x"];
  if (name === "linspace") return ["a", "b", "N"];
  if (name === "reshape") return ["x", "K"];
  if (name === "strided_conv2d" || name === "transposed_conv2d")
    return ["x", "f", "H", "W", "stride", "dilation"];
  if (["ones", "zeros", "eye"].includes(name)) return ["K"];
  if (binaryBuiltins.some((each) => each === name) || binaryArrayNames.includes(name)) return ["a", "b"];
  return ["x"];
}

const binaryArrayNames: readonly BuiltinName[] = [
  "dot",
  "matmul",
  "outer",
  "concat",
  "solve_lower",
  "solve_lower_transpose",
  "solve_spd",
  "solve_lu",
  "quad_form",
  "conv2d",
];

/** How to write a call: "max(a, b)". */
export function builtinSignature(name: BuiltinName): string {
  return `\`${name}(${builtinParameters(name).join(", ")})\``;
}

/** `ones(K, …)`, `zeros(K, …)` or `eye(K)` of checked sizes. */
export function filledArray(
  name: "ones" | "zeros" | "eye",
  sizes: readonly Size[],
  span: Span,
): CoreExpression {
  const type =
    name === "eye"
      ? numberType("real", unitRange, [sizes[0], sizes[0]], "corr")
      : numberType("real", exactly(name === "ones" ? 1 : 0), sizes);
  return { kind: "call", function: name, arguments: [], sizes, type, span };
}

/** The call of a builtin with as many arguments as it takes. Reports misfits and gives an error expression. */
export function checkBuiltin(
  scope: Scope,
  name: BuiltinName,
  args: readonly CheckedArgument[],
  span: Span,
  sizes: readonly Size[] = [],
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
        help: notNumberHelp(value.type, quote.text),
      });
      return errorExpression(span);
    }
    numbers.push({ value, type: value.type, quote });
  }
  const type = isElementwise(name)
    ? elementwiseType(scope, name, numbers)
    : arrayType(scope, name, numbers, span, sizes);
  if (type === undefined) return errorExpression(span);
  return { kind: "call", function: name, arguments: args.map(({ value }) => value), sizes, type, span };
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
  const mean = name === "add" ? weightedMean(args[0].value, args[1].value) : undefined;
  if (mean !== undefined) return numberType("real", mean.range, dimensions, mean.structure);
  const structure = elementwiseStructure(name, args);
  if (name === "div" && isUniformSimplex(args)) return numberType("real", unitRange, dimensions, "simplex");
  return numberType(elementwiseBase(name, args), elementwiseRange(name, args), dimensions, structure);
}

/**
 * Covariances are closed under sums, elementwise products (Schur) and scaling by positive numbers, and stay ones when A Aᵀ is
 * added; their Cholesky factors are closed under scaling.
 */
function elementwiseStructure(name: ElementwiseName, args: readonly NumberArgument[]): Structure {
  const isCovariance = ({ type }: NumberArgument): boolean => structureWithin(type.structure, "covariance");
  const scales = ({ type }: NumberArgument): boolean =>
    type.dimensions.length === 0 && within(type.range, positiveRange);
  const [first, second] = args;
  if (name === "add" || name === "mul") {
    if (args.every(isCovariance))
      return name === "mul" && args.every(({ type }) => type.structure === "corr") ? "corr" : "covariance";
  }
  if (name === "add" && args.some(isCovariance) && args.some(({ value }) => isGram(value)))
    return "covariance";
  const scaled =
    name === "mul" && scales(first)
      ? second
      : (name === "mul" || name === "div") && scales(second)
        ? first
        : undefined;
  if (scaled === undefined) return "plain";
  if (isCovariance(scaled)) return "covariance";
  return structureWithin(scaled.type.structure, "choleskyCov") && isMatrixStructure(scaled.type.structure)
    ? "choleskyCov"
    : "plain";
}

/** `ones(K) / K`, also with a number for K. */
function isUniformSimplex([numerator, denominator]: readonly NumberArgument[]): boolean {
  const [ones, divisor] = [numerator.value, denominator.value];
  if (ones.kind !== "call" || ones.function !== "ones" || ones.sizes.length !== 1) return false;
  const [length] = ones.sizes;
  if (divisor.kind === "size") return equalSizes(length, divisor.size);
  return divisor.kind === "literal" && divisor.value === constantValue(length);
}

function elementwiseBase(name: ElementwiseName, args: readonly NumberArgument[]): Base {
  if (rounding.includes(name)) return "int";
  if (name === "where") {
    const [, first, second] = args;
    return first.type.base === second.type.base ? first.type.base : "real";
  }
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
      return isSquare(args) ? unaryRanges.square(a) : multiplyRanges(a, b);
    case "div":
      return divideRanges(a, b);
    case "pow":
      return powerRange(a, b, args[1].type.base === "int");
    case "min":
      return minRange(a, b);
    case "max":
      return maxRange(a, b);
    case "where":
      return hull(b, args[2].type.range);
    case "clip":
      return minRange(maxRange(a, b), args[2].type.range);
    case "mod":
      return moduloRange(b);
    case "quotient":
      return quotientRange(a, b);
    case "log_gamma_cdf":
    case "log_gamma_survival":
    case "log_beta_cdf":
    case "log_beta_survival":
      return rangeOf(-Infinity, 0);
    case "atan2":
      return rangeOf(-Math.PI, Math.PI);
    default:
      return realLine;
  }
}

function whereFits(scope: Scope, [condition, ...values]: readonly NumberArgument[]): boolean {
  const mixed = values.find(({ type }) => (type.base === "bool") !== (values[0].type.base === "bool"));
  const wrong = condition.type.base === "bool" ? mixed : condition;
  if (wrong === undefined) return true;
  scope.report({
    code: "type-mismatch",
    value: wrong.quote,
    found: wrong.type,
    expected: wrong === condition ? "Bool" : formatType({ ...values[0].type, dimensions: [] }),
    because: { text: "an argument of `where`" },
    help:
      wrong === condition
        ? `write a comparison, such as \`${wrong.quote.text} > 0\``
        : "give both values one type",
  });
  return false;
}

/** `x * x`. */
function isSquare([left, right]: readonly NumberArgument[]): boolean {
  return sameExpression(left.value, right.value);
}

function basesFit(scope: Scope, name: ElementwiseName, args: readonly NumberArgument[]): boolean {
  const bools = args.map(({ type }) => type.base === "bool");
  if (name === "stop_gradient") return true;
  if (name === "where") return whereFits(scope, args);
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
      ? equality
        ? "a `Bool` stands by itself, or is compared with `true` or `false`"
        : `write a comparison, such as \`${wrong.quote.text} > 0\``
      : `write \`if ${wrong.quote.text} { 1 } else { 0 }\``,
  });
  return false;
}

function notNumberHelp(found: Type, text: string): string {
  if (found.kind === "net") return `call it: \`${text}(…)\``;
  if (found.kind === "enumeration")
    return `choose by it: \`match ${text} { ${found.options[0]} => …, _ => … }\``;
  return "bind its items: `(a, b) = …`";
}
