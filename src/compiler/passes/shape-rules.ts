/** Simplification of reductions and of ops that move values. */
import { elementCount, equalShapes, type NodeId } from "../graph.ts";
import type { Shape } from "../ops.ts";
import { sumOfProducts } from "./product-rules.ts";
import type { Rules, View } from "./rule.ts";

export const shapeRules: Rules = {
  // Over no axis or axes of length 1; Σ Σ x; Σ −x = −Σ x; Σ (x c) = (Σ x) c; a divisor; Σ x y of a batch; Σ broadcast(x) = n Σ x
  reduceSum: (view, { inputs: [x], params: { axes }, type }) => {
    const shape = view.shapeOf(x);
    if (axes.length === 0) return x;
    if (axes.every((axis) => shape[axis] === 1)) return reshaped(view, x, type.shape);
    const inner = view.as("reduceSum", x);
    if (inner) {
      const [source] = inner.inputs;
      const kept = otherAxes(view.shapeOf(source).length, inner.params.axes);
      const all = [...inner.params.axes, ...axes.map((axis) => kept[axis])].sort((a, b) => a - b);
      return view.reduceSum(source, all);
    }
    const negated = view.inside("neg", x);
    if (negated !== undefined) return view.neg(view.reduceSum(negated, axes));
    const product = view.as("mul", x);
    const factor = product && view.uniform(product.inputs[1]);
    if (product && factor !== undefined && Number.isFinite(factor) && factor !== 0)
      return view.scale(view.reduceSum(product.inputs[0], axes), factor);
    const outside = withoutFactor(view, x, axes);
    if (outside !== undefined) return outside;
    const joined = sumOfProducts(view, x, axes);
    if (joined !== undefined) return joined;
    const without = withoutBroadcast(view, x, axes);
    if (without?.copies === 0) return view.builder.fill(0, type.shape, type.dtype);
    return without && view.scale(view.reduceSum(without.source, without.axes), without.copies);
  },
  // Over no axis or axes of length 1; max broadcast(x) = max x
  reduceMax: (view, { inputs: [x], params: { axes }, type }) => {
    const shape = view.shapeOf(x);
    if (axes.length === 0) return x;
    if (axes.every((axis) => shape[axis] === 1)) return reshaped(view, x, type.shape);
    const without = withoutBroadcast(view, x, axes);
    if (!without || without.copies === 0) return undefined;
    return view.builder.emit("reduceMax", [without.source], { axes: without.axes });
  },
  cumsum: (view, { inputs: [x], params: { axis } }) => (view.shapeOf(x)[axis] === 1 ? x : undefined),

  reshape: (view, { inputs: [x], params: { shape } }) => {
    if (equalShapes(view.shapeOf(x), shape)) return x;
    const inner = view.inside("reshape", x);
    return inner === undefined ? asFill(view, x, shape) : reshaped(view, inner, shape);
  },
  transpose: (view, { inputs: [x], params: { permutation }, type }) => {
    if (permutation.every((axis, position) => axis === position)) return x;
    const inner = view.as("transpose", x);
    if (!inner) return asFill(view, x, type.shape);
    return view.builder.emit("transpose", inner.inputs, {
      permutation: permutation.map((axis) => inner.params.permutation[axis]),
    });
  },
  broadcast: (view, { inputs: [x], params: { shape, axes } }) => {
    if (axes.length === shape.length) return x;
    const inner = view.as("broadcast", x);
    if (!inner) return undefined;
    return view.broadcast(
      inner.inputs[0],
      shape,
      inner.params.axes.map((axis) => axes[axis]),
    );
  },
  // All of x; a slice of a slice; of what a pad, a concat or a sum of them put together
  slice: (view, { inputs: [x], params: { start, limit }, type }) => {
    if (equalShapes(view.shapeOf(x), type.shape)) return x;
    const inner = view.as("slice", x);
    if (inner) {
      const offset = inner.params.start;
      return view.builder.emit("slice", inner.inputs, {
        start: start.map((from, axis) => from + offset[axis]),
        limit: limit.map((to, axis) => to + offset[axis]),
      });
    }
    return sliceOfMade(view, x, start, limit) ?? asFill(view, x, type.shape);
  },
  pad: (view, { inputs: [x], type }) => (equalShapes(view.shapeOf(x), type.shape) ? x : undefined),
  concat: (_view, { inputs }) => (inputs.length === 1 ? inputs[0] : undefined),
  reverse: (view, { inputs: [x], params: { axis } }) => {
    if (view.shapeOf(x)[axis] <= 1 || view.uniform(x) !== undefined) return x;
    const inner = view.as("reverse", x);
    return inner?.params.axis === axis ? inner.inputs[0] : undefined;
  },

  // All rows in order
  gather: (view, { inputs: [table, indices] }) => {
    const counted = view.as("iota", indices);
    return counted && equalShapes(counted.params.shape, view.shapeOf(table).slice(0, 1)) ? table : undefined;
  },
  // A sorted row stays as it is, and so does one of equal numbers
  sort: (view, { inputs: [x], type }) =>
    view.as("sort", x) || view.uniform(x) !== undefined || type.shape[type.shape.length - 1] <= 1
      ? x
      : undefined,
};

