/**
 * Functions that ONNX Runtime has no kernel for, in ops it has. Each is accurate to some units in the last place of the precision
 * asked for, absolutely where the function passes through zero, and stays finite wherever its value is. A&S is Abramowitz and
 * Stegun (1964), Handbook of Mathematical Functions.
 */
import type { Arithmetic } from "../../compiler/arithmetic.ts";
import type { NodeId } from "../../compiler/graph.ts";
import {
  bernoulli as allBernoulli,
  complementAbove,
  complementBelow,
  cotangentDerivative,
  erfCentre,
  factorial,
} from "../../compiler/special-coefficients.ts";
import type { Precision } from "../engine.ts";

/** As many as f64 needs here. */
const bernoulli = allBernoulli.slice(0, 10);

export type Formula = (math: Arithmetic, x: NodeId, precision: Precision) => NodeId;

/** log(1 + x) = log(u) x / (u − 1) with u = 1 + x rounded: both errors cancel (Kahan 1982, in the HP-15C handbook). */
export const log1p: Formula = (math, x) => {
  const { mul, div, log, shift, equal, select, like } = math;
  const above = shift(x, 1);
  const kept = shift(above, -1);
  // Also where both are infinite.
  const ratio = select(equal(kept, x), like(x, 1), div(x, kept));
  return select(equal(above, like(x, 1)), x, mul(log(above), ratio));
};

/** eˣ − 1 = 2t / (1 − t) with t = tanh(x / 2) (A&S 4.5.63 for the hyperbolic functions) where eˣ is near 1. */
export const expm1: Formula = (math, x) => {
  const { builder, sub, div, exp, scale, shift, less, select, like } = math;
  const t = builder.emit("tanh", [scale(x, 0.5)], {});
  const near = div(scale(t, 2), sub(like(x, 1), t));
  return select(less(abs(math, x), like(x, 1)), near, shift(exp(x), -1));
};

/**
 * log(1 + eˣ) = max(x, 0) + log1p(t) with t = exp(−|x|) in [0, 1]; there log1p(t) = log u + (t − (u − 1)), u = 1 + t rounded, as
 * t − (u − 1) is exactly what rounding lost. It counts where u is near 1; to divide it by u would change the last place at most.
 */
export const softplus: Formula = (math, x) => {
  const { builder, add, sub, exp, log, neg, shift, like } = math;
  const t = exp(neg(abs(math, x)));
  const u = shift(t, 1);
  const lost = sub(t, shift(u, -1));
  return add(builder.emit("max", [x, like(x, 0)], {}), add(log(u), lost));
};

/** 1 / (1 + e⁻ˣ), also where that is tiny. */
export const sigmoid: Formula = ({ div, exp, neg, shift, like }, x) => div(like(x, 1), shift(exp(neg(x)), 1));

export const tan: Formula = ({ div, sin, cos }, x) => div(sin(x), cos(x));

interface LgammaTable {
  /** (log Γ(2 + d)) / d on |d| ≤ ½. */
  readonly nearTwo: readonly number[];
  /** From where Stirling's series holds with so many terms, and by how much what is below is moved up. */
  readonly start: number;
  readonly terms: number;
  readonly steps: number;
}

/**
 * f32: the Taylor series, A&S 6.1.33, to 2·10⁻⁹; the first term of Stirling's series left out is under 2·10⁻⁷ of the value.
 * f64: the minimax polynomial, within 2⁻⁵⁹; the first term left out is under 7·10⁻¹⁷.
 */
const lgammaTables: Readonly<Record<Precision, LgammaTable>> = {
  f32: {
    nearTwo: [
      0.42278433509846713, 0.3224670334241132, -0.0673523010531981, 0.020580808427784546,
      -0.007385551028673986, 0.0028905103307415234, -0.001192753911703261, 0.0005096695247430425,
      -0.00022315475845357936, 0.00009945751278180853, -0.00004492623673813314, 0.000020507212775670694,
      -0.000009439488275268395, 0.000004374866789907487,
    ],
    start: 2.5,
    terms: 6,
    steps: 0,
  },
  f64: {
    nearTwo: [
      0.42278433509846713, 0.32246703342411326, -0.06735230105319831, 0.020580808427780574,
      -0.00738555102864966, 0.002890510331023551, -0.0011927539127600945, 0.0005096695156798616,
      -0.00022315473513759437, 9.945766999289778e-5, -4.492653138162825e-5, 2.0505617644540145e-5,
      -9.437235464275895e-6, 4.384588862847428e-6, -2.0497578363117405e-6, 9.203163188463894e-7,
      -4.200383450866006e-7, 2.7849324293781726e-7, -1.4329710405831676e-7,
    ],
    start: 7,
    terms: 10,
    steps: 5,
  },
};

