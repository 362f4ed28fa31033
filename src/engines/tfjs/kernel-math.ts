/**
 * The kernels that expansions are written with, as functions that know their result type. Numbers stand for constants.
 * Of two operands one shape may be a suffix of the other, which is how TensorFlow broadcasts leading axes.
 */
import { elementCount, equalShapes } from "../../compiler/graph.ts";
import type { DType, Shape, TensorType } from "../../compiler/ops.ts";
import type { KernelBuilder } from "./kernel-builder.ts";
import type { ValueId } from "./kernel-program.ts";

export type ArithmeticKernel = "Add" | "Sub" | "Multiply" | "RealDiv" | "Minimum" | "Maximum";
export type LogicKernel = "Equal" | "NotEqual" | "Less" | "LessEqual" | "LogicalAnd" | "LogicalOr";

/** Kernels take no more axes for certain: beyond, XNNPACK in the wasm backend returns what was in memory. */
const mostAxes = 6;
/** Those that pad and those elementwise with one operand or a condition take fewer, on GPUs. */
const fewAxes = 4;

/** An object and not an id, to tell it from a number that stands for a constant. */
export interface Value {
  readonly id: ValueId;
  readonly type: TensorType;
}
export type Operand = Value | number;

export interface KernelMath {
  readonly builder: KernelBuilder;
  value(id: ValueId): Value;
  /** Any elementwise kernel of one operand whose result has its element kind. */
  unary(kernel: string, x: Value): Value;
  add(a: Operand, b: Operand): Value;
  sub(a: Operand, b: Operand): Value;
  mul(a: Operand, b: Operand): Value;
  div(a: Operand, b: Operand): Value;
  arithmetic(kernel: ArithmeticKernel, a: Operand, b: Operand): Value;
  /** Any elementwise kernel of two operands; the result has their element kind, or the one given. */
  binary(kernel: string, a: Operand, b: Operand, result?: DType): Value;
  logic(kernel: LogicKernel, a: Operand, b: Operand): Value;
  not(x: Value): Value;
  /** Where the condition holds, the first; the operands are brought to one shape. For all element kinds but bool. */
  select(condition: Value, whenTrue: Operand, whenFalse: Operand): Value;
  cast(x: Value, dtype: DType): Value;
  reshape(x: Value, shape: Shape): Value;
  transpose(x: Value, permutation: readonly number[]): Value;
  slice(x: Value, begin: Shape, size: Shape): Value;
  pad(x: Value, paddings: readonly (readonly [number, number])[]): Value;
  reverse(x: Value, axis: number): Value;
  concat(parts: readonly Value[], axis: number): Value;
  /** Sum over the last axis. */
  sumLast(x: Value): Value;
  /** [B, M, K] × [B, K, N] or, either batch being 1, broadcast over it. */
  matmul(a: Value, b: Value, transposeA?: boolean, transposeB?: boolean): Value;
  /** One value in every place of a shape. */
  splat(value: number, type: TensorType): Value;
  /** c₀ + x (c₁ + x (c₂ + …)). */
  polynomial(x: Value, coefficients: readonly number[]): Value;
}

