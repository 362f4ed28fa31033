/** Order along the last axis. `TopK` of all elements keeps the order of equal ones, but does not know what to do with NaN. */
import type { Value } from "./onnx-builder.ts";
import type { OnnxMath } from "./onnx-math.ts";

export function argsort(math: OnnxMath, x: Value): Value {
  const { elementwise, where, scalar, cast } = math;
  if (x.type.dtype === "int") return order(math, x);
  // With NaN as infinities first; then, keeping that order, NaN after the others.
  const isMissing = elementwise("IsNaN", [x], "bool");
  const first = order(math, where(isMissing, scalar(Number.POSITIVE_INFINITY, "float"), x));
  const second = order(math, pick(math, cast(isMissing, "int"), first));
  return pick(math, first, second);
}

export function sort(math: OnnxMath, x: Value): Value {
  return pick(math, x, argsort(math, x));
}

function order({ builder, numbers }: OnnxMath, x: Value): Value {
  const { shape } = x.type;
  const length = numbers([shape[shape.length - 1]]);
  const attributes = { axis: shape.length - 1, largest: 0, sorted: 1 };
  return builder.callMany("TopK", [x, length], attributes, [x.type, { dtype: "int", shape }])[1];
}

/** The elements of each row at those positions. */
function pick({ call }: OnnxMath, x: Value, positions: Value): Value {
  return call("GatherElements", [x, positions], { axis: x.type.shape.length - 1 }, x.type);
}
