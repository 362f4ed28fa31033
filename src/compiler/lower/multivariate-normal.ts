/** The multivariate normal distribution, by a Cholesky factor of its covariance L Lᵀ or of its precision C Cᵀ. */
import type { Arguments, DistributionRow } from "./distribution-row.ts";
import {
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
  locationScale: { standard: "Normal", place },
};

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
