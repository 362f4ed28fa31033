/** Convolution: ONNX's for floats, matrix products for doubles, which its kernel does not take. */
import type { OpParams, TensorType } from "../../compiler/ops.ts";
import type { Value } from "./onnx-builder.ts";
import type { OnnxMath } from "./onnx-math.ts";

export function conv2d(
  math: OnnxMath,
  params: OpParams["conv2d"],
  type: TensorType,
  images: Value,
  filters: Value,
): Value {
  return math.builder.precision === "f64"
    ? byProducts(math, params, type, images, filters)
    : byKernel(math, params, type, images, filters);
}

/** The kernel wants channels before rows and columns, and filters [O, C, FH, FW]. */
function byKernel(
  { call, transpose }: OnnxMath,
  { strides, before, after, dilation }: OpParams["conv2d"],
  { dtype, shape: [count, rows, columns, outputs] }: TensorType,
  images: Value,
  filters: Value,
): Value {
  const result = call(
    "Conv",
    [transpose(images, [0, 3, 1, 2]), transpose(filters, [3, 2, 0, 1])],
    { strides, dilations: dilation, pads: [...before, ...after] },
    { dtype, shape: [count, outputs, rows, columns] },
  );
  return transpose(result, [0, 2, 3, 1]);
}

/** Every pixel that one element of the filter meets, side by side for all of them: [N H′ W′, FH FW C], times [FH FW C, O]. */
function byProducts(
  { call, numbers, concat, slice, reshape }: OnnxMath,
  { strides, before, after, dilation }: OpParams["conv2d"],
  type: TensorType,
  images: Value,
  filters: Value,
): Value {
  const [count, height, width, channels] = images.type.shape;
  const [filterRows, filterColumns, , outputs] = filters.type.shape;
  const [, rows, columns] = type.shape;
  const shape = [count, before[0] + height + after[0], before[1] + width + after[1], channels];
  const pads = numbers([0, ...before, 0, 0, ...after, 0]);
  const padded = call("Pad", [images, pads], {}, { dtype: type.dtype, shape });
  const parts: Value[] = [];
  for (let a = 0; a < filterRows; a++)
    for (let b = 0; b < filterColumns; b++) {
      const start = [0, a * dilation[0], b * dilation[1], 0];
      const limit = [
        count,
        start[1] + (rows - 1) * strides[0] + 1,
        start[2] + (columns - 1) * strides[1] + 1,
        channels,
      ];
      parts.push(slice(padded, start, limit, [1, ...strides, 1]));
    }
  const inner = filterRows * filterColumns * channels;
  const pixels = reshape(concat(parts, 3), [count * rows * columns, inner]);
  const product = call(
    "MatMul",
    [pixels, reshape(filters, [inner, outputs])],
    {},
    { dtype: type.dtype, shape: [count * rows * columns, outputs] },
  );
  return reshape(product, type.shape);
}
