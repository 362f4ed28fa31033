/** Elimination and what is solved by it in other ops, for engines that lack them. */
import { type Arithmetic, arithmetic } from "./arithmetic.ts";
import { elementCount, type NodeId, type NodeOf } from "./graph.ts";
import { flatRows, lineOf, places, rowsOf, toPlaces, unitLower } from "./lu.ts";
import { emitScan } from "./scan.ts";

/** L y = P b and U x = y; Uᵀ y = b, Lᵀ z = y and P x = z where `transpose`. */
export function expandLuSolve(
  math: Arithmetic,
  { inputs: [, factors, b], params: { transpose } }: NodeOf<"luSolve">,
): NodeId {
  const { builder, shapeOf } = math;
  const shape = shapeOf(b);
  const packed = rowsOf(builder, factors, 0, shape[shape.length - 2]);
  const lower = unitLower(math, packed);
  const solve = (matrix: NodeId, right: NodeId, isLower: boolean): NodeId =>
    builder.emit("triangularSolve", [matrix, right], { lower: isLower, transpose });
  if (transpose) return toPlaces(math, factors, solve(lower, solve(packed, b, false), true));
  const rows = builder.emit("gather", [flatRows(builder, b), places(math, factors)], {});
  return solve(packed, solve(lower, builder.emit("reshape", [rows], { shape }), true), false);
}

/** A loop over the columns, on all of the matrix in each step. */
export function expandLu({ builder }: Arithmetic, { inputs: [x], type }: NodeOf<"lu">): NodeId {
  const n = type.shape[type.shape.length - 1];
  const batch = elementCount(type.shape.slice(0, -2));
  const count = builder.emit("iota", [], { shape: [batch, 1, n], axis: 2 });
  const start = builder.emit(
    "concat",
    [
      builder.emit("reshape", [x], { shape: [batch, n, n] }),
      builder.emit("convert", [count], { dtype: "float" }),
      builder.fill(1, [batch, 1, n]),
    ],
    { axis: 1 },
  );
  const { carries } = emitScan(builder, {
    length: n,
    carries: [start],
    xs: [builder.emit("iota", [], { shape: [n], axis: 0 })],
    body: (inner, { carries: [factors], xs: [step] }) => ({
      carries: [eliminate(arithmetic(inner), factors, step)],
      ys: [],
    }),
  });
  return builder.emit("reshape", carries, { shape: type.shape });
}

/** Step k of [B, N + 2, N]: the row of the pivot changes places with row k, and is taken off those below it. */
function eliminate(math: Arithmetic, factors: NodeId, step: NodeId): NodeId {
  const { builder, equal, less, select, sub, mul, div, and, neg, add, reduceSum, broadcast, like, shapeOf } =
    math;
  const [batch, , n] = shapeOf(factors);
  const packed = rowsOf(builder, factors, 0, n);
  const max = (values: NodeId): NodeId => builder.emit("reduceMax", [values], { axes: [1] });
  const line = builder.emit("iota", [], { shape: [batch, n], axis: 1 });
  const current = broadcast(step, [batch, n], []);
  const isCurrent = equal(line, current);
  const along = (values: NodeId, axis: 1 | 2): NodeId => broadcast(values, [batch, n, n], [0, axis]);
  /** Column k, or row k, of matrices. */
  const taken = (matrices: NodeId, axis: 1 | 2): NodeId =>
    reduceSum(select(along(isCurrent, axis), matrices, like(matrices, 0)), [axis]);

  const sizes = builder.emit("abs", [taken(packed, 2)], {});
  const open = select(less(line, current), like(sizes, -1), sizes);
  const isLargest = equal(open, broadcast(max(open), [batch, n], [0]));
  const first = neg(max(neg(select(isLargest, line, like(line, n)))));
  // Of a column with NaN no element is the largest.
  const pivot = broadcast(
    select(equal(first, like(first, n)), broadcast(step, [batch], []), first),
    [batch, n],
    [0],
  );
  const source = select(isCurrent, pivot, select(equal(line, pivot), current, line));
  const starts = mul(builder.emit("iota", [], { shape: [batch, n], axis: 0 }), like(line, n));
  const swapped = (values: NodeId, shape: readonly number[]): NodeId =>
    builder.emit("gather", [builder.emit("reshape", [values], { shape }), add(source, starts)], {});

  const rows = swapped(packed, [batch * n, n]);
  const column = taken(rows, 2);
  const divisor = reduceSum(select(isCurrent, column, like(column, 0)), [1]);
  const safe = select(equal(divisor, like(divisor, 0)), like(divisor, 1), divisor);
  const isLater = less(current, line);
  const multiples = select(isLater, div(column, broadcast(safe, [batch, n], [0])), like(column, 0));
  const rest = sub(rows, mul(along(multiples, 1), along(taken(rows, 1), 2)));
  const isBelowRow = along(isLater, 1);
  const next = select(
    and(isBelowRow, along(isCurrent, 2)),
    along(multiples, 1),
    select(and(isBelowRow, along(isLater, 2)), rest, rows),
  );
  const order = swapped(lineOf(builder, factors, n), [batch * n]);
  const hasSwapped = and(isCurrent, less(current, pivot));
  const signs = lineOf(builder, factors, n + 1);
  const asRow = (values: NodeId): NodeId => builder.emit("reshape", [values], { shape: [batch, 1, n] });
  const lines = [asRow(order), asRow(select(hasSwapped, like(signs, -1), signs))];
  return builder.emit("concat", [next, ...lines], { axis: 1 });
}
