/** Matrices in batches: what gradients of the ops on them are made of, and what a lowering needs around them. */
import type { Arithmetic } from "./arithmetic.ts";
import type { Builder } from "./builder.ts";
import { elementCount, type NodeId } from "./graph.ts";

/** [B…, N, M] → [B…, M, N]. */
export function transposed(builder: Builder, x: NodeId): NodeId {
  const rank = builder.typeOf(x).shape.length;
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return builder.emit("transpose", [x], { permutation: [...axes.slice(0, -2), rank - 1, rank - 2] });
}

/**
 * [B…, N, N] → [B…, N]. By positions that are known when compiling: its gradient is a scatter, and what stands beside the
 * diagonal is not read.
 */
export function diagonal(builder: Builder, x: NodeId): NodeId {
  const { shape } = builder.typeOf(x);
  const batch = shape.slice(0, -2);
  const n = shape[shape.length - 1];
  const flat = builder.emit("reshape", [x], { shape: [elementCount(shape)] });
  const matrices = Array.from({ length: elementCount(batch) }, (_, matrix) => matrix * n * n);
  const positions = matrices.flatMap((start) => Array.from({ length: n }, (_, i) => start + i * (n + 1)));
  return builder.emit("gather", [flat, builder.constant(positions, [...batch, n], "int")], {});
}

/** log |x| of [B…, N, N] symmetric positive definite, from its Cholesky factor: [B…]. */
export function logDeterminant(
  { builder, log, scale, reduceSum, shapeOf }: Arithmetic,
  factor: NodeId,
): NodeId {
  return scale(reduceSum(log(diagonal(builder, factor)), [shapeOf(factor).length - 2]), 2);
}

/** The lower (or upper) triangle of [B…, N, N] with zeros beside it, its diagonal times a number. */
export function triangle(math: Arithmetic, x: NodeId, lower: boolean, onDiagonal = 1): NodeId {
  const { builder, select, less, equal, scale, like, shapeOf } = math;
  const shape = shapeOf(x);
  const row = builder.emit("iota", [], { shape, axis: shape.length - 2 });
  const column = builder.emit("iota", [], { shape, axis: shape.length - 1 });
  const beside = lower ? less(column, row) : less(row, column);
  const isDiagonal = equal(row, column);
  const scaled = onDiagonal === 1 ? x : scale(x, onDiagonal);
  return select(isDiagonal, scaled, select(beside, x, like(x, 0)));
}

/**
 * x′ = Φ(L⁻ᵀ (P + Pᵀ) L⁻¹) with P = Φ(Lᵀ L′), where Φ takes the lower triangle and halves the diagonal (Murray 2016,
 * equations 9 and 10; without his last symmetrization, as only the lower triangle of x is read).
 */
export function choleskyAdjoint(math: Arithmetic, factor: NodeId, adjoint: NodeId): NodeId {
  const { builder, add } = math;
  const product = builder.emit("matmul", [factor, adjoint], { transposeLeft: true, transposeRight: false });
  const half = triangle(math, product, true, 0.5);
  const solve = (b: NodeId): NodeId =>
    builder.emit("triangularSolve", [factor, b], { lower: true, transpose: true });
  const symmetric = solve(transposed(builder, solve(add(half, transposed(builder, half)))));
  return triangle(math, symmetric, true, 0.5);
}

/** a x = b: b′ = a⁻ᵀ x′, a′ = −b′ xᵀ; aᵀ x = b: b′ = a⁻¹ x′, a′ = −x b′ᵀ; of a′ the triangle that is read. */
export function triangularSolveAdjoints(
  math: Arithmetic,
  matrix: NodeId,
  solution: NodeId,
  adjoint: NodeId,
  { lower, transpose }: { readonly lower: boolean; readonly transpose: boolean },
): readonly [NodeId, NodeId] {
  const { builder, neg } = math;
  const right = builder.emit("triangularSolve", [matrix, adjoint], { lower, transpose: !transpose });
  const outer = builder.emit("matmul", transpose ? [solution, right] : [right, solution], {
    transposeLeft: false,
    transposeRight: true,
  });
  return [neg(triangle(math, outer, lower)), right];
}
