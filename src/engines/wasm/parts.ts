/** Where operands of concat and pad go in the result. */
import type { Graph, GraphNode } from "../../compiler/graph.ts";
import { type Layout, rowMajor } from "./view.ts";

/** The place of operand number `part` in the result: an offset, and a stride per axis of the operand. */
export function partLayout({ nodes }: Graph, node: GraphNode, part: number): Layout {
  const { strides } = rowMajor(node.type.shape);
  if (node.op === "pad")
    return {
      offset: node.params.before.reduce((sum, before, axis) => sum + before * strides[axis], 0),
      strides,
    };
  if (node.op !== "concat") return { offset: 0, strides };
  const { axis } = node.params;
  const before = node.inputs.slice(0, part).reduce((sum, input) => sum + nodes[input].type.shape[axis], 0);
  return { offset: before * strides[axis], strides };
}
