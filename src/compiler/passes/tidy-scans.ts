/**
 * Leaves out of loops what nothing reads, what does not change and what is known without them: unread y and carries and what only
 * they need, carries that stay as they are, y that are an operand or the same every time, operands given twice, rows that are all
 * equal, constants, and loops of less than two steps.
 */
import type { Builder } from "../builder.ts";
import { unroll } from "../expand.ts";
import type { Graph, GraphNode, NodeId, NodeOf } from "../graph.ts";
import { emitSame, rebuild } from "../rebuild.ts";
import { copyBody, emitScan, hasScan, joinFlat, type Part, type ScanParts, scanLayout } from "../scan.ts";
import { scanInputName } from "../type-rules.ts";
import { isRangeRead, readRanges } from "./read-ranges.ts";

/** Precondition: none. */
export function tidyScans(graph: Graph): Graph {
  if (!hasScan(graph)) return graph;
  const reads = readRanges(graph);
  return rebuild(graph, (builder, node, id) => {
    if (node.op !== "scan") return emitSame(builder, node);
    const { body, length } = node.params;
    if (length < 2) return unroll(builder, node);
    const layout = scanLayout(body, length);
    const isRead = (part: Part): boolean => isRangeRead(reads[id], part);
    return tidy(builder, node, { carries: layout.carries.map(isRead), ys: layout.ys.map(isRead) });
  });
}

/** Where the new body finds what was an input of the old one. */
type Source =
  | { readonly kind: "carry" | "x" | "fixed"; readonly operand: NodeId }
  /** Made in the body; `operand` is what it is a copy of. */
  | { readonly kind: "constant"; readonly operand: NodeId }
  | { readonly kind: "unused" };

function tidy(builder: Builder, node: NodeOf<"scan">, isRead: ScanParts<boolean>): NodeId {
  const { body, length, reverse, carries, xs } = node.params;
  const inputIds = node.inputs.map((_, at) => body.inputs[scanInputName(at, node.params)]);
  const stays = (at: number): boolean => body.outputs[`carry/${at}`] === inputIds[at];
  const live = liveNodes(node, isRead);
  const sources = node.inputs.map((operand, at): Source => {
    const isCarry = at < carries;
    if (!live.has(inputIds[at]) && !(isCarry && isRead.carries[at])) return { kind: "unused" };
    if (isCarry && !stays(at)) return { kind: "carry", operand };
    const row = isCarry || at >= carries + xs ? operand : sameRow(builder, operand);
    if (row === undefined) return { kind: "x", operand };
    return { kind: isConstant(builder.nodeOf, row) ? "constant" : "fixed", operand: row };
  });
  const given = (kind: Source["kind"]): NodeId[] => [
    ...new Set(
      sources.flatMap((each) => (each.kind === kind && each.kind !== "unused" ? [each.operand] : [])),
    ),
  ];
  const keptCarries = sources.slice(0, carries).flatMap(({ kind }, at) => (kind === "carry" ? [at] : []));
  const ys = isRead.ys.map((read, at) => (read ? body.outputs[`y/${at}`] : undefined));
  const outside = ys.map((id) =>
    id === undefined ? undefined : stackedOutside(builder, node, inputIds, id),
  );
  const keptYs = [...new Set(ys.filter((id, at) => id !== undefined && outside[at] === undefined))];
  const [kept, xsGiven, fixed] = [keptCarries.map((at) => node.inputs[at]), given("x"), given("fixed")];
  const isSame =
    kept.length === carries &&
    xsGiven.length === xs &&
    fixed.length === node.inputs.length - carries - xs &&
    keptYs.length === ys.length;
  if (isSame) return emitSame(builder, node);
  const parts = emitScan(builder, {
    length,
    reverse,
    carries: kept,
    xs: xsGiven,
    fixed,
    body(inner, inputs) {
      const valueFrom = (source: Source, at: number): NodeId => {
        switch (source.kind) {
          case "carry":
            return inputs.carries[keptCarries.indexOf(at)];
          case "x":
            return inputs.xs[xsGiven.indexOf(source.operand)];
          case "fixed":
            return inputs.fixed[fixed.indexOf(source.operand)];
          case "constant":
            return copyConstant(inner, builder.nodeOf, source.operand);
          case "unused":
            return inner.fill(0, body.nodes[inputIds[at]].type.shape, body.nodes[inputIds[at]].type.dtype);
        }
      };
      const ids = copyBody(inner, body, { carries, xs }, sources.map(valueFrom));
      return {
        carries: keptCarries.map((at) => ids[body.outputs[`carry/${at}`]]),
        ys: keptYs.flatMap((id) => (id === undefined ? [] : [ids[id]])),
      };
    },
  });
  const layout = scanLayout(body, length);
  return joinFlat(builder, [
    ...layout.carries.map(({ shape }, at) => {
      if (keptCarries.includes(at)) return parts.carries[keptCarries.indexOf(at)];
      return stays(at) ? node.inputs[at] : builder.fill(0, shape);
    }),
    ...layout.ys.map(({ shape }, at) => {
      if (!isRead.ys[at]) return builder.fill(0, shape);
      return outside[at] ?? parts.ys[keptYs.indexOf(ys[at])];
    }),
  ]);
}

