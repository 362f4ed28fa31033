/**
 * The complementary error function and the normal distribution function, to the last digits in the tails: one expansion of
 * log erfc, which never underflows, serves all of them.
 */
import { logErfcTail } from "../special-coefficients.ts";
import type { Algebra, Value } from "./value.ts";

/**
 * log erfc z for z ≥ 0: log t − z² + Σ′ cₖ Tₖ(2t − 1) with t = 2 / (2 + z) in (0, 1], where Σ′ halves the first term. Clenshaw's
 * recurrence.
 */
function logErfcAbove(a: Algebra, z: Value): Value {
  const t = a.div(2, a.add(2, z));
  const twice = a.sub(a.mul(4, t), 2);
  let next: Value = a.of(0);
  let after: Value = a.of(0);
  for (const coefficient of logErfcTail.slice(1).reverse()) {
    const current = a.add(a.sub(a.mul(twice, next), after), coefficient);
    after = next;
    next = current;
  }
  const series = a.add(a.sub(a.mul(0.5, a.mul(twice, next)), after), logErfcTail[0] / 2);
  return a.add(a.sub(a.unary("log", t), a.square(z)), series);
}

/** −x where `negative` holds: the slope at 0 is that of x. */
function folded(a: Algebra, x: Value, negative: Value): Value {
  return a.select(negative, a.unary("neg", x), x);
}

/** erfc x = 2 − erfc(−x) */
export function erfc(a: Algebra, operand: Value): Value {
  const x = a.convert(operand, "float");
  const negative = a.binary("less", x, 0);
  const tail = a.unary("exp", logErfcAbove(a, folded(a, x, negative)));
  return a.select(negative, a.sub(2, tail), tail);
}

/** Φ(x) = ½ erfc(−x / √2) */
export function normalCdf(a: Algebra, x: Value): Value {
  return a.mul(0.5, erfc(a, a.mul(-Math.SQRT1_2, x)));
}

/** log Φ(x): the expansion itself below 0, log(1 − Φ(−x)) above. */
export function logNormalCdf(a: Algebra, operand: Value): Value {
  const z = a.mul(-Math.SQRT1_2, a.convert(operand, "float"));
  const negative = a.binary("less", z, 0);
  const logTail = a.sub(logErfcAbove(a, folded(a, z, negative)), Math.LN2);
  const below = a.unary("log1p", a.unary("neg", a.unary("exp", a.select(negative, logTail, -1))));
  return a.select(negative, below, logTail);
}

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

/**
 * The x ≤ 0 with log Φ(x) = y, for y ≤ log ½: Newton's steps on log Φ, which is concave, from the first terms of its expansion for large
 * −x, log Φ(x) ≈ −x²/2 − log(−x) − log √2π.
 */
export function normalQuantileBelow(a: Algebra, y: Value): Value {
  const square = a.mul(-2, y);
  const corrected = a.sub(square, a.add(2 * halfLog2Pi, a.unary("log", a.binary("max", square, 1))));
  let x = a.unary("neg", a.unary("sqrt", a.binary("max", corrected, 0)));
  for (let step = 0; step < 6; step++) {
    const log = logNormalCdf(a, x);
    const logDensity = a.sub(a.mul(-0.5, a.square(x)), halfLog2Pi);
    x = a.sub(x, a.mul(a.sub(log, y), a.unary("exp", a.sub(log, logDensity))));
  }
  return x;
}
