/**
 * e^x and what is made of it. Reduction after Cody and Waite (1980): x = k ln 2 + r with |r| ≤ ½ ln 2 and ln
 * 2 in two parts, so that the product of the first with k is exact; then eʳ = 1 + r + r² p(r) with p the
 * minimax polynomial (Remez) of (eʳ − 1 − r) / r²: relative to eʳ its error is below 2^-56 (f64) and 2^-27
 * (f32).
 */
import type { Expression } from "./expression.ts";
import { unaryRoutine } from "./formula-routine.ts";
import type { LaneArithmetic } from "./lane-arithmetic.ts";
import { logOneBelowTwo } from "./logarithm.ts";

const tables = {
  f64x2: {
    // 1.5 · 2⁵²: adding it leaves the nearest integer in the low bits.
    shifter: 6755399441055744,
    log2High: 0.6931471803691238,
    log2Low: 1.9082149292705877e-10,
    polynomial: [
      0.5000000000000003, 0.16666666666666682, 0.04166666666659093, 0.008333333333315826,
      0.0013888888927803635, 0.00019841269901348213, 2.48015091088596e-5, 2.755722857476991e-6,
      2.762470729856241e-7, 2.5114550345870802e-8,
    ],
    // Beyond these e^x is 0 and ∞.
    lowest: -746,
    highest: 710,
    // Below, e^x − 1 rounds to −1; and within `tiny` of 0, to x.
    lowestMinusOne: -56,
    tiny: 2 ** -54,
  },
  f32x4: {
    shifter: 12582912,
    log2High: 0.693359375,
    log2Low: -2.1219444e-4,
    polynomial: [0.5, 0.16666548, 0.0416662917, 0.00836607907, 0.00139461341],
    lowest: -105,
    highest: 89,
    lowestMinusOne: -27,
    tiny: 2 ** -25,
  },
} as const;

interface Reduced {
  /** k, in the low bits of a float. */
  readonly shifted: Expression;
  /** x − k ln 2 and its rounding error. */
  readonly rest: Expression;
  readonly restLow: Expression;
  /** e^rest − 1 − rest. */
  readonly beyondLinear: Expression;
}

/** For x between `lowest` and `highest`, or NaN. */
function reduce(words: LaneArithmetic, x: Expression): Reduced {
  const { sub, mul, multiplyAdd, negativeMultiplyAdd, polynomial } = words;
  const table = tables[words.lanes];
  const shifted = multiplyAdd(x, Math.LOG2E, table.shifter);
  const k = sub(shifted, table.shifter);
  const high = negativeMultiplyAdd(k, table.log2High, x);
  const low = mul(k, table.log2Low);
  const rest = sub(high, low);
  const restLow = sub(sub(high, rest), low);
  const square = mul(rest, rest);
  const beyondLinear = mul(square, polynomial(rest, table.polynomial, square));
  return { shifted, rest, restLow, beyondLinear };
}

/** 2ᵏ for the integer k in the low bits, in the range of normal numbers. */
function powerOfTwo(words: LaneArithmetic, k: Expression): Expression {
  const { addBits, shiftLeft, bits, bitsOf, format } = words;
  return addBits(shiftLeft(k, format.mantissa), bits(bitsOf(1)));
}

/** e^x: the scale is applied in two halves, so that results go gradually to 0 and ∞. */
export function exponential(words: LaneArithmetic, x: Expression): Expression {
  const { add, mul, multiplyAdd, atLeast, atMost, subBits } = words;
  const table = tables[words.lanes];
  const clamped = atLeast(atMost(x, table.highest), table.lowest);
  const { shifted, rest, beyondLinear } = reduce(words, clamped);
  const mantissa = add(add(rest, beyondLinear), 1);
  const half = multiplyAdd(clamped, Math.LOG2E / 2, table.shifter);
  const scaled = mul(mantissa, powerOfTwo(words, half));
  return mul(scaled, powerOfTwo(words, subBits(shifted, half)));
}

/**
 * 2^(high + low) in f64, for |low| small beside |high|: as far as e^x, but from log₂ in two parts (fdlibm,
 * e_pow.c).
 */
