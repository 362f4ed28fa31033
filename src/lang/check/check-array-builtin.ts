/** Type rules of the builtins that are not elementwise: reductions, products, splitting. */
import type { Span } from "../../base/span.ts";
import type { BuiltinName } from "../builtins.ts";
import { describeShape } from "../format-type.ts";
import {
  cumulativeProductRange,
  cumulativeSumRange,
  hull,
  logSumExpRange,
  multiplyRanges,
  productRange,
  rangeOf,
  sumRange,
} from "../range.ts";
import {
  addSizes,
  constantSize,
  constantValue,
  equalSizes,
  formatSize,
  namedSize,
  type Size,
} from "../size.ts";
import {
  type NumberType,
  nonNegativeRange,
  numberType,
  positiveRange,
  type Range,
  realLine,
  type Type,
  unitRange,
} from "../type.ts";
import { isMatrixBuiltin, matrixBuiltinType, productStructure } from "./check-matrix-builtin.ts";
import type { Scope } from "./check-scope.ts";
import { commonShape, hasRank, type NumberArgument } from "./check-shape.ts";
import { product } from "./check-size.ts";
import { lowerBound, solveSize } from "./size-bounds.ts";

/** The result's type; reports and gives `undefined` where the arguments do not fit. */
export function arrayType(
  scope: Scope,
  name: BuiltinName,
  args: readonly NumberArgument[],
  span: Span,
  sizes: readonly Size[] = [],
): Type | undefined {
  const bool = args.find(({ type }) => type.base === "bool");
  if (bool !== undefined) {
    scope.report({
      code: "type-mismatch",
      value: bool.quote,
      found: bool.type,
      expected: "an array of numbers",
      because: { text: `an argument of \`${name === "matmul" ? "@" : name}\`` },
      help: "write a comprehension: `[if b[n] { 1 } else { 0 } for n in N]`",
    });
    return undefined;
  }
  const [first, second] = args;
  if (isMatrixBuiltin(name)) return matrixBuiltinType(scope, name, args, sizes);
  switch (name) {
    case "linspace": {
      const good =
        commonShape(scope, "the ends of `linspace`", args) !== undefined &&
        args.every((each) => hasRank(scope, name, each, 0, "exactly"));
      return good ? numberType("real", hull(first.type.range, second.type.range), sizes) : undefined;
    }
    case "flatten":
    case "reshape":
      return rearrangedType(scope, name, first, sizes, span);
    case "dot":
    case "outer":
    case "concat":
      return pairType(scope, name, first, second);
    case "matmul":
      return matmulType(scope, first, second);
    case "transpose":
      if (!hasRank(scope, name, first, 2, "exactly")) return undefined;
      return numberType(
        first.type.base,
        first.type.range,
        [first.type.dimensions[1], first.type.dimensions[0]],
        first.type.structure === "corr" || first.type.structure === "covariance"
          ? first.type.structure
          : "plain",
      );
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
    case "cumprod":
      return numberType(base, cumulativeProductRange(range), dimensions);
    case "max_of":
    case "min_of":
      return numberType(base, range, rest);
    case "cummax":
    case "cummin":
    case "sort":
    case "reverse":
      return numberType(base, range, dimensions);
    case "argsort":
      return numberType("int", positionRange(count), dimensions);
    case "argmax":
    case "argmin":
      return numberType("int", positionRange(count), rest);
    case "var":
    case "sd":
      return numberType("real", nonNegativeRange, rest);
    default:
      return numberType("real", realLine, dimensions);
  }
}

function positionRange(count: number | undefined): Range {
  return rangeOf(0, count === undefined ? Infinity : count - 1);
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
    const range = hull(first.type.range, second.type.range);
    return numberType(base, range, [addSizes(n, m)]);
  }
  const dimensions = commonShape(scope, "the two arguments of `dot`", [first, second]);
  return dimensions && numberType(base, sumRange(product, constantValue(n)), []);
}

/** The same elements in another shape. */
function rearrangedType(
  scope: Scope,
  name: "flatten" | "reshape",
  { type, quote }: NumberArgument,
  sizes: readonly Size[],
  span: Span,
): Type | undefined {
  const count = elementCount(type.dimensions);
  const wanted = name === "flatten" ? count : elementCount(sizes);
  if (count === undefined || wanted === undefined) {
    const value = { text: name, span };
    scope.report({ code: "not-a-size", value, help: "declare sizes of their own for sums of many" });
    return undefined;
  }
  const shape = name === "flatten" ? [count] : sizes;
  if (equalSizes(count, wanted)) return numberType(type.base, type.range, shape);
  scope.report({
    code: "size-mismatch",
    what: `\`${quote.text}\` has ${formatSize(count)} elements, not ${formatSize(wanted)}`,
    left: { ...quote, shape: type.dimensions },
    right: { text: name, span, shape },
  });
  return undefined;
}

function elementCount(shape: readonly Size[]): Size | undefined {
  return shape.reduce<Size | undefined>((count, size) => count && product(count, size), constantSize(1));
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
  const structure = productStructure(first, second);
  return numberType(base, range, [...left.slice(0, -1), ...right.slice(1)], structure);
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
