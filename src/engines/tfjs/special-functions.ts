/**
 * Functions that tfjs has no kernel for, from kernels it has. Each is accurate to a few units in the last place of f32,
 * absolutely where the function passes through zero, and stays finite wherever its value is.
 */
import { bernoulli, cotangentDerivative, factorial } from "../../compiler/special-coefficients.ts";
import type { KernelMath, Value } from "./kernel-math.ts";

/** ζ(k) − 1 for k = 2, 3, …: NIST DLMF §25.2. */
const zetaMinusOne = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.004077356197944339, 0.002008392826082214, 0.0009945751278180853,
  0.0004941886041194646, 0.0002460865533080483, 0.0001227133475784891, 0.00006124813505870483,
];
const eulerGamma = 0.5772156649015329;

/**
 * log |Γ(x)|. For x ≥ 5/2 Stirling's series (DLMF 5.11.1) with six terms: the first one left out is under 2 · 10⁻⁷ of the
 * value. Below, the Taylor series log Γ(2 + z) = (1 − γ) z + Σ (−1)ᵏ (ζ(k) − 1) zᵏ / k (DLMF 5.7.3) on |z| ≤ 1/2, reached by
 * Γ(x + 1) = x Γ(x) once or twice. Negative x by reflection (DLMF 5.5.3).
 */
export function lgamma(math: KernelMath, x: Value): Value {
  const { add, sub, mul, div, unary, select, logic, polynomial } = math;
  const isNegative = logic("Less", x, 0);
  const y = select(isNegative, sub(1, x), x);

  const inverse = div(1, y);
  const terms = bernoulli.slice(0, 6).map((b, i) => b / ((2 * i + 2) * (2 * i + 1)));
  const tail = mul(inverse, polynomial(mul(inverse, inverse), terms));
  // (y − ½) log y − y + ½ log 2π, without the difference of two large numbers.
  const leading = mul(sub(y, 0.5), sub(unary("Log", y), 1));
  const large = add(add(leading, 0.5 * Math.log(2 * Math.PI) - 0.5), tail);

  const belowHalf = logic("Less", y, 0.5);
  const belowThreeHalves = logic("Less", y, 1.5);
  const z = sub(y, select(belowHalf, 0, select(belowThreeHalves, 1, math.splat(2, y.type))));
  const factor = select(belowHalf, mul(y, add(y, 1)), select(belowThreeHalves, y, math.splat(1, y.type)));
  const taylor = [
    1 - eulerGamma,
    ...zetaMinusOne.map((zeta, i) => ((i % 2 === 0 ? 1 : -1) * zeta) / (i + 2)),
  ];
  const small = sub(mul(z, polynomial(z, taylor)), unary("Log", factor));

  const positive = select(logic("Less", y, 2.5), small, large);
  const sine = sin(math, mul(unary("Abs", fromNearestInteger(math, x)), Math.PI));
  const reflected = sub(sub(Math.log(Math.PI), unary("Log", sine)), positive);
  return select(
    logic("Equal", x, Number.NEGATIVE_INFINITY),
    Number.POSITIVE_INFINITY,
    select(isNegative, reflected, positive),
  );
}

/**
 * ψ(x). The asymptotic series (DLMF 5.11.2) from 4 up, with five terms: the first one left out is under 10⁻⁹. Below, four steps
 * of ψ(x) = ψ(x + 1) − 1/x, added up in pairs: 1/x + 1/(x + 3) + 1/(x + 1) + 1/(x + 2) = (2x + 3) (1/q + 1/(q + 2)) with
 * q = x (x + 3). Negative x by reflection (DLMF 5.5.4); NaN at the poles.
 */
export function digamma(math: KernelMath, x: Value): Value {
  const { add, sub, mul, div, unary, select, logic, polynomial } = math;
  const isReflected = logic("LessEqual", x, 0);
  const y = select(isReflected, sub(1, x), x);
  const isSmall = logic("Less", y, 4);
  const q = mul(y, add(y, 3));
  const steps = mul(add(mul(y, 2), 3), add(div(1, q), div(1, add(q, 2))));
  const shifted = select(isSmall, add(y, 4), y);
  const inverse = div(1, shifted);
  const square = mul(inverse, inverse);
  const terms = bernoulli.slice(0, 5).map((b, i) => b / (2 * i + 2));
  const tail = add(mul(inverse, 0.5), mul(square, polynomial(square, terms)));
  const series = sub(unary("Log", shifted), tail);
  const positive = select(isSmall, sub(series, steps), series);
  const rest = fromNearestInteger(math, x);
  const cotangent = div(Math.PI, unary("Tan", mul(rest, Math.PI)));
  const reflected = select(logic("Equal", rest, 0), Number.NaN, sub(positive, cotangent));
  return select(isReflected, reflected, positive);
}

