/**
 * Loops that differ in their y outputs only become one with the outputs of all. Differentiation makes such loops: the one that
 * was there, and the same again that also gives its carries.
 */
import { type Builder, paramsKey } from "../builder.ts";
import { elementCount, type Graph, type NodeId, type NodeOf } from "../graph.ts";
import { emitSame, rebuild } from "../rebuild.ts";
import { hasScan, namedOutputs, scanLayout } from "../scan.ts";

/** Precondition: none. */
export function mergeScans(graph: Graph): Graph {
  if (!hasScan(graph)) return graph;
  // Equal nodes become one first, so that equal operands have equal ids.
  const unique = rebuild(graph, emitSame);
  const groups = new Map<string, { id: NodeId; scan: NodeOf<"scan"> }[]>();
  unique.nodes.forEach((scan, id) => {
    if (scan.op !== "scan") return;
    const key = keyWithoutYs(scan);
    groups.set(key, [...(groups.get(key) ?? []), { id, scan }]);
  });
  const wider = new Map<NodeId, NodeOf<"scan">>();
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    const wide = withAllYs(group.map(({ scan }) => scan));
    for (const { id } of group) wider.set(id, wide);
  }
  if (wider.size === 0) return unique;
  const next = rebuild(unique, (builder, node, id) => {
    const wide = wider.get(id);
    if (node.op !== "scan" || wide === undefined) return emitSame(builder, node);
    return partsOf(builder, node, builder.emit("scan", node.inputs, wide.params), wide);
  });
  // Loops that read merged ones may have become alike.
  return mergeScans(next);
}

function keyWithoutYs({ inputs, params }: NodeOf<"scan">): string {
  const carries = Array.from({ length: params.carries }, (_, at) => params.body.outputs[`carry/${at}`]);
  const outputs = namedOutputs({ carries, ys: [] });
  return `${inputs.join(",")}|${paramsKey({ ...params, body: { ...params.body, outputs } })}`;
}

function withAllYs(scans: readonly NodeOf<"scan">[]): NodeOf<"scan"> {
  const [first] = scans;
  const ys = [...new Set(scans.flatMap(yIds))];
  const carries = Array.from({ length: first.params.carries }, (_, at) => carryId(first, at));
  const body = { ...first.params.body, outputs: namedOutputs({ carries, ys }) };
  return { ...first, params: { ...first.params, body } };
}

/** The flat result of `scan`, taken from that of the wider one. */
function partsOf(builder: Builder, scan: NodeOf<"scan">, flat: NodeId, wide: NodeOf<"scan">): NodeId {
  const layout = scanLayout(wide.params.body, wide.params.length);
  const wideYs = yIds(wide);
  const parts = [...layout.carries, ...yIds(scan).map((id) => layout.ys[wideYs.indexOf(id)])];
  const ranges: { start: number; limit: number }[] = [];
  for (const { start, shape } of parts) {
    const last = ranges.at(-1);
    if (last?.limit === start) last.limit += elementCount(shape);
    else ranges.push({ start, limit: start + elementCount(shape) });
  }
  if (ranges.length === 0) return builder.emit("slice", [flat], { start: [0], limit: [0] });
  const slices = ranges.map(({ start, limit }) =>
    builder.emit("slice", [flat], { start: [start], limit: [limit] }),
  );
  return slices.length === 1 ? slices[0] : builder.emit("concat", slices, { axis: 0 });
}

function carryId({ params: { body } }: NodeOf<"scan">, at: number): NodeId {
  return body.outputs[`carry/${at}`];
}

function yIds({ params: { body, carries } }: NodeOf<"scan">): NodeId[] {
  const count = Object.keys(body.outputs).length - carries;
  return Array.from({ length: count }, (_, at) => body.outputs[`y/${at}`]);
}
