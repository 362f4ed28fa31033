/** The adjoints of a convolution, which are convolutions: so there is one op, with gradients of every order. */
import type { Builder } from "./builder.ts";
import type { NodeId } from "./graph.ts";
import type { OpParams } from "./ops.ts";

type Pair = readonly [number, number];

/**
 * images′ [N, …size, C]: r′ with stride − 1 zeros between its elements, convolved with the filter turned by 180° and its channels exchanged.
 * What the strides leave out at the end gets zeros.
 */
export function imagesAdjoint(
  builder: Builder,
  size: Pair,
  filters: NodeId,
  adjoint: NodeId,
  { strides, before, dilation }: Omit<OpParams["conv2d"], "after">,
): NodeId {
  const [rows, columns, ...channels] = builder.typeOf(filters).shape;
  const turned = [0, 1].reduce((x, axis) => builder.emit("reverse", [x], { axis }), filters);
  const exchanged = builder.emit("transpose", [turned], { permutation: [0, 1, 3, 2] });
  const spread = withZerosBetween(builder, adjoint, strides);
  const reach = [(rows - 1) * dilation[0], (columns - 1) * dilation[1]];
  const from = pair((axis) => reach[axis] - before[axis]);
  const to = pair((axis) => size[axis] - from[axis] - builder.typeOf(spread).shape[axis + 1] + reach[axis]);
  const [, high, wide] = builder.typeOf(spread).shape;
  const cut = builder.emit("slice", [spread], {
    start: [0, Math.max(0, -from[0]), Math.max(0, -from[1]), 0],
    limit: [
      builder.typeOf(spread).shape[0],
      high - Math.max(0, -to[0]),
      wide - Math.max(0, -to[1]),
      channels[1],
    ],
  });
  return builder.emit("conv2d", [cut, exchanged], {
    strides: [1, 1],
    before: pair((axis) => Math.max(0, from[axis])),
    after: pair((axis) => Math.max(0, to[axis])),
    dilation,
  });
}

/** filters′: the images, channels as batch, convolved with r′, batch as channels; strides and dilation change places. */
export function filtersAdjoint(
  builder: Builder,
  images: NodeId,
  filters: NodeId,
  adjoint: NodeId,
  { strides, before, after, dilation }: OpParams["conv2d"],
): NodeId {
  const [rows, columns, inner, outer] = builder.typeOf(filters).shape;
  const batchLast = builder.emit("transpose", [images], { permutation: [3, 1, 2, 0] });
  const channelsFirst = builder.emit("transpose", [adjoint], { permutation: [1, 2, 0, 3] });
  const params = { strides: dilation, before, after, dilation: strides };
  const product = builder.emit("conv2d", [batchLast, channelsFirst], params);
  // One filter row more for each that fits into what the strides left out.
  const kept = builder.emit("slice", [product], {
    start: [0, 0, 0, 0],
    limit: [inner, rows, columns, outer],
  });
  return builder.emit("transpose", [kept], { permutation: [1, 2, 0, 3] });
}

/** [N, H, W, C] → [N, (H − 1) s₀ + 1, (W − 1) s₁ + 1, C]. */
function withZerosBetween(builder: Builder, x: NodeId, strides: Pair): NodeId {
  const [batch, rows, columns, channels] = builder.typeOf(x).shape;
  if (strides[0] === 1 && strides[1] === 1) return x;
  const apart = builder.emit("reshape", [x], { shape: [batch, rows, 1, columns, 1, channels] });
  const padded = builder.emit("pad", [apart], {
    before: [0, 0, 0, 0, 0, 0],
    after: [0, 0, strides[0] - 1, 0, strides[1] - 1, 0],
  });
  const joined = builder.emit("reshape", [padded], {
    shape: [batch, rows * strides[0], columns * strides[1], channels],
  });
  return builder.emit("slice", [joined], {
    start: [0, 0, 0, 0],
    limit: [batch, (rows - 1) * strides[0] + 1, (columns - 1) * strides[1] + 1, channels],
  });
}

function pair(at: (axis: 0 | 1) => number): [number, number] {
  return [at(0), at(1)];
}