/** The body's nodes that decide what is read, over all steps. */
function liveNodes({ params: { body, carries } }: NodeOf<"scan">, isRead: ScanParts<boolean>): Set<NodeId> {
  const live = new Set<NodeId>();
  const open = isRead.ys.flatMap((read, at) => (read ? [body.outputs[`y/${at}`]] : []));
  isRead.carries.forEach((read, at) => {
    if (read) open.push(body.outputs[`carry/${at}`]);
  });
  const carryOf = new Map(
    Array.from({ length: carries }, (_, at) => [body.inputs[`carry/${at}`], body.outputs[`carry/${at}`]]),
  );
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (live.has(id)) continue;
    live.add(id);
    open.push(...body.nodes[id].inputs);
    const next = carryOf.get(id);
    if (next !== undefined) open.push(next);
  }
  return live;
}

/** The stacked values of a body's node where they are known without the loop. */
function stackedOutside(
  builder: Builder,
  { inputs, params: { body, length, carries, xs } }: NodeOf<"scan">,
  inputIds: readonly NodeId[],
  id: NodeId,
): NodeId | undefined {
  const { shape } = body.nodes[id].type;
  const repeated = (value: NodeId): NodeId =>
    builder.emit("broadcast", [value], { shape: [length, ...shape], axes: shape.map((_, axis) => axis + 1) });
  const at = inputIds.indexOf(id);
  if (at >= carries && at < carries + xs) return inputs[at];
  if (at >= carries + xs) return repeated(inputs[at]);
  if (at >= 0) return body.outputs[`carry/${at}`] === id ? repeated(inputs[at]) : undefined;
  return isConstant((inner) => body.nodes[inner], id)
    ? repeated(copyConstant(builder, (inner) => body.nodes[inner], id))
    : undefined;
}

/** The row that [length, …] repeats, where it is a broadcast of one. */
function sameRow(builder: Builder, id: NodeId): NodeId | undefined {
  const node = builder.nodeOf(id);
  if (node.op !== "broadcast" || node.params.axes.includes(0)) return undefined;
  return builder.emit("broadcast", node.inputs, {
    shape: node.params.shape.slice(1),
    axes: node.params.axes.map((axis) => axis - 1),
  });
}

/** Constants of more values than this are not copied into loops. */
const mostCopied = 16;

/** A small constant, repeated or not. */
function isConstant(nodeOf: (id: NodeId) => GraphNode, id: NodeId): boolean {
  const node = nodeOf(id);
  if (node.op === "broadcast" || node.op === "reshape") return isConstant(nodeOf, node.inputs[0]);
  return node.op === "constant" && node.params.values.length <= mostCopied;
}

function copyConstant(builder: Builder, nodeOf: (id: NodeId) => GraphNode, id: NodeId): NodeId {
  const node = nodeOf(id);
  return emitSame(builder, {
    ...node,
    inputs: node.inputs.map((input) => copyConstant(builder, nodeOf, input)),
  });
}
