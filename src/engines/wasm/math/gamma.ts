/**
 * The gamma function's relatives in f64 (f32 goes through it). A&S is Abramowitz and Stegun (1964), Handbook
 * of Mathematical Functions. For x ≤ 0 by reflection: there errors beside zeros are absolute.
 */
import { bernoulli } from "../../../compiler/special-coefficients.ts";
import type { Expression } from "./expression.ts";
import { byLanes, inDouble, unaryRoutine } from "./formula-routine.ts";
import type { LaneArithmetic } from "./lane-arithmetic.ts";
import { logarithm } from "./logarithm.ts";
import { cosineKernel, sineKernel } from "./trigonometric.ts";

/** sin πx and cos πx up to a common sign. */
function sineAndCosineOfPi(words: LaneArithmetic, x: Expression): { sine: Expression; cosine: Expression } {
  const { sub, mul, abs, less, nearest, select, copySign } = words;
  const rest = sub(x, nearest(x));
  const size = abs(rest);
  const isInner = less(size, 0.25);
  const angle = mul(select(isInner, size, sub(0.5, size)), Math.PI);
  const sine = sineKernel(words, angle);
  const cosine = cosineKernel(words, angle);
  return { sine: copySign(select(isInner, sine, cosine), rest), cosine: select(isInner, cosine, sine) };
}

/**
 * (log Γ(2 + d)) / d on |d| ≤ ½: minimax polynomial, within 2^-59.
 */
const lgammaNearTwo = [
  0.42278433509846713, 0.32246703342411326, -0.06735230105319831, 0.020580808427780574, -0.00738555102864966,
  0.002890510331023551, -0.0011927539127600945, 0.0005096695156798616, -0.00022315473513759437,
  9.945766999289778e-5, -4.492653138162825e-5, 2.0505617644540145e-5, -9.437235464275895e-6,
  4.384588862847428e-6, -2.0497578363117405e-6, 9.203163188463894e-7, -4.200383450866006e-7,
  2.7849324293781726e-7, -1.4329710405831676e-7,
];
const halfLogTwoPi = 0.9189385332046728;

/**
 * log Γ for x ≥ 0 (0 gives ∞), with one logarithm. Below 7 by the recurrence, A&S 6.1.15, from 2 + d,
 * |d| ≤ ½; from there by Stirling's series, A&S 6.1.40, whose eleventh term is below 7e-17 at 7.
 */
function lgammaOfPositive(words: LaneArithmetic, x: Expression): Expression {
  const { add, sub, mul, div, less, and, select, xor, not, bits, multiplyAdd, polynomial, lessEqual } = words;
  let shifted = x;
  let product: Expression = { kind: "number", value: 1 };
  for (let step = 0; step < 5; step++) {
    const isHigh = lessEqual(2.5, shifted);
    shifted = sub(shifted, and(isHigh, 1));
    product = mul(product, select(isHigh, shifted, 1));
  }
  const isTiny = less(x, 0.5);
  const isLow = less(x, 1.5);
  const isLarge = not(less(x, 7));
  const d = select(isTiny, x, sub(shifted, select(isLow, 1, 2)));
  const argument = select(isTiny, multiplyAdd(x, x, x), select(isLow, x, select(isLarge, x, product)));
  const logarithmOfIt = logarithm(words, argument);
  const signed = xor(logarithmOfIt, and(isLow, bits(1n << 63n)));
  const near = multiplyAdd(d, polynomial(d, lgammaNearTwo), signed);
  const inverse = div(1, x);
  const series = mul(
    inverse,
    polynomial(
      mul(inverse, inverse),
      bernoulli.slice(0, 10).map((b, i) => b / (2 * (i + 1) * (2 * i + 1))),
    ),
  );
  const stirling = multiplyAdd(sub(x, 0.5), sub(logarithmOfIt, 1), add(series, halfLogTwoPi - 0.5));
  return select(isLarge, stirling, near);
}

