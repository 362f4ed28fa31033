/** Type rules of linear algebra: which structures go in and which are known to come out. */
import type { BuiltinName } from "../builtins.ts";
import type { CoreExpression } from "../core-expression.ts";
import { describeShape } from "../format-type.ts";
import { exactly, sumRange, within } from "../range.ts";
import { sameExpression } from "../same-expression.ts";
import { constantValue, equalSizes, type Size } from "../size.ts";
import {
  type MatrixStructure,
  nonNegativeRange,
  numberType,
  positiveRange,
  type Range,
  realLine,
  type Structure,
  structureWithin,
  type Type,
} from "../type.ts";
import type { Scope } from "./check-scope.ts";
import { hasRank, type NumberArgument } from "./check-shape.ts";
import { supportFits } from "./check-type.ts";

const matrixBuiltins = [
  "diag",
  "diagonal",
  "trace",
  "cholesky",
  "logdet",
  "inverse_spd",
  "solve_lower",
  "solve_lower_transpose",
  "solve_spd",
  "solve_lu",
  "lu_pivots",
  "quad_form",
  "conv2d",
  "strided_conv2d",
  "transposed_conv2d",
] as const;

type MatrixBuiltin = (typeof matrixBuiltins)[number];

export function isMatrixBuiltin(name: BuiltinName): name is MatrixBuiltin {
  return (matrixBuiltins as readonly string[]).includes(name);
}

/** The result's type; reports and gives `undefined` where the arguments do not fit. */
export function matrixBuiltinType(
  scope: Scope,
  name: MatrixBuiltin,
  args: readonly NumberArgument[],
  sizes: readonly Size[],
): Type | undefined {
  const [first, second] = args;
  const { base, range, structure, dimensions } = first.type;
  switch (name) {
    case "diag": {
      if (!hasRank(scope, name, first, 1, "at least")) return undefined;
      const all = { ...range, low: Math.min(range.low, 0), high: Math.max(range.high, 0) };
      const square = [...dimensions, ...dimensions.slice(-1)];
      const known = within(range, positiveRange) ? "covariance" : "plain";
      return numberType(base, { ...all, lowOpen: false, highOpen: all.high === Infinity }, square, known);
    }
    case "diagonal":
      return isSquare(scope, name, first)
        ? numberType(base, diagonalRange(structure, range), dimensions.slice(0, -1))
        : undefined;
    case "trace": {
      if (!isSquare(scope, name, first)) return undefined;
      const count = constantValue(dimensions[dimensions.length - 1]);
      return numberType(base, sumRange(diagonalRange(structure, range), count), dimensions.slice(0, -2));
    }
    case "cholesky": {
      if (!hasStructure(scope, name, first, "covariance")) return undefined;
      return numberType("real", range, dimensions, structure === "corr" ? "choleskyCorr" : "choleskyCov");
    }
    case "logdet":
      return hasStructure(scope, name, first, "covariance")
        ? numberType("real", realLine, dimensions.slice(0, -2))
        : undefined;
    case "inverse_spd":
      return hasStructure(scope, name, first, "covariance")
        ? numberType("real", realLine, dimensions, "covariance")
        : undefined;
    case "solve_lower":
    case "solve_lower_transpose":
    case "solve_spd": {
      const wanted = name === "solve_spd" ? "covariance" : "choleskyCov";
      if (!hasStructure(scope, name, first, wanted) || !rowsFit(scope, name, first, second)) return undefined;
      return numberType("real", realLine, second.type.dimensions);
    }
    case "solve_lu":
      return isSquare(scope, name, first) && rowsFit(scope, name, first, second)
        ? numberType("real", realLine, second.type.dimensions)
        : undefined;
    case "lu_pivots":
      return isSquare(scope, name, first) ? numberType("real", realLine, dimensions.slice(0, -1)) : undefined;
    case "quad_form": {
      if (!isSquare(scope, name, first) || !rowsFit(scope, name, first, second)) return undefined;
      const columns = second.type.dimensions.slice(1);
      const known = structureWithin(structure, "covariance") && columns.length === 0;
      return numberType("real", known ? nonNegativeRange : realLine, [...columns, ...columns]);
    }
    case "conv2d":
    case "strided_conv2d":
    case "transposed_conv2d":
      return convolutionType(scope, name, first, second, sizes);
  }
}

/**
 * What is known of a matrix product: L Lᵀ of a Cholesky factor is the matrix it came from, diag(s) L with positive s a factor,
 * and diag(s) Σ diag(s) a covariance.
 */
