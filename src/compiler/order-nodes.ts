/** The same graph with its nodes in another order. Inputs come first, and each node when the first of the outputs that need it asks for it. */
import { createBuilder } from "./builder.ts";
import type { Graph, NodeId } from "./graph.ts";
import { emitSame } from "./rebuild.ts";

/** `outputs` are those of the graph, all of them. What none of them needs is left out. */
export function orderNodes(graph: Graph, outputs: readonly string[]): Graph {
  const builder = createBuilder();
  const ids: NodeId[] = [];
  for (const [name, id] of Object.entries(graph.inputs)) ids[id] = builder.input(name, graph.nodes[id].type);
  const place = (wanted: NodeId): NodeId => {
    const open = [wanted];
    while (open.length > 0) {
      const id = open[open.length - 1];
      const node = graph.nodes[id];
      const missing = node.inputs.filter((input) => ids[input] === undefined);
      if (missing.length > 0) open.push(...missing.toReversed());
      else {
        ids[id] ??= emitSame(builder, { ...node, inputs: node.inputs.map((input) => ids[input]) });
        open.pop();
      }
    }
    return ids[wanted];
  };
  for (const name of outputs) place(graph.outputs[name]);
  return builder.finish(
    Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, ids[id]])),
  );
}
