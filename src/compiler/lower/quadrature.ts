/** Integrals of functions that fall like e^−E from 1, by one rule of fixed nodes, so that every derivative is an integral by it as well. */
import { repeated } from "./matrices.ts";
import type { Algebra, Axis, Operand, Value } from "./value.ts";

/** Where E has come so far, what follows is left out. */
export const enough = 36;

const size = 32;

/**
 * ∫ e^−E(s) ds from 0 on, for convex E with E(0) = 0 that is about `enough` at `reach`: Gauss and Legendre's rule after s = reach · v (0.3 + 0.7 v),
 * which puts more nodes where the function begins to fall.
 */
export function integrateDecay(a: Algebra, reach: Value, exponent: (s: Value) => Value): Value {
  const axis: Axis = { id: "quadrature", size, start: 0, order: Number.MAX_SAFE_INTEGER, kind: "plate" };
  const along = (values: readonly number[]): Value => a.eventToAxis(repeated(a, values, [size]), axis);
  const rule = legendreRule(size);
  const nodes = along(rule.map(({ node: v }) => v * (0.3 + 0.7 * v)));
  const weights = along(rule.map(({ node: v, weight }) => weight * (0.3 + 1.4 * v)));
  const values = a.unary("exp", a.unary("neg", exponent(a.mul(reach, nodes))));
  return a.mul(reach, a.sumAxes(a.mul(weights, values), [axis]));
}

/** On (0, 1): roots of Legendre's polynomial by Newton's method (Abramowitz and Stegun 25.4.29). */
function legendreRule(count: number): { readonly node: number; readonly weight: number }[] {
  return Array.from({ length: count }, (_, at) => {
    let x = Math.cos((Math.PI * (at + 0.75)) / (count + 0.5));
    let slope = 0;
    for (let step = 0; step < 8; step++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= count; k++)
        [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (count * (before - x * value)) / (1 - x * x);
      x -= value / slope;
    }
    return { node: (1 - x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

/** Σ coefficients[k] xᵏ */
export function polynomial(a: Algebra, x: Value, coefficients: readonly number[]): Value {
  const [last, ...others] = [...coefficients].reverse();
  return others.reduce<Value>((sum, each) => a.add(a.mul(sum, x), each), a.of(last));
}

/** log(1 + u) − u to the last digits, where `log` is log(1 + u). */
export function logOnePlusMinus(a: Algebra, u: Value, log: Operand): Value {
  // With r = u / (2 + u): 2 artanh r − u = −u r + 2 (r³/3 + r⁵/5 + …).
  const near = a.binary("and", a.binary("less", -0.4, u), a.binary("less", u, 0.6));
  const close = a.select(near, u, 0);
  const r = a.div(close, a.add(2, close));
  const tail = polynomial(
    a,
    a.square(r),
    Array.from({ length: 14 }, (_, k) => 2 / (2 * k + 3)),
  );
  const series = a.sub(a.mul(a.mul(a.square(r), r), tail), a.mul(close, r));
  return a.select(near, series, a.sub(log, u));
}

const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];

/** log Γ(x) − (x − ½) log x + x − ½ log 2π, which Stirling's formula leaves out: his series from 10 on. */
export function stirlingRest(a: Algebra, x: Value): Value {
  const isSmall = a.binary("less", x, 10);
  const small = a.select(isSmall, x, 1);
  const formula = a.sub(a.mul(a.sub(small, 0.5), a.unary("log", small)), small);
  const exact = a.sub(a.unary("lgamma", small), a.add(formula, 0.5 * Math.log(2 * Math.PI)));
  const inverse = a.div(1, a.select(isSmall, 10, x));
  return a.select(isSmall, exact, a.mul(inverse, polynomial(a, a.square(inverse), stirling)));
}
