/** Order along the last axis. */
import type { Kernel, Step } from "./kernel.ts";

/** Writes for each place the position of its element in the row, or that element itself. */
function sorted(operand: number, result: number, length: number, write: "position" | "element"): Step {
  const order = new Int32Array(length);
  return (buffers) => {
    const x = buffers[operand];
    const r = buffers[result];
    for (let start = 0; start < x.length; start += length) {
      for (let i = 0; i < length; i++) order[i] = i;
      order.sort((i, j) => compare(x[start + i], x[start + j]) || i - j);
      for (let i = 0; i < length; i++) r[start + i] = write === "position" ? order[i] : x[start + order[i]];
    }
  };
}

/** NaN after all numbers. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}

const sort: Kernel<"sort"> = ({ node, result }) =>
  sorted(node.inputs[0], result, node.type.shape[node.type.shape.length - 1], "element");

const argsort: Kernel<"argsort"> = ({ node, result }) =>
  sorted(node.inputs[0], result, node.type.shape[node.type.shape.length - 1], "position");

export const sortingKernels = { sort, argsort };