/** Reflection, A&S 6.1.17: log |Γ(x)| = −log(|sin πx| / π) − log Γ(1 − x). */
const lgammaDouble = unaryRoutine((words, x) => {
  const { add, sub, mul, neg, abs, less, equal, or, select, ifAny } = words;
  const isNegative = less(x, 0);
  const main = lgammaOfPositive(words, ifAny(isNegative, select(isNegative, sub(1, x), x), x));
  const sine = mul(abs(sineAndCosineOfPi(words, x).sine), 1 / Math.PI);
  const reflected = neg(add(logarithm(words, sine), main));
  const isPole = or(equal(sine, 0), equal(x, Number.NEGATIVE_INFINITY));
  const withPoles = select(isPole, Number.POSITIVE_INFINITY, reflected);
  return ifAny(isNegative, select(isNegative, withPoles, main), main);
});

/**
 * The positive root of ψ as the sum of two doubles, and ψ(3/2 + z) / (3/2 + z − root) on |z| ≤ ½: minimax
 * polynomial, within 2^-56.
 */
const digammaRoot = [1.4616321449683622, 9.549995429965697e-17];
const digammaByRoot = [
  0.951055876031833, -0.4236274212814606, 0.24054248424077396, -0.1484049230538902, 0.09498872445497708,
  -0.06192213327468678, 0.04076083381057618, -0.026975796691557436, 0.01790725248758472,
  -0.011908219413802051, 0.007926943925353848, -0.0052799463195547115, 0.0035190129743752053,
  -0.0023454203464332115, 0.001556594677597269, -0.0010368440095612278, 0.0007234529317614695,
  -0.0004847254934710821, 0.0002269949704502483, -0.00014698447758416166, 0.00025987569895370244,
  -0.0001765590873391525,
];

/**
 * ψ for x > 0. Below 8 by the recurrence, A&S 6.3.5, from 1 ≤ z < 2, the sum of reciprocals as one fraction;
 * from there by A&S 6.3.18, whose eleventh term is below 4e-18 at 8.
 */
function digammaOfPositive(words: LaneArithmetic, x: Expression): Expression {
  const { add, sub, mul, div, less, lessEqual, and, not, select, multiplyAdd, polynomial } = words;
  const isBelowOne = less(x, 1);
  let shifted = add(x, and(isBelowOne, 1));
  let above: Expression = and(isBelowOne, -1);
  let below: Expression = select(isBelowOne, x, 1);
  for (let step = 0; step < 6; step++) {
    const isHigh = lessEqual(2, shifted);
    shifted = sub(shifted, and(isHigh, 1));
    const factor = select(isHigh, shifted, 1);
    above = multiplyAdd(above, factor, and(isHigh, below));
    below = mul(below, factor);
  }
  const fromRoot = sub(sub(shifted, digammaRoot[0]), digammaRoot[1]);
  const near = multiplyAdd(fromRoot, polynomial(sub(shifted, 1.5), digammaByRoot), div(above, below));
  const inverse = div(1, x);
  const square = mul(inverse, inverse);
  const series = mul(
    square,
    polynomial(
      square,
      bernoulli.slice(0, 10).map((b, i) => b / (2 * (i + 1))),
    ),
  );
  const far = sub(logarithm(words, x), multiplyAdd(inverse, 0.5, series));
  return select(not(less(x, 8)), far, near);
}

/** Reflection, A&S 6.3.7: ψ(x) = ψ(1 − x) − π cot πx; NaN at the poles. */
const digammaDouble = unaryRoutine((words, x) => {
  const { sub, mul, div, lessEqual, equal, select, ifAny } = words;
  const isReflected = lessEqual(x, 0);
  const main = digammaOfPositive(words, ifAny(isReflected, select(isReflected, sub(1, x), x), x));
  const { sine, cosine } = sineAndCosineOfPi(words, x);
  const reflected = sub(main, div(mul(cosine, Math.PI), sine));
  const withPoles = select(equal(sine, 0), Number.NaN, reflected);
  return ifAny(isReflected, select(isReflected, withPoles, main), main);
});

