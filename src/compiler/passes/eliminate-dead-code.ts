import { createBuilder } from "../builder.ts";
import type { Graph, NodeId } from "../graph.ts";
import { emitSame } from "../rebuild.ts";

/** Drops nodes that no output needs. Inputs stay, so that the graph is called as before. */
export function eliminateDeadCode(graph: Graph): Graph {
  const live = new Set<NodeId>([...Object.values(graph.inputs), ...Object.values(graph.outputs)]);
  for (let id = graph.nodes.length - 1; id >= 0; id--)
    if (live.has(id)) for (const input of graph.nodes[id].inputs) live.add(input);
  const builder = createBuilder();
  const ids: NodeId[] = [];
  graph.nodes.forEach((node, id) => {
    if (live.has(id))
      ids[id] = emitSame(builder, { ...node, inputs: node.inputs.map((input) => ids[input]) });
  });
  return builder.finish(
    Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, ids[id]])),
  );
}