/**
 * ψ⁽ⁿ⁾(x), n ≥ 1. The asymptotic series (DLMF 5.15.8) from n + 6 up, with six terms, in powers of 1/x, which do not overflow
 * before the value does. Below, n + 6 steps of ψ⁽ⁿ⁾(x) = ψ⁽ⁿ⁾(x + 1) − (−1)ⁿ n! / xⁿ⁺¹ (DLMF 5.15.5). Negative x by reflection
 * (DLMF 5.15.6): dⁿ/dxⁿ cot(πx) = πⁿ Pₙ(cot πx) with P₀(c) = c and Pₙ₊₁(c) = −(1 + c²) Pₙ′(c). At the poles +∞ where both sides
 * agree on it, else NaN.
 */
export function polygamma(math: KernelMath, order: number, x: Value): Value {
  const { add, sub, mul, div, unary, select, logic, polynomial } = math;
  const sign = order % 2 === 0 ? -1 : 1;
  const isReflected = logic("LessEqual", x, 0);
  const y = select(isReflected, sub(1, x), x);
  const start = order + 6;
  const isSmall = logic("Less", y, start);
  const shifted = select(isSmall, add(y, start), y);
  const inverse = div(1, shifted);
  const terms = bernoulli
    .slice(0, 6)
    .map((b, i) => (sign * b * factorial(2 * i + 1 + order)) / factorial(2 * i + 2));
  const square = mul(inverse, inverse);
  const correction = add(
    add(mul(inverse, (sign * factorial(order)) / 2), sign * factorial(order - 1)),
    mul(square, polynomial(square, terms)),
  );
  const series = mul(power(math, inverse, order), correction);
  let steps = power(math, div(1, y), order + 1);
  for (let step = 1; step < start; step++) steps = add(steps, power(math, div(1, add(y, step)), order + 1));
  const positive = select(isSmall, add(series, mul(steps, sign * factorial(order))), series);

  const rest = fromNearestInteger(math, x);
  const cotangent = div(1, unary("Tan", mul(rest, Math.PI)));
  const slope = mul(polynomial(cotangent, cotangentDerivative(order)), Math.PI ** (order + 1));
  const pole = order % 2 === 0 ? Number.NaN : Number.POSITIVE_INFINITY;
  const reflected = select(logic("Equal", rest, 0), pole, sub(mul(positive, -sign), slope));
  return select(isReflected, reflected, positive);
}

/**
 * The inverse error function: M. Giles (2010), "Approximating the erfinv function", the single-precision polynomials of its
 * table 5, in w = −log (1 − x²): in w − 5/2 below 5 and in √w − 3 above. ±∞ at ±1, NaN beyond.
 */
export function erfinv(math: KernelMath, x: Value): Value {
  const { add, sub, mul, unary, select, logic, polynomial } = math;
  const w = unary("Neg", unary("Log", mul(sub(1, x), add(x, 1))));
  const central = polynomial(
    sub(w, 2.5),
    [
      1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6,
      3.43273939e-7, 2.81022636e-8,
    ],
  );
  const tail = polynomial(
    sub(unary("Sqrt", w), 3),
    [
      2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322,
      0.000100950558, -0.000200214257,
    ],
  );
  const isEnd = logic("Equal", unary("Abs", x), 1);
  return select(isEnd, mul(x, Infinity), mul(x, select(logic("Less", w, 5), central, tail)));
}

/**
 * The error function: x P(x²) / Q(x²) on |x| ≤ 4, beyond which f32 has ±1. Coefficients as in Eigen's `erf` for floats.
 */
