/** The incomplete beta function I(p, q, x) in logarithms, and what it leaves of 1, as `incomplete-gamma.ts` does it. */
import { enough, integrateDecay, logOnePlusMinus, stirlingRest } from "./quadrature.ts";
import { type Tails, tailsFrom } from "./tails.ts";
import type { Algebra, Value } from "./value.ts";

/**
 * Both tails of Beta(p, q). Below (p + 1) / (p + q + 2), where t / (1 − t) = x / (1 − x) e^−s in ∫ tᵖ⁻¹ (1 − t)^(q−1) dt,
 * I(p, q, x) = c (1 + (p + q) x ∫ exp(−(p + 1) s) (1 − x + x e^−s)^−(p + q + 1) ds) over s > 0, c = xᵖ (1 − x)^q / (p B(p, q)). Above,
 * the same of Beta(q, p) at 1 − x.
 */
export function betaTails(a: Algebra, before: Value, after: Value, at: Value): Tails {
  const [first, second, given] = [before, after, at].map((each) => a.convert(each, "float"));
  const inside = a.binary("and", a.binary("less", 0, given), a.binary("less", given, 1));
  const share = a.select(inside, given, 0.5);
  const rest = a.sub(1, share);
  const isBelow = a.binary("less", share, a.div(a.add(first, 1), a.add(first, second, 2)));
  const p = a.select(isBelow, first, second);
  const q = a.select(isBelow, second, first);
  const x = a.select(isBelow, share, rest);
  const y = a.select(isBelow, rest, share);
  const total = a.add(p, q);
  const fall = fallOf(a, p, q, x, y);
  const integral = integrateDecay(a, reachOf(a, p, total, x, y, fall), (s) => fall(s).value);
  const factor = a.unary("log1p", a.mul(a.mul(total, x), integral));
  const computed = a.add(logMassAt(a, p, q, x, y), factor);
  return tailsFrom(a, computed, isBelow, inside, a.binary("lessEqual", given, 0));
}

interface Fall {
  readonly value: Value;
  readonly slope: Value;
}

/** (p + 1) s + n log(1 − x + x e^−s) = −q s + n log(1 − y + y eˢ), n = p + q + 1: the one in which x or y is small. */
function fallOf(a: Algebra, p: Value, q: Value, x: Value, y: Value): (s: Value) => Fall {
  const isFirst = a.binary("less", x, 0.5);
  const linear = a.select(isFirst, a.add(p, 1), a.unary("neg", q));
  const part = a.select(isFirst, x, y);
  const direction = a.select(isFirst, -1, 1);
  const power = a.add(p, q, 1);
  return (s) => {
    const turned = a.mul(direction, s);
    const change = a.mul(part, a.unary("expm1", turned));
    const inner = a.div(a.mul(a.mul(direction, part), a.unary("exp", turned)), a.add(1, change));
    return {
      value: a.add(a.mul(linear, s), a.mul(power, a.unary("log1p", change))),
      slope: a.add(linear, a.mul(power, inner)),
    };
  };
}

/** Where the exponent is `enough`: from its second-order expansion, by Newton's steps on its logarithm as a function of that of s. */
function reachOf(a: Algebra, p: Value, total: Value, x: Value, y: Value, fall: (s: Value) => Fall): Value {
  const slope = a.unary("abs", a.sub(a.add(p, 1), a.mul(a.add(total, 1), x)));
  const curvature = a.mul(a.mul(a.add(total, 1), x), y);
  const root = a.unary("sqrt", a.add(a.square(slope), a.mul(2 * enough, curvature)));
  let s = a.div(2 * enough, a.add(slope, root));
  for (let step = 0; step < 2; step++) {
    const { value, slope: rise } = fall(s);
    const power = a.div(value, a.mul(s, rise));
    s = a.mul(s, a.unary("exp", a.mul(power, a.sub(Math.log(enough), a.unary("log", value)))));
  }
  return a.unary("stopGradient", s);
}

/** log (xᵖ y^q / (p B(p, q))), from how far x is from p / (p + q). */
function logMassAt(a: Algebra, p: Value, q: Value, x: Value, y: Value): Value {
  const total = a.add(p, q);
  const difference = a.sub(a.mul(x, q), a.mul(y, p));
  const part = (shape: Value, share: Value, distance: Value): Value => {
    const log = a.add(a.unary("log", share), a.sub(a.unary("log", total), a.unary("log", shape)));
    return a.mul(shape, logOnePlusMinus(a, a.div(distance, shape), log));
  };
  const rests = a.sub(a.add(stirlingRest(a, p), stirlingRest(a, q)), stirlingRest(a, total));
  const odds = a.div(q, a.mul(a.mul(2 * Math.PI, p), total));
  const whole = a.sub(a.mul(0.5, a.unary("log", odds)), rests);
  return a.add(part(p, x, difference), part(q, y, a.unary("neg", difference)), whole);
}
