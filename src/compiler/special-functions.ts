/**
 * Special functions of one number in double precision, as constant folding and the reference engine need them. Relative
 * errors are around 1e-15 and below 1e-14, except beside the zeros that `lgamma`, `digamma` and `polygamma` have at negative
 * arguments: there the absolute error is of that size. A&S is Abramowitz and Stegun (1964), Handbook of Mathematical
 * Functions. Constants were computed with 50 digits.
 */
import { bernoulli, cotangentDerivative, factorial } from "./special-coefficients.ts";

/** xʸ as IEEE 754 has it: unlike with `**`, 1ʸ is 1 also for y = NaN or ±∞, and (−1)^±∞ is 1. */
export function pow(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y;
}

/** log(1 + eˣ) without overflow or lost digits. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** 1 / (1 + e⁻ˣ) without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log |Γ(x)|; +∞ at the poles 0, −1, −2, … */
export function lgamma(x: number): number {
  if (Math.abs(x) === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (x <= 0) {
    // Reflection, A&S 6.1.17: Γ(x) Γ(1 − x) = π / sin πx.
    const sine = Math.abs(Math.sin(Math.PI * fromNearestInteger(x)));
    return sine === 0 ? Number.POSITIVE_INFINITY : Math.log(Math.PI / sine) - lgamma(1 - x);
  }
  // Recurrence, A&S 6.1.15: Γ(x + 1) = x Γ(x), up or down to 2 ± ½, where the series holds.
  if (x < 0.5) return lgammaNearTwo(x) - Math.log1p(x) - Math.log(x);
  if (x < 1.5) return lgammaNearTwo(x - 1) - Math.log1p(x - 1);
  if (x >= 10) return lgammaStirling(x);
  let product = 1;
  let shifted = x;
  while (shifted >= 2.5) {
    shifted -= 1;
    product *= shifted;
  }
  return lgammaNearTwo(shifted - 2) + Math.log(product);
}

/** ζ(k) − 1 for k = 2, 3, … */
const zetaMinusOne = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
  0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853,
  0.0004941886041194645, 0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-5,
  3.058823630702049e-5, 1.528225940865187e-5, 7.637197637899763e-6, 3.81729326499984e-6, 1.908212716553939e-6,
  9.539620338727962e-7, 4.769329867878064e-7, 2.38450502727733e-7, 1.1921992596531106e-7,
  5.960818905125948e-8, 2.980350351465228e-8, 1.4901554828365043e-8,
];
const oneMinusEulerGamma = 0.42278433509846713;

/** log Γ(2 + d) for |d| ≤ ½ by A&S 6.1.33, which has d as a factor: (1 − γ) d + Σₖ (−1)ᵏ (ζ(k) − 1) dᵏ / k, k ≥ 2. */
function lgammaNearTwo(d: number): number {
  let sum = 0;
  for (let k = zetaMinusOne.length + 1; k >= 2; k--) sum = -d * sum + zetaMinusOne[k - 2] / k;
  return d * (oneMinusEulerGamma + d * sum);
}

const halfLogTwoPi = 0.9189385332046728;

/** Stirling's series, A&S 6.1.40: (x − ½) log x − x + ½ log 2π + Σₖ B₂ₖ / (2k (2k − 1) x²ᵏ⁻¹). */
function lgammaStirling(x: number): number {
  const inverseSquare = 1 / (x * x);
  let sum = 0;
  for (let k = 8; k >= 1; k--) sum = sum * inverseSquare + bernoulli[k - 1] / (2 * k * (2 * k - 1));
  return (x - 0.5) * (Math.log(x) - 1) - 0.5 + halfLogTwoPi + sum / x;
}

/** ψ(x), the derivative of log Γ; NaN at the poles 0, −1, −2, … */
export function digamma(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x <= 0) {
    // Reflection, A&S 6.3.7: ψ(1 − x) − ψ(x) = π cot πx.
    const rest = fromNearestInteger(x);
    return rest === 0 ? Number.NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * rest);
  }
  const fromRoot = x - digammaRoot - digammaRootRest;
  if (Math.abs(fromRoot) < 0.4) return horner(digammaTaylor, fromRoot) * fromRoot;
  // Recurrence, A&S 6.3.5: ψ(x) = ψ(x + 1) − 1/x, then the asymptotic series, A&S 6.3.18.
  let shifted = x;
  let sum = 0;
  while (shifted < 10) {
    sum += 1 / shifted;
    shifted += 1;
  }
  const inverseSquare = 1 / (shifted * shifted);
  let series = 0;
  for (let k = 8; k >= 1; k--) series = inverseSquare * (series + bernoulli[k - 1] / (2 * k));
  return Math.log(shifted) - 0.5 / shifted - series - sum;
}

