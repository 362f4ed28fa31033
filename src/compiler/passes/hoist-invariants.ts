/** Moves out of loops what is the same in every step. */
import type { Builder } from "../builder.ts";
import type { Graph, NodeId, NodeOf } from "../graph.ts";
import { copyInto, emitSame, rebuild } from "../rebuild.ts";
import { hasScan, scanBody } from "../scan.ts";
import { scanInputName } from "../type-rules.ts";
import { ancestors } from "./ancestors.ts";

/**
 * Precondition: none, as no op does more than compute its result. A loop of no step computes more than before. What only
 * repeats or renames values stays inside, and what it reads moves out.
 */
export function hoistInvariants(graph: Graph): Graph {
  if (!hasScan(graph)) return graph;
  return rebuild(graph, (builder, node) =>
    node.op === "scan" ? hoist(builder, node) : emitSame(builder, node),
  );
}

function hoist(builder: Builder, node: NodeOf<"scan">): NodeId {
  const { body, carries, xs } = node.params;
  const counts = { carries, xs };
  const moved = invariantResults(node);
  if (moved.length === 0) return emitSame(builder, node);
  const operandOf = new Map(node.inputs.map((id, at) => [scanInputName(at, counts), id]));
  const outer: NodeId[] = [];
  const isNeeded = ancestors(body, moved);
  body.nodes.forEach((inner, id) => {
    if (!isNeeded.has(id)) return;
    outer[id] =
      inner.op === "input"
        ? (operandOf.get(inner.params.name) ?? 0)
        : emitSame(builder, { ...inner, inputs: inner.inputs.map((input) => outer[input]) });
  });
  const operands = [...node.inputs, ...moved.map((id) => outer[id])];
  const types = [
    ...node.inputs.map((_, at) => body.nodes[body.inputs[scanInputName(at, counts)]].type),
    ...moved.map((id) => body.nodes[id].type),
  ];
  const next = scanBody(types, counts, (target, { carries: c, xs: x, fixed }) => {
    const given = [...c, ...x, ...fixed];
    const known = new Map(node.inputs.map((_, at) => [body.inputs[scanInputName(at, counts)], given[at]]));
    moved.forEach((id, at) => {
      known.set(id, given[node.inputs.length + at]);
    });
    const ids = copyInto(target, body, (b, inner, id) => known.get(id) ?? emitSame(b, inner));
    const outputs = (family: string, count: number): NodeId[] =>
      Array.from({ length: count }, (_, at) => ids[body.outputs[`${family}/${at}`]]);
    return {
      carries: outputs("carry", carries),
      ys: outputs("y", Object.keys(body.outputs).length - carries),
    };
  });
  return builder.emit("scan", operands, { ...node.params, body: next });
}

/** What depends on fixed operands alone and is read by something that does not, or is an output. */
function invariantResults({ params: { body, carries, xs }, inputs }: NodeOf<"scan">): NodeId[] {
  const varies = new Set(
    inputs.slice(0, carries + xs).map((_, at) => body.inputs[scanInputName(at, { carries, xs })]),
  );
  const dependsOnInput = new Set<NodeId>(Object.values(body.inputs));
  const results = new Set<NodeId>();
  const collect = (id: NodeId): void => {
    const { op, inputs: operands } = body.nodes[id];
    if (varies.has(id) || !dependsOnInput.has(id) || op === "input") return;
    if (op === "broadcast" || op === "reshape") collect(operands[0]);
    else results.add(id);
  };
  const isLive = ancestors(body, Object.values(body.outputs));
  body.nodes.forEach((node, id) => {
    if (node.inputs.some((input) => dependsOnInput.has(input))) dependsOnInput.add(id);
    if (!node.inputs.some((input) => varies.has(input))) return;
    varies.add(id);
    if (isLive.has(id)) node.inputs.forEach(collect);
  });
  Object.values(body.outputs).forEach(collect);
  return [...results].sort((a, b) => a - b);
}
