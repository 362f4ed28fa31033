import type { Graph } from "../graph.ts";
import { emitSame, rebuild } from "../rebuild.ts";

/** Makes equal nodes one: all that a builder does anyway when a graph is built anew. */
export function eliminateCommonSubexpressions(graph: Graph): Graph {
  return rebuild(graph, emitSame);
}