export function powerOfTwoSum(words: LaneArithmetic, high: Expression, low: Expression): Expression {
  const { add, sub, mul, and, bits, atLeast, atMost, multiplyAdd, subBits, polynomial } = words;
  const table = tables.f64x2;
  const first = atLeast(atMost(high, 1100), -1100);
  const second = atLeast(atMost(low, 1), -1);
  const shifted = add(add(first, second), table.shifter);
  const fraction = sub(first, sub(shifted, table.shifter));
  const upper = and(add(fraction, second), bits(0xffffffff00000000n));
  const rest = sub(second, sub(upper, fraction));
  const u = mul(upper, 0.6931471824645996);
  const v = add(mul(rest, Math.LN2), mul(upper, -1.904654299957768e-9));
  const z = add(u, v);
  const zLow = sub(v, sub(z, u));
  const beyond = multiplyAdd(mul(z, z), polynomial(z, table.polynomial), multiplyAdd(z, zLow, zLow));
  const half = multiplyAdd(sub(shifted, table.shifter), 0.5, table.shifter);
  const scaled = mul(add(add(z, beyond), 1), powerOfTwo(words, half));
  return mul(scaled, powerOfTwo(words, subBits(shifted, half)));
}

/** e^x for x ≤ 0, flushed to about 1e-18 (f64) and 1e-9 (f32) below: for sums with numbers near 1. */
function exponentialOfNegative(words: LaneArithmetic, x: Expression): Expression {
  const { add, mul, atLeast } = words;
  const { shifted, rest, beyondLinear } = reduce(words, atLeast(x, words.lanes === "f64x2" ? -42 : -21));
  return mul(add(add(rest, beyondLinear), 1), powerOfTwo(words, shifted));
}

export const exp = unaryRoutine(exponential);

/**
 * e^x − 1 = (2ᵏ − 1) + 2ᵏ (eʳ − 1), where the sum of 2ᵏ − 1 and 2ᵏ r is kept with its rounding error.
 * Everything is halved until the end, since 2ᵏ may be beyond the largest number.
 */
export const expm1 = unaryRoutine((words, x) => {
  const { add, sub, mul, abs, less, select, subBits, bits, atLeast, atMost, multiplyAdd } = words;
  const table = tables[words.lanes];
  const clamped = atLeast(atMost(x, table.highest), table.lowestMinusOne);
  const { shifted, rest, restLow, beyondLinear } = reduce(words, clamped);
  const scale = powerOfTwo(words, subBits(shifted, bits(1n)));
  const first = sub(scale, 0.5);
  const second = mul(scale, rest);
  const sum = add(first, second);
  const low = sub(second, sub(sum, first));
  const half = add(sum, multiplyAdd(scale, add(restLow, beyondLinear), low));
  return select(less(abs(x), table.tiny), x, add(half, half));
});

/** 1 / (1 + e^-|x|), or e^-|x| / (1 + e^-|x|) for x < 0, the sum's rounding error taken into account. */
export const sigmoid = unaryRoutine((words, x) => {
  const { add, sub, mul, div, abs, neg, less, select, negativeMultiplyAdd } = words;
  const e = exponential(words, neg(abs(x)));
  const below = add(e, 1);
  const lost = sub(e, sub(below, 1));
  const quotient = div(select(less(x, 0), e, 1), below);
  // 1 − e / 2 is near enough to 1 / (1 + e) for a correction.
  return negativeMultiplyAdd(mul(quotient, lost), negativeMultiplyAdd(e, 0.5, 1), quotient);
});

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|). */
export const softplus = unaryRoutine((words, x) => {
  const { add, abs, neg, atLeast } = words;
  return add(atLeast(x, 0), logOneBelowTwo(words, exponential(words, neg(abs(x)))));
});

/**
 * Below 0.625 as x + x³ P(x²) / Q(x²) (Moshier 1989, Cephes, tanh.c and tanhf.c), else 1 − 2 e / (1 + e) with
 * e = e^-2|x|: one division serves both.
 */
export const tanh = unaryRoutine((words, x) => {
  const { add, mul, div, abs, neg, less, select, copySign, polynomial } = words;
  const size = abs(x);
  const e = exponentialOfNegative(words, mul(size, -2));
  const isSmall = less(size, 0.625);
  const square = mul(size, size);
  const { above, below } = tanhTables[words.lanes];
  const cubic = mul(mul(size, square), polynomial(square, above));
  const denominator = add(e, 1);
  const quotient = div(
    select(isSmall, cubic, neg(add(e, e))),
    below === undefined
      ? select(isSmall, 1, denominator)
      : select(isSmall, polynomial(square, below), denominator),
  );
  return copySign(add(select(isSmall, size, 1), quotient), x);
});

const tanhTables = {
  f64x2: {
    above: [-1614.6876844170845, -99.28772310019185, -0.9643991794250523],
    below: [4844.063053251255, 2235.4883906010045, 112.81167849163293, 1],
  },
  f32x4: {
    above: [-0.333332819422, 0.133314422036, -0.0537397155531, 0.0206390887954, -5.70498872745e-3],
    below: undefined,
  },
} as const;