export function erf(math: KernelMath, x: Value): Value {
  const { mul, div, arithmetic, polynomial } = math;
  const y = arithmetic("Maximum", arithmetic("Minimum", x, 4), -4);
  const square = mul(y, y);
  const numerator = polynomial(
    square,
    [
      -1.60960333262415e-2, -2.95459980854025e-3, -7.34990630326855e-4, -5.69250639462346e-5,
      -2.10102402082508e-6, 2.77068142495902e-8, -2.72614225801306e-10,
    ],
  );
  const denominator = polynomial(
    square,
    [
      -1.42647390514189e-2, -7.37332916720468e-3, -1.68282697438203e-3, -2.13374055278905e-4,
      -1.45660718464996e-5,
    ],
  );
  return div(mul(y, numerator), denominator);
}

/** log (1 + x) = 2 artanh (x / (2 + x)) near zero (DLMF 4.6.4 and 4.37.24), where 1 + x loses the digits of x. */
export function log1p(math: KernelMath, x: Value): Value {
  const { add, mul, div, unary, select, logic } = math;
  const near = mul(unary("Atanh", div(x, add(x, 2))), 2);
  return select(logic("Less", unary("Abs", x), 0.5), near, unary("Log", add(x, 1)));
}

/** log (1 + exp x) = max(x, 0) + log1p(exp(−|x|)). */
export function softplus(math: KernelMath, x: Value): Value {
  const { add, unary, arithmetic } = math;
  return add(arithmetic("Maximum", x, 0), log1p(math, unary("Exp", unary("Neg", unary("Abs", x)))));
}

/** sin x = 2t / (1 + t²) with t = tan x/2 (DLMF 4.21.27), which keeps the digits of small values as tan does. */
export function sin({ add, mul, div, unary }: KernelMath, x: Value): Value {
  const t = unary("Tan", mul(x, 0.5));
  return div(mul(t, 2), add(mul(t, t), 1));
}

/** Where a device's own sine and cosine are imprecise. Within two units of the last place of 1 up to |x| = 10⁵. */
export function sine(math: KernelMath, x: Value): Value {
  return sineOfQuarters(math, x, 0);
}

export function cosine(math: KernelMath, x: Value): Value {
  return sineOfQuarters(math, x, 1);
}

/** π/2 in three parts, of which the first two have 8 bits: their products with whole numbers up to 2¹⁶ are exact. */
const firstPart = 201 / 2 ** 7;
const secondPart = 254 / 2 ** 19;
const halfPi = [firstPart, secondPart, Math.PI / 2 - firstPart - secondPart];

/** 1 / n! with alternating signs: n = 3, 5, 7, 9 and 2, 4, …, 10. What is left out is below 2 · 10⁻⁹ on |r| ≤ π/4. */
const sineTail = [-1 / 6, 1 / 120, -1 / 5040, 1 / 362_880];
const cosineTail = [-1 / 2, 1 / 24, -1 / 720, 1 / 40_320, -1 / 3_628_800];

/** sin(x + n π/2). x is k π/2 + r with |r| ≤ π/4; the rest of k + n by 4 says which of ± sin r and ± cos r it is. */
function sineOfQuarters(math: KernelMath, x: Value, n: number): Value {
  const { add, sub, mul, unary, select, logic, polynomial } = math;
  const k = unary("Floor", add(mul(x, 2 / Math.PI), 0.5));
  const r = halfPi.reduce((rest, part) => sub(rest, mul(k, part)), x);
  const square = mul(r, r);
  const sineOfRest = add(r, mul(mul(r, square), polynomial(square, sineTail)));
  const cosineOfRest = add(1, mul(square, polynomial(square, cosineTail)));
  const quarters = add(k, n);
  const fraction = (part: Value): Value => sub(part, unary("Floor", part));
  const isOdd = logic("Less", 0.25, fraction(mul(quarters, 0.5)));
  const isNegative = logic("LessEqual", 0.5, fraction(mul(quarters, 0.25)));
  const size = select(isOdd, cosineOfRest, sineOfRest);
  return select(isNegative, unary("Neg", size), size);
}

/** x − round x, in [−½, ½], exact: where sin πx and tan πx keep their digits near integers. */
function fromNearestInteger({ add, sub, unary }: KernelMath, x: Value): Value {
  return sub(x, unary("Floor", add(x, 0.5)));
}

function power({ mul }: KernelMath, x: Value, exponent: number): Value {
  let result = x;
  for (let i = 1; i < exponent; i++) result = mul(result, x);
  return result;
}
