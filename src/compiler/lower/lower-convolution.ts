/** Convolutions of images with the same filters for all elements of the axes, and their transposes. */
import { imagesAdjoint } from "../convolution.ts";
import { type Algebra, type Axis, unionAxes, type Value } from "./value.ts";

/** Rows and columns of the result, the stride and the dilation. */
type Sizes = readonly number[];

/**
 * Events [h, w, C] and filters [A, B, C, O] → [H, W, O]: place (i, j) looks at the image from (i, j) times the stride on, at each
 * `dilation`-th pixel. Around the image are as many zeros as that needs, where their number is odd one more behind; what the last place
 * does not reach is not looked at.
 */
export function lowerConvolution(
  a: Algebra,
  x: Value,
  filters: Value,
  [rows, columns, stride, dilation]: Sizes,
): Value {
  const places = [rows, columns];
  return withFilters(a, x, filters, [rows, columns, filters.event[3]], (images, kernel) => {
    const { shape } = a.builder.typeOf(images);
    const zeros = places.map((count, axis) =>
      zerosAround(shape[axis + 1], count, filters.event[axis], stride, dilation),
    );
    const seen = zeros.map(({ unseen }, axis) => shape[axis + 1] - unseen);
    const limit = [shape[0], seen[0], seen[1], shape[3]];
    const cut = a.builder.emit("slice", [images], { start: [0, 0, 0, 0], limit });
    return a.builder.emit("conv2d", [cut, kernel], {
      strides: [stride, stride],
      before: [zeros[0].before, zeros[1].before],
      after: [zeros[0].after, zeros[1].after],
      dilation: [dilation, dilation],
    });
  });
}

/**
 * Events [h, w, C] and filters [A, B, O, C] → [H, W, O]: the transpose of the linear map that `lowerConvolution` makes of images
 * [H, W, O] and these filters.
 */
export function lowerTransposedConvolution(
  a: Algebra,
  x: Value,
  filters: Value,
  [rows, columns, stride, dilation]: Sizes,
): Value {
  const size = [rows, columns] as const;
  return withFilters(a, x, filters, [rows, columns, filters.event[2]], (images, kernel) => {
    const before = (axis: 0 | 1): number =>
      zerosAround(size[axis], x.event[axis], filters.event[axis], stride, dilation).before;
    return imagesAdjoint(a.builder, size, kernel, images, {
      strides: [stride, stride],
      before: [before(0), before(1)],
      dilation: [dilation, dilation],
    });
  });
}

/** Along one axis: the zeros that so many places of a filter need, and the pixels that the last of them leaves. */
function zerosAround(
  length: number,
  places: number,
  filter: number,
  stride: number,
  dilation: number,
): { readonly before: number; readonly after: number; readonly unseen: number } {
  const missing = (places - 1) * stride + (filter - 1) * dilation + 1 - length;
  const before = Math.floor(Math.max(0, missing) / 2);
  return { before, after: Math.max(0, missing) - before, unseen: Math.max(0, -missing) };
}

/** What `map` gives for images [N, …] and filters; filters that differ along axes are applied one after the other. */
function withFilters(
  a: Algebra,
  x: Value,
  filters: Value,
  event: readonly number[],
  map: (images: number, filters: number) => number,
): Value {
  const image = a.convert(x, "float");
  const kernel = a.convert(filters, "float");
  if (kernel.axes.length === 0) {
    const images = reshape(a, image.node, [count(image.axes), ...image.event]);
    return shaped(a, map(images, kernel.node), image.axes, event);
  }
  const axes = unionAxes([image, kernel]);
  const items = count(axes);
  const images = reshape(a, a.stretch(image, axes, image.event).node, [items, ...image.event]);
  const kernels = reshape(a, a.stretch(kernel, axes, kernel.event).node, [items, ...kernel.event]);
  const parts = Array.from({ length: items }, (_, item) =>
    map(
      row(a, images, item, [1, ...image.event], image.event),
      row(a, kernels, item, kernel.event, kernel.event),
    ),
  );
  const node = parts.length === 1 ? parts[0] : a.builder.emit("concat", parts, { axis: 0 });
  return shaped(a, node, axes, event);
}

function row(
  a: Algebra,
  node: number,
  at: number,
  shape: readonly number[],
  event: readonly number[],
): number {
  const start = [at, ...event.map(() => 0)];
  return reshape(a, a.builder.emit("slice", [node], { start, limit: [at + 1, ...event] }), shape);
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
