/**
 * Logarithms after fdlibm (Sun Microsystems 1993, e_log.c and s_log1p.c; the reduction as in musl): x = 2ᵏ m
 * with √½ ≤ m < √2, f = m − 1, s = f / (2 + f), and log m = f − ½ f² + s (½ f² + R(s²)), where R's polynomial
 * is within 2^-58.45 (f64) and 2^-34.24 (f32, e_logf.c).
 */
import type { Expression } from "./expression.ts";
import { unaryRoutine } from "./formula-routine.ts";
import type { LaneArithmetic } from "./lane-arithmetic.ts";

const tables = {
  f64x2: {
    log2High: 0.6931471803691238,
    log2Low: 1.9082149292705877e-10,
    polynomial: [
      0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
      0.15313837699209373, 0.14798198605116586,
    ],
    rootOfHalf: 0x3fe6a09e00000000n,
    tiny: 2 ** -54,
  },
  f32x4: {
    log2High: 0.69313812256,
    log2Low: 9.0580006145e-6,
    polynomial: [0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841],
    rootOfHalf: 0x3f3504f3n,
    tiny: 2 ** -25,
  },
} as const;

/** log(2ᵏ (1 + f)) + correction for √½ − 1 ≤ f < √2 − 1. */
function logOfParts(
  words: LaneArithmetic,
  k: Expression | undefined,
  f: Expression,
  correction?: Expression,
): Expression {
  const { add, sub, mul, div, multiplyAdd, polynomial } = words;
  const table = tables[words.lanes];
  const s = div(f, add(f, 2));
  const square = mul(s, s);
  const halfSquare = mul(mul(f, 0.5), f);
  const inner = mul(s, multiplyAdd(square, polynomial(square, table.polynomial), halfSquare));
  const low = k === undefined ? undefined : mul(k, table.log2Low);
  const extra = low === undefined || correction === undefined ? (low ?? correction) : add(low, correction);
  const log1 = sub(f, sub(halfSquare, extra === undefined ? inner : add(inner, extra)));
  return k === undefined ? log1 : multiplyAdd(k, table.log2High, log1);
}

/** x = 2ᵏ (1 + f) of a normal positive x. */
function split(words: LaneArithmetic, x: Expression): { k: Expression; f: Expression } {
  const { sub, or, and, addBits, shiftRight, bits, bitsOf, format } = words;
  const { rootOfHalf } = tables[words.lanes];
  const moved = addBits(x, bits(bitsOf(1) - rootOfHalf));
  // The biased exponent in the low bits of 2^mantissa's pattern is that number plus the exponent.
  const unit = 2 ** format.mantissa;
  const k = sub(or(shiftRight(moved, format.mantissa), bits(bitsOf(unit))), unit + format.bias);
  const mantissaBits = (1n << BigInt(format.mantissa)) - 1n;
  return { k, f: sub(addBits(and(moved, bits(mantissaBits)), bits(rootOfHalf)), 1) };
}

/** log x for normal positive numbers. */
export function logarithmOfNormal(words: LaneArithmetic, x: Expression): Expression {
  const { k, f } = split(words, x);
  return logOfParts(words, k, f);
}

export function logarithm(words: LaneArithmetic, x: Expression): Expression {
  const { sub, mul, less, lessEqual, equal, and, not, select, ifAny, format } = words;
  const { smallestNormal, mantissa } = format;
  const isDenormal = less(x, smallestNormal);
  const scale = mantissa + 2;
  const normal = ifAny(isDenormal, select(isDenormal, mul(x, 2 ** scale), x), x);
  const value = logarithmOfNormal(words, normal);
  const isUsual = and(lessEqual(smallestNormal, x), less(x, Number.POSITIVE_INFINITY));
  const ofDenormal = sub(value, scale * Math.LN2);
  const ofFinite = select(isDenormal, select(equal(x, 0), Number.NEGATIVE_INFINITY, ofDenormal), value);
  const ofPositive = select(less(x, Number.POSITIVE_INFINITY), ofFinite, x);
  const unusual = not(isUsual);
  return ifAny(unusual, select(less(x, 0), Number.NaN, ofPositive), value);
}

export const log = unaryRoutine(logarithm);

/** log(1 + x): with u = 1 + x rounded, log u + (1 + x − u) / u. */
export const log1p = unaryRoutine((words, x) => {
  const { add, sub, div, abs, less, lessEqual, equal, and, not, select, ifAny } = words;
  const u = add(x, 1);
  const back = sub(u, 1);
  // Knuth's two-sum: exact whichever is larger.
  const lost = add(sub(1, sub(u, back)), sub(x, back));
  const { k, f } = split(words, u);
  const value = logOfParts(words, k, f, div(lost, u));
  const { tiny } = tables[words.lanes];
  const isTiny = less(abs(x), tiny);
  const isBounded = less(x, Number.POSITIVE_INFINITY);
  const isUsual = and(and(less(-1, x), isBounded), lessEqual(tiny, abs(x)));
  const unusual = not(isUsual);
  const atTheEdge = select(equal(x, -1), Number.NEGATIVE_INFINITY, value);
  const inDomain = select(isTiny, x, select(isBounded, atTheEdge, x));
  return ifAny(unusual, select(less(x, -1), Number.NaN, inDomain), value);
});

/** log(1 + e) for 0 ≤ e ≤ 1, where the reduction is f = e or f = (e − 1) / 2 and no rounding is lost. */
export function logOneBelowTwo(words: LaneArithmetic, e: Expression): Expression {
  const { sub, mul, less, select, and } = words;
  const isAbove = less(Math.SQRT2 - 1, e);
  const f = select(isAbove, mul(sub(e, 1), 0.5), e);
  return logOfParts(words, and(isAbove, 1), f);
}
