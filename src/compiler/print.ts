/** Graphs as text: one line per node, stable, for golden files and for reading. */
import { paramsKey } from "./builder.ts";
import { type Graph, type GraphNode, innerGraphs } from "./graph.ts";
import { showType } from "./type-rules.ts";

/**
 *     %0 = input q : float[2]
 *     %1 = reduceSum %0 axes=[0] : float
 *     return logDensity=%1
 *
 * Graphs inside a node stand indented below it: the body of a loop, the two branches of a choice.
 */
export function printGraph(graph: Graph): string {
  const lines = graph.nodes.map((node, id) => {
    const words = [
      node.op,
      ...node.inputs.map((input) => `%${input}`),
      ...printParams(node),
      ":",
      showType(node.type),
    ];
    const inner = innerGraphs(node).flatMap((graph) => printGraph(graph).trimEnd().split("\n"));
    return [`%${id} = ${words.join(" ")}`, ...inner.map((line) => `    ${line}`)].join("\n");
  });
  const outputs = Object.entries(graph.outputs).map(([name, id]) => `${name}=%${id}`);
  return `${[...lines, ["return", ...outputs].join(" ")].join("\n")}\n`;
}

function printParams(node: GraphNode): string[] {
  if (node.op === "input") return [node.params.name];
  if (node.op === "constant") return [printValues(node.params.values)];
  return Object.entries(node.params)
    .filter(([, value]) => typeof value !== "object" || Array.isArray(value))
    .map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value.join(",")}]` : value}`);
}

/** All values of a small constant; of a large one the first few and a hash of all. */
function printValues(values: readonly number[]): string {
  const show = (value: number) => (Object.is(value, -0) ? "-0" : String(value));
  if (values.length === 1) return show(values[0]);
  if (values.length <= 16) return `[${values.map(show).join(",")}]`;
  return `[${values.slice(0, 4).map(show).join(",")},… ${hashText(values.map(show).join(","))}]`;
}

/**
 * Equal for graphs with the same nodes in the same order and the same outputs, on every machine: 64 bits of FNV-1a (Fowler,
 * Noll and Vo) as 16 hexadecimal digits. It tells programs apart, it does not protect against forgery.
 */
export function hashGraph(graph: Graph): string {
  const nodes = graph.nodes.map(
    ({ op, inputs, params, type }) => `${op}(${inputs})${paramsKey(params)}${showType(type)}`,
  );
  return hashText([...nodes, JSON.stringify(Object.entries(graph.outputs).sort())].join("\n"));
}

/** FNV-1a on UTF-16 code units. The prime is 2⁴⁰ + 435, so a product needs no more than doubles hold exactly. */
function hashText(text: string): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let i = 0; i < text.length; i++) {
    low = (low ^ text.charCodeAt(i)) >>> 0;
    const product = low * 435;
    high = (high * 435 + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return [high, low].map((half) => half.toString(16).padStart(8, "0")).join("");
}
