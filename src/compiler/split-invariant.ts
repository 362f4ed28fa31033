/**
 * Splits a graph by what changes between runs: what depends on fixed inputs alone is computed once, and its results become
 * inputs of the rest. Precondition: the fixed inputs keep their values. Meaning is preserved: `each` after `once` equals
 * the graph.
 */
import { createBuilder } from "./builder.ts";
import type { Graph, NodeId } from "./graph.ts";
import { emitSame } from "./rebuild.ts";

export interface SplitGraph {
  /** Fixed inputs → `once/<n>`. */
  readonly once: Graph;
  /** All inputs that are still needed, and the results of `once` → the outputs. */
  readonly each: Graph;
}

export function splitInvariant(graph: Graph, varies: (inputName: string) => boolean): SplitGraph {
  const varying = new Set<NodeId>();
  graph.nodes.forEach((node, id) => {
    const own = node.op === "input" && varies(node.params.name);
    if (own || node.inputs.some((input) => varying.has(input))) varying.add(id);
  });
  const outputs = new Set(Object.values(graph.outputs));
  /** Leaves and what is made from constants alone stay in place: they cost nothing or are known when compiling. */
  const dependsOnInput = new Set<NodeId>();
  graph.nodes.forEach((node, id) => {
    if (node.op === "input" || node.inputs.some((input) => dependsOnInput.has(input))) dependsOnInput.add(id);
  });
  const crossing = new Set<NodeId>();
  graph.nodes.forEach((node, id) => {
    if (!varying.has(id) && !outputs.has(id)) return;
    for (const input of varying.has(id) ? node.inputs : [id])
      if (!varying.has(input) && dependsOnInput.has(input) && graph.nodes[input].op !== "input")
        crossing.add(input);
  });

  const once = createBuilder();
  const onceIds: NodeId[] = [];
  const each = createBuilder();
  const eachIds: NodeId[] = [];
  const onceOutputs: Record<string, NodeId> = {};
  graph.nodes.forEach((node, id) => {
    if (!varying.has(id) && dependsOnInput.has(id))
      onceIds[id] = emitSame(once, { ...node, inputs: node.inputs.map((input) => onceIds[input]) });
    else if (!varying.has(id)) {
      onceIds[id] = emitSame(once, { ...node, inputs: node.inputs.map((input) => onceIds[input]) });
      eachIds[id] = emitSame(each, { ...node, inputs: node.inputs.map((input) => eachIds[input]) });
    } else eachIds[id] = emitSame(each, { ...node, inputs: node.inputs.map((input) => eachIds[input]) });
    if (crossing.has(id)) {
      const name = `once/${id}`;
      onceOutputs[name] = onceIds[id];
      eachIds[id] = each.input(name, node.type);
    } else if (!varying.has(id) && node.op === "input") eachIds[id] = emitSame(each, node);
  });
  return {
    once: once.finish(onceOutputs),
    each: each.finish(
      Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, eachIds[id]])),
    ),
  };
}
