/**
 * The incomplete gamma functions P(k, x) and Q(k, x) in logarithms. The smaller one is an integral of what only falls, so it keeps its
 * digits in the tails, and so do its derivatives in both arguments; the other is what is left of 1.
 */
import { enough, integrateDecay, logOnePlusMinus, polynomial, stirlingRest } from "./quadrature.ts";
import { type Tails, tailsFrom } from "./tails.ts";
import type { Algebra, Value } from "./value.ts";

/**
 * Both tails of Gamma(k, 1). With t = x e^−s and with t = x eˢ in ∫ tᵏ⁻¹ e⁻ᵗ dt:
 * P(k, x) = c (1 + x ∫ exp(−(k + 1) s + x (1 − e^−s)) ds) and Q(k, x) = c k ∫ exp(k s − x (eˢ − 1)) ds over s > 0, c = xᵏ e⁻ˣ / Γ(k + 1).
 * Below k + 1 the first integrand falls from the start, above k the second.
 */
export function gammaTails(a: Algebra, shape: Value, at: Value): Tails {
  const k = a.convert(shape, "float");
  const given = a.convert(at, "float");
  const inside = a.binary(
    "and",
    a.binary("less", 0, given),
    a.binary("less", given, Number.POSITIVE_INFINITY),
  );
  const x = a.select(inside, given, 1);
  const isBelow = a.binary("less", x, a.add(k, 1));
  const slope = a.select(isBelow, a.sub(a.add(k, 1), x), a.sub(x, k));
  const reach = a.unary("stopGradient", reachOf(a, k, x, slope, isBelow));
  const direction = a.select(isBelow, -1, 1);
  const integral = integrateDecay(a, reach, (s) =>
    a.add(a.mul(slope, s), a.mul(x, expMinusLinear(a, a.mul(direction, s)))),
  );
  const factor = a.select(isBelow, a.add(1, a.mul(x, integral)), a.mul(k, integral));
  const smaller = a.add(logMassAt(a, k, x), a.unary("log", factor));
  return tailsFrom(a, smaller, isBelow, inside, a.binary("lessEqual", given, 0));
}

/** log (xᵏ e⁻ˣ / Γ(k + 1)), from how far x is from k. */
function logMassAt(a: Algebra, k: Value, x: Value): Value {
  const ratio = a.sub(a.unary("log", x), a.unary("log", k));
  const distance = logOnePlusMinus(a, a.div(a.sub(x, k), k), ratio);
  const half = a.mul(0.5, a.unary("log", a.mul(2 * Math.PI, k)));
  return a.sub(a.mul(k, distance), a.add(half, stirlingRest(a, k)));
}

/** eᵗ − 1 − t */
function expMinusLinear(a: Algebra, t: Value): Value {
  const near = a.binary("less", a.unary("abs", t), 0.1);
  const series = polynomial(a, t, inverseFactorials);
  return a.select(near, a.mul(a.square(t), series), a.sub(a.unary("expm1", t), t));
}

/** 1 / 2!, 1 / 3!, … */
const inverseFactorials = Array.from({ length: 9 }, (_, at) => {
  let factorial = 1;
  for (let each = 2; each <= at + 2; each++) factorial *= each;
  return 1 / factorial;
});

/** Where the exponent is `enough` or not much more, by e^−s − 1 + s ≥ s² / (2 + s), and eˢ − 1 − s ≥ s² / 2 and (eˢ − 1) / 2 from 1.26 on. */
function reachOf(a: Algebra, k: Value, x: Value, slope: Value, isBelow: Value): Value {
  const raised = a.add(k, 1);
  const surplus = a.sub(a.mul(2, slope), enough);
  const rootBelow = a.unary("sqrt", a.add(a.square(surplus), a.mul(8 * enough, raised)));
  const below = a.div(4 * enough, a.add(surplus, rootBelow));
  const rootAbove = a.unary("sqrt", a.add(a.square(slope), a.mul(2 * enough, x)));
  const quadratic = a.div(2 * enough, a.add(slope, rootAbove));
  const exponential = a.binary("max", 1.26, a.unary("log1p", a.div(2 * enough, x)));
  return a.select(isBelow, below, a.binary("min", quadratic, exponential));
}
