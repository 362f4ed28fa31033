/** Positions in row-major arrays, as tables made once: shapes are static. */
import { elementCount } from "../../compiler/graph.ts";
import type { Shape } from "../../compiler/ops.ts";

/** Distance between neighbours along each axis. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** For each index of `shape` in row-major order, offset + Σ index[axis] · strides[axis]. */
export function positions(shape: Shape, strides: readonly number[], offset = 0): Int32Array {
  const table = new Int32Array(elementCount(shape));
  const index = new Array<number>(shape.length).fill(0);
  let position = offset;
  for (let at = 0; at < table.length; at++) {
    table[at] = position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis];
      index[axis] += 1;
      if (index[axis] < shape[axis]) break;
      position -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return table;
}

/** The shape as [before, length, after] an axis, for loops along it. */
export function aroundAxis(shape: Shape, axis: number): readonly [number, number, number] {
  return [elementCount(shape.slice(0, axis)), shape[axis], elementCount(shape.slice(axis + 1))];
}
