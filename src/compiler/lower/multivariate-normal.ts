/**
 * Multivariate normal and Student distributions, by a Cholesky factor of their covariance (or scale matrix) L Lᵀ or of their precision
 * C Cᵀ.
 */
import type { Arguments, DistributionRow } from "./distribution-row.ts";
import { drawGamma } from "./draws.ts";
import {
  alongLast,
  choleskyFactor,
  diagonalOf,
  multiply,
  onColumns,
  side,
  solveLower,
  vectorsOverRows,
} from "./matrices.ts";
import type { Algebra, Value } from "./value.ts";

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

export const multivariateNormal: DistributionRow = {
  // −½ |z|² − ½ log |Σ| − K/2 log 2π with z = L⁻¹ (x − loc) or Cᵀ (x − loc)
  logDensity(a, x, args) {
    const loc = vectorsOverRows(a, args.loc, x.event);
    const { standardize, factor, isPrecision } = spread(a, args);
    const z = standardize(a.sub(x, loc));
    const logs = a.unary("log", diagonalOf(a, factor));
    const halfLogDeterminant = a.reduce("reduceSum", logs, logs.event.length - 1);
    return [
      a.mul(-0.5, a.reduce("reduceSum", a.square(z), z.event.length - 1)),
      isPrecision ? halfLogDeterminant : a.unary("neg", halfLogDeterminant),
      a.of(-halfLog2Pi * side(factor)),
    ];
  },
  draw: (a, noise, args) => place(a, noise.normal(), args),
  place,
  unplace: (a, x, args) => spread(a, args).standardize(a.sub(x, vectorsOverRows(a, args.loc, x.event))),
};

export const multivariateStudentT: DistributionRow = {
  // log Γ((ν + K) / 2) − log Γ(ν / 2) − K/2 log νπ − ½ log |Σ| − (ν + K)/2 log(1 + |z|² / ν) with z = L⁻¹ (x − loc)
  logDensity(a, x, args) {
    const { df } = args;
    const loc = vectorsOverRows(a, args.loc, x.event);
    const { standardize, factor } = spread(a, scaleMatrix(args));
    const z = standardize(a.sub(x, loc));
    const n = side(factor);
    const squares = a.reduce("reduceSum", a.square(z), z.event.length - 1);
    const half = a.mul(0.5, a.add(df, n));
    const logs = a.unary("log", diagonalOf(a, factor));
    return [
      a.unary("neg", a.mul(half, a.unary("log1p", a.div(squares, df)))),
      a.unary("neg", a.reduce("reduceSum", logs, logs.event.length - 1)),
      a.sub(a.unary("lgamma", half), a.unary("lgamma", a.mul(0.5, df))),
      a.mul(-0.5 * n, a.unary("log", a.mul(Math.PI, df))),
    ];
  },
  // A normal vector divided by the root of one χ²(ν) / ν.
  draw(a, noise, args) {
    const batch = noise.event.slice(0, -1);
    const own = {
      ...noise,
      event: batch,
      normal: () => noise.normal(batch),
      uniform: () => noise.uniform(batch),
    };
    const share = a.div(drawGamma(a, own, a.mul(0.5, args.df)), a.mul(0.5, args.df));
    const moved = spread(a, scaleMatrix(args)).scale(noise.normal());
    const root = alongLast(a, a.unary("sqrt", share), moved.event);
    return a.add(vectorsOverRows(a, args.loc, noise.event), a.div(moved, root));
  },
};

function scaleMatrix({ scale, cholesky }: Arguments): Arguments {
  return cholesky === undefined ? { covariance: scale } : { cholesky };
}

/** loc + L z or loc + C⁻ᵀ z */
function place(a: Algebra, z: Value, args: Arguments): Value {
  return a.add(vectorsOverRows(a, args.loc, z.event), spread(a, args).scale(z));
}

interface Spread {
  readonly factor: Value;
  readonly isPrecision: boolean;
  /** From standard normal numbers to differences from the mean, and back. */
  scale(z: Value): Value;
  standardize(difference: Value): Value;
}

function spread(a: Algebra, { covariance, precision, cholesky }: Arguments): Spread {
  const isPrecision = precision !== undefined;
  const factor = cholesky ?? choleskyFactor(a, precision ?? covariance);
  const solve =
    (transpose: boolean) =>
    (x: Value): Value =>
      onColumns(a, factor, x, (l, columns) => solveLower(a, l, columns, transpose));
  const times =
    (transposeLeft: boolean) =>
    (x: Value): Value =>
      onColumns(a, factor, x, (l, columns) => multiply(a, l, columns, { transposeLeft }));
  return isPrecision
    ? { factor, isPrecision, scale: solve(true), standardize: times(true) }
    : { factor, isPrecision, scale: times(false), standardize: solve(false) };
}