export function createKernelMath(builder: KernelBuilder): KernelMath {
  const value = (id: ValueId): Value => ({ id, type: builder.typeOf(id) });
  const splat = (number: number, type: TensorType): Value => value(builder.constant(type, [number]));
  const call = (
    kernel: string,
    operands: readonly Value[],
    names: readonly string[] | "list",
    attributes: Parameters<KernelBuilder["call"]>[3],
    type: TensorType,
  ): Value =>
    value(
      builder.call(
        kernel,
        operands.map(({ id }) => id),
        names,
        attributes,
        type,
      ),
    );
  const pair = (kernel: string, a: Operand, b: Operand, result?: DType): Value => {
    const dtype = typeof a !== "number" ? a.type.dtype : typeof b !== "number" ? b.type.dtype : "float";
    const [left, right] = [a, b].map((operand) =>
      typeof operand === "number" ? splat(operand, { dtype, shape: [] }) : operand,
    );
    const shape = largerShape(left.type.shape, right.type.shape);
    const type = { dtype: result ?? dtype, shape };
    if (shape.length <= mostAxes) return call(kernel, [left, right], ["a", "b"], {}, type);
    const inner = Math.min(elementCount(left.type.shape), elementCount(right.type.shape));
    const flat = (x: Value): Value => {
      const outer = elementCount(x.type.shape) / inner;
      return math.reshape(x, outer === 1 ? [inner] : [outer, inner]);
    };
    return math.reshape(pair(kernel, flat(left), flat(right), result), shape);
  };
  const filled = (operand: Operand, type: TensorType): Value => {
    if (typeof operand === "number") return splat(operand, type);
    if (equalShapes(operand.type.shape, type.shape)) return operand;
    const node = builder.nodeOf(operand.id);
    if (node.kind === "constant" && node.values.length === 1) return splat(node.values[0], type);
    return type.dtype === "bool"
      ? pair("LogicalAnd", operand, splat(1, type), "bool")
      : pair("Multiply", operand, splat(1, type));
  };

  const math: KernelMath = {
    builder,
    value,
    splat,
    unary: (kernel, x) =>
      x.type.shape.length <= fewAxes
        ? call(kernel, [x], ["x"], {}, x.type)
        : math.reshape(math.unary(kernel, math.reshape(x, [elementCount(x.type.shape)])), x.type.shape),
    add: (a, b) => pair("Add", a, b),
    sub: (a, b) => pair("Sub", a, b),
    mul: (a, b) => pair("Multiply", a, b),
    div: (a, b) => pair("RealDiv", a, b),
    arithmetic: (kernel, a, b) => pair(kernel, a, b),
    binary: pair,
    logic: (kernel, a, b) => pair(kernel, a, b, "bool"),
    not: (x) => call("LogicalNot", [x], ["x"], {}, x.type),
    select(condition, whenTrue, whenFalse) {
      const branches = [whenTrue, whenFalse].filter((branch) => typeof branch !== "number");
      const shape = branches.reduce(
        (largest, { type }) => largerShape(largest, type.shape),
        condition.type.shape,
      );
      const type: TensorType = { dtype: branches.length > 0 ? branches[0].type.dtype : "float", shape };
      const full = [
        filled(condition, { dtype: "bool", shape }),
        filled(whenTrue, type),
        filled(whenFalse, type),
      ];
      const names = ["condition", "t", "e"];
      if (shape.length <= fewAxes) return call("Select", full, names, {}, type);
      const flat = [elementCount(shape)];
      const operands = full.map((x) => math.reshape(x, flat));
      return math.reshape(call("Select", operands, names, {}, { ...type, shape: flat }), shape);
    },
    cast: (x, dtype) =>
      x.type.dtype === dtype
        ? x
        : call("Cast", [x], ["x"], { dtype: kernelDType(dtype) }, { dtype, shape: x.type.shape }),
    reshape(x, shape) {
      if (equalShapes(x.type.shape, shape)) return x;
      const type = { dtype: x.type.dtype, shape };
      const node = builder.nodeOf(x.id);
      if (node.kind === "constant") return value(builder.constant(type, node.values));
      if (node.kind === "call" && node.kernel === "Reshape")
        return math.reshape(value(node.operands[0]), shape);
      return call("Reshape", [x], ["x"], { shape }, type);
    },
    transpose(x, perm) {
      if (perm.every((axis, position) => axis === position)) return x;
      const shape = perm.map((axis) => x.type.shape[axis]);
      return call("Transpose", [x], ["x"], { perm }, { dtype: x.type.dtype, shape });
    },
    slice(x, begin, size) {
      if (equalShapes(x.type.shape, size)) return x;
      const type = { dtype: x.type.dtype, shape: size };
      if (size.length <= fewAxes) return call("Slice", [x], ["x"], { begin, size }, type);
      return size.reduce((cut, length, axis) => {
        const [outer, , inner] = around(cut.type.shape, axis);
        const viewed = math.reshape(cut, around(cut.type.shape, axis));
        const part = math.slice(viewed, [0, begin[axis], 0], [outer, length, inner]);
        return math.reshape(part, cut.type.shape.with(axis, length));
      }, x);
    },
    pad(x, paddings) {
      const shape = x.type.shape.map((length, axis) => paddings[axis][0] + length + paddings[axis][1]);
      if (equalShapes(x.type.shape, shape)) return x;
      const type = { dtype: x.type.dtype, shape };
      if (shape.length <= fewAxes) return call("PadV2", [x], ["x"], { paddings, constantValue: 0 }, type);
      // One axis at a time, as [outer, n, inner].
      return shape.reduce((padded, length, axis) => {
        const before = padded.type.shape;
        const viewed = math.reshape(padded, around(before, axis));
        return math.reshape(math.pad(viewed, [[0, 0], paddings[axis], [0, 0]]), before.with(axis, length));
      }, x);
    },
    reverse(x, axis) {
      const { dtype, shape } = x.type;
      const viewed = math.reshape(x, around(shape, axis));
      return math.reshape(call("Reverse", [viewed], ["x"], { dims: [1] }, { ...viewed.type, dtype }), shape);
    },
    concat(parts, axis) {
      if (parts.length === 1) return parts[0];
      const [{ type }] = parts;
      const total = parts.reduce((sum, part) => sum + part.type.shape[axis], 0);
      const whole = { dtype: type.dtype, shape: type.shape.with(axis, total) };
      if (type.shape.length <= fewAxes) return call("Concat", parts, "list", { axis }, whole);
      const viewed = parts.map((part) => math.reshape(part, around(part.type.shape, axis)));
      return math.reshape(math.concat(viewed, 1), whole.shape);
    },
    sumLast(x) {
      const axis = x.type.shape.length - 1;
      const type = { dtype: x.type.dtype, shape: x.type.shape.slice(0, -1) };
      return call("Sum", [x], ["x"], { axis: [axis], keepDims: false }, type);
    },
    matmul(a, b, transposeA = false, transposeB = false) {
      const [rows, columns] = [a.type.shape.at(transposeA ? -1 : -2), b.type.shape.at(transposeB ? -2 : -1)];
      const batch = largerShape(a.type.shape.slice(0, -2), b.type.shape.slice(0, -2));
      const shape = [...batch, rows ?? 1, columns ?? 1];
      return call(
        "BatchMatMul",
        [a, b],
        ["a", "b"],
        { transposeA, transposeB },
        { dtype: a.type.dtype, shape },
      );
    },
    polynomial: (x, coefficients) => {
      let sum: Operand = coefficients[coefficients.length - 1];
      for (let power = coefficients.length - 2; power >= 0; power--) {
        const term = math.mul(x, sum);
        sum = coefficients[power] === 0 ? term : math.add(term, coefficients[power]);
      }
      return typeof sum === "number" ? math.splat(sum, x.type) : sum;
    },
  };
  return math;
}

/** What tfjs calls an element kind. */
export function kernelDType(dtype: DType): "float32" | "int32" | "bool" {
  switch (dtype) {
    case "float":
      return "float32";
    case "int":
      return "int32";
    case "bool":
      return "bool";
  }
}

/** The axes before and after one, as one axis each. */
export function around(shape: Shape, axis: number): Shape {
  return [elementCount(shape.slice(0, axis)), shape[axis], elementCount(shape.slice(axis + 1))];
}

function largerShape(a: Shape, b: Shape): Shape {
  const [sizeA, sizeB] = [elementCount(a), elementCount(b)];
  return sizeA > sizeB || (sizeA === sizeB && a.length >= b.length) ? a : b;
}