export function productStructure(left: NumberArgument, right: NumberArgument): Structure {
  if (isTransposed(left.value, right.value)) {
    if (left.type.structure === "choleskyCorr") return "corr";
    if (left.type.structure === "choleskyCov") return "covariance";
  }
  const isFactor = (structure: Structure): boolean =>
    structure === "choleskyCorr" || structure === "choleskyCov";
  if (isPositiveDiagonal(left.value) && isFactor(right.type.structure)) return "choleskyCov";
  const inner = calls(left.value, "matmul");
  if (inner === undefined || !isPositiveDiagonal(right.value)) return "plain";
  const [scales, middle] = inner;
  const isCovariance = middle.type.kind === "number" && structureWithin(middle.type.structure, "covariance");
  return isCovariance && sameExpression(scales, right.value) ? "covariance" : "plain";
}

/** A Aᵀ of one matrix A, of any shape: symmetric, with no negative eigenvalue. */
export function isGram(value: CoreExpression): boolean {
  const factors = calls(value, "matmul");
  return factors !== undefined && isTransposed(factors[0], factors[1]);
}

function isTransposed(matrix: CoreExpression, transposed: CoreExpression): boolean {
  const inner = calls(transposed, "transpose")?.[0];
  return inner !== undefined && sameExpression(inner, matrix);
}

function calls(value: CoreExpression, name: BuiltinName): readonly CoreExpression[] | undefined {
  return value.kind === "call" && value.function === name ? value.arguments : undefined;
}

function isPositiveDiagonal(value: CoreExpression): boolean {
  return (
    calls(value, "diag") !== undefined &&
    value.type.kind === "number" &&
    value.type.structure === "covariance"
  );
}

function diagonalRange(structure: Structure, range: Range): Range {
  switch (structure) {
    case "corr":
      return exactly(1);
    case "choleskyCorr":
      return { low: 0, lowOpen: true, high: 1, highOpen: false };
    case "covariance":
    case "choleskyCov":
      return positiveRange;
    case "plain":
    case "simplex":
    case "ordered":
      return range;
  }
}

function isSquare(scope: Scope, name: BuiltinName, argument: NumberArgument): boolean {
  if (!hasRank(scope, name, argument, 2, "at least")) return false;
  const shape = argument.type.dimensions.slice(-2);
  if (equalSizes(shape[0], shape[1])) return true;
  scope.report({
    code: "size-mismatch",
    what: `\`${name}\` needs a square matrix, \`${argument.quote.text}\` has ${describeShape(shape)}`,
    left: { ...argument.quote, shape },
    right: { text: name, span: argument.quote.span, shape: [shape[1], shape[1]] },
  });
  return false;
}

function hasStructure(
  scope: Scope,
  name: BuiltinName,
  argument: NumberArgument,
  structure: MatrixStructure,
): boolean {
  if (!isSquare(scope, name, argument)) return false;
  const expected = numberType("real", realLine, [], structure);
  return supportFits(scope, argument.type, argument.quote, expected, { text: `an argument of \`${name}\`` });
}

/** The right-hand side of a matrix: a vector, or a matrix of columns, of as many rows. */
function rowsFit(scope: Scope, name: BuiltinName, matrix: NumberArgument, right: NumberArgument): boolean {
  if (!hasRank(scope, name, matrix, 2, "exactly")) return false;
  if (!hasRank(scope, name, right, right.type.dimensions.length > 1 ? 2 : 1, "exactly")) return false;
  const shape = matrix.type.dimensions;
  if (equalSizes(shape[1], right.type.dimensions[0])) return true;
  scope.report({
    code: "size-mismatch",
    what: `the arguments of \`${name}\` differ: ${describeShape(shape)} and ${describeShape(right.type.dimensions)}`,
    left: { ...matrix.quote, shape },
    right: { ...right.quote, shape: right.type.dimensions },
  });
  return false;
}

/**
 * An image [H, W, C] and filters [A, B, C, O], of a transposed convolution [A, B, O, C] → as many rows and columns as the sizes say, or
 * as the image has, of O channels.
 */
function convolutionType(
  scope: Scope,
  name: MatrixBuiltin,
  image: NumberArgument,
  filters: NumberArgument,
  sizes: readonly Size[],
): Type | undefined {
  const good = hasRank(scope, name, image, 3, "exactly") && hasRank(scope, name, filters, 4, "exactly");
  if (!good) return undefined;
  const [height, width, channels] = image.type.dimensions;
  const [, , third, fourth] = filters.type.dimensions;
  const [wanted, outputs] = name === "transposed_conv2d" ? [fourth, third] : [third, fourth];
  const [rows = height, columns = width] = sizes;
  if (equalSizes(channels, wanted)) return numberType("real", realLine, [rows, columns, outputs]);
  scope.report({
    code: "size-mismatch",
    what: `the channels of \`${name}\` differ: ${describeShape(image.type.dimensions)} and ${describeShape(filters.type.dimensions)}`,
    left: { ...image.quote, shape: image.type.dimensions },
    right: { ...filters.quote, shape: filters.type.dimensions },
  });
  return undefined;
}
