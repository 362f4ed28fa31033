/**
 * The loops a tensor is computed in. Small tensors have none: their elements are values in straight-line code. Of a larger
 * one, the trailing axes that are short become components, which are unrolled in the loop body; the others are the loops. So
 * [1000] and [1000, 2] share a loop of 1000, and what reduces, slices or joins components costs nothing.
 */
import { elementCount } from "../../compiler/graph.ts";
import type { Shape } from "../../compiler/ops.ts";

export interface Space {
  /** Axes that are loops, outermost first; none has length 1. */
  readonly loopAxes: readonly number[];
  /** The other axes, ascending. */
  readonly componentAxes: readonly number[];
  /** Lengths of the loops. */
  readonly loops: Shape;
  /** Product of the lengths of component axes. */
  readonly components: number;
  /** Equal for spaces that can share their loops; empty for straight-line code. */
  readonly key: string;
}

export interface SpaceLimits {
  /** Most elements of a tensor that lives in straight-line code; at least 1. */
  readonly straight: number;
  /** Most components of a tensor in a loop; at least 1. */
  readonly components: number;
}

export const usualLimits: SpaceLimits = { straight: 32, components: 8 };

export function spaceOf(shape: Shape, limits: SpaceLimits): Space {
  const axes = shape.map((_, axis) => axis);
  if (elementCount(shape) <= limits.straight)
    return { loopAxes: [], componentAxes: axes, loops: [], components: elementCount(shape), key: "" };
  let first = shape.length;
  let components = 1;
  const outermost = shape.findIndex((length) => length > 1);
  while (first > outermost + 1 && components * shape[first - 1] <= limits.components)
    components *= shape[--first];
  const loopAxes = axes.filter((axis) => axis < first && shape[axis] > 1);
  const loops = loopAxes.map((axis) => shape[axis]);
  return {
    loopAxes,
    componentAxes: axes.filter((axis) => !loopAxes.includes(axis)),
    loops,
    components,
    key: loops.join("×"),
  };
}
