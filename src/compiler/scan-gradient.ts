/**
 * The gradient of a loop is a loop from the last step to the first over the adjoints of its carries (Griewank and Walther 2008,
 * chapter 4). It needs the carries at the start of each step: a second loop gives them as further y. That loop differs from
 * the first in its outputs only, and the pass `merge-scans` makes the two one. The next carries are not computed again either:
 * they are those at the start of the step after.
 */
import type { Builder } from "./builder.ts";
import { elementCount, type Graph, type GraphNode, type NodeId, type NodeOf } from "./graph.ts";
import type { TensorType } from "./ops.ts";
import { emitSame, type Rewrite } from "./rebuild.ts";
import { copyBody, emitScan, joinFlat, type ScanParts, scanParts } from "./scan.ts";
import { scanOutputs } from "./type-rules.ts";

/** Adjoints of `wrt` from those of other nodes, given as pairs of node and adjoint. */
export type PullBack = (
  builder: Builder,
  seeds: readonly (readonly [NodeId, NodeId])[],
  wrt: readonly NodeId[],
) => readonly NodeId[];

/** The adjoints of all float operands, in order; undefined for the others. */
export function scanAdjoints(
  builder: Builder,
  node: NodeOf<"scan">,
  adjoint: NodeId,
  pullBack: PullBack,
): readonly (NodeId | undefined)[] {
  const { body, length, reverse, carries, xs } = node.params;
  const rows = node.inputs.slice(carries, carries + xs);
  const fixed = node.inputs.slice(carries + xs);
  const isFloat = (id: NodeId): boolean => builder.typeOf(id).dtype === "float";
  const shares = fixed.filter(isFloat);
  const given = scanParts(builder, adjoint, body, length);
  const { starts, ends } = savedCarries(builder, node);
  /** In the backward body: what computes a next carry, and which row of x has it already. */
  const known = new Map<NodeId, number>();
  const backward = emitScan(builder, {
    length,
    reverse: !reverse,
    carries: [...given.carries, ...shares.map((id) => builder.fill(0, builder.typeOf(id).shape))],
    xs: [...starts, ...rows, ...given.ys, ...ends],
    fixed,
    known,
    body(inner, { carries: adjoints, xs: row, fixed: constants }) {
      const inputs = [...row.slice(0, carries + xs), ...constants];
      const ids = copyBody(inner, body, { carries, xs }, inputs);
      const of = (name: string): NodeId => ids[body.outputs[name]];
      ends.forEach((_, at) => {
        for (let id = of(`carry/${at}`); inner.nodeOf(id).inputs.length > 0; [id] = inner.nodeOf(id).inputs) {
          known.set(id, carries + xs + given.ys.length + at);
          if (inner.nodeOf(id).op !== "reshape") break;
        }
      });
      const seeds = [
        ...given.carries.map((_, at) => [of(`carry/${at}`), adjoints[at]] as const),
        ...given.ys.map((_, at) => [of(`y/${at}`), row[carries + xs + at]] as const),
      ];
      const wrt = inputs.filter((id) => inner.typeOf(id).dtype === "float");
      const pulled = pullBack(inner, seeds, wrt);
      const floatRows = rows.filter(isFloat).length;
      const summed = pulled.slice(carries + floatRows);
      return {
        carries: [
          ...pulled.slice(0, carries),
          ...summed.map((share, at) => inner.emit("add", [adjoints[carries + at], share], {})),
        ],
        ys: pulled.slice(carries, carries + floatRows),
      };
    },
  });
  const ofRows = [...backward.ys];
  const ofFixed = backward.carries.slice(carries);
  return [
    ...backward.carries.slice(0, carries),
    ...rows.map((id) => (isFloat(id) ? ofRows.shift() : undefined)),
    ...fixed.map((id) => (isFloat(id) ? ofFixed.shift() : undefined)),
  ];
}

