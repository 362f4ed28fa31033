/** Convolution of images with the same filters for all elements of the axes. */
import { type Algebra, type Axis, unionAxes, type Value } from "./value.ts";

/**
 * Events [H, W, C] and filters [A, B, C, O] → [H, W, O]; zeros around the image, of even filters one more behind. Filters that
 * differ along axes are applied one after the other.
 */
export function lowerConvolution(a: Algebra, x: Value, filters: Value): Value {
  const image = a.convert(x, "float");
  const kernel = a.convert(filters, "float");
  if (kernel.axes.length === 0) {
    const node = convolved(a, image.node, count(image.axes), image.event, kernel.node, kernel.event);
    return shaped(a, node, image.axes, [image.event[0], image.event[1], kernel.event[3]]);
  }
  const axes = unionAxes([image, kernel]);
  const items = count(axes);
  const images = reshape(a, a.stretch(image, axes, image.event).node, [items, ...image.event]);
  const kernels = reshape(a, a.stretch(kernel, axes, kernel.event).node, [items, ...kernel.event]);
  const parts = Array.from({ length: items }, (_, item) => {
    const own = row(a, kernels, item, kernel.event);
    return convolved(a, row(a, images, item, image.event), 1, image.event, own, kernel.event);
  });
  const node = parts.length === 1 ? parts[0] : a.builder.emit("concat", parts, { axis: 0 });
  return shaped(a, node, axes, [image.event[0], image.event[1], kernel.event[3]]);
}

function convolved(
  a: Algebra,
  image: number,
  items: number,
  event: readonly number[],
  filters: number,
  filterShape: readonly number[],
): number {
  const [height, width] = filterShape;
  return a.builder.emit("conv2d", [reshape(a, image, [items, ...event]), filters], {
    strides: [1, 1],
    before: [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)],
    after: [Math.ceil((height - 1) / 2), Math.ceil((width - 1) / 2)],
    dilation: [1, 1],
  });
}

function row(a: Algebra, node: number, at: number, event: readonly number[]): number {
  const start = [at, ...event.map(() => 0)];
  return reshape(a, a.builder.emit("slice", [node], { start, limit: [at + 1, ...event] }), event);
}

function reshape(a: Algebra, node: number, shape: readonly number[]): number {
  return a.builder.emit("reshape", [node], { shape });
}

function shaped(a: Algebra, node: number, axes: readonly Axis[], event: readonly number[]): Value {
  return { node: reshape(a, node, [...axes.map((axis) => axis.size), ...event]), axes, event };
}

function count(axes: readonly Axis[]): number {
  return axes.reduce((total, axis) => total * axis.size, 1);
}
