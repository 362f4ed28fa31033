/**
 * Remainders of large numbers by π/2, after Payne and Hanek (1983): with x = m 2ᵉ, m an integer below 2⁵³,
 * only those bits of 2/π matter for the quadrant and the remainder that are worth less than 4 / 2ᵉ; 192 of
 * them, times m, modulo 4, leave a fraction of which at most 62 leading bits cancel for any double, so that
 * more than 62 right ones remain.
 */
import type { FunctionBuilder, LocalIndex } from "../assembler/function-builder.ts";
import type { PlainOp } from "../assembler/opcodes.ts";
import type { MathContext } from "../math-interface.ts";
import { type Expression, emitExpression } from "./expression.ts";
import { laneArithmetic } from "./lane-arithmetic.ts";

/** v128 locals of f64x2: x = (quadrant + a multiple of 4) π/2 + high + low. */
export interface ReducedArguments {
  readonly high: LocalIndex;
  readonly low: LocalIndex;
  /** As i64x2. */
  readonly quadrant: LocalIndex;
}

/**
 * Takes f64x2 from the stack. Lanes below `limit` are left as they are, with low part and quadrant 0. ±∞ and
 * NaN give NaN.
 */
export function reduceLargeArguments(
  code: FunctionBuilder,
  context: MathContext,
  limit: number,
): ReducedArguments {
  const [high, low, quadrant] = [code.local("v128"), code.local("v128"), code.local("v128")];
  code.set(high);
  for (const local of [low, quadrant]) {
    context.constant(0);
    code.set(local);
  }
  const { not, less, abs } = laneArithmetic("f64x2");
  emitExpression(code, context, not(less(abs({ kind: "local", local: high }), limit)));
  code.op("v128.any_true");
  code.if(() => {
    const isSecond = code.local("i32");
    const x = code.local("f64");
    code.i32(0);
    code.set(isSecond);
    code.loop((again) => {
      code.get(high);
      code.lane("f64x2.extract_lane", 0);
      code.tee(x);
      code.op("f64.abs");
      code.f64(limit);
      code.op("f64.lt");
      code.op("i32.eqz");
      code.if(() => reduceOne(code, context, x, { high, low, quadrant }));
      for (const local of [high, low, quadrant]) {
        code.get(local);
        code.get(local);
        code.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
        code.set(local);
      }
      code.get(isSecond);
      code.op("i32.eqz");
      code.i32(1);
      code.set(isSecond);
      code.branchIf(again);
    });
  });
  return { high, low, quadrant };
}

/** Reduces the scalar x, 2²⁰ ≤ |x|, into lane 0. */
function reduceOne(code: FunctionBuilder, context: MathContext, x: LocalIndex, into: ReducedArguments): void {
  const keep = (expression: Expression, type: "i32" | "i64" | "f64" = "i64"): Expression => {
    const local = code.local(type);
    emitExpression(code, context, expression);
    code.set(local);
    return { kind: "local", local };
  };
  const bits = keep(i64("i64.reinterpret_f64", { kind: "local", local: x }));
  const exponent = keep(i64("i64.and", i64("i64.shr_u", bits, 52n), 0x7ffn));
  const mantissa = keep(i64("i64.or", i64("i64.and", bits, (1n << 52n) - 1n), 1n << 52n));
  // |x| = mantissa · 2^(exponent − 1075); the table has 64 zero bits before the first bit of 2/π.
  const place = keep(i64("i64.sub", exponent, 1075n - 62n));
  const [first, second, third] = bitsOfTwoOverPi(code, context, place);

  // The highest 128 bits of the product modulo 2¹⁹².
  const middle = keep(i64("i64.mul", mantissa, second));
  const carried = keep(highProduct(mantissa, third));
  const lower = keep(i64("i64.add", middle, carried));
  const carry = i64("i64.extend_i32_u", i32("i64.lt_u", lower, carried));
  const upper = keep(
    i64("i64.add", i64("i64.add", i64("i64.mul", mantissa, first), highProduct(mantissa, second)), carry),
  );

  // Two bits of quadrant; the rest is a signed fraction of 128 bits, negative when the quadrant rounds up.
  const fraction = keep(i64("i64.or", i64("i64.shl", upper, 2n), i64("i64.shr_u", lower, 62n)));
  const negative = keep(i64("i64.shr_s", fraction, 63n));
  const turns = i64("i64.sub", i64("i64.shr_u", upper, 62n), negative);
  const lowBits = keep(i64("i64.xor", i64("i64.shl", lower, 2n), negative));
  const highBits = keep(i64("i64.xor", fraction, negative));
  const zeros = keep(i64("i64.clz", highBits));
  const normalized = keep(
    i64(
      "i64.or",
      i64("i64.shl", highBits, zeros),
      i64("i64.shr_u", i64("i64.shr_u", lowBits, 1n), i64("i64.sub", 63n, zeros)),
    ),
  );
  // π/2 in 64 bits: the remainder is `product` · 2^-(63 + zeros), which is scaled through a float's exponent.
  const product = keep(highProduct(normalized, 0xc90fdaa22168c235n));
  const xSign = i64("i64.and", bits, 1n << 63n);
  const sign = i64("i64.xor", xSign, i64("i64.and", negative, 1n << 63n));
  const scaleBits = i64("i64.or", i64("i64.shl", i64("i64.sub", 1023n - 63n, zeros), 52n), sign);
  const scale = keep(f64("f64.reinterpret_i64", scaleBits), "f64");
  const number: Expression = { kind: "local", local: x };
  const high = f64("f64.mul", f64("f64.convert_i64_u", i64("i64.and", product, ~0x7ffn)), scale);
  const low = f64("f64.mul", f64("f64.convert_i64_u", i64("i64.and", product, 0x7ffn)), scale);
  const xNegative = keep(i64("i64.shr_s", bits, 63n));
  const quadrant = i64("i64.sub", i64("i64.xor", turns, xNegative), xNegative);
  for (const [local, lane, value] of [
    // x − x is 0, or NaN for infinities and NaN.
    [into.high, "f64x2.replace_lane", f64("f64.add", high, f64("f64.sub", number, number))],
    [into.low, "f64x2.replace_lane", low],
    [into.quadrant, "i64x2.replace_lane", quadrant],
  ] as const) {
    code.get(local);
    emitExpression(code, context, value);
    code.lane(lane, 0);
    code.set(local);
  }
}

