/** Ops in other ops, for engines that lack them. The results agree up to rounding. */
import { type Arithmetic, arithmetic } from "./arithmetic.ts";
import type { Builder } from "./builder.ts";
import { takeBranch } from "./cond.ts";
import { expandLu, expandLuSolve } from "./expand-lu.ts";
import { elementCount, type Graph, type GraphNode, type NodeId, type NodeOf } from "./graph.ts";
import type { OpName } from "./ops.ts";
import { emitSame, rebuild } from "./rebuild.ts";
import { copyBody, joinFlat, scanLayout } from "./scan.ts";

type Expansion<Op extends OpName> = (math: Arithmetic, node: NodeOf<Op>) => NodeId;

const expansions = {
  cholesky: (math, { inputs: [x] }) => expandCholesky(math, x),
  triangularSolve: expandTriangularSolve,
  lu: expandLu,
  luSolve: expandLuSolve,
  argsort: (math, { inputs: [x] }) => expandArgsort(math, x),
  sort({ builder, add, shapeOf }, { inputs: [x] }) {
    const shape = shapeOf(x);
    const flat = builder.emit("reshape", [x], { shape: [elementCount(shape)] });
    const order = expandArgsort(arithmetic(builder), x);
    return builder.emit("gather", [flat, add(order, rowStarts(builder, shape))], {});
  },
  scan: ({ builder }, node) => unroll(builder, node),
  cond: (
    { builder, select, broadcast, shapeOf },
    { inputs: [condition, ...operands], params: { yes, no } },
  ) => {
    const [one, other] = [yes, no].map((branch) => takeBranch(builder, branch, operands));
    return select(broadcast(condition, shapeOf(one), []), one, other);
  },
} satisfies { readonly [Op in OpName]?: Expansion<Op> };

export type ExpandedOp = keyof typeof expansions;

/** The graph without these ops. Matrices of N rows take about 10 N nodes, a loop of T steps T copies of its body, a choice both branches. */
export function expandOps(graph: Graph, ops: readonly ExpandedOp[]): Graph {
  if (!graph.nodes.some(({ op }) => (ops as readonly OpName[]).includes(op))) return graph;
  const expanded: Graph = rebuild(graph, (builder, node) =>
    (ops as readonly OpName[]).includes(node.op)
      ? expand(arithmetic(builder), node as GraphNode & NodeOf<ExpandedOp>)
      : emitSame(builder, node),
  );
  // Once more for what was in graphs inside.
  return expandOps(expanded, ops);
}

function expand<Op extends ExpandedOp>(math: Arithmetic, node: NodeOf<Op>): NodeId {
  return (expansions as { readonly [Name in ExpandedOp]: Expansion<Name> })[node.op](math, node);
}

/** Column by column (Golub and Van Loan 2013, algorithm 4.2.1). */
function expandCholesky(math: Arithmetic, x: NodeId): NodeId {
  const { builder, sub, div, less, and, select, like, broadcast, shapeOf } = math;
  const shape = shapeOf(x);
  const rank = shape.length;
  const n = shape[rank - 1];
  let factor: NodeId | undefined;
  let isPositive: NodeId | undefined;
  for (let j = 0; j < n; j++) {
    let column = part(builder, x, [j, n], [j, j + 1]);
    if (factor !== undefined) {
      const left = part(builder, factor, [j, n], [0, j]);
      const row = part(builder, left, [0, 1], [0, j]);
      const params = { transposeLeft: false, transposeRight: true };
      column = sub(column, builder.emit("matmul", [left, row], params));
    }
    const pivot = part(builder, column, [0, 1], [0, 1]);
    const above = less(like(pivot, 0), pivot);
    isPositive = isPositive === undefined ? above : and(isPositive, above);
    const root = stretchRows(math, builder.emit("sqrt", [pivot], {}), n - j);
    const before = shape.map((_, axis) => (axis === rank - 2 ? j : 0));
    const padded = builder.emit("pad", [div(column, root)], { before, after: shape.map(() => 0) });
    factor = factor === undefined ? padded : builder.emit("concat", [factor, padded], { axis: rank - 1 });
  }
  if (factor === undefined || isPositive === undefined) return x;
  const row = builder.emit("iota", [], { shape, axis: rank - 2 });
  const column = builder.emit("iota", [], { shape, axis: rank - 1 });
  const missing = select(less(row, column), like(x, 0), like(x, Number.NaN));
  const batch = builder.emit("reshape", [isPositive], { shape: shape.slice(0, -2) });
  const everywhere = broadcast(
    batch,
    shape,
    shape.slice(0, -2).map((_, axis) => axis),
  );
  return select(everywhere, factor, missing);
}

