/** Ops that only say where values are: their results are read in place, with an offset and a stride per axis. */
import { elementCount, type GraphNode, type NodeId } from "../../compiler/graph.ts";
import type { Shape } from "../../compiler/ops.ts";

/** Element [i…] of a node is element offset + Σ i · stride of `base`, which lies in memory row by row. Counted in elements. */
export interface View {
  readonly base: NodeId;
  readonly offset: number;
  readonly strides: readonly number[];
}

export type Layout = Omit<View, "base">;

export function rowMajor(shape: Shape): Layout {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return { offset: 0, strides };
}

export function isViewOp({ op }: GraphNode): boolean {
  return (
    op === "reshape" ||
    op === "transpose" ||
    op === "broadcast" ||
    op === "slice" ||
    op === "reverse" ||
    op === "stopGradient"
  );
}

/** The layout of a view op's result, given its operand's. Undefined for a reshape that strides cannot express. */
export function viewLayout(node: GraphNode, operandShape: Shape, operand: Layout): Layout | undefined {
  const { offset, strides } = operand;
  switch (node.op) {
    case "stopGradient":
      return operand;
    case "transpose":
      return { offset, strides: node.params.permutation.map((axis) => strides[axis]) };
    case "broadcast": {
      const spread = node.type.shape.map(() => 0);
      node.params.axes.forEach((axis, position) => {
        spread[axis] = strides[position];
      });
      return { offset, strides: spread };
    }
    case "slice":
      return {
        offset: node.params.start.reduce((sum, start, axis) => sum + start * strides[axis], offset),
        strides,
      };
    case "reverse": {
      const { axis } = node.params;
      return {
        offset: offset + Math.max(operandShape[axis] - 1, 0) * strides[axis],
        strides: strides.with(axis, -strides[axis]),
      };
    }
    case "reshape":
      return reshapeLayout(operandShape, operand, node.type.shape);
    default:
      return undefined;
  }
}

/** Whether the elements lie one after the other. Axes of length 1 do not matter. */
export function isContiguous(shape: Shape, { strides }: Layout): boolean {
  if (elementCount(shape) === 0) return true;
  const expected = rowMajor(shape).strides;
  return strides.every((stride, axis) => shape[axis] === 1 || stride === expected[axis]);
}

/** Splits and joins axes where strides allow: runs of axes with equal products, each run evenly spaced inside. */
function reshapeLayout(from: Shape, { offset, strides }: Layout, to: Shape): Layout | undefined {
  if (elementCount(from) === 0) return { offset, strides: to.map(() => 0) };
  const axes = from.map((_, axis) => axis).filter((axis) => from[axis] > 1);
  const result = new Array<number>(to.length).fill(0);
  let source = axes.length;
  let target = to.length;
  while (target > 0) {
    if (to[target - 1] === 1) {
      target--;
      continue;
    }
    let wanted = to[--target];
    const firstTarget = target;
    let have = from[axes[--source]];
    const stride = strides[axes[source]];
    while (wanted !== have)
      if (wanted < have) wanted *= to[--target];
      else {
        const outer = axes[--source];
        if (strides[outer] !== stride * have) return undefined;
        have *= from[outer];
      }
    let step = stride;
    for (let axis = firstTarget; axis >= target; axis--) {
      result[axis] = to[axis] === 1 ? 0 : step;
      step *= to[axis];
    }
  }
  return { offset, strides: result };
}

/** Positions of all elements of a shape in row-major order. */
export function positionsOf(shape: Shape, { offset, strides }: Layout): number[] {
  return shape.reduce<number[]>(
    (starts, length, axis) =>
      starts.flatMap((start) => Array.from({ length }, (_, i) => start + i * strides[axis])),
    [offset],
  );
}
