/** How the components of ops that reduce or rearrange inside one space follow from those of their operands. */
import { bug } from "../../base/bug.ts";
import type { GraphNode, NodeOf } from "../../compiler/graph.ts";
import type { Shape } from "../../compiler/ops.ts";
import type { Space } from "./space.ts";
import { positionsOf, rowMajor } from "./view.ts";

/** For each component of the result, the operand's components that are summed or compared, in order. */
export function reducedComponents(
  axes: readonly number[],
  operandShape: Shape,
  operandSpace: Space,
): number[][] {
  const { componentAxes } = operandSpace;
  const lengths = componentAxes.map((axis) => operandShape[axis]);
  const kept = componentAxes.filter((axis) => !axes.includes(axis));
  const keptStrides = rowMajor(kept.map((axis) => operandShape[axis])).strides;
  const targets = positionsOf(lengths, {
    offset: 0,
    strides: componentAxes.map((axis) => keptStrides[kept.indexOf(axis)] ?? 0),
  });
  const count = kept.reduce((product, axis) => product * operandShape[axis], 1);
  const terms: number[][] = Array.from({ length: count }, () => []);
  targets.forEach((target, component) => void terms[target].push(component));
  return terms;
}

/** For each component, the one before it in the running sum; undefined for the first. In an order that can be computed. */
export function runningComponents(
  { params: { axis, reverse }, type: { shape } }: NodeOf<"cumsum">,
  { componentAxes }: Space,
): { readonly component: number; readonly previous: number | undefined }[] {
  const lengths = componentAxes.map((each) => shape[each]);
  const place = componentAxes.indexOf(axis);
  const stride = rowMajor(lengths).strides[place];
  const all = Array.from({ length: lengths.reduce((product, length) => product * length, 1) }, (_, c) => c);
  const steps = all.map((component) => {
    const at = Math.floor(component / stride) % shape[axis];
    const isFirst = at === (reverse ? shape[axis] - 1 : 0);
    return { component, previous: isFirst ? undefined : component + (reverse ? stride : -stride) };
  });
  return reverse ? steps.toReversed() : steps;
}

/** For each component of a concat or pad: which operand's component it is; undefined for zero. */
export function joinedComponents(
  node: GraphNode,
  { componentAxes }: Space,
  operandShapes: readonly Shape[],
): ({ readonly operand: number; readonly component: number } | undefined)[] {
  const lengths = componentAxes.map((axis) => node.type.shape[axis]);
  const strides = rowMajor(lengths).strides;
  const count = lengths.reduce((product, length) => product * length, 1);
  const result: ({ operand: number; component: number } | undefined)[] = new Array(count).fill(undefined);
  let along = 0;
  operandShapes.forEach((shape, operand) => {
    const starts = componentAxes.map((axis) => {
      if (node.op === "pad") return node.params.before[axis];
      if (node.op === "concat") return axis === node.params.axis ? along : 0;
      return bug(`${node.op} joins nothing`);
    });
    const places = positionsOf(
      componentAxes.map((axis) => shape[axis]),
      { offset: starts.reduce((sum, start, axis) => sum + start * strides[axis], 0), strides },
    );
    places.forEach((place, component) => {
      result[place] = { operand, component };
    });
    if (node.op === "concat") along += shape[node.params.axis];
  });
  return result;
}