/** Row by row, those solved already taken off. */
function expandTriangularSolve(
  { builder, sub, div, shapeOf, broadcast }: Arithmetic,
  { inputs: [a, b], params: { lower, transpose } }: NodeOf<"triangularSolve">,
): NodeId {
  const shape = shapeOf(b);
  const [n, columns] = shape.slice(-2);
  const rank = shape.length;
  const isForward = lower !== transpose;
  let solved: NodeId | undefined;
  for (let step = 0; step < n; step++) {
    const i = isForward ? step : n - 1 - step;
    const known: Range = isForward ? [0, i] : [i + 1, n];
    let row = part(builder, b, [i, i + 1], [0, columns]);
    if (solved !== undefined) {
      const factors = transpose ? part(builder, a, known, [i, i + 1]) : part(builder, a, [i, i + 1], known);
      const params = { transposeLeft: transpose, transposeRight: false };
      row = sub(row, builder.emit("matmul", [factors, solved], params));
    }
    const pivot = builder.emit("reshape", [part(builder, a, [i, i + 1], [i, i + 1])], {
      shape: shape.slice(0, -2),
    });
    const batch = shape.slice(0, -2).map((_, axis) => axis);
    const value = div(row, broadcast(pivot, shapeOf(row), batch));
    const both = solved === undefined ? [value] : isForward ? [solved, value] : [value, solved];
    solved = builder.emit("concat", both, { axis: rank - 2 });
  }
  return solved ?? b;
}

/** How many elements of its row come before each one, and that turned round: N² comparisons for a row of N. */
function expandArgsort(
  { builder, add, equal, less, and, broadcast, shapeOf }: Arithmetic,
  x: NodeId,
): NodeId {
  const shape = shapeOf(x);
  const rank = shape.length;
  const size = elementCount(shape);
  const pairs = [...shape, shape[rank - 1]];
  const leading = shape.slice(0, -1).map((_, axis) => axis);
  const one = broadcast(x, pairs, [...leading, rank - 1]);
  const other = broadcast(x, pairs, [...leading, rank]);
  const not = (id: NodeId): NodeId => builder.emit("not", [id], {});
  const or = (p: NodeId, q: NodeId): NodeId => builder.emit("or", [p, q], {});
  const isEarlier = less(
    builder.emit("iota", [], { shape: pairs, axis: rank }),
    builder.emit("iota", [], { shape: pairs, axis: rank - 1 }),
  );
  const missing = not(equal(one, one));
  const isBefore = or(
    or(less(other, one), and(equal(other, one), isEarlier)),
    and(missing, or(equal(other, other), isEarlier)),
  );
  const counts = builder.emit("convert", [isBefore], { dtype: "int" });
  const ranks = builder.emit("reduceSum", [counts], { axes: [rank] });
  const places = builder.emit("reshape", [add(ranks, rowStarts(builder, shape))], { shape: [size] });
  const positions = builder.emit("iota", [], { shape, axis: rank - 1 });
  const flat = builder.emit("reshape", [positions], { shape: [size] });
  return builder.emit("reshape", [builder.emit("scatterAdd", [places, flat], { size })], { shape });
}

/** For each element, the position in the flat tensor at which its row starts. */
function rowStarts(builder: Builder, shape: readonly number[]): NodeId {
  const outer = shape.slice(0, -1);
  const length = shape[shape.length - 1];
  const starts = Array.from({ length: elementCount(outer) }, (_, row) => row * length);
  return builder.emit("broadcast", [builder.constant(starts, outer, "int")], {
    shape,
    axes: outer.map((_, axis) => axis),
  });
}

/** The loop's steps one after the other, in place of the loop. */
export function unroll(builder: Builder, { inputs, params }: NodeOf<"scan">): NodeId {
  const { body, length, reverse, carries, xs } = params;
  const fixed = inputs.slice(carries + xs);
  let state = inputs.slice(0, carries);
  const stacked = scanLayout(body, length).ys.map((): NodeId[] => []);
  for (let step = 0; step < length; step++) {
    const t = reverse ? length - 1 - step : step;
    const rows = inputs.slice(carries, carries + xs).map((x) => rowAt(builder, x, t));
    const ids = copyBody(builder, body, { carries, xs }, [...state, ...rows, ...fixed]);
    state = state.map((_, at) => ids[body.outputs[`carry/${at}`]]);
    stacked.forEach((values, at) => {
      values[t] = ids[body.outputs[`y/${at}`]];
    });
  }
  return joinFlat(builder, [...state, ...stacked.flat()]);
}

/** Row t along the first axis, without that axis. */
function rowAt(builder: Builder, x: NodeId, t: number): NodeId {
  const { shape } = builder.typeOf(x);
  const row = builder.emit("slice", [x], {
    start: shape.map((_, axis) => (axis === 0 ? t : 0)),
    limit: shape.with(0, t + 1),
  });
  return builder.emit("reshape", [row], { shape: shape.slice(1) });
}

type Range = readonly [number, number];

/** Rows and columns of matrices. */
function part(builder: Builder, x: NodeId, rows: Range, columns: Range): NodeId {
  const { shape } = builder.typeOf(x);
  const batch = shape.slice(0, -2);
  return builder.emit("slice", [x], {
    start: [...batch.map(() => 0), rows[0], columns[0]],
    limit: [...batch, rows[1], columns[1]],
  });
}

/** [B…, 1, 1] → [B…, rows, 1]. */
function stretchRows({ builder, broadcast, shapeOf }: Arithmetic, x: NodeId, rows: number): NodeId {
  const batch = shapeOf(x).slice(0, -2);
  const single = builder.emit("reshape", [x], { shape: batch });
  return broadcast(
    single,
    [...batch, rows, 1],
    batch.map((_, axis) => axis),
  );
}
