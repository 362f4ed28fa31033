/** Gather and scatter-add, with what our ops say about indices out of range: ONNX's count from the end or refuse. */
import { elementCount } from "../../compiler/graph.ts";
import type { Value } from "./onnx-builder.ts";
import type { OnnxMath } from "./onnx-math.ts";

/** Indices are brought into range, and what those found that were not in it is replaced. */
export function gather(math: OnnxMath, table: Value, indices: Value): Value {
  const { call, elementwise, scalar, splat, reshape, where } = math;
  const { dtype } = table.type;
  const [rows, ...rest] = table.type.shape;
  const type = { dtype, shape: [...indices.type.shape, ...rest] };
  const missing = dtype === "float" ? Number.NaN : 0;
  if (rows === 0) return splat(missing, type);
  const read = (at: Value): Value => call("Gather", [table, at], { axis: 0 }, type);
  if (isKnownWithin(indices, rows)) return read(indices);
  const within = elementwise("Max", [
    elementwise("Min", [indices, scalar(rows - 1, "int")]),
    scalar(0, "int"),
  ]);
  const isInside = elementwise("Equal", [indices, within], "bool");
  const perRow = reshape(isInside, [...indices.type.shape, ...rest.map(() => 1)]);
  return where(perRow, read(within), scalar(missing, dtype));
}

/**
 * Updates whose index is out of range go to one row more than asked for, which is then left out. Element by element, which goes
 * through the updates in their order.
 */
export function scatterAdd(math: OnnxMath, size: number, indices: Value, updates: Value): Value {
  const { call, elementwise, scalar, splat, reshape, expand, slice, where } = math;
  const { dtype } = updates.type;
  const rest = updates.type.shape.slice(indices.type.shape.length);
  const count = elementCount(indices.type.shape);
  const width = elementCount(rest);
  const flat = reshape(indices, [count]);
  const isWithin = isKnownWithin(indices, size);
  const limit = scalar(size, "int");
  const isInside = (): Value =>
    elementwise("And", [
      elementwise("Less", [scalar(-1, "int"), flat], "bool"),
      elementwise("Less", [flat, limit], "bool"),
    ]);
  const target = isWithin ? flat : where(isInside(), flat, limit);
  const rows = isWithin ? size : size + 1;
  const type = { dtype, shape: [rows, width] };
  const places = expand(reshape(target, [count, 1]), [count, width]);
  const values = reshape(updates, [count, width]);
  const sums = call("ScatterElements", [splat(0, type), places, values], { axis: 0, reduction: "add" }, type);
  return reshape(slice(sums, [0, 0], [size, width]), [size, ...rest]);
}

function isKnownWithin({ values }: Value, limit: number): boolean {
  return values?.every((index) => index >= 0 && index < limit) ?? false;
}