/** log |Γ(x)|; negative x by reflection, A&S 6.1.17: Γ(x) Γ(1 − x) = π / sin πx. */
export const lgamma: Formula = (math, x, precision) => {
  const { add, sub, log, sin, scale, equal, less, select, like } = math;
  const isNegative = less(x, like(x, 0));
  const positive = lgammaOfPositive(math, select(isNegative, sub(like(x, 1), x), x), lgammaTables[precision]);
  const sine = abs(math, sin(scale(fromNearestInteger(math, x), Math.PI)));
  const reflected = sub(like(x, Math.log(Math.PI)), add(log(sine), positive));
  return select(
    equal(x, like(x, Number.NEGATIVE_INFINITY)),
    like(x, Number.POSITIVE_INFINITY),
    select(isNegative, reflected, positive),
  );
};

/**
 * Below 5/2 the series near 2, reached by Γ(x + 1) = x Γ(x), A&S 6.1.15, once or twice; then Stirling's series, A&S 6.1.40,
 * where it holds, or moved up to there by the same recurrence.
 */
function lgammaOfPositive(math: Arithmetic, x: NodeId, table: LgammaTable): NodeId {
  const { add, sub, mul, div, log, shift, less, select, like } = math;
  const below = (limit: number): NodeId => less(x, like(x, limit));
  const one = like(x, 1);
  const d = select(below(0.5), x, select(below(1.5), shift(x, -1), shift(x, -2)));
  const near = mul(d, polynomial(math, d, table.nearTwo));
  const nearFactor = select(below(0.5), mul(x, shift(x, 1)), select(below(1.5), x, one));

  let moved = x;
  let product = one;
  if (table.steps > 0) {
    const isMoved = below(table.start);
    let rising = x;
    for (let step = 1; step < table.steps; step++) rising = mul(rising, shift(x, step));
    moved = select(isMoved, shift(x, table.steps), x);
    product = select(isMoved, rising, one);
  }
  const inverse = div(one, moved);
  const terms = bernoulli.slice(0, table.terms).map((b, i) => b / ((2 * i + 2) * (2 * i + 1)));
  const tail = mul(inverse, polynomial(math, mul(inverse, inverse), terms));
  // (x − ½) log x − x + ½ log 2π, without the difference of two large numbers.
  const leading = mul(shift(moved, -0.5), shift(log(moved), -1));
  const far = add(shift(leading, 0.5 * Math.log(2 * Math.PI) - 0.5), tail);
  const isNear = below(2.5);
  return sub(select(isNear, near, far), log(select(isNear, nearFactor, product)));
}

/**
 * ψ(x). The asymptotic series, A&S 6.3.18, from `steps` up. Below, as many steps of ψ(x) = ψ(x + 1) − 1/x, added up in pairs
 * from both ends: 1/(x + k) + 1/(x + m − k) = (2x + m) / (x (x + m) + k (m − k)) with m = steps − 1. Reflection, A&S 6.3.7:
 * ψ(x) = ψ(1 − x) − π cot πx; NaN at the poles.
 */
export const digamma: Formula = (math, x, precision) => {
  const { builder, add, sub, mul, div, log, scale, shift, equal, less, select, like } = math;
  // The first terms left out: under 10⁻⁹ at 4 and under 10⁻¹⁷ at 8.
  const { steps, count } = precision === "f32" ? { steps: 4, count: 5 } : { steps: 8, count: 10 };
  const isReflected = builder.emit("lessEqual", [x, like(x, 0)], {});
  const y = select(isReflected, sub(like(x, 1), x), x);
  const isLow = less(y, like(x, steps));
  const last = steps - 1;
  const product = mul(y, shift(y, last));
  const one = like(x, 1);
  let reciprocals = div(one, product);
  for (let k = 1; k < steps / 2; k++)
    reciprocals = add(reciprocals, div(one, shift(product, k * (last - k))));
  const sum = mul(reciprocals, shift(scale(y, 2), last));

  const moved = select(isLow, shift(y, steps), y);
  const inverse = div(one, moved);
  const square = mul(inverse, inverse);
  const terms = bernoulli.slice(0, count).map((b, i) => b / (2 * i + 2));
  const tail = add(scale(inverse, 0.5), mul(square, polynomial(math, square, terms)));
  const series = sub(log(moved), tail);
  const positive = select(isLow, sub(series, sum), series);

  const rest = fromNearestInteger(math, x);
  const reflected = sub(positive, scale(cotangentOfPi(math, rest), Math.PI));
  const withPoles = select(equal(rest, like(x, 0)), like(x, Number.NaN), reflected);
  return select(isReflected, withPoles, positive);
};

/**
 * ψ⁽ⁿ⁾(x), n ≥ 1. The asymptotic series, A&S 6.4.11, from n + 10 up (f32: n + 6), in powers of 1/x, which do not overflow before
 * the value does; below by the recurrence, A&S 6.4.6. Reflection, A&S 6.4.7, with dⁿ/dxⁿ cot πx = πⁿ pₙ(cot πx), p₀(c) = c and
 * pₙ₊₁(c) = −(1 + c²) pₙ′(c). At the poles ∞ for odd n, NaN for even n.
 */
