/** Inputs of a graph that get their values for good. */
import type { Graph } from "./graph.ts";
import { emitSame, rebuild } from "./rebuild.ts";

/** The graph with those inputs as constants; values of names that are no inputs are not used. */
export function bindInputs(graph: Graph, values: Readonly<Record<string, ArrayLike<number>>>): Graph {
  return rebuild(graph, (builder, node) => {
    if (node.op !== "input" || !Object.hasOwn(values, node.params.name)) return emitSame(builder, node);
    const { name, type } = node.params;
    return builder.constant(Array.from(values[name]), type.shape, type.dtype);
  });
}
