/** Factors of matrices and what is solved by them, matrix by matrix and element by element. */
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

/** Golub and Van Loan 2013, algorithm 3.4.1. */
const lu: Kernel<"lu"> = ({ node, result }) => {
  const [operand] = node.inputs;
  const n = node.type.shape[node.type.shape.length - 1];
  const batches = elementCount(node.type.shape.slice(0, -2));
  return (buffers) => {
    for (let batch = 0; batch < batches; batch++) {
      const packed = buffers[result].subarray(batch * (n + 2) * n, (batch + 1) * (n + 2) * n);
      packed.set(buffers[operand].subarray(batch * n * n, (batch + 1) * n * n));
      for (let i = 0; i < n; i++) packed[n * n + i] = i;
      packed.fill(1, (n + 1) * n);
      for (let k = 0; k < n; k++) eliminate(packed, n, k);
    }
  };
};

function eliminate(packed: Float64Array, n: number, k: number): void {
  let pivot = k;
  for (let i = k + 1; i < n; i++)
    if (Math.abs(packed[i * n + k]) > Math.abs(packed[pivot * n + k])) pivot = i;
  const swap = (one: number, other: number): void => {
    [packed[one], packed[other]] = [packed[other], packed[one]];
  };
  if (pivot !== k) {
    for (let j = 0; j < n; j++) swap(k * n + j, pivot * n + j);
    swap(n * n + k, n * n + pivot);
    packed[(n + 1) * n + k] = -1;
  }
  const divisor = packed[k * n + k] === 0 ? 1 : packed[k * n + k];
  for (let i = k + 1; i < n; i++) {
    const multiple = packed[i * n + k] / divisor;
    packed[i * n + k] = multiple;
    for (let j = k + 1; j < n; j++) packed[i * n + j] -= multiple * packed[k * n + j];
  }
}

const luSolve: Kernel<"luSolve"> = ({ node, result }) => {
  const [, factors, right] = node.inputs;
  const { transpose } = node.params;
  const [n, columns] = node.type.shape.slice(-2);
  const batches = elementCount(node.type.shape.slice(0, -2));
  return (buffers) => {
    for (let batch = 0; batch < batches; batch++) {
      const packed = buffers[factors].subarray(batch * (n + 2) * n, (batch + 1) * (n + 2) * n);
      const b = buffers[right].subarray(batch * n * columns, (batch + 1) * n * columns);
      const x = buffers[result].subarray(batch * n * columns, (batch + 1) * n * columns);
      for (let column = 0; column < columns; column++) {
        const given = Array.from({ length: n }, (_, i) => b[i * columns + column]);
        const solved = transpose ? solveTransposed(packed, given) : solve(packed, given);
        for (const [i, value] of solved.entries()) x[i * columns + column] = value;
      }
    }
  };
};

function solve(packed: Float64Array, b: readonly number[]): number[] {
  const n = b.length;
  const x = b.map((_, i) => b[packed[n * n + i]]);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) x[i] -= packed[i * n + j] * x[j];
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i] -= packed[i * n + j] * x[j];
    x[i] /= packed[i * n + i];
  }
  return x;
}

function solveTransposed(packed: Float64Array, b: readonly number[]): number[] {
  const n = b.length;
  const z = [...b];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) z[i] -= packed[j * n + i] * z[j];
    z[i] /= packed[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) for (let j = i + 1; j < n; j++) z[i] -= packed[j * n + i] * z[j];
  const x = b.map(() => 0);
  for (const [i, value] of z.entries()) x[packed[n * n + i]] = value;
  return x;
}

export const linearAlgebraKernels = { cholesky, triangularSolve, lu, luSolve };