export function polygamma(math: Arithmetic, order: number, x: NodeId, precision: Precision): NodeId {
  const { builder, add, sub, mul, div, scale, shift, equal, less, select, like } = math;
  const [steps, count] = precision === "f32" ? [order + 6, 6] : [order + 10, 10];
  const sign = order % 2 === 0 ? -1 : 1;
  const one = like(x, 1);
  const isReflected = builder.emit("lessEqual", [x, like(x, 0)], {});
  const y = select(isReflected, sub(one, x), x);
  const isLow = less(y, like(x, steps));
  const inverse = div(one, select(isLow, shift(y, steps), y));
  const terms = bernoulli
    .slice(0, count)
    .map((b, i) => (b * factorial(2 * i + 1 + order)) / factorial(2 * i + 2));
  const square = mul(inverse, inverse);
  const leading = shift(scale(inverse, factorial(order) / 2), factorial(order - 1));
  const series = mul(power(math, inverse, order), add(leading, mul(square, polynomial(math, square, terms))));
  let sum = power(math, div(one, y), order + 1);
  for (let k = 1; k < steps; k++) sum = add(sum, power(math, div(one, shift(y, k)), order + 1));
  const size = select(isLow, add(series, scale(sum, factorial(order))), series);

  const rest = fromNearestInteger(math, x);
  const slope = polynomial(math, cotangentOfPi(math, rest), cotangentDerivative(order));
  const reflected = sub(scale(size, -1), scale(slope, Math.PI ** (order + 1)));
  const pole = like(x, order % 2 === 1 ? Number.POSITIVE_INFINITY : Number.NaN);
  const withPoles = select(equal(rest, like(x, 0)), pole, reflected);
  return select(isReflected, withPoles, sign === 1 ? size : scale(size, -1));
}

/**
 * For f64. Below 1, x + x p(x²) with p the minimax polynomial of erf(x) / x − 1, within 2⁻⁶². From 1 to 6, 1 − e^−x² P(x) / Q(x)
 * with the rational function of Cody (1969), "Rational Chebyshev approximations for the error function". Beyond, ±1.
 */
export const erf: Formula = (math, x) => {
  const { builder, add, sub, mul, div, exp, neg, sign, less, select, like } = math;
  const size = builder.emit("min", [abs(math, x), like(x, 6)], {});
  const square = mul(size, size);
  const centre = add(mul(x, polynomial(math, square, erfCentre)), x);
  const ratio = div(polynomial(math, size, complementAbove), polynomial(math, size, complementBelow));
  const outer = mul(sign(x), sub(like(x, 1), mul(exp(neg(square)), ratio)));
  return select(less(size, like(x, 1)), centre, outer);
};

/**
 * Through the normal quantile, erf⁻¹(y) = Φ⁻¹((1 + y) / 2) / √2, by Wichura (1988), algorithm AS 241, PPND16. ±∞ at ±1, NaN
 * beyond.
 */
export const erfinv: Formula = (math, y) => {
  const { builder, sub, mul, div, log, neg, sign, scale, shift, equal, less, select, like } = math;
  const size = abs(math, y);
  const q = scale(y, 0.5);
  const root = builder.emit("sqrt", [neg(log(scale(sub(like(y, 1), size), 0.5)))], {});
  const rational = (r: NodeId, [above, below]: Rational): NodeId =>
    div(polynomial(math, r, above), polynomial(math, r, below));
  const centre = mul(q, rational(sub(like(y, 0.180625), mul(q, q)), quantileCentre));
  const isMiddle = less(root, like(y, 5));
  const outer = select(
    isMiddle,
    rational(shift(root, -1.6), quantileMiddle),
    rational(shift(root, -5), quantileTail),
  );
  const isEnd = equal(size, like(y, 1));
  const tail = mul(sign(y), select(isEnd, like(y, Number.POSITIVE_INFINITY), outer));
  return scale(select(less(size, like(y, 0.85)), centre, tail), Math.SQRT1_2);
};

type Rational = readonly [above: readonly number[], below: readonly number[]];

const quantileCentre: Rational = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
];
const quantileMiddle: Rational = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
];
const quantileTail: Rational = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
];

/** c₀ + c₁ x + c₂ x² + … */
function polynomial({ mul, shift, like }: Arithmetic, x: NodeId, coefficients: readonly number[]): NodeId {
  const highest = like(x, coefficients[coefficients.length - 1]);
  return coefficients
    .slice(0, -1)
    .reduceRight((sum, coefficient) => shift(mul(sum, x), coefficient), highest);
}

function abs({ builder }: Arithmetic, x: NodeId): NodeId {
  return builder.emit("abs", [x], {});
}

/** x − round x, in [−½, ½], exact: where sin πx and cot πx keep their digits near integers. */
function fromNearestInteger({ builder, sub, shift }: Arithmetic, x: NodeId): NodeId {
  return sub(x, builder.emit("floor", [shift(x, 0.5)], {}));
}

function cotangentOfPi({ div, sin, cos, scale }: Arithmetic, x: NodeId): NodeId {
  const angle = scale(x, Math.PI);
  return div(cos(angle), sin(angle));
}

function power({ mul }: Arithmetic, x: NodeId, exponent: number): NodeId {
  let result = x;
  for (let k = 1; k < exponent; k++) result = mul(result, x);
  return result;
}
