/** What a simplification rule is, and how it looks at a graph. */
import type { Arithmetic } from "../arithmetic.ts";
import type { GraphNode, NodeId, NodeOf } from "../graph.ts";
import type { OpName } from "../ops.ts";
import { uniformValue } from "./fold-constants.ts";

/** Gives the node that does the same with less, or undefined. `node` is not in the graph yet. */
export type Rule<Op extends OpName> = (view: View, node: NodeOf<Op>) => NodeId | undefined;

export type Rules = { readonly [Op in OpName]?: Rule<Op> };

export interface View extends Arithmetic {
  /** The node if it is of that op. */
  as<Op extends OpName>(op: Op, id: NodeId): NodeOf<Op> | undefined;
  /** The operand of a node of that one-operand op. */
  inside(op: OpName, id: NodeId): NodeId | undefined;
  /** The one value that it has everywhere, if that is known. */
  uniform(id: NodeId): number | undefined;
  /** Without NaN and infinities, whatever the inputs of the graph are. */
  isFinite(id: NodeId): boolean;
}

export function viewOf(math: Arithmetic): View {
  const { nodeOf } = math.builder;
  return {
    ...math,
    as: <Op extends OpName>(op: Op, id: NodeId) => {
      const node: GraphNode = nodeOf(id);
      return node.op === op ? (node as NodeOf<Op>) : undefined;
    },
    inside: (op, id) => (nodeOf(id).op === op ? nodeOf(id).inputs[0] : undefined),
    uniform: (id) => uniformValue(nodeOf, id),
    isFinite: (id) => isSurelyFinite(nodeOf, id),
  };
}

function isSurelyFinite(nodeOf: (id: NodeId) => GraphNode, id: NodeId): boolean {
  const node = nodeOf(id);
  switch (node.op) {
    case "constant":
      return node.params.values.every(Number.isFinite);
    case "iota":
      return true;
    case "convert":
      return node.type.dtype === "bool" || nodeOf(node.inputs[0]).type.dtype !== "float";
    case "broadcast":
    case "reshape":
    case "transpose":
    case "slice":
    case "pad":
    case "reverse":
      return isSurelyFinite(nodeOf, node.inputs[0]);
    default:
      return false;
  }
}
