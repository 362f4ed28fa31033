/** Means and variances of builtin distributions. */
import type { MomentName } from "../../lang/moments.ts";
import { logProbabilities } from "./distribution-arguments.ts";
import type { Arguments } from "./distribution-row.ts";
import { choleskyFactor, diagonalOf, identity, repeated, side, solveLower } from "./matrices.ts";
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
      if (covariance !== undefined) return diagonalOf(a, covariance);
      if (cholesky !== undefined) return a.reduce("reduceSum", a.square(cholesky), 1);
      const inverse = solveLower(a, choleskyFactor(a, precision), identity(a, precision.event));
      return a.reduce("reduceSum", a.square(inverse), 0);
    },
  },
};

/** Of a function of the category. */
function expected(a: Algebra, args: Arguments, f: (k: Value) => Value): Value {
  const weights = a.unary("exp", logProbabilities(a, args));
  const categories = Array.from({ length: weights.event[0] }, (_, k) => k);
  return a.reduce("reduceSum", a.mul(weights, f(repeated(a, categories, weights.event))), 0);
}
