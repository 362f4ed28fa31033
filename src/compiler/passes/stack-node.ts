/** One node of a loop's body for all steps at once: values have a first axis more, one row per step. */
import type { Builder } from "../builder.ts";
import { elementCount, type GraphNode, type NodeId } from "../graph.ts";
import type { Shape } from "../ops.ts";
import { emitSame } from "../rebuild.ts";
import { scalarOp } from "./scalar-ops.ts";

export interface Stackable {
  readonly id: NodeId;
  /** With the axis of steps, or the same in every step and without it. */
  readonly isStacked: boolean;
}

/** Values that have more elements than this for all steps together stay in the loop. 2¹⁸ doubles are 2 MiB. */
const mostStacked = 2 ** 18;

export function fitsStacked(shape: Shape, length: number): boolean {
  return length * elementCount(shape) <= mostStacked;
}

/** Whether `stackNode` knows the node, of whose operands at least one is stacked. */
export function canStack(node: GraphNode, isStacked: readonly boolean[]): boolean {
  switch (node.op) {
    case "gather":
      return !isStacked[0];
    case "reduceSum":
    case "reduceMax":
    case "cumsum":
    case "reverse":
    case "concat":
    case "reshape":
    case "transpose":
    case "broadcast":
    case "slice":
    case "pad":
    case "matmul":
    case "triangularSolve":
    case "cholesky":
    case "lu":
    case "luSolve":
    case "sort":
    case "argsort":
    case "stopGradient":
      return true;
    default:
      return scalarOp(node) !== undefined;
  }
}

/** The node's results in all steps, [length, …]. */
export function stackNode(
  builder: Builder,
  node: GraphNode,
  operands: readonly Stackable[],
  length: number,
): NodeId {
  const later = (axis: number): number => axis + 1;
  if (node.op === "gather") {
    return builder.emit(
      "gather",
      operands.map(({ id }) => id),
      {},
    );
  }
  const inputs = operands.map((operand) => inAllSteps(builder, operand, length));
  switch (node.op) {
    case "reduceSum":
    case "reduceMax":
      return builder.emit(node.op, inputs, { axes: node.params.axes.map(later) });
    case "cumsum":
      return builder.emit("cumsum", inputs, { ...node.params, axis: later(node.params.axis) });
    case "reverse":
    case "concat":
      return builder.emit(node.op, inputs, { axis: later(node.params.axis) });
    case "reshape":
      return builder.emit("reshape", inputs, { shape: [length, ...node.params.shape] });
    case "transpose":
      return builder.emit("transpose", inputs, { permutation: [0, ...node.params.permutation.map(later)] });
    case "broadcast": {
      const { shape, axes } = node.params;
      return builder.emit("broadcast", inputs, { shape: [length, ...shape], axes: [0, ...axes.map(later)] });
    }
    case "slice": {
      const { start, limit } = node.params;
      return builder.emit("slice", inputs, { start: [0, ...start], limit: [length, ...limit] });
    }
    case "pad": {
      const { before, after } = node.params;
      return builder.emit("pad", inputs, { before: [0, ...before], after: [0, ...after] });
    }
    default:
      return emitSame(builder, { ...node, inputs });
  }
}

/** [length, …] */
export function inAllSteps(builder: Builder, { id, isStacked }: Stackable, length: number): NodeId {
  if (isStacked) return id;
  const { shape } = builder.typeOf(id);
  return builder.emit("broadcast", [id], {
    shape: [length, ...shape],
    axes: shape.map((_, axis) => axis + 1),
  });
}