/**
 * ψ⁽ⁿ⁾ / ((−1)ⁿ⁺¹ n!) for x > 0: recurrence, A&S 6.4.6, up to n + 10, then A&S 6.4.11, as many terms as make
 * the next one less than 2^-56 of the first.
 */
function polygammaOfPositive(words: LaneArithmetic, x: Expression, order: number): Expression {
  const { add, mul, div, less, and, multiplyAdd, polynomial } = words;
  const power = (base: Expression, exponent: number): Expression => {
    let result = base;
    for (let k = 1; k < exponent; k++) result = mul(result, base);
    return result;
  };
  const start = order + 10;
  let shifted = x;
  let sum: Expression = { kind: "number", value: 0 };
  for (let step = 0; step < start; step++) {
    const isLow = less(shifted, start);
    sum = add(sum, and(isLow, div(1, power(shifted, order + 1))));
    shifted = add(shifted, and(isLow, 1));
  }
  // B₂ₖ (2k + n − 1)! / ((2k)! n!) for k = 1, 2, …
  const terms: number[] = [];
  let rising = 1 / order;
  for (let k = 1; k <= bernoulli.length; k++) {
    const first = 2 * k + order - 2;
    rising *= (first * (first + 1)) / ((2 * k - 1) * (2 * k));
    if (Math.abs(bernoulli[k - 1] * rising) * start ** (-2 * k) * order < 2 ** -56) break;
    terms.push(bernoulli[k - 1] * rising);
  }
  const inverse = div(1, shifted);
  const square = mul(inverse, inverse);
  const series = add(multiplyAdd(square, polynomial(square, terms), mul(inverse, 0.5)), 1 / order);
  return multiplyAdd(series, power(inverse, order), sum);
}

/**
 * Reflection, A&S 6.4.7: ψ⁽ⁿ⁾(x) = (−1)ⁿ ψ⁽ⁿ⁾(1 − x) − π dⁿ/dxⁿ cot πx. The derivative is πⁿ pₙ(cot πx) with
 * p₀(c) = c and pₙ₊₁(c) = −(1 + c²) pₙ′(c). At the poles ∞ for odd n, NaN for even n.
 */
const polygammaDouble = unaryRoutine((words, x, { order }) => {
  const { sub, mul, div, lessEqual, equal, select, ifAny, polynomial } = words;
  let factorial = 1;
  for (let k = 2; k <= order; k++) factorial *= k;
  const isReflected = lessEqual(x, 0);
  const argument = ifAny(isReflected, select(isReflected, sub(1, x), x), x);
  const main = mul(polygammaOfPositive(words, argument, order), order % 2 === 1 ? factorial : -factorial);
  const { sine, cosine } = sineAndCosineOfPi(words, x);
  const derivative = mul(polynomial(div(cosine, sine), cotangentDerivative(order)), Math.PI ** (order + 1));
  const reflected = sub(mul(main, order % 2 === 1 ? -1 : 1), derivative);
  const pole = order % 2 === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  return ifAny(isReflected, select(isReflected, select(equal(sine, 0), pole, reflected), main), main);
});

function cotangentDerivative(order: number): number[] {
  let polynomial = [0, 1];
  for (let n = 0; n < order; n++) {
    const next = new Array<number>(polynomial.length + 1).fill(0);
    for (let degree = 1; degree < polynomial.length; degree++) {
      next[degree - 1] -= degree * polynomial[degree];
      next[degree + 1] -= degree * polynomial[degree];
    }
    polynomial = next;
  }
  return polynomial;
}

export const lgamma = byLanes(lgammaDouble, inDouble(lgammaDouble));
export const digamma = byLanes(digammaDouble, inDouble(digammaDouble));
export const polygamma = byLanes(polygammaDouble, inDouble(polygammaDouble));
