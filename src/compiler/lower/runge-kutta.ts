/** Single steps of Runge–Kutta methods for y′ = f(y, t). States may have any event; times and step sizes are numbers. */
import type { Algebra, Value } from "./value.ts";

/** f, with its parameters fixed. */
export type Rate = (a: Algebra, y: Value, t: Value) => Value;

/** The classical method of fourth order: Kutta (1901). */
export function rungeKuttaStep(a: Algebra, rate: Rate, y: Value, t: Value, h: Value): Value {
  const half = a.mul(0.5, h);
  const middle = a.add(t, half);
  const k1 = rate(a, y, t);
  const k2 = rate(a, a.add(y, a.mul(half, k1)), middle);
  const k3 = rate(a, a.add(y, a.mul(half, k2)), middle);
  const k4 = rate(a, a.add(y, a.mul(h, k3)), a.add(t, h));
  return a.add(y, a.mul(a.div(h, 6), a.add(k1, a.mul(2, a.add(k2, k3)), k4)));
}

/** Dormand and Prince (1980), "A family of embedded Runge–Kutta formulae", table 2. Row i has the weights of slopes 1 … i. */
const nodes = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const weights = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Weights of the fifth order less those of the fourth. */
const errorWeights = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

export interface EmbeddedStep {
  readonly y: Value;
  /** f at the end of the step: the first slope of the next. */
  readonly slope: Value;
  /** Estimate of the step's error. */
  readonly error: Value;
}

/** `slope` is f(y, t). */
export function dormandPrinceStep(
  a: Algebra,
  rate: Rate,
  y: Value,
  t: Value,
  h: Value,
  slope: Value,
): EmbeddedStep {
  const slopes = [slope];
  let moved = y;
  for (const [stage, row] of weights.entries()) {
    moved = a.add(y, a.mul(h, combine(a, row, slopes)));
    slopes.push(rate(a, moved, a.add(t, a.mul(nodes[stage], h))));
  }
  return { y: moved, slope: slopes[slopes.length - 1], error: a.mul(h, combine(a, errorWeights, slopes)) };
}

function combine(a: Algebra, row: readonly number[], slopes: readonly Value[]): Value {
  return a.add(...row.flatMap((weight, at) => (weight === 0 ? [] : [a.mul(weight, slopes[at])])));
}
