/** Shorthand over an ONNX builder: what the lowering table is written in. */
import { elementCount, equalShapes } from "../../compiler/graph.ts";
import type { DType, Shape, TensorType } from "../../compiler/ops.ts";
import type { OnnxAttributes } from "./model.ts";
import { elementTypes } from "./model.ts";
import { elementTypeOf, type OnnxBuilder, type Value } from "./onnx-builder.ts";

export interface OnnxMath {
  readonly builder: OnnxBuilder;
  /** An op without parameters whose operands stretch to one shape; the result has the first one's kind or that given. */
  elementwise(op: string, operands: readonly Value[], dtype?: DType): Value;
  /** That number, to be stretched. */
  scalar(value: number, dtype: DType): Value;
  /** That number everywhere. */
  splat(value: number, type: TensorType): Value;
  /** Whole numbers, as operands that tell an op what to do take them. */
  numbers(values: readonly number[]): Value;
  reshape(x: Value, shape: Shape): Value;
  transpose(x: Value, permutation: readonly number[]): Value;
  /** Stretches axes of length 1 and adds leading ones. */
  expand(x: Value, shape: Shape): Value;
  slice(x: Value, start: readonly number[], limit: readonly number[], steps?: readonly number[]): Value;
  concat(parts: readonly Value[], axis: number): Value;
  cast(x: Value, dtype: DType): Value;
  /** Bool branches, for which there is no kernel, by logic. */
  where(condition: Value, whenTrue: Value, whenFalse: Value): Value;
  call(op: string, operands: readonly Value[], attributes: OnnxAttributes, type: TensorType): Value;
}

export function onnxMath(builder: OnnxBuilder): OnnxMath {
  const { call, constant } = builder;
  const numbers = (values: readonly number[]): Value =>
    constant({ dtype: "int", shape: [values.length] }, values);
  const scalar = (value: number, dtype: DType): Value => constant({ dtype, shape: [] }, [value]);
  const elementwise: OnnxMath["elementwise"] = (op, operands, dtype = operands[0].type.dtype) =>
    call(op, operands, {}, { dtype, shape: stretched(operands.map(({ type }) => type.shape)) });
  const expand = (x: Value, shape: Shape): Value =>
    equalShapes(x.type.shape, shape)
      ? x
      : call("Expand", [x, numbers(shape)], {}, { dtype: x.type.dtype, shape });
  return {
    builder,
    call,
    elementwise,
    scalar,
    numbers,
    expand,
    splat: (value, { dtype, shape }) =>
      elementCount(shape) === 0 ? constant({ dtype, shape }, []) : expand(scalar(value, dtype), shape),
    reshape(x, shape) {
      // What a reshape was made of lies in memory as the result does.
      const source = x.madeBy?.op === "Reshape" ? x.madeBy.operands[0] : x;
      return equalShapes(source.type.shape, shape)
        ? source
        : call("Reshape", [source, numbers(shape)], {}, { dtype: x.type.dtype, shape });
    },
    transpose: (x, permutation) =>
      permutation.every((axis, position) => axis === position)
        ? x
        : call(
            "Transpose",
            [x],
            { perm: permutation },
            { dtype: x.type.dtype, shape: permutation.map((axis) => x.type.shape[axis]) },
          ),
    slice(x, start, limit, steps = start.map(() => 1)) {
      const { dtype, shape } = x.type;
      const cut = shape.flatMap((length, axis) =>
        start[axis] === 0 && limit[axis] === length && steps[axis] === 1 ? [] : [axis],
      );
      if (cut.length === 0) return x;
      const along = (values: readonly number[]): Value => numbers(cut.map((axis) => values[axis]));
      return call(
        "Slice",
        [x, along(start), along(limit), numbers(cut), along(steps)],
        {},
        {
          dtype,
          shape: start.map((from, axis) => Math.ceil((limit[axis] - from) / steps[axis])),
        },
      );
    },
    concat(parts, axis) {
      const [first] = parts;
      if (parts.length === 1) return first;
      const total = parts.reduce((sum, { type }) => sum + type.shape[axis], 0);
      const { dtype, shape } = first.type;
      return call("Concat", parts, { axis }, { dtype, shape: shape.with(axis, total) });
    },
    cast(x, dtype) {
      if (x.type.dtype === dtype) return x;
      const to = elementTypes[elementTypeOf(dtype, builder.precision)];
      return call("Cast", [x], { to }, { dtype, shape: x.type.shape });
    },
    where(condition, whenTrue, whenFalse) {
      if (whenTrue.type.dtype !== "bool")
        return elementwise("Where", [condition, whenTrue, whenFalse], whenTrue.type.dtype);
      const otherwise = elementwise("And", [elementwise("Not", [condition]), whenFalse]);
      return elementwise("Or", [elementwise("And", [condition, whenTrue]), otherwise]);
    },
  };
}

/** The shape that operands stretch to by ONNX's rules: trailing axes aligned, axes of length 1 and missing ones repeated. */
export function stretched(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return lengths.find((length) => length !== 1) ?? 1;
  });
}
