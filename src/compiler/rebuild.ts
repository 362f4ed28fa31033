/** Graph → graph by making every node again through a builder, which is what passes and differentiation share. */
import { type Builder, createBuilder } from "./builder.ts";
import type { Graph, GraphNode, NodeId } from "./graph.ts";

/** The new id for a node whose `inputs` are new ids already, and its old one; `emitSame` makes it as it is. */
export type Rewrite = (builder: Builder, node: GraphNode, oldId: NodeId) => NodeId;

/** Rewrites every node in order. Equal nodes become one. Inputs of the graph stay, used or not. */
export function rebuild(graph: Graph, rewrite: Rewrite): Graph {
  const builder = createBuilder();
  const ids = copyInto(builder, graph, rewrite);
  return builder.finish(
    Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, ids[id]])),
  );
}

/** Makes the graph's nodes in that builder; returns the new id of each old one. */
export function copyInto(builder: Builder, graph: Graph, rewrite: Rewrite = emitSame): NodeId[] {
  const ids: NodeId[] = [];
  graph.nodes.forEach((node, id) => {
    ids.push(rewrite(builder, { ...node, inputs: node.inputs.map((input) => ids[input]) }, id));
  });
  return ids;
}

export function emitSame(builder: Builder, node: GraphNode): NodeId {
  return node.op === "input"
    ? builder.input(node.params.name, node.params.type)
    : builder.emit(node.op, node.inputs, node.params);
}
