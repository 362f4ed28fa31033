/** Instructions of every elementwise op on vectors: operands in locals, the result on the stack. */
import { bug } from "../../base/bug.ts";
import type { NodeOf } from "../../compiler/graph.ts";
import type { DType, OpName } from "../../compiler/ops.ts";
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
import { type LaneFormat, vectorType } from "./lane-format.ts";
import type { RoutineName } from "./math-functions.ts";
import type { MathName } from "./math-interface.ts";

export interface ElementwiseContext {
  readonly format: LaneFormat;
  /** Writes the routine, or a call of it. */
  math(code: FunctionBuilder, name: RoutineName, order: number): void;
}

type Write = (
  code: FunctionBuilder,
  operands: readonly LocalIndex[],
  context: ElementwiseContext,
  kind: DType,
) => void;

const arithmetic =
  (op: "add" | "sub" | "mul"): Write =>
  (code, [x, y], { format }, kind) => {
    code.get(x);
    code.get(y);
    code.op(`${vectorType(format, kind)}.${op}`);
  };

const extremum =
  (op: "min" | "max"): Write =>
  (code, [x, y], { format }, kind) => {
    code.get(x);
    code.get(y);
    const type = vectorType(format, kind);
    code.op(type === "i32x4" ? `i32x4.${op}_s` : `${type}.${op}`);
  };

const comparison =
  (op: "lt" | "le"): Write =>
  (code, [x, y], { format }, kind) => {
    code.get(x);
    code.get(y);
    const type = vectorType(format, kind);
    code.op(type === "i32x4" ? `i32x4.${op}_s` : `${type}.${op}`);
  };

const single =
  (op: "neg" | "abs"): Write =>
  (code, [x], { format }, kind) => {
    code.get(x);
    code.op(`${vectorType(format, kind)}.${op}`);
  };

const floatOnly =
  (op: "sqrt" | "floor"): Write =>
  (code, [x], { format }) => {
    code.get(x);
    code.op(`${format.float}.${op}`);
  };

const logical =
  (op: "and" | "or"): Write =>
  (code, [x, y]) => {
    code.get(x);
    code.get(y);
    code.op(`v128.${op}`);
  };

const routine =
  (name: MathName): Write =>
  (code, operands, { math }) => {
    for (const operand of operands) code.get(operand);
    math(code, name, 0);
  };

const writers: { readonly [Op in OpName]?: Write } = {
  add: arithmetic("add"),
  sub: arithmetic("sub"),
  mul: arithmetic("mul"),
  div: (code, [x, y], { format }) => {
    code.get(x);
    code.get(y);
    code.op(`${format.float}.div`);
  },
  min: extremum("min"),
  max: extremum("max"),
  less: comparison("lt"),
  lessEqual: comparison("le"),
  equal: (code, [x, y], { format }, kind) => {
    code.get(x);
    code.get(y);
    code.op(`${kind === "bool" ? format.bits : vectorType(format, kind)}.eq`);
  },
  neg: single("neg"),
  abs: single("abs"),
  sign: writeSign,
  sqrt: floatOnly("sqrt"),
  floor: floatOnly("floor"),
  and: logical("and"),
  or: logical("or"),
  not: (code, [x]) => {
    code.get(x);
    code.op("v128.not");
  },
  select: (code, [condition, whenTrue, whenFalse]) => {
    code.get(whenTrue);
    code.get(whenFalse);
    code.get(condition);
    code.op("v128.bitselect");
  },
  exp: routine("exp"),
  log: routine("log"),
  log1p: routine("log1p"),
  expm1: routine("expm1"),
  sin: routine("sin"),
  cos: routine("cos"),
  tan: routine("tan"),
  tanh: routine("tanh"),
  sigmoid: routine("sigmoid"),
  softplus: routine("softplus"),
  lgamma: routine("lgamma"),
  digamma: routine("digamma"),
  erf: routine("erf"),
  erfinv: routine("erfinv"),
  pow: routine("pow"),
};

export function isElementwise(op: OpName): boolean {
  return op in writers || op === "convert" || op === "polygamma";
}

/** `kind` is the element kind of the first operand that is not a condition. */
export function writeElementwise(
  code: FunctionBuilder,
  node: NodeOf<OpName>,
  operands: readonly LocalIndex[],
  kind: DType,
  context: ElementwiseContext,
): void {
  if (node.op === "polygamma") {
    code.get(operands[0]);
    context.math(code, "polygamma", (node as NodeOf<"polygamma">).params.order);
  } else if (node.op === "log1p" && "isBelowTwo" in node.params) {
    code.get(operands[0]);
    context.math(code, "logOneBelowTwo", 0);
  } else if (node.op === "convert") writeConvert(code, operands[0], kind, node.type.dtype, context.format);
  else {
    const write = writers[node.op];
    if (write === undefined) bug(`${node.op} is not elementwise`);
    else write(code, operands, context, kind);
  }
}

/** ±1 with the sign of x where x is not 0; x itself where it is 0 or NaN. */
function writeSign(
  code: FunctionBuilder,
  [x]: readonly LocalIndex[],
  { format }: ElementwiseContext,
  kind: DType,
): void {
  if (vectorType(format, kind) === "i32x4") {
    code.get(x);
    code.i32x4(1);
    code.op("i32x4.min_s");
    code.i32x4(-1);
    code.op("i32x4.max_s");
    return;
  }
  const { float } = format;
  pushNumber(code, format, 1);
  code.get(x);
  pushNumber(code, format, -0);
  code.op("v128.and");
  code.op("v128.or");
  code.get(x);
  code.get(x);
  code.op(`${float}.abs`);
  pushNumber(code, format, 0);
  code.op(`${float}.gt`);
  code.op("v128.bitselect");
}

/** float → int truncates, number → bool is ≠ 0, bool → number is 0 or 1. */
function writeConvert(
  code: FunctionBuilder,
  x: LocalIndex,
  from: DType,
  to: DType,
  format: LaneFormat,
): void {
  code.get(x);
  if (from === to) return;
  const type = vectorType(format, from);
  if (to === "bool") {
    if (type === "i32x4") code.i32x4(0);
    else pushNumber(code, format, 0);
    code.op(`${type}.ne`);
  } else if (from === "bool") {
    if (vectorType(format, to) === "i32x4") code.i32x4(1);
    else pushNumber(code, format, 1);
    code.op("v128.and");
  } else if (to === "int") code.op(format.int === "i32x4" ? "i32x4.trunc_sat_f32x4_s" : "f64x2.trunc");
  else if (type === "i32x4") code.op("f32x4.convert_i32x4_s");
}

/** A float in all lanes. */
export function pushNumber(code: FunctionBuilder, { precision }: LaneFormat, value: number): void {
  if (precision === "f64") code.f64x2(value);
  else code.f32x4(value);
}
