/** Kernels that move values: most are one table of positions, read or written in order. */
import { elementCount, equalShapes } from "../../compiler/graph.ts";
import { alias, type Kernel, type Step } from "./kernel.ts";
import { aroundAxis, positions, rowMajorStrides } from "./strides.ts";

/** r[i] = x[from[i]] */
function read(operand: number, result: number, from: Int32Array): Step {
  return (buffers) => {
    const x = buffers[operand];
    const r = buffers[result];
    for (let i = 0; i < from.length; i++) r[i] = x[from[i]];
  };
}

/** r[to[i]] = x[i]; the rest of r stays zero, as it was allocated. */
function write(operand: number, result: number, to: Int32Array): Step {
  return (buffers) => {
    const x = buffers[operand];
    const r = buffers[result];
    for (let i = 0; i < to.length; i++) r[to[i]] = x[i];
  };
}

const transpose: Kernel<"transpose"> = ({ node, result, operandTypes: [{ shape }] }) => {
  const strides = rowMajorStrides(shape);
  return read(
    node.inputs[0],
    result,
    positions(
      node.type.shape,
      node.params.permutation.map((axis) => strides[axis]),
    ),
  );
};

const broadcast: Kernel<"broadcast"> = ({ node, result, operandTypes: [{ shape }] }) => {
  const [operand] = node.inputs;
  const count = elementCount(shape);
  if (count === elementCount(node.type.shape)) return "alias";
  if (count === 1)
    return (buffers) => {
      buffers[result].fill(buffers[operand][0]);
    };
  const strides = new Array<number>(node.type.shape.length).fill(0);
  rowMajorStrides(shape).forEach((stride, axis) => {
    strides[node.params.axes[axis]] = stride;
  });
  return read(operand, result, positions(node.type.shape, strides));
};

const slice: Kernel<"slice"> = ({ node, result, operandTypes: [{ shape }] }) => {
  if (equalShapes(shape, node.type.shape)) return "alias";
  const strides = rowMajorStrides(shape);
  const offset = node.params.start.reduce((sum, start, axis) => sum + start * strides[axis], 0);
  return read(node.inputs[0], result, positions(node.type.shape, strides, offset));
};

const pad: Kernel<"pad"> = ({ node, result, operandTypes: [{ shape }] }) => {
  const strides = rowMajorStrides(node.type.shape);
  const offset = node.params.before.reduce((sum, before, axis) => sum + before * strides[axis], 0);
  return write(node.inputs[0], result, positions(shape, strides, offset));
};

const concat: Kernel<"concat"> = ({ node, result, operandTypes }) => {
  const { axis } = node.params;
  const strides = rowMajorStrides(node.type.shape);
  let start = 0;
  const steps = operandTypes.map(({ shape }, position) => {
    const to = positions(shape, strides, start * strides[axis]);
    start += shape[axis];
    return write(node.inputs[position], result, to);
  });
  return (buffers) => {
    for (let i = 0; i < steps.length; i++) steps[i](buffers);
  };
};

const reverse: Kernel<"reverse"> = ({ node, result, operandTypes: [{ shape }] }) => {
  const { axis } = node.params;
  const strides = rowMajorStrides(shape);
  const last = (shape[axis] - 1) * strides[axis];
  return read(node.inputs[0], result, positions(shape, strides.with(axis, -strides[axis]), last));
};

const gather: Kernel<"gather"> = ({ node, result, operandTypes: [table] }) => {
  const [operand, indices] = node.inputs;
  const size = table.shape[0];
  const row = elementCount(table.shape.slice(1));
  const missing = table.dtype === "float" ? Number.NaN : 0;
  return (buffers) => {
    const x = buffers[operand];
    const at = buffers[indices];
    const r = buffers[result];
    for (let i = 0, to = 0; i < at.length; i++) {
      const inRange = at[i] >= 0 && at[i] < size;
      for (let j = 0, from = at[i] * row; j < row; j++) r[to++] = inRange ? x[from++] : missing;
    }
  };
};

const scatterAdd: Kernel<"scatterAdd"> = ({ node, result, operandTypes: [indexType, updates] }) => {
  const [indices, operand] = node.inputs;
  const { size } = node.params;
  const row = elementCount(updates.shape.slice(indexType.shape.length));
  return (buffers) => {
    const at = buffers[indices];
    const x = buffers[operand];
    const r = buffers[result];
    r.fill(0);
    for (let i = 0; i < at.length; i++) {
      if (!(at[i] >= 0 && at[i] < size)) continue;
      for (let j = 0, to = at[i] * row, from = i * row; j < row; j++) r[to++] += x[from++];
    }
  };
};

const cumsum: Kernel<"cumsum"> = ({ node, result, operandTypes: [{ shape }] }) => {
  const [operand] = node.inputs;
  const [outer, length, inner] = aroundAxis(shape, node.params.axis);
  const step = node.params.reverse ? -inner : inner;
  const first = node.params.reverse ? (length - 1) * inner : 0;
  return (buffers) => {
    const x = buffers[operand];
    const r = buffers[result];
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let k = 0, at = o * length * inner + first + i; k < length; k++, at += step) {
          sum += x[at];
          r[at] = sum;
        }
      }
  };
};

export const shapingKernels = {
  reshape: alias,
  transpose,
  broadcast,
  slice,
  pad,
  concat,
  reverse,
  gather,
  scatterAdd,
  cumsum,
};