/** 192 bits from the place on, in three words. */
function bitsOfTwoOverPi(
  code: FunctionBuilder,
  context: MathContext,
  place: Expression,
): readonly Expression[] {
  const words = [code.local("i64"), code.local("i64"), code.local("i64"), code.local("i64")];
  const index = code.local("i64");
  const last = code.local("i64");
  emitExpression(code, context, i64("i64.shr_u", place, 6n));
  code.tee(index);
  code.i64(3n);
  code.op("i64.add");
  code.set(last);
  // The words move up by one each round; the next comes in below.
  code.loop((again) => {
    for (let k = 0; k < 3; k++) {
      code.get(words[k + 1]);
      code.set(words[k]);
    }
    twoOverPi.forEach((word, position) => {
      code.i64(word);
      code.get(words[3]);
      code.get(index);
      code.i64(BigInt(position));
      code.op("i64.eq");
      code.op("select");
      code.set(words[3]);
    });
    code.get(index);
    code.get(last);
    code.op("i64.lt_u");
    code.get(index);
    code.i64(1n);
    code.op("i64.add");
    code.set(index);
    code.branchIf(again);
  });
  const shift = i64("i64.and", place, 63n);
  return [0, 1, 2].map((k) => {
    const above = i64("i64.shl", { kind: "local", local: words[k] }, shift);
    const half = i64("i64.shr_u", { kind: "local", local: words[k + 1] }, 1n);
    const local = code.local("i64");
    emitExpression(code, context, i64("i64.or", above, i64("i64.shr_u", half, i64("i64.sub", 63n, shift))));
    code.set(local);
    return { kind: "local", local };
  });
}

/** The upper 64 bits of the product of two unsigned numbers of 64 bits. */
function highProduct(x: Expression, y: Expression | bigint): Expression {
  const low = (value: Expression | bigint): Expression => i64("i64.and", value, 0xffffffffn);
  const high = (value: Expression | bigint): Expression => i64("i64.shr_u", value, 32n);
  const [x0, x1, y0, y1] = [low(x), high(x), low(y), high(y)];
  const cross = i64("i64.add", i64("i64.mul", x1, y0), high(i64("i64.mul", x0, y0)));
  const other = i64("i64.add", i64("i64.mul", x0, y1), low(cross));
  return i64("i64.add", i64("i64.add", i64("i64.mul", x1, y1), high(cross)), high(other));
}

function i64(op: PlainOp, ...inputs: (Expression | bigint)[]): Expression {
  return scalar("i64", op, inputs);
}

function i32(op: PlainOp, ...inputs: (Expression | bigint)[]): Expression {
  return scalar("i32", op, inputs);
}

function f64(op: PlainOp, ...inputs: Expression[]): Expression {
  return scalar("f64", op, inputs);
}

function scalar(
  type: "i32" | "i64" | "f64",
  op: PlainOp,
  inputs: readonly (Expression | bigint)[],
): Expression {
  return {
    kind: "operation",
    op,
    type,
    inputs: inputs.map((input) => (typeof input === "bigint" ? { kind: "i64", value: input } : input)),
  };
}

/** 64 zero bits and the first 1216 bits of 2/π. */
const twoOverPi = [
  0n,
  0xa2f9836e4e441529n,
  0xfc2757d1f534ddc0n,
  0xdb6295993c439041n,
  0xfe5163abdebbc561n,
  0xb7246e3a424dd2e0n,
  0x06492eea09d1921cn,
  0xfe1deb1cb129a73en,
  0xe88235f52ebb4484n,
  0xe99c7026b45f7e41n,
  0x3991d639835339f4n,
  0x9c845f8bbdf9283bn,
  0x1ff897ffde05980fn,
  0xef2f118b5a0a6d1fn,
  0x6d367ecf27cb09b7n,
  0x4f463f669e5fea2dn,
  0x7527bac7ebe5f17bn,
  0x3d0739f78a5292ean,
  0x6bfb5fb11f8d5d08n,
  0x56033046fc7b6babn,
];
