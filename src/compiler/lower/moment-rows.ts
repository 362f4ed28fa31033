/** Means and variances of builtin distributions. */
import type { MomentName } from "../../lang/moments.ts";
import { logProbabilities } from "./distribution-arguments.ts";
import type { Arguments } from "./distribution-row.ts";
import {
  alongColumns,
  alongRows,
  choleskyFactor,
  diagonalOf,
  identity,
  isAt,
  repeated,
  side,
  solveLower,
} from "./matrices.ts";
import type { Algebra, Value } from "./value.ts";

export interface MomentRow {
  mean(a: Algebra, args: Arguments): Value;
  variance(a: Algebra, args: Arguments): Value;
}

export const momentRows: { readonly [Name in MomentName]: MomentRow } = {
  Normal: { mean: (_, { loc }) => loc, variance: (a, { scale }) => a.square(scale) },
  Gamma: {
    mean: (a, { shape, rate }) => a.div(shape, rate),
    variance: (a, { shape, rate }) => a.div(shape, a.square(rate)),
  },
  Beta: {
    mean: (a, args) => a.div(args.a, a.add(args.a, args.b)),
    variance(a, args) {
      const total = a.add(args.a, args.b);
      return a.div(a.mul(a.div(args.a, total), a.div(args.b, total)), a.add(total, 1));
    },
  },
  Uniform: {
    mean: (a, { low, high }) => a.add(low, a.mul(0.5, a.sub(high, low))),
    variance: (a, { low, high }) => a.div(a.square(a.sub(high, low)), 12),
  },
  Dirichlet: {
    mean: (a, { concentration }) => a.div(concentration, a.reduce("reduceSum", concentration, 0)),
    variance(a, { concentration }) {
      const total = a.reduce("reduceSum", concentration, 0);
      const mean = a.div(concentration, total);
      return a.div(a.mul(mean, a.sub(1, mean)), a.add(total, 1));
    },
  },
  Categorical: {
    mean: (a, args) => expected(a, args, (k) => k),
    variance(a, args) {
      const mean = expected(a, args, (k) => k);
      return expected(a, args, (k) => a.square(a.sub(k, mean)));
    },
  },
  MultivariateNormal: {
    mean: (a, { loc, covariance, precision, cholesky }) =>
      a.stretch(loc, [], [side(covariance ?? precision ?? cholesky)]),
    variance(a, { covariance, precision, cholesky }) {
      if (precision === undefined) return diagonalOfProduct(a, covariance, cholesky);
      const inverse = solveLower(a, choleskyFactor(a, precision), identity(a, precision.event));
      return a.reduce("reduceSum", a.square(inverse), 0);
    },
  },
  MultivariateStudentT: {
    mean: (a, { df, loc, scale, cholesky }) =>
      whereAbove(a, df, 1, () => a.stretch(loc, [], [side(scale ?? cholesky)]), Number.NaN),
    variance: (a, { df, scale, cholesky }) =>
      whereAbove(
        a,
        df,
        2,
        (known) => a.mul(a.div(known, a.sub(known, 2)), diagonalOfProduct(a, scale, cholesky)),
        Number.POSITIVE_INFINITY,
      ),
  },
  Wishart: {
    mean: (a, { df, scale }) => whereAbove(a, df, side(scale) - 1, () => a.mul(df, scale), Number.NaN),
    // ν (Vᵢⱼ² + Vᵢᵢ Vⱼⱼ)
    variance: (a, { df, scale }) =>
      whereAbove(
        a,
        df,
        side(scale) - 1,
        () => a.mul(df, a.add(a.square(scale), diagonalProducts(a, scale))),
        Number.NaN,
      ),
  },
  // Von Rosen (1988), "Moments for the inverted Wishart distribution".
  InverseWishart: {
    mean(a, { df, scale }) {
      const n = side(scale);
      const onDiagonal = isAt(a, scale.event, "onDiagonal");
      const otherwise = a.select(onDiagonal, Number.POSITIVE_INFINITY, Number.NaN);
      return whereAbove(a, df, n + 1, (known) => a.div(scale, a.sub(known, n + 1)), otherwise);
    },
    // ((ν − K + 1) Ψᵢⱼ² + (ν − K − 1) Ψᵢᵢ Ψⱼⱼ) / ((ν − K) (ν − K − 1)² (ν − K − 3))
    variance(a, { df, scale }) {
      const n = side(scale);
      const formula = (known: Value): Value => {
        const less = (by: number): Value => a.sub(known, n + by);
        const squares = a.mul(less(-1), a.square(scale));
        const products = a.mul(less(1), diagonalProducts(a, scale));
        const below = a.mul(a.mul(less(0), a.square(less(1))), less(3));
        return a.div(a.add(squares, products), below);
      };
      return whereAbove(a, df, n + 3, formula, Number.POSITIVE_INFINITY);
    },
  },
};

/** What needs more than `least` degrees of freedom; `known` are those that are there, or others that have a finite value too. */
function whereAbove(
  a: Algebra,
  df: Value,
  least: number,
  formula: (known: Value) => Value,
  otherwise: number | Value,
): Value {
  const isAbove = a.binary("less", least, df);
  return a.select(isAbove, formula(a.select(isAbove, df, least + 1)), otherwise);
}

/** The diagonal of a matrix, or of L Lᵀ by its factor. */
function diagonalOfProduct(a: Algebra, matrix: Value | undefined, factor: Value): Value {
  return matrix === undefined ? a.reduce("reduceSum", a.square(factor), 1) : diagonalOf(a, matrix);
}

/** Vᵢᵢ Vⱼⱼ */
function diagonalProducts(a: Algebra, matrix: Value): Value {
  const diagonal = diagonalOf(a, matrix);
  return a.mul(alongRows(a, diagonal, matrix.event), alongColumns(a, diagonal, matrix.event));
}

/** Of a function of the category. */
function expected(a: Algebra, args: Arguments, f: (k: Value) => Value): Value {
  const weights = a.unary("exp", logProbabilities(a, args));
  const categories = Array.from({ length: weights.event[0] }, (_, k) => k);
  return a.reduce("reduceSum", a.mul(weights, f(repeated(a, categories, weights.event))), 0);
}
