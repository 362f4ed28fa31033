/** Math routines from formulas: operands go from the stack into locals, the formula's value goes back. */
import type { FunctionBuilder } from "../assembler/function-builder.ts";
import type { MathContext, MathRoutine } from "../math-interface.ts";
import { type Expression, emitExpression } from "./expression.ts";
import { type LaneArithmetic, laneArithmetic } from "./lane-arithmetic.ts";

export type UnaryFormula = (words: LaneArithmetic, x: Expression, context: MathContext) => Expression;
export type BinaryFormula = (
  words: LaneArithmetic,
  x: Expression,
  y: Expression,
  context: MathContext,
) => Expression;

export function unaryRoutine(formula: UnaryFormula): MathRoutine {
  return (code, context) => {
    const x = code.local("v128");
    code.set(x);
    const words = laneArithmetic(context.lanes);
    emitExpression(code, context, formula(words, { kind: "local", local: x }, context));
  };
}

export function binaryRoutine(formula: BinaryFormula): MathRoutine {
  return (code, context) => {
    const x = code.local("v128");
    const y = code.local("v128");
    code.set(y);
    code.set(x);
    const words = laneArithmetic(context.lanes);
    emitExpression(
      code,
      context,
      formula(words, { kind: "local", local: x }, { kind: "local", local: y }, context),
    );
  };
}

/** One routine for f64x2 and another for f32x4. */
export function byLanes(double: MathRoutine, single: MathRoutine): MathRoutine {
  return (code, context) => (context.lanes === "f64x2" ? double : single)(code, context);
}

/**
 * A routine for f32x4 that computes in f64x2 and rounds at the end: half a unit in the last place, at the
 * speed of doubles. The two halves go through one copy of the code, in a loop.
 */
export function inDouble(routine: MathRoutine, operands: 1 | 2 = 1): MathRoutine {
  return (code, context) => {
    const inputs = Array.from({ length: operands }, () => code.local("v128"));
    for (const input of inputs.toReversed()) code.set(input);
    const result = code.local("v128");
    const isSecond = code.local("i32");
    code.i32(0);
    code.set(isSecond);
    code.loop((again) => {
      // The result's high half moves down and the new pair comes in above it: after two rounds both are in
      // place.
      code.get(result);
      for (const input of inputs) {
        code.get(input);
        code.op("f64x2.promote_low_f32x4");
      }
      routine(code, doubleContext(code, context));
      code.op("f32x4.demote_f64x2_zero");
      code.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
      code.set(result);
      for (const input of inputs) {
        code.get(input);
        code.get(input);
        code.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
        code.set(input);
      }
      code.get(isSecond);
      code.op("i32.eqz");
      code.i32(1);
      code.set(isSecond);
      code.branchIf(again);
    });
    code.get(result);
  };
}

/** The context of f64x2 routines inside an f32x4 one. */
export function doubleContext(
  code: FunctionBuilder,
  context: Pick<MathContext, "relaxed" | "order" | "call">,
): MathContext {
  return {
    lanes: "f64x2",
    relaxed: context.relaxed,
    order: context.order,
    constant: (value) => code.f64x2(value),
    bits: (value) => code.i64x2(value),
    multiplyAdd() {
      if (context.relaxed) code.op("f64x2.relaxed_madd");
      else multiplyThen(code, "f64x2.add");
    },
    negativeMultiplyAdd() {
      if (context.relaxed) code.op("f64x2.relaxed_nmadd");
      else multiplyThen(code, "f64x2.sub");
    },
    call: context.call,
  };
}

/** a, b, c on the stack → c ± a · b. */
function multiplyThen(code: FunctionBuilder, op: "f64x2.add" | "f64x2.sub"): void {
  const addend = code.local("v128");
  const product = code.local("v128");
  code.set(addend);
  code.op("f64x2.mul");
  code.set(product);
  code.get(addend);
  code.get(product);
  code.op(op);
}
