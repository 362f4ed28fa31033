/** Draws from a part of a distribution, by its distribution function alone. */

import type { Support } from "./bijector.ts";
import { logAddExp } from "./logarithms.ts";
import { massBetween, type Tails } from "./tails.ts";
import type { Algebra, Axis, Value } from "./value.ts";

/** Ends of numbers, each where there is one. */
export interface Ends {
  readonly low?: Value;
  readonly high?: Value;
}

export function endsOf(part: Support): Ends {
  const low = "low" in part ? part.low : undefined;
  const high = "high" in part ? part.high : undefined;
  return { ...(low && { low }), ...(high && { high }) };
}

/** Both tails where F(x) = F(low) + u M, with M the mass between the ends. */
export function tailsBetween(a: Algebra, tails: (x: Value) => Tails, { low, high }: Ends, u: Value): Tails {
  const before = low && tails(low);
  const after = high && tails(high);
  const mass = massBetween(a, before, after);
  const below = a.add(a.unary("log", u), mass);
  const above = a.add(a.unary("log1p", a.unary("neg", u)), mass);
  return {
    below: before ? logAddExp(a, before.below, below) : below,
    above: after ? logAddExp(a, after.above, above) : above,
  };
}

/**
 * The x of the support with these tails: the smaller one tells it best. It is enclosed in ever smaller parts of the support; Newton's
 * last step, with what is before it held fixed, makes it a differentiable function of all arguments.
 */
export function invertTails(
  a: Algebra,
  { below, above }: Tails,
  tails: (x: Value) => Tails,
  logDensity: (x: Value) => Value,
  support: Ends,
): Value {
  const isBelow = a.binary("less", below, above);
  const missing = (x: Value): { readonly excess: Value; readonly tail: Value } => {
    const at = tails(x);
    const tail = a.select(isBelow, at.below, at.above);
    return { excess: a.select(isBelow, a.sub(tail, below), a.sub(above, tail)), tail };
  };
  let x = enclosed(a, support, (at) => missing(at).excess);
  for (let step = 0; step < 3; step++) {
    const fixed = a.unary("stopGradient", x);
    const { excess, tail } = missing(fixed);
    const moved = a.sub(fixed, a.mul(excess, a.unary("exp", a.sub(tail, logDensity(fixed)))));
    x = within(a, moved, support);
  }
  return x;
}

/**
 * The same for whole numbers above `low`, from 0 on where there is none: the first whose F is not below. Each round keeps the one of 32
 * parts of what is left; NaN where the last of 32 768 is not enough.
 */
export function countTails(
  a: Algebra,
  { below, above }: Tails,
  tails: (x: Value) => Tails,
  { low, high }: Ends,
): Value {
  const axis = searchAxis();
  const isBelow = a.binary("less", below, above);
  const part = a.convert(a.indexOf(axis), "float");
  const most = (points + 1) ** 3;
  let count: Value = a.of(0);
  const first = low === undefined ? a.of(0) : a.add(low, 1);
  for (let length = most / (points + 1); length >= 1; length /= points + 1) {
    const last = a.add(first, count, a.sub(a.mul(part, length), 1));
    const at = tails(last);
    const isBefore = a.select(isBelow, a.binary("less", at.below, below), a.binary("less", above, at.above));
    count = a.add(count, a.mul(length, a.sumAxes(a.convert(isBefore, "float"), [axis])));
  }
  const found = a.add(first, a.select(a.binary("less", count, most - 1), count, Number.NaN));
  return high === undefined ? found : a.binary("min", found, high);
}

/** Roundings may lie beyond the ends. */
export function within(a: Algebra, x: Value, { low, high }: Ends): Value {
  const raised = low === undefined ? x : a.binary("max", x, low);
  return high === undefined ? raised : a.binary("min", raised, high);
}

const points = 31;
const rounds = 6;

/** Where an increasing function passes 0: each round keeps the one of 32 parts in which it does. */
function enclosed(a: Algebra, ends: Ends, excess: (x: Value) => Value): Value {
  const axis = searchAxis();
  const share = a.div(a.convert(a.indexOf(axis), "float"), points + 1);
  const { reach, place } = chart(a, ends);
  let from: Value = a.of(-reach);
  let length = 2 * reach;
  for (let round = 0; round < rounds; round++) {
    const isBefore = a.binary("less", excess(place(a.add(from, a.mul(length, share)))), 0);
    length /= points + 1;
    from = a.add(from, a.mul(length, a.sumAxes(a.convert(isBefore, "float"), [axis])));
  }
  return place(a.add(from, length / 2));
}

/** The first of points + 1 parts, and so on but for the last. */
function searchAxis(): Axis {
  return { id: "search", size: points, start: 1, order: Number.MAX_SAFE_INTEGER - 2, kind: "plate" };
}

/** The support as the image of an interval around 0. */
function chart(
  a: Algebra,
  { low, high }: Ends,
): { readonly reach: number; readonly place: (t: Value) => Value } {
  const exp = (t: Value): Value => a.unary("exp", t);
  if (low !== undefined && high !== undefined) {
    const width = a.sub(high, low);
    return {
      reach: 700,
      place: (t) => {
        const isLow = a.binary("less", t, 0);
        const away = a.mul(width, a.unary("sigmoid", a.unary("neg", a.unary("abs", t))));
        return a.select(isLow, a.add(low, away), a.sub(high, away));
      },
    };
  }
  if (low !== undefined) return { reach: 700, place: (t) => a.add(low, exp(t)) };
  if (high !== undefined) return { reach: 700, place: (t) => a.sub(high, exp(a.unary("neg", t))) };
  return { reach: 700, place: (t) => a.mul(0.5, a.sub(exp(t), exp(a.unary("neg", t)))) };
}
