import type { Graph, NodeId } from "../graph.ts";

/** Those nodes and all that they are made from, as far as what is known already. */
export function ancestors(
  { nodes }: Graph,
  of: readonly NodeId[],
  isKnown: (id: NodeId) => boolean = () => false,
): ReadonlySet<NodeId> {
  const found = new Set<NodeId>(of);
  for (let id = nodes.length - 1; id >= 0; id--)
    if (found.has(id) && !isKnown(id)) for (const input of nodes[id].inputs) found.add(input);
  return found;
}