/** The carries at the start and at the end of each step, [length, …]; none at the end where there is no step. */
function savedCarries(
  builder: Builder,
  node: NodeOf<"scan">,
): { readonly starts: readonly NodeId[]; readonly ends: readonly NodeId[] } {
  const { body, length, reverse, carries } = node.params;
  const outputs: Record<string, NodeId> = { ...body.outputs };
  let count = scanOutputs(body).ys.length;
  const positions = Array.from({ length: carries }, (_, at) => {
    const id = body.inputs[`carry/${at}`];
    for (let y = 0; y < count; y++) if (outputs[`y/${y}`] === id) return y;
    outputs[`y/${count}`] = id;
    return count++;
  });
  const saving: Graph = { ...body, outputs };
  const forward = builder.emit("scan", node.inputs, { ...node.params, body: saving });
  const parts = scanParts(builder, forward, saving, length);
  const starts = positions.map((at) => parts.ys[at]);
  if (length === 0) return { starts, ends: [] };
  const ends = starts.map((start, at) => {
    const same = scanOutputs(body).ys.findIndex((_, y) => outputs[`y/${y}`] === outputs[`carry/${at}`]);
    if (same >= 0) return parts.ys[same];
    const shape = [1, ...builder.typeOf(start).shape.slice(1)];
    const last = builder.emit("reshape", [parts.carries[at]], { shape });
    const others = rowsOf(builder, start, reverse ? 0 : 1, reverse ? length - 1 : length);
    return builder.emit("concat", reverse ? [last, others] : [others, last], { axis: 0 });
  });
  return { starts, ends };
}

/** 2²⁰ doubles are 8 MiB. */
export const mostSavedCarries = 2 ** 20;
/** Loops of fewer steps are never cut. */
const fewestSteps = 16;

/**
 * Copies a graph that is to be differentiated. A loop of at least 16 steps whose carries, all steps together, are more than
 * `mostSaved` numbers becomes a loop over ⌊√T⌋ loops of ⌊T / ⌊√T⌋⌋ steps, and another one for the steps that remain: its gradient
 * keeps the carries at the start of each inner loop and runs that one again when it comes to it (Griewank and Walther 2008,
 * chapter 12). Memory for carries falls from T to about 2 √T of them, and the loop is computed twice. Inner loops that are still
 * too large are cut in the same way.
 */
export function withCheckpoints(mostSaved: number): Rewrite {
  const rewrite = (builder: Builder, node: GraphNode): NodeId => {
    if (node.op !== "scan") return emitSame(builder, node);
    const { body, length, carries } = node.params;
    const size = scanOutputs(body).carries.reduce((sum, { shape }) => sum + elementCount(shape), 0);
    if (carries === 0 || length < fewestSteps || length * size <= mostSaved) return emitSame(builder, node);
    return inSegments(builder, node, rewrite);
  };
  return rewrite;
}

function inSegments(
  builder: Builder,
  { inputs, params }: NodeOf<"scan">,
  rewrite: (builder: Builder, node: GraphNode) => NodeId,
): NodeId {
  const run = (b: Builder, operands: readonly NodeId[], length: number): ScanParts => {
    const type: TensorType = { dtype: "float", shape: [] };
    const flat = rewrite(b, { op: "scan", inputs: operands, params: { ...params, length }, type });
    return scanParts(b, flat, params.body, length);
  };
  const { length, reverse, carries, xs } = params;
  const segments = Math.floor(Math.sqrt(length));
  const steps = Math.floor(length / segments);
  const rest = length - segments * steps;
  const rows = inputs.slice(carries, carries + xs);
  const fixed = inputs.slice(carries + xs);
  // The steps that remain are done last: at the end, or at the start of a reversed loop.
  const start = reverse ? rest : 0;
  const many = rows.map((x) => {
    const taken = rowsOf(builder, x, start, start + segments * steps);
    const [, ...shape] = builder.typeOf(x).shape;
    return builder.emit("reshape", [taken], { shape: [segments, steps, ...shape] });
  });
  const outer = emitScan(builder, {
    length: segments,
    reverse,
    carries: inputs.slice(0, carries),
    xs: many,
    fixed,
    body: (b, given) => run(b, [...given.carries, ...given.xs, ...given.fixed], steps),
  });
  const ys = outer.ys.map((y) => {
    const [, , ...shape] = builder.typeOf(y).shape;
    return builder.emit("reshape", [y], { shape: [segments * steps, ...shape] });
  });
  const remaining = reverse ? [0, rest] : [length - rest, length];
  const lastRows = rows.map((x) => rowsOf(builder, x, remaining[0], remaining[1]));
  const last = run(builder, [...outer.carries, ...lastRows, ...fixed], rest);
  const joined = ys.map((y, at) =>
    builder.emit("concat", reverse ? [last.ys[at], y] : [y, last.ys[at]], { axis: 0 }),
  );
  return joinFlat(builder, [...last.carries, ...joined]);
}

function rowsOf(builder: Builder, x: NodeId, start: number, limit: number): NodeId {
  const { shape } = builder.typeOf(x);
  return builder.emit("slice", [x], {
    start: shape.map((_, axis) => (axis === 0 ? start : 0)),
    limit: shape.with(0, limit),
  });
}
