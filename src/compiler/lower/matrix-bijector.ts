/**
 * Bijectors onto matrices: correlations and covariances and their Cholesky factors, over the last two event dimensions. Zero is
 * the unit matrix. Conventions and Jacobians of the Stan Reference Manual, "Constraint Transforms", sections on covariance and
 * correlation matrices; canonical partial correlations after Lewandowski, Kurowicka and Joe (2009).
 */
import type { MatrixStructure } from "../../lang/type.ts";
import { gather } from "./gather.ts";
import {
  alongColumns,
  diagonalOf,
  eventToBack,
  identity,
  indexAlong,
  isAt,
  mask,
  multiply,
  repeated,
} from "./matrices.ts";
import type { Algebra, Value } from "./value.ts";

/** How many coordinates a matrix with `n` rows has. */
export function matrixCoordinates(structure: MatrixStructure, n: number): number {
  const below = (n * (n - 1)) / 2;
  return structure === "corr" || structure === "choleskyCorr" ? below : below + n;
}

/** The matrix [B…, N, N] of coordinates [B…, M], and terms whose sum over the event is the log Jacobian. */
export function constrainMatrix(
  a: Algebra,
  structure: MatrixStructure,
  u: Value,
): { readonly value: Value; readonly logJacobian: readonly Value[] } {
  switch (structure) {
    case "choleskyCorr": {
      const { factor, logJacobian } = correlationFactor(a, u);
      return { value: factor, logJacobian };
    }
    case "corr": {
      const { factor, logDiagonal, logJacobian } = correlationFactor(a, u);
      // |∂(L Lᵀ)/∂L| over the free elements is Πᵢ Lᵢᵢ^(N−1−i), rows from 0.
      const powers = repeated(a, countDown(factor, 1), logDiagonal.event);
      return { value: square(a, factor), logJacobian: [...logJacobian, a.mul(powers, logDiagonal)] };
    }
    case "choleskyCov": {
      const { factor, logDiagonal } = covarianceFactor(a, u);
      return { value: factor, logJacobian: [logDiagonal] };
    }
    case "covariance": {
      const { factor, logDiagonal } = covarianceFactor(a, u);
      // 2ᴺ Πᵢ Lᵢᵢ^(N−i) for L Lᵀ, and one more Lᵢᵢ for the exponential.
      const powers = repeated(a, countDown(factor, -1), logDiagonal.event);
      return { value: square(a, factor), logJacobian: [a.add(a.mul(powers, logDiagonal), Math.LN2)] };
    }
  }
}

interface Factor {
  readonly factor: Value;
  /** log Lᵢᵢ: event [B…, N]. */
  readonly logDiagonal: Value;
}

/**
 * With partial correlations zᵢⱼ = tanh uᵢⱼ: Lᵢⱼ = zᵢⱼ √∏ₖ<ⱼ (1 − zᵢₖ²) below the diagonal, where the root alone is on it.
 * log |∂L/∂u| = Σᵢ>ⱼ log(1 − zᵢⱼ²) + ½ Σₖ<ⱼ log(1 − zᵢₖ²).
 */
function correlationFactor(a: Algebra, u: Value): Factor & { readonly logJacobian: readonly Value[] } {
  const n = sideOf(u, false);
  const event = [...u.event.slice(0, -1), n, n];
  if (n === 1) {
    const one = a.stretch(a.of(1), u.axes, event);
    return { factor: one, logDiagonal: a.stretch(a.of(0), u.axes, event.slice(0, -1)), logJacobian: [] };
  }
  const coordinates = fillLower(a, u, n, false);
  const below = mask(a, event, "below");
  // log(1 − tanh² u) = 2 (log 2 − u − softplus(−2u)); 0 for u = 0
  const logLeft = a.mul(2, a.sub(a.sub(Math.LN2, coordinates), a.unary("softplus", a.mul(-2, coordinates))));
  const masked = a.mul(below, logLeft);
  const halfBefore = a.mul(0.5, a.sub(a.cumsum(masked, event.length - 1), masked));
  const entries = a.add(a.unary("tanh", coordinates), identity(a, event));
  const lower = mask(a, event, "notAbove");
  const factor = a.mul(entries, a.mul(lower, a.unary("exp", halfBefore)));
  const logJacobian = [a.add(masked, a.mul(below, halfBefore))];
  return { factor, logDiagonal: diagonalOf(a, halfBefore), logJacobian };
}

/** Lᵢᵢ = exp uᵢᵢ, the elements below the diagonal as they are. */
function covarianceFactor(a: Algebra, u: Value): Factor {
  const n = sideOf(u, true);
  const event = [...u.event.slice(0, -1), n, n];
  const coordinates = fillLower(a, u, n, true);
  const diagonal = identity(a, event);
  const below = mask(a, event, "below");
  const factor = a.add(a.mul(below, coordinates), a.mul(diagonal, a.unary("exp", coordinates)));
  return { factor, logDiagonal: diagonalOf(a, coordinates) };
}

function square(a: Algebra, factor: Value): Value {
  return multiply(a, factor, factor, { transposeRight: true });
}

/** N − less − i for each row i. */
function countDown(factor: Value, less: number): number[] {
  const n = factor.event[factor.event.length - 1];
  return Array.from({ length: n }, (_, i) => n - less - i);
}

/** N with so many elements in the lower triangle, with or without the diagonal. */
function sideOf(u: Value, withDiagonal: boolean): number {
  const count = u.event[u.event.length - 1];
  return (Math.round(Math.sqrt(8 * count + 1)) + (withDiagonal ? -1 : 1)) / 2;
}

/** Coordinates row by row into the lower triangle [B…, N, N], zeros above (and on the diagonal). */
function fillLower(a: Algebra, u: Value, n: number, withDiagonal: boolean): Value {
  const event = [...u.event.slice(0, -1), n, n];
  const start = (i: number): number => (withDiagonal ? (i * (i + 1)) / 2 : (i * (i - 1)) / 2);
  const filled = withDiagonal ? "notAbove" : "below";
  const starts = a.builder.constant(
    Array.from({ length: n }, (_, i) => start(i)),
    [n],
    "int",
  );
  const rowStart = alongColumns(a, { node: starts, axes: [], event: [n] }, [n, n]);
  const places = a.add(rowStart, indexAlong(a, [n, n], 1));
  const index = a.reshapeEvent(a.select(isAt(a, [n, n], filled), places, a.of(0, "int")), [n * n]);
  const table = a.eventToFront(u, u.event.length - 1);
  const flat = eventToBack(a, gather(a, table, index));
  return a.mul(a.reshapeEvent(flat, event), mask(a, event, filled));
}
