/**
 * Draws that are not a formula of one noise variable, as straight-line functions of noise: the same noise gives the same draw on
 * every engine. Where a method may fail it gives NaN, never a wrong number.
 */
import type { Algebra, Axis, Value } from "./value.ts";

/** Noise for one draw: every call is a fresh tensor with the site's axes and the given event (default: the draw's). */
export interface Noise {
  /** Event shape of the draw. */
  readonly event: readonly number[];
  normal(event?: readonly number[]): Value;
  uniform(event?: readonly number[]): Value;
}

/** Proposals per Gamma draw; each is accepted with probability ≥ 0.95, so all fail with probability < 1e-13. */
const gammaRounds = 10;

/**
 * Gamma(shape, 1): Marsaglia and Tsang (2000), "A simple method for generating gamma variables", with a fixed number of
 * proposals. Drawn at shape + 1 and scaled by U^(1/shape), which also covers shape < 1 (their section 6).
 */
export function drawGamma(a: Algebra, noise: Noise, shape: Value): Value {
  const d = a.add(shape, 2 / 3);
  const c = a.div(1, a.unary("sqrt", a.mul(9, d)));
  let result: Value = a.of(Number.NaN);
  for (let round = 0; round < gammaRounds; round++) {
    const x = noise.normal();
    const logU = a.unary("log", noise.uniform());
    const base = a.add(1, a.mul(c, x));
    const v = a.mul(a.square(base), base);
    const positive = a.binary("less", 0, v);
    const logV = a.unary("log", a.select(positive, v, 1));
    const bound = a.add(a.mul(0.5, a.square(x)), a.mul(d, a.add(a.sub(1, v), logV)));
    const accepted = a.binary("and", positive, a.binary("less", logU, bound));
    const missing = a.unary("not", a.binary("equal", result, result));
    result = a.select(a.binary("and", accepted, missing), a.mul(d, v), result);
  }
  return a.mul(result, a.unary("exp", a.div(a.unary("log", noise.uniform()), shape)));
}

/** 0 … K − 1 with probabilities `p` (event [K]): how many cumulative probabilities lie below a uniform number. */
export function drawCategory(a: Algebra, noise: Noise, p: Value): Value {
  const last = p.event.length - 1;
  const axis = countingAxis(p.event[last]);
  const cumulative = a.eventToAxis(a.eventToFront(a.cumsum(p, last), last), axis);
  const below = a.binary("less", cumulative, noise.uniform());
  return a.binary("min", countTrue(a, below, axis), axis.size - 1);
}

/** Largest count + 1 that `drawCount` can give. */
export const countLimit = 1024;

/** A count with the given log probabilities, by inverting the cumulative sum; NaN where it lies beyond the limit. */
export function drawCount(a: Algebra, noise: Noise, logProbability: (k: Value) => Value): Value {
  const axis = countingAxis(countLimit);
  const k = a.convert(a.indexOf(axis), "float");
  const cumulative = a.eventToAxis(a.cumsum(a.axisToEvent(a.unary("exp", logProbability(k)), axis), 0), axis);
  const count = countTrue(a, a.binary("less", cumulative, noise.uniform()), axis);
  const float = a.convert(count, "float");
  return a.select(a.binary("less", count, countLimit), float, Number.NaN);
}

function countingAxis(size: number): Axis {
  return { id: "draw", size, start: 0, order: Number.MAX_SAFE_INTEGER, kind: "plate" };
}

function countTrue(a: Algebra, condition: Value, axis: Axis): Value {
  return a.reduce("reduceSum", a.axisToEvent(a.convert(condition, "int"), axis), 0);
}

/** A vector of independent, identically distributed numbers in ascending order, by ranks. Event [K]. */
export function sortAscending(a: Algebra, x: Value): Value {
  const length = x.event[0];
  const rows: Axis = { ...countingAxis(length), id: "sort" };
  const columns: Axis = { ...countingAxis(length), id: "sorted", order: Number.MAX_SAFE_INTEGER - 1 };
  const each = a.eventToAxis(x, rows);
  // rank of each element: how many are smaller
  const smaller = a.binary("less", each, x);
  const rank = a.sub(length - 1, a.reduce("reduceSum", a.convert(smaller, "int"), 0));
  const chosen = a.select(a.binary("equal", rank, a.indexOf(columns)), each, 0);
  const summed = a.reduce("reduceSum", a.axisToEvent(chosen, rows), 0);
  return a.axisToEvent(summed, columns);
}
