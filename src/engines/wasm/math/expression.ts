/**
 * Formulas over vectors as data, so that they read like formulas, and `emitExpression`, which writes their
 * instructions. An expression that is used twice is computed once and kept in a local: share values by
 * sharing the object.
 */
import { bug } from "../../../base/bug.ts";
import type { FunctionBuilder, LocalIndex, ValueType } from "../assembler/function-builder.ts";
import type { PlainOp } from "../assembler/opcodes.ts";
import type { MathContext } from "../math-interface.ts";

export type Expression =
  | { readonly kind: "local"; readonly local: LocalIndex }
  /** The number in all lanes. */
  | { readonly kind: "number"; readonly value: number }
  /** The bits in all lanes. */
  | { readonly kind: "bits"; readonly value: bigint }
  /** Scalars: the shift instructions take an i32, others work on scalars only. */
  | { readonly kind: "i32"; readonly value: number }
  | { readonly kind: "i64"; readonly value: bigint }
  | {
      readonly kind: "operation";
      readonly op: PlainOp | "multiplyAdd" | "negativeMultiplyAdd" | "choose";
      readonly inputs: readonly Expression[];
      readonly type: ValueType;
    }
  /** The sixteen bytes of the two vectors, one after the other, as `i8x16.shuffle` numbers them. */
  | { readonly kind: "shuffle"; readonly bytes: readonly number[]; readonly inputs: readonly Expression[] }
  /** `then` where the mask holds in any lane, otherwise `otherwise`, and only that one is computed. */
  | {
      readonly kind: "ifAny";
      readonly inputs: readonly [mask: Expression, then: Expression, otherwise: Expression];
    };

/** Leaves the expressions' values on the stack, in order; what they share is computed once. */
export function emitExpression(
  code: FunctionBuilder,
  context: MathContext,
  ...roots: readonly Expression[]
): void {
  const uses = countUses(roots);
  let kept = new Map<Expression, LocalIndex>();

  const emit = (expression: Expression): void => {
    const local = kept.get(expression);
    if (local !== undefined) {
      code.get(local);
      return;
    }
    compute(expression);
    if (isLeaf(expression) || (uses.get(expression) ?? 0) < 2) return;
    const fresh = code.local(expression.kind === "operation" ? expression.type : "v128");
    kept.set(expression, fresh);
    code.tee(fresh);
  };

  const compute = (expression: Expression): void => {
    switch (expression.kind) {
      case "local":
        code.get(expression.local);
        return;
      case "number":
        context.constant(expression.value);
        return;
      case "bits":
        context.bits(expression.value);
        return;
      case "i32":
        code.i32(expression.value);
        return;
      case "i64":
        code.i64(expression.value);
        return;
      case "shuffle":
        for (const input of expression.inputs) emit(input);
        code.shuffle(expression.bytes);
        return;
      case "operation":
        for (const input of expression.inputs) emit(input);
        if (expression.op === "multiplyAdd") context.multiplyAdd();
        else if (expression.op === "negativeMultiplyAdd") context.negativeMultiplyAdd();
        else if (expression.op === "choose") code.op(chooseOp(context));
        else code.op(expression.op);
        return;
      case "ifAny":
        branch(expression.inputs);
        return;
    }
  };

  const branch = ([mask, then, otherwise]: readonly [Expression, Expression, Expression]): void => {
    emit(mask);
    code.op("v128.any_true");
    const condition = code.local("i32");
    code.set(condition);
    // What both ways need is computed before the fork; what one way computed is not there after it.
    const inOtherwise = countUses([otherwise]);
    const prepare = (expression: Expression): void => {
      if (isLeaf(expression) || kept.has(expression)) return;
      if (!inOtherwise.has(expression)) for (const input of inputsOf(expression)) prepare(input);
      else {
        emit(expression);
        if (!kept.has(expression)) bug("an expression needed on both ways has one use");
        code.op("drop");
      }
    };
    prepare(then);
    const before = kept;
    const arm = (expression: Expression) => (): void => {
      kept = new Map(before);
      emit(expression);
    };
    code.get(condition);
    code.if(arm(then), arm(otherwise), "v128");
    kept = before;
  };

  for (const root of roots) emit(root);
}

/**
 * Bitwise selection; the relaxed instruction is one blend, and equal to it for masks that fill their lanes.
 */
function chooseOp(context: MathContext): PlainOp {
  if (!context.relaxed) return "v128.bitselect";
  return context.lanes === "f64x2" ? "i64x2.relaxed_laneselect" : "i32x4.relaxed_laneselect";
}

function isLeaf(expression: Expression): boolean {
  return inputsOf(expression).length === 0;
}

function inputsOf(expression: Expression): readonly Expression[] {
  return "inputs" in expression ? expression.inputs : [];
}

function countUses(roots: readonly Expression[]): Map<Expression, number> {
  const uses = new Map<Expression, number>();
  const visit = (expression: Expression): void => {
    const count = uses.get(expression) ?? 0;
    uses.set(expression, count + 1);
    if (count === 0) for (const input of inputsOf(expression)) visit(input);
  };
  for (const root of roots) visit(root);
  return uses;
}
