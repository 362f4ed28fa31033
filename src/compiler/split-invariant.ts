/**
 * Splits a graph by what changes between runs: what depends on fixed inputs alone is computed once, and its results become
 * inputs of the rest. Precondition: the fixed inputs keep their values. Meaning is preserved: `each` after `once` equals
 * the graph.
 */
import { type Builder, createBuilder } from "./builder.ts";
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
  /** Stretching is free where it is read and costs memory where it is kept: a broadcast stays, its operand crosses. */
  const stays = (id: NodeId): boolean => graph.nodes[id].op === "broadcast";
  const crossing = new Set<NodeId>();
  const cross = (id: NodeId): void => {
    if (varying.has(id) || !dependsOnInput.has(id) || graph.nodes[id].op === "input") return;
    if (stays(id)) for (const input of graph.nodes[id].inputs) cross(input);
    else crossing.add(id);
  };
  for (const id of outputs) cross(id);
  for (const id of varying) for (const input of graph.nodes[id].inputs) cross(input);

  const once = createBuilder();
  const onceIds = emitNeeded(once, graph, [...crossing], () => undefined);
  const each = createBuilder();
  const eachIds = emitNeeded(each, graph, [...outputs], (id) =>
    crossing.has(id) ? each.input(`once/${id}`, graph.nodes[id].type) : undefined,
  );
  return {
    once: once.finish(Object.fromEntries([...crossing].map((id) => [`once/${id}`, onceIds[id]]))),
    each: each.finish(
      Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, eachIds[id]])),
    ),
  };
}

/** Emits `wanted` and all they need, in order; `given` may have a node already. Ids of the builder by ids of the graph. */
function emitNeeded(
  builder: Builder,
  graph: Graph,
  wanted: readonly NodeId[],
  given: (id: NodeId) => NodeId | undefined,
): NodeId[] {
  const ids: NodeId[] = [];
  const needed = new Set(wanted);
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (!needed.has(id)) continue;
    const known = given(id);
    if (known !== undefined) ids[id] = known;
    else for (const input of graph.nodes[id].inputs) needed.add(input);
  }
  graph.nodes.forEach((node, id) => {
    if (needed.has(id) && ids[id] === undefined)
      ids[id] = emitSame(builder, { ...node, inputs: node.inputs.map((input) => ids[input]) });
  });
  return ids;
}
