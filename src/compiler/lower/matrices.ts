/** Matrices as the last two event dimensions of a value, in batches over its axes and the dimensions before them. */
import { arithmetic } from "../arithmetic.ts";
import { pivotsOf } from "../lu.ts";
import { type Algebra, type Axis, unionAxes, type Value } from "./value.ts";

/** Side of a square matrix. */
export function side(x: Value): number {
  return x.event[x.event.length - 1];
}

/** Values of one shape in every matrix of the batch, given row by row. */
export function repeated(a: Algebra, values: readonly number[], event: readonly number[]): Value {
  const rows = event.reduce((product, each) => product * each, 1) / Math.max(1, values.length);
  const all = Array.from({ length: rows }, () => values).flat();
  return { node: a.builder.constant(all, event), axes: [], event };
}

/** 1 on the diagonal, 0 elsewhere. */
export function identity(a: Algebra, event: readonly number[]): Value {
  return mask(a, event, "onDiagonal");
}

/** Of an element of a matrix. */
type Place = "onDiagonal" | "below" | "notAbove";

/** 1 where the element is there, 0 elsewhere. */
export function mask(a: Algebra, event: readonly number[], place: Place): Value {
  return a.convert(isAt(a, event, place), "float");
}

/** Not written out: whether memory holds so large a matrix is asked when the graph is complete. */
export function isAt(a: Algebra, event: readonly number[], place: Place): Value {
  const op = ({ onDiagonal: "equal", below: "less", notAbove: "lessEqual" } as const)[place];
  return a.binary(op, indexAlong(a, event, event.length - 1), indexAlong(a, event, event.length - 2));
}

/** 0, 1, … along that dimension of an event. */
export function indexAlong(a: Algebra, event: readonly number[], axis: number): Value {
  return { node: a.builder.emit("iota", [], { shape: event, axis }), axes: [], event };
}

/** Event [B…, N, M] → [B…, M, N]. */
export function transposeLast(a: Algebra, x: Value): Value {
  const rank = x.axes.length + x.event.length;
  const order = Array.from({ length: rank }, (_, each) => each);
  const permutation = [...order.slice(0, -2), rank - 1, rank - 2];
  const event = [...x.event.slice(0, -2), x.event[x.event.length - 1], x.event[x.event.length - 2]];
  return { node: a.builder.emit("transpose", [x.node], { permutation }), axes: x.axes, event };
}

interface Transposes {
  readonly transposeLeft?: boolean;
  readonly transposeRight?: boolean;
}

/** Events [B…, M, K] and [B…, K, N] with one B; an operand whose event has only its two dimensions serves all of B. */
export function multiply(a: Algebra, x: Value, y: Value, transposes: Transposes = {}): Value {
  const { transposeLeft = false, transposeRight = false } = transposes;
  const [left, right] = inBatches(a, [x, y]);
  const node = a.builder.emit("matmul", [left.node, right.node], { transposeLeft, transposeRight });
  const rows = left.event.at(transposeLeft ? -1 : -2) ?? 1;
  const columns = right.event.at(transposeRight ? -2 : -1) ?? 1;
  return { node, axes: left.axes, event: [...left.event.slice(0, -2), rows, columns] };
}

/** x with l x = b (or lᵀ x = b) for lower-triangular l; b has event [B…, N, M]. */
export function solveLower(a: Algebra, l: Value, b: Value, transpose = false): Value {
  const [matrix, right] = inBatches(a, [l, b]);
  const node = a.builder.emit("triangularSolve", [matrix.node, right.node], { lower: true, transpose });
  return { ...right, node };
}

/** The lower-triangular Cholesky factor. */
export function choleskyFactor(a: Algebra, x: Value): Value {
  return { ...x, node: a.builder.emit("cholesky", [x.node], {}) };
}

/** x with a x = b for square a of any kind; b has event [B…, N, M]. */
export function solveAny(a: Algebra, x: Value, b: Value): Value {
  const [matrix, right] = inBatches(a, [x, b]);
  const factors = a.builder.emit("lu", [matrix.node], {});
  return {
    ...right,
    node: a.builder.emit("luSolve", [matrix.node, factors, right.node], { transpose: false }),
  };
}

/** The pivots of elimination, event [B…, N], with the sign of a swap: their product is the determinant. */
export function signedPivots(a: Algebra, x: Value): Value {
  const node = pivotsOf(arithmetic(a.builder), a.builder.emit("lu", [x.node], {}));
  return { node, axes: x.axes, event: x.event.slice(0, -1) };
}

