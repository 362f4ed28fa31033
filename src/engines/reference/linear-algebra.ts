/** Cholesky factors and triangular solves, matrix by matrix and element by element. */
import { elementCount } from "../../compiler/graph.ts";
import type { Kernel } from "./kernel.ts";

const cholesky: Kernel<"cholesky"> = ({ node, result }) => {
  const [operand] = node.inputs;
  const n = node.type.shape[node.type.shape.length - 1];
  const size = elementCount(node.type.shape);
  return (buffers) => {
    const x = buffers[operand];
    const r = buffers[result];
    for (let start = 0; start < size; start += n * n) factorize(x, r, start, n);
  };
};

/** Row by row (Golub and Van Loan 2013, section 4.2). Above the diagonal r stays zero, as it was allocated. */
function factorize(x: Float64Array, r: Float64Array, start: number, n: number): void {
  let isPositive = true;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const [row, column] = [start + i * n, start + j * n];
      let sum = x[row + j];
      for (let k = 0; k < j; k++) sum -= r[row + k] * r[column + k];
      if (i === j) isPositive &&= sum > 0;
      r[row + j] = i === j ? Math.sqrt(sum) : sum / r[column + j];
    }
  if (isPositive) return;
  for (let i = 0; i < n; i++) r.fill(Number.NaN, start + i * n, start + i * n + i + 1);
}

const triangularSolve: Kernel<"triangularSolve"> = ({ node, result }) => {
  const [matrix, right] = node.inputs;
  const { lower, transpose } = node.params;
  const [n, columns] = node.type.shape.slice(-2);
  const batches = elementCount(node.type.shape.slice(0, -2));
  // Element (i, k) of the matrix, read transposed or not, is at i · rowStep + k · innerStep.
  const rowStep = transpose ? 1 : n;
  const innerStep = transpose ? n : 1;
  const isForward = lower !== transpose;
  return (buffers) => {
    const a = buffers[matrix];
    const x = buffers[result];
    x.set(buffers[right]);
    for (let batch = 0; batch < batches; batch++) {
      const aStart = batch * n * n;
      const xStart = batch * n * columns;
      for (let step = 0; step < n; step++) {
        const i = isForward ? step : n - 1 - step;
        const [from, to] = isForward ? [0, i] : [i + 1, n];
        for (let j = 0; j < columns; j++) {
          let sum = x[xStart + i * columns + j];
          for (let k = from; k < to; k++)
            sum -= a[aStart + i * rowStep + k * innerStep] * x[xStart + k * columns + j];
          x[xStart + i * columns + j] = sum / a[aStart + i * (n + 1)];
        }
      }
    }
  };
};

export const linearAlgebraKernels = { cholesky, triangularSolve };