/** The positive root of ψ as the sum of two doubles, and ψ⁽ᵏ⁾ / k! there for k = 1, 2, … */
const digammaRoot = 1.4616321449683622;
const digammaRootRest = 9.549995429965697e-17;
const digammaTaylor = [
  0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652, 0.10782405069126237,
  -0.07219956125645471, 0.04880428816414311, -0.03316112647484736, 0.022597648232218104, -0.01542476590494896,
  0.010538791616612175, -0.007204534386356869, 0.004926781395729853, -0.003369801655439328,
  0.002305126326734928, -0.0015769367714301972, 0.0010788252019162967, -0.0007380709389960052,
  0.000504953265834602, -0.0003454680251063077, 0.00023635601564027053, -0.00016170622091974803,
  0.0001106337276874741, -7.569179582195066e-5, 5.178575795222081e-5, -3.5430070947659604e-5,
  2.424006611860132e-5, -1.6584242271854135e-5, 1.134638458466385e-5, -7.762817668462094e-6,
];

/** ψ⁽ⁿ⁾(x), the n-th derivative of ψ, n = 1, 2, …; at the poles 0, −1, −2, … +∞ for odd n, NaN for even n. */
export function polygamma(order: number, x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 0;
  if (x <= 0) return polygammaReflected(order, x);
  // Recurrence, A&S 6.4.6: ψ⁽ⁿ⁾(x) = ψ⁽ⁿ⁾(x + 1) − (−1)ⁿ n! x⁻ⁿ⁻¹. Everything has the sign (−1)ⁿ⁺¹, taken at the end.
  let shifted = x;
  let sum = 0;
  while (shifted < order + 15) {
    sum += shifted ** (-order - 1);
    shifted += 1;
  }
  // Asymptotic series, A&S 6.4.11, divided by n!: 1/(n xⁿ) + 1/(2xⁿ⁺¹) + Σₖ B₂ₖ (2k + n − 1)! / ((2k)! n! x²ᵏ⁺ⁿ).
  const inverseSquare = 1 / (shifted * shifted);
  let rising = 1 / order;
  let power = 1;
  let series = 1 / order + 0.5 / shifted;
  for (let k = 1; k <= bernoulli.length; k++) {
    const first = 2 * k + order - 2;
    rising *= (first * (first + 1)) / ((2 * k - 1) * (2 * k));
    power *= inverseSquare;
    series += bernoulli[k - 1] * rising * power;
  }
  return (order % 2 === 1 ? 1 : -1) * factorial(order) * (sum + series * shifted ** -order);
}

/**
 * Reflection, A&S 6.4.7: ψ⁽ⁿ⁾(x) = (−1)ⁿ ψ⁽ⁿ⁾(1 − x) − π dⁿ/dxⁿ cot πx. The derivative is πⁿ pₙ(cot πx) with p₀(c) = c and
 * pₙ₊₁(c) = −(1 + c²) pₙ′(c).
 */
function polygammaReflected(order: number, x: number): number {
  const rest = fromNearestInteger(x);
  if (rest === 0) return order % 2 === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  const cotangent = 1 / Math.tan(Math.PI * rest);
  const sign = order % 2 === 0 ? 1 : -1;
  return (
    sign * polygamma(order, 1 - x) - Math.PI ** (order + 1) * horner(cotangentDerivative(order), cotangent)
  );
}

/** erf(x) = 2/√π ∫₀ˣ exp(−t²) dt. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size >= 6) return Math.sign(x);
  if (size >= 3) {
    // Continued fraction, A&S 7.1.14: erfc(x) √π exp(x²) = 1/(x + ½/(x + 1/(x + 3/2/(x + …)))).
    let fraction = size;
    for (let k = 40; k >= 1; k--) fraction = size + (0.5 * k) / fraction;
    return Math.sign(x) * (1 - Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI)));
  }
  // A&S 7.1.6, whose terms all have one sign: 2/√π exp(−x²) Σₙ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n + 1)).
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * The inverse of erf: ±∞ at ±1, NaN outside. Through the normal quantile, erf⁻¹(y) = Φ⁻¹((1 + y) / 2) / √2, by Wichura (1988),
 * algorithm AS 241, PPND16.
 */
export function erfinv(y: number): number {
  const size = Math.abs(y);
  if (size === 1) return y * Number.POSITIVE_INFINITY;
  const q = y / 2;
  if (size <= 0.85) {
    const r = 0.180625 - q * q;
    return (q * Math.SQRT1_2 * horner(quantileCentre, r)) / horner(quantileCentreBelow, r);
  }
  const r = Math.sqrt(-Math.log((1 - size) / 2));
  const quantile =
    r <= 5
      ? horner(quantileMiddle, r - 1.6) / horner(quantileMiddleBelow, r - 1.6)
      : horner(quantileTail, r - 5) / horner(quantileTailBelow, r - 5);
  return Math.sign(y) * Math.SQRT1_2 * quantile;
}

const quantileCentre = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const quantileCentreBelow = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
];
const quantileMiddle = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const quantileMiddleBelow = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const quantileTail = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
];
const quantileTailBelow = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
];

/** c₀ + c₁ x + c₂ x² + … */
function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + coefficients[k];
  return sum;
}

/** x minus the nearest integer, exactly: sin πx and cot πx need no large argument. */
function fromNearestInteger(x: number): number {
  return x - Math.round(x);
}
