/** The IR's executable specification: what every graph promises to whoever reads it. Tests run it after every pass. */
import { bug } from "../base/bug.ts";
import { type Graph, innerGraphs, type NodeOf } from "./graph.ts";
import { inferType, opTable } from "./op-table.ts";
import type { OpName } from "./ops.ts";
import { equalTypes, showType } from "./type-rules.ts";

/** Throws a bug at the first promise that is broken, here or in a graph inside. */
export function verifyGraph(graph: Graph): void {
  graph.nodes.forEach((node, id) => {
    if (!Object.hasOwn(opTable, node.op)) bug(`%${id}: no op ${node.op}`);
    for (const input of node.inputs)
      if (!Number.isInteger(input) || input < 0 || input >= id)
        bug(`%${id} (${node.op}) reads %${input}, which does not come before it`);
    innerGraphs(node).forEach(verifyGraph);
    verifyType(graph, node as NodeOf<OpName>, id);
  });
  verifyInputs(graph);
  for (const [name, id] of Object.entries(graph.outputs))
    if (graph.nodes[id] === undefined) bug(`output ${name} is %${id}, which does not exist`);
}

function verifyType<Op extends OpName>(graph: Graph, node: NodeOf<Op>, id: number): void {
  const type = inferType(
    node.op,
    node.inputs.map((input) => graph.nodes[input].type),
    node.params,
  );
  if (!equalTypes(type, node.type))
    bug(`%${id} (${node.op}) is ${showType(type)} but says ${showType(node.type)}`);
}

/** Input nodes and the names in `inputs` are one to one. */
function verifyInputs(graph: Graph): void {
  const names = new Set<string>();
  graph.nodes.forEach((node, id) => {
    if (node.op !== "input") return;
    const { name } = node.params;
    if (names.has(name)) bug(`two input nodes are called ${name}`);
    names.add(name);
    if (graph.inputs[name] !== id) bug(`input %${id} is not listed under its name ${name}`);
  });
  for (const name of Object.keys(graph.inputs)) if (!names.has(name)) bug(`listed input ${name} has no node`);
}