function reshaped(view: View, x: NodeId, shape: Shape): NodeId {
  return view.builder.emit("reshape", [x], { shape });
}

/** One number repeated has no order: in any other shape it is a broadcast of that number. */
function asFill(view: View, x: NodeId, shape: Shape): NodeId | undefined {
  const source = view.inside("broadcast", x);
  return source !== undefined && view.shapeOf(source).length === 0
    ? view.broadcast(source, shape, [])
    : undefined;
}

/**
 * Σ (x / c) = (Σ x) / c and Σ (x (x / c)) = (Σ x x) / c, where c is one number. Not Σ (x (y / c)): x y may be too large where
 * x (y / c) is not.
 */
function withoutFactor(view: View, x: NodeId, axes: readonly number[]): NodeId | undefined {
  const divided = (id: NodeId, rest: (numerator: NodeId) => NodeId | undefined): NodeId | undefined => {
    const quotient = view.as("div", id);
    const divisor = quotient && view.inside("broadcast", quotient.inputs[1]);
    if (quotient === undefined || divisor === undefined || view.shapeOf(divisor).length > 0) return undefined;
    const numerator = rest(quotient.inputs[0]);
    if (numerator === undefined) return undefined;
    const sum = view.reduceSum(numerator, axes);
    const { shape } = view.builder.typeOf(sum);
    return view.div(sum, shape.length === 0 ? divisor : view.broadcast(divisor, shape, []));
  };
  const whole = divided(x, (numerator) => numerator);
  if (whole !== undefined) return whole;
  const [y, z] = view.as("mul", x)?.inputs ?? [];
  if (y === undefined || z === undefined) return undefined;
  const square = (one: NodeId) => (numerator: NodeId) => (numerator === one ? view.mul(one, one) : undefined);
  return divided(z, square(y)) ?? divided(y, square(z));
}

/** What a reduction of a broadcast reduces: the source over its own axes, and how often each of its elements counts. */
function withoutBroadcast(view: View, x: NodeId, axes: readonly number[]) {
  const broadcast = view.as("broadcast", x);
  if (!broadcast) return undefined;
  const own = broadcast.params.axes;
  const added = axes.filter((axis) => !own.includes(axis));
  const keptAdded = otherAxes(broadcast.params.shape.length, [...own, ...axes]);
  if (added.length === 0 || keptAdded.length > 0) return undefined;
  return {
    source: broadcast.inputs[0],
    axes: axes.filter((axis) => own.includes(axis)).map((axis) => own.indexOf(axis)),
    copies: elementCount(added.map((axis) => broadcast.params.shape[axis])),
  };
}

/**
 * The part of something that was put together, where it lies in one piece of it: of a pad, in its operand or in its zeros; of a
 * concat, in one operand; of a sum, in such pieces. Adjoints of slices are such sums, one pad per slice.
 */
function sliceOfMade(
  view: View,
  x: NodeId,
  start: readonly number[],
  limit: readonly number[],
): NodeId | undefined {
  const sum = view.as("add", x);
  if (sum) {
    const left = sliceOfMade(view, sum.inputs[0], start, limit);
    const right = left === undefined ? undefined : sliceOfMade(view, sum.inputs[1], start, limit);
    return left === undefined || right === undefined ? undefined : view.add(left, right);
  }
  const shape = limit.map((to, axis) => to - start[axis]);
  const padded = view.as("pad", x);
  if (!padded) return sliceOfConcat(view, x, start, limit);
  const { before } = padded.params;
  const end = view.shapeOf(padded.inputs[0]).map((length, axis) => before[axis] + length);
  if (start.some((from, axis) => limit[axis] <= before[axis] || end[axis] <= from))
    return view.builder.fill(0, shape, view.builder.typeOf(x).dtype);
  if (!start.every((from, axis) => before[axis] <= from && limit[axis] <= end[axis])) return undefined;
  return view.builder.emit("slice", padded.inputs, {
    start: start.map((from, axis) => from - before[axis]),
    limit: limit.map((to, axis) => to - before[axis]),
  });
}

function sliceOfConcat(
  view: View,
  x: NodeId,
  start: readonly number[],
  limit: readonly number[],
): NodeId | undefined {
  const concat = view.as("concat", x);
  if (!concat) return undefined;
  const { axis } = concat.params;
  let from = 0;
  for (const part of concat.inputs) {
    const length = view.shapeOf(part)[axis];
    if (from <= start[axis] && limit[axis] <= from + length)
      return view.builder.emit("slice", [part], {
        start: start.with(axis, start[axis] - from),
        limit: limit.with(axis, limit[axis] - from),
      });
    from += length;
  }
  return undefined;
}

function otherAxes(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
}
