/** Square matrices of any kind by P a = L U, as the op `lu` packs it: its parts, and gradients. */
import type { Arithmetic } from "./arithmetic.ts";
import type { Builder } from "./builder.ts";
import { elementCount, type NodeId, type NodeOf } from "./graph.ts";
import { diagonal, transposed, triangle } from "./linear-algebra.ts";

/** The diagonal of U, [B…, N], each times the sign of its step's swap. */
export function pivotsOf({ builder, mul, shapeOf }: Arithmetic, factors: NodeId): NodeId {
  const n = shapeOf(factors)[shapeOf(factors).length - 1];
  return mul(diagonal(builder, rowsOf(builder, factors, 0, n)), lineOf(builder, factors, n + 1));
}

/**
 * a′ = Pᵀ L⁻ᵀ (S(Lᵀ L′) + T(U′ Uᵀ)) U⁻ᵀ, where S takes what is below the diagonal and T the rest (de Hoog, Anderssen and Lukas
 * 2011). Pivots and swaps are constant almost everywhere.
 */
export function luAdjoint(math: Arithmetic, factors: NodeId, adjoint: NodeId): NodeId {
  const { builder, select, like, shapeOf } = math;
  const n = shapeOf(factors)[shapeOf(factors).length - 1];
  const packed = rowsOf(builder, factors, 0, n);
  const given = rowsOf(builder, adjoint, 0, n);
  const upper = triangle(math, packed, false);
  const lower = triangle(math, unitLower(math, packed), true);
  const product = (left: NodeId, right: NodeId, transposeLeft: boolean): NodeId =>
    builder.emit("matmul", [left, right], { transposeLeft, transposeRight: !transposeLeft });
  const middle = select(
    isBelow(math, packed),
    product(lower, select(isBelow(math, packed), given, like(given, 0)), true),
    product(triangle(math, given, false), upper, false),
  );
  const left = builder.emit("triangularSolve", [lower, middle], { lower: true, transpose: true });
  const params = { lower: false, transpose: false };
  const right = builder.emit("triangularSolve", [upper, transposed(builder, left)], params);
  return toPlaces(math, factors, transposed(builder, right));
}

/** a x = b: b′ = a⁻ᵀ x′, a′ = −b′ xᵀ; aᵀ x = b: b′ = a⁻¹ x′, a′ = −x b′ᵀ. */
export function luSolveAdjoints(
  { builder, neg }: Arithmetic,
  { inputs: [matrix, factors], params: { transpose } }: NodeOf<"luSolve">,
  solution: NodeId,
  adjoint: NodeId,
): readonly (NodeId | undefined)[] {
  const right = builder.emit("luSolve", [matrix, factors, adjoint], { transpose: !transpose });
  const outer = builder.emit("matmul", transpose ? [solution, right] : [right, solution], {
    transposeLeft: false,
    transposeRight: true,
  });
  return [neg(outer), undefined, right];
}

/** L, with U above its diagonal. */
export function unitLower(math: Arithmetic, packed: NodeId): NodeId {
  const [row, column] = positions(math, packed);
  return math.select(math.equal(row, column), math.like(packed, 1), packed);
}

function isBelow(math: Arithmetic, x: NodeId): NodeId {
  const [row, column] = positions(math, x);
  return math.less(column, row);
}

function positions({ builder, shapeOf }: Arithmetic, x: NodeId): readonly [NodeId, NodeId] {
  const shape = shapeOf(x);
  return [
    builder.emit("iota", [], { shape, axis: shape.length - 2 }),
    builder.emit("iota", [], { shape, axis: shape.length - 1 }),
  ];
}

/** Pᵀ x */
export function toPlaces(math: Arithmetic, factors: NodeId, x: NodeId): NodeId {
  const { builder, shapeOf } = math;
  const rows = flatRows(builder, x);
  const scattered = builder.emit("scatterAdd", [places(math, factors), rows], { size: shapeOf(rows)[0] });
  return builder.emit("reshape", [scattered], { shape: shapeOf(x) });
}

/** For each row of L U, of all matrices one after the other, the position of the row that it is: [B N]. */
export function places({ builder, add, shapeOf }: Arithmetic, factors: NodeId): NodeId {
  const shape = shapeOf(factors);
  const n = shape[shape.length - 1];
  const batch = elementCount(shape.slice(0, -2));
  const order = builder.emit("convert", [lineOf(builder, factors, n)], { dtype: "int" });
  const starts = Array.from({ length: batch * n }, (_, at) => at - (at % n));
  return add(
    builder.emit("reshape", [order], { shape: [batch * n] }),
    builder.constant(starts, [batch * n], "int"),
  );
}

/** [B…, N, M] → [B N, M] */
export function flatRows(builder: Builder, x: NodeId): NodeId {
  const { shape } = builder.typeOf(x);
  const columns = shape[shape.length - 1];
  return builder.emit("reshape", [x], { shape: [elementCount(shape.slice(0, -1)), columns] });
}

/** Row `at` of each matrix: [B…, M]. */
export function lineOf(builder: Builder, x: NodeId, at: number): NodeId {
  const row = rowsOf(builder, x, at, at + 1);
  const { shape } = builder.typeOf(row);
  return builder.emit("reshape", [row], { shape: shape.toSpliced(shape.length - 2, 1) });
}

/** Rows from … to − 1 of each matrix. */
export function rowsOf(builder: Builder, x: NodeId, from: number, to: number): NodeId {
  const { shape } = builder.typeOf(x);
  const rows = shape.length - 2;
  return builder.emit("slice", [x], {
    start: shape.map((_, axis) => (axis === rows ? from : 0)),
    limit: shape.with(rows, to),
  });
}
