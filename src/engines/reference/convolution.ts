/** Convolution by its definition. */
import type { Kernel } from "./kernel.ts";

export const conv2d: Kernel<"conv2d"> = ({ node, result, operandTypes: [images, filters] }) => {
  const [imagesId, filtersId] = node.inputs;
  const { strides, before, dilation } = node.params;
  const [, height, width, channels] = images.shape;
  const [filterHeight, filterWidth, , outputs] = filters.shape;
  const [batch, rows, columns] = node.type.shape;
  return (buffers) => {
    const x = buffers[imagesId];
    const f = buffers[filtersId];
    const r = buffers[result];
    r.fill(0);
    for (let n = 0, to = 0; n < batch; n++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++, to += outputs)
          for (let a = 0; a < filterHeight; a++) {
            const row = i * strides[0] + a * dilation[0] - before[0];
            if (row < 0 || row >= height) continue;
            for (let b = 0; b < filterWidth; b++) {
              const column = j * strides[1] + b * dilation[1] - before[1];
              if (column < 0 || column >= width) continue;
              const pixel = ((n * height + row) * width + column) * channels;
              const weights = (a * filterWidth + b) * channels * outputs;
              for (let c = 0; c < channels; c++)
                for (let o = 0; o < outputs; o++) r[to + o] += x[pixel + c] * f[weights + c * outputs + o];
            }
          }
  };
};
