/**
 * Taking one axis out of an array of log weights. `sum` is log Σ exp. The other two have its place in graphs whose gradients are
 * of interest: where `sum` passes an adjoint on in proportion to the weights, they pass all of it to one element, which `draw`
 * takes at random with the weights as probabilities, and `best` where the weight is largest. The derivatives of a sum over many
 * variables by its log weights are then probabilities, a draw from the joint distribution, or its mode (Eisner 2016,
 * "Inside-outside and forward-backward algorithms are just backprop").
 */
import { type Algebra, type Axis, unionAxes, type Value } from "./value.ts";

export type Reduction =
  | { readonly kind: "sum" }
  /** A number from (0, 1) for each element of the result. */
  | { readonly kind: "draw"; readonly uniform: Value }
  | { readonly kind: "best" };

export function reduceAxis(a: Algebra, x: Value, axis: Axis, reduction: Reduction): Value {
  switch (reduction.kind) {
    case "sum":
      return logSumExp(a, x, axis);
    case "draw":
      return onlyAt(a, x, axis, logSumExp(a, x, axis), drawnIndex(a, x, axis, reduction.uniform));
    case "best":
      return onlyAt(a, x, axis, reduce(a, "reduceMax", x, axis), firstLargest(a, x, axis));
  }
}

/** Where all weights are 0, so is their sum, and no derivative is NaN. */
function logSumExp(a: Algebra, x: Value, axis: Axis): Value {
  const top = a.unary("stopGradient", reduce(a, "reduceMax", x, axis));
  const isNothing = a.binary("equal", top, Number.NEGATIVE_INFINITY);
  const weights = a.unary("exp", a.sub(x, a.select(isNothing, 0, top)));
  const total = reduce(a, "reduceSum", weights, axis);
  return a.add(a.unary("log", a.select(isNothing, 1, total)), top);
}

function drawnIndex(a: Algebra, x: Value, axis: Axis, uniform: Value): Value {
  const top = reduce(a, "reduceMax", x, axis);
  const isNothing = a.binary("equal", top, Number.NEGATIVE_INFINITY);
  const weights = a.unary("exp", a.sub(x, a.select(isNothing, 0, top)));
  const running = cumulated(a, weights, axis);
  const limit = a.mul(uniform, reduce(a, "reduceSum", weights, axis));
  const below = reduce(a, "reduceSum", a.convert(a.binary("lessEqual", running, limit), "int"), axis);
  return a.binary("min", below, axis.size - 1);
}

/** How many elements come before the first that is largest. */
function firstLargest(a: Algebra, x: Value, axis: Axis): Value {
  const isLargest = a.convert(a.binary("equal", x, reduce(a, "reduceMax", x, axis)), "int");
  const seen = a.binary("equal", cumulated(a, isLargest, axis), 0);
  return a.binary("min", reduce(a, "reduceSum", a.convert(seen, "int"), axis), axis.size - 1);
}

/** Weights below this are as good as none, and finite. */
const least = -1e300;

/** `value`, whose derivatives are those of the one element of x at `index`. */
function onlyAt(a: Algebra, x: Value, axis: Axis, value: Value, index: Value): Value {
  const isChosen = a.binary("equal", a.indexOf({ ...axis, start: 0 }), index);
  const chosen = reduce(a, "reduceSum", a.select(isChosen, a.binary("max", x, least), 0), axis);
  const rest = a.sub(a.binary("max", value, least), chosen);
  return a.add(chosen, a.unary("stopGradient", rest));
}

function cumulated(a: Algebra, x: Value, axis: Axis): Value {
  const wide = a.stretch(x, [axis], []);
  const at = wide.axes.findIndex(({ id }) => id === axis.id);
  return { ...wide, node: a.builder.emit("cumsum", [wide.node], { axis: at, reverse: false }) };
}

function reduce(a: Algebra, op: "reduceSum" | "reduceMax", x: Value, axis: Axis): Value {
  const wide = a.stretch(x, [axis], []);
  const at = wide.axes.findIndex(({ id }) => id === axis.id);
  const node = a.builder.emit(op, [wide.node], { axes: [at] });
  return { node, axes: unionAxes([wide]).filter(({ id }) => id !== axis.id), event: [] };
}
