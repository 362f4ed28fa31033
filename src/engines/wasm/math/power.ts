/** x to the power y. */

import { powerOfTwoSum } from "./exponential.ts";
import type { Expression } from "./expression.ts";
import { binaryRoutine, byLanes, inDouble } from "./formula-routine.ts";
import type { LaneArithmetic } from "./lane-arithmetic.ts";

/** What the exponent's place in a float adds to the number that `log2InTwo` reads there. */
const exponentBias = 2 ** 52 + 1023;

function upperHalf({ and, bits }: LaneArithmetic, value: Expression): Expression {
  return and(value, bits(0xffffffff00000000n));
}

/**
 * log₂ x as the sum of a float with 21 mantissa bits and a rest, for normal positive x (times 2^(exponentBias
 * − bias)); after fdlibm (Sun Microsystems 1993, e_pow.c): x = 2ⁿ a with √3/2 ≤ a < √3 and b the nearer of 1
 * and 3/2, s = (a − b) / (a + b), log a = log b + 2s + 2/3 s³ + …, with the parts that matter in two floats
 * each. "high" takes the upper 32 bits of a float, so that products of two such are exact.
 */
function log2InTwo(
  words: LaneArithmetic,
  x: Expression,
  bias: Expression,
): { high: Expression; low: Expression } {
  const { add, sub, mul, div, lessEqual, select, and, or, addBits, shiftRight, bits, bitsOf, polynomial } =
    words;
  const upper = (value: Expression): Expression => upperHalf(words, value);
  const rootOfThree = 0x3febb67a00000000n;
  const moved = addBits(x, bits(bitsOf(1) - rootOfThree));
  const n = sub(or(shiftRight(moved, 52), bits(bitsOf(2 ** 52))), bias);
  const a = addBits(and(moved, bits((1n << 52n) - 1n)), bits(rootOfThree));
  const isHalf = lessEqual(1.224744871391589, a);
  const base = select(isHalf, 1.5, 1);

  const difference = sub(a, base);
  const inverse = div(1, add(a, base));
  const s = mul(difference, inverse);
  const sHigh = upper(s);
  const total = upper(add(a, base));
  const totalLow = sub(a, sub(total, base));
  const sLow = mul(inverse, sub(sub(difference, mul(sHigh, total)), mul(sHigh, totalLow)));

  const square = mul(s, s);
  const series = add(mul(mul(square, square), polynomial(square, logSeries)), mul(sLow, add(sHigh, s)));
  const highSquare = mul(sHigh, sHigh);
  const cubic = upper(add(add(highSquare, 3), series));
  const cubicLow = sub(series, sub(sub(cubic, 3), highSquare));
  const u = mul(sHigh, cubic);
  const v = add(mul(sLow, cubic), mul(cubicLow, s));
  const p = upper(add(u, v));
  const pLow = sub(v, sub(p, u));
  const zHigh = mul(p, 0.9617967009544373);
  const zLow = add(
    add(mul(p, -7.028461650952758e-9), mul(pLow, 0.9617966939259756)),
    select(isHalf, 1.350039202129749e-8, 0),
  );
  const logBase = select(isHalf, 0.5849624872207642, 0);
  const high = upper(add(add(add(zHigh, zLow), logBase), n));
  return { high, low: sub(zLow, sub(sub(sub(high, n), logBase), zHigh)) };
}

const logSeries = [
  0.5999999999999946, 0.4285714285785502, 0.33333332981837743, 0.272728123808534, 0.23066074577556175,
  0.20697501780033842,
];

/**
 * NaN, ±0, ±∞ and negative bases as IEEE 754 has them: x⁰ = 1 and 1ʸ = 1 for all x and y, (−1)^±∞ = 1; powers of negative
 * numbers with exponents that are no integers are NaN.
 */
const powDouble = binaryRoutine((words, x, y) => {
  const { mul, abs, floor, atMost, atLeast, less, lessEqual, equal, notEqual } = words;
  const { and, or, not, xor, select, bits, ifAny } = words;
  const infinity = Number.POSITIVE_INFINITY;
  const size = abs(x);
  const isUsual = and(and(lessEqual(2 ** -1022, x), less(x, infinity)), less(abs(y), 2 ** 64));
  const unusual = not(isUsual);

  // Denormal bases are scaled by 2⁶⁴; exponents of 2⁶⁴ are as good as infinite.
  const isDenormal = less(size, 2 ** -1022);
  const base = ifAny(unusual, select(isDenormal, mul(size, 2 ** 64), size), x);
  const bias = ifAny(unusual, select(isDenormal, exponentBias + 64, exponentBias), exponentBias);
  const exponent = ifAny(unusual, atLeast(atMost(y, 2 ** 64), -(2 ** 64)), y);
  const { high, low } = log2InTwo(words, base, bias);
  const exponentHigh = upperHalf(words, exponent);
  const exponentLow = words.sub(exponent, exponentHigh);
  const power = powerOfTwoSum(
    words,
    mul(exponentHigh, high),
    words.add(mul(exponentLow, high), mul(exponent, low)),
  );

  const isEdge = or(equal(size, 0), equal(size, infinity));
  const grows = xor(less(0, y), equal(size, 0));
  const ofSize = select(isEdge, and(grows, infinity), power);
  const isInteger = equal(floor(y), y);
  const half = mul(y, 0.5);
  const isOdd = and(isInteger, notEqual(floor(half), half));
  const signed = xor(ofSize, and(isOdd, and(x, bits(1n << 63n))));
  const isOutside = and(and(less(x, 0), less(size, infinity)), not(isInteger));
  const isOne = or(equal(x, 1), and(equal(x, -1), equal(abs(y), infinity)));
  const isNan = or(isOutside, or(notEqual(x, x), notEqual(y, y)));
  const general = select(or(equal(y, 0), isOne), 1, select(isNan, Number.NaN, signed));
  return ifAny(unusual, select(unusual, general, power), power);
});

export const pow = byLanes(powDouble, inDouble(powDouble, 2));
