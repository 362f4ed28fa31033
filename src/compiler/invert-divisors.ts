/**
 * Division by what does not change between runs becomes multiplication by its inverse, which `splitInvariant` then computes once: a
 * division takes as long as four multiplications and more.
 *
 * Precondition: numbers are real up to rounding. A quotient is up to 1 unit in the last place less accurate, and infinite or NaN where
 * the divisor is below 2⁻¹⁰²² in size.
 */
import { arithmetic } from "./arithmetic.ts";
import type { Builder } from "./builder.ts";
import { elementCount, type Graph, type NodeId } from "./graph.ts";
import { emitSame, rebuild } from "./rebuild.ts";

export function invertDivisors(graph: Graph, varies: (inputName: string) => boolean): Graph {
  const varying = new Set<NodeId>();
  const fixed = new Set<NodeId>();
  graph.nodes.forEach((node, id) => {
    const depends = (on: ReadonlySet<NodeId>): boolean => node.inputs.some((input) => on.has(input));
    const own = node.op === "input" && varies(node.params.name);
    if (own || depends(varying)) varying.add(id);
    // Constants are known when compiling: engines divide by them as they think best.
    else if (node.op === "input" || depends(fixed)) fixed.add(id);
  });
  return rebuild(graph, (builder, node, id) => {
    const [above, below] = graph.nodes[id].inputs;
    const isFloat = node.type.dtype === "float";
    if (node.op !== "div" || !isFloat || !varying.has(above) || !fixed.has(below))
      return emitSame(builder, node);
    return builder.emit("mul", [node.inputs[0], inverse(builder, node.inputs[1])], {});
  });
}

/** 1 / x; of what is stretched the inverse is, too. */
function inverse(builder: Builder, x: NodeId): NodeId {
  const { like, div, broadcast } = arithmetic(builder);
  const node = builder.nodeOf(x);
  if (node.op !== "broadcast" || elementCount(builder.typeOf(node.inputs[0]).shape) === 0)
    return div(like(x, 1), x);
  return broadcast(inverse(builder, node.inputs[0]), node.type.shape, node.params.axes);
}