/** Event [B…, N, N] → [B…, N]. */
export function diagonalOf(a: Algebra, x: Value): Value {
  return a.reduce("reduceSum", a.mul(x, identity(a, x.event)), x.event.length - 1);
}

/** Event [B…, N] → [B…, N, N] with zeros beside the diagonal. */
export function diagonalMatrix(a: Algebra, x: Value): Value {
  const n = side(x);
  const event = [...x.event, n];
  return a.mul(alongColumns(a, x, event), identity(a, event));
}

/** Event [B…, N] as a matrix [B…, M, N] of which all rows are the vector. */
export function alongRows(a: Algebra, x: Value, event: readonly number[]): Value {
  return spread(a, x, event, event.length - 2);
}

/** Event [B…, N] as a matrix [B…, N, M] of which all columns are the vector. */
export function alongColumns(a: Algebra, x: Value, event: readonly number[]): Value {
  return spread(a, x, event, event.length - 1);
}

function spread(a: Algebra, x: Value, event: readonly number[], added: number): Value {
  const shape = [...x.axes.map((axis) => axis.size), ...event];
  const axes = shape.map((_, each) => each).filter((each) => each !== x.axes.length + added);
  return { node: a.builder.emit("broadcast", [x.node], { shape, axes }), axes: x.axes, event };
}

/** log |l lᵀ| = 2 Σ log lᵢᵢ for a Cholesky factor: event [B…]. */
export function logDeterminantOfFactor(a: Algebra, l: Value): Value {
  const logs = a.unary("log", diagonalOf(a, l));
  return a.mul(2, a.reduce("reduceSum", logs, logs.event.length - 1));
}

/** A vector as each row of an event; numbers and arrays of that shape are as they are. */
export function vectorsOverRows(a: Algebra, x: Value, event: readonly number[]): Value {
  if (x.event.length === 0 || x.event.length === event.length) return x;
  const shape = [...x.axes.map((axis) => axis.size), ...event];
  const axes = [...x.axes.map((_, position) => position), shape.length - 1];
  return { ...x, node: a.builder.emit("broadcast", [x.node], { shape, axes }), event };
}

/** Numbers, event [B…] or [], repeated along the last dimension of event [B…, N]. */
export function alongLast(a: Algebra, x: Value, event: readonly number[]): Value {
  if (x.event.length === 0) return x;
  const shape = [...x.axes.map(({ size }) => size), ...event];
  const axes = shape.map((_, at) => at).slice(0, -1);
  return { ...x, node: a.builder.emit("broadcast", [x.node], { shape, axes }), event };
}

/**
 * A linear map of vectors x, event [B…, N], by matrices, event [N, N] or [B…, N, N]. Vectors that share one matrix lie side by side
 * as its columns, so that it is read once for all of them.
 */
export function onColumns(
  a: Algebra,
  matrix: Value,
  x: Value,
  map: (matrix: Value, columns: Value) => Value,
): Value {
  if (matrix.event.length > 2) {
    const columns = a.reshapeEvent(x, [...x.event, 1]);
    return a.reshapeEvent(map(matrix, columns), x.event);
  }
  const own = x.axes.filter((axis) => !matrix.axes.some((each) => each.id === axis.id));
  const rows = own.reduceRight((value, axis) => a.axisToEvent(value, axis), x);
  const count = rows.event.slice(0, -1).reduce((product, each) => product * each, 1);
  const columns = transposeLast(a, a.reshapeEvent(rows, [count, side(x)]));
  const mapped = a.reshapeEvent(transposeLast(a, map(matrix, columns)), rows.event);
  return own.reduce((value, axis) => a.eventToAxis(value, axis), mapped);
}

/** Event dimension 0 moved to the end. */
export function eventToBack(a: Algebra, x: Value): Value {
  let value = x;
  for (let each = 1; each < x.event.length; each++) value = a.eventToFront(value, x.event.length - 1);
  return value;
}

/** The same axes and the same batch dimensions before the last two. */
function inBatches(a: Algebra, operands: readonly [Value, Value]): readonly Value[] {
  const axes: readonly Axis[] = unionAxes(operands);
  const batches = operands.map((each) => each.event.slice(0, -2));
  const batch = batches.find((each) => each.length > 0) ?? [];
  return operands.map((each) => {
    const wide = a.stretch(each, axes, each.event);
    const own = each.event.slice(-2);
    if (each.event.length - 2 === batch.length) return wide;
    const event = [...batch, ...own];
    const shape = [...axes.map((axis) => axis.size), ...event];
    const kept = [...axes.keys(), shape.length - 2, shape.length - 1];
    return { node: a.builder.emit("broadcast", [wide.node], { shape, axes: kept }), axes, event };
  });
}
