/** Sums, maxima and matrix products. */
import { elementCount } from "../../compiler/graph.ts";
import type { Shape } from "../../compiler/ops.ts";
import { lastTwo } from "../../compiler/type-rules.ts";
import type { Kernel } from "./kernel.ts";
import { positions, rowMajorStrides } from "./strides.ts";

/** For each element of the operand, where in the result it goes. */
function targets(shape: Shape, axes: readonly number[]): Int32Array {
  const kept = rowMajorStrides(shape.filter((_, axis) => !axes.includes(axis)));
  let next = 0;
  return positions(
    shape,
    shape.map((_, axis) => (axes.includes(axis) ? 0 : kept[next++])),
  );
}

const reduceSum: Kernel<"reduceSum"> = ({ node, result, operandTypes: [{ shape }] }) => {
  const [operand] = node.inputs;
  if (node.params.axes.length === 0) return "alias";
  if (elementCount(node.type.shape) === 1)
    return (buffers) => {
      const x = buffers[operand];
      let sum = 0;
      for (let i = 0; i < x.length; i++) sum += x[i];
      buffers[result][0] = sum;
    };
  const to = targets(shape, node.params.axes);
  return (buffers) => {
    const x = buffers[operand];
    const r = buffers[result];
    r.fill(0);
    for (let i = 0; i < to.length; i++) r[to[i]] += x[i];
  };
};

/** −∞ of nothing; NaN where there is one. */
const reduceMax: Kernel<"reduceMax"> = ({ node, result, operandTypes: [{ shape }] }) => {
  const [operand] = node.inputs;
  if (node.params.axes.length === 0) return "alias";
  const to = targets(shape, node.params.axes);
  return (buffers) => {
    const x = buffers[operand];
    const r = buffers[result];
    r.fill(Number.NEGATIVE_INFINITY);
    for (let i = 0; i < to.length; i++) r[to[i]] = Math.max(r[to[i]], x[i]);
  };
};

const matmul: Kernel<"matmul"> = ({ node, result, operandTypes }) => {
  const [left, right] = node.inputs;
  const { transposeLeft, transposeRight } = node.params;
  const [rows, inner] = lastTwo(operandTypes[0].shape, transposeLeft);
  const columns = node.type.shape[node.type.shape.length - 1];
  const batches = elementCount(node.type.shape.slice(0, -2));
  const product = transposeRight ? productByDots : productByRows;
  // Element (i, k) of the left operand is at i · rowStep + k · innerStep.
  const rowStep = transposeLeft ? 1 : inner;
  const innerStep = transposeLeft ? rows : 1;
  return (buffers) => {
    for (let batch = 0; batch < batches; batch++)
      product(buffers[left], buffers[right], buffers[result], {
        rows,
        inner,
        columns,
        rowStep,
        innerStep,
        batch,
      });
  };
};

interface ProductSizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly rowStep: number;
  readonly innerStep: number;
  readonly batch: number;
}

/** Right operand [inner, columns]: adds its rows up, so that the innermost loop runs over contiguous memory. */
function productByRows(x: Float64Array, y: Float64Array, r: Float64Array, sizes: ProductSizes): void {
  const { rows, inner, columns, rowStep, innerStep, batch } = sizes;
  const xStart = batch * rows * inner;
  const yStart = batch * inner * columns;
  const rStart = batch * rows * columns;
  r.fill(0, rStart, rStart + rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++) {
      const factor = x[xStart + i * rowStep + k * innerStep];
      const from = yStart + k * columns;
      const to = rStart + i * columns;
      for (let j = 0; j < columns; j++) r[to + j] += factor * y[from + j];
    }
}

/** Right operand [columns, inner]: dot products of rows. */
function productByDots(x: Float64Array, y: Float64Array, r: Float64Array, sizes: ProductSizes): void {
  const { rows, inner, columns, rowStep, innerStep, batch } = sizes;
  const xStart = batch * rows * inner;
  const yStart = batch * inner * columns;
  const rStart = batch * rows * columns;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++)
        sum += x[xStart + i * rowStep + k * innerStep] * y[yStart + j * inner + k];
      r[rStart + i * columns + j] = sum;
    }
}

export const reductionKernels = { reduceSum, reduceMax, matmul };
