/** Both tails of a distribution function, in logarithms, where one of them is computed. */
import { log1mexp } from "./logarithms.ts";
import type { Algebra, Value } from "./value.ts";

export interface Tails {
  /** log F(x) */
  readonly below: Value;
  /** log (1 − F(x)) */
  readonly above: Value;
}

/** `computed` is the logarithm of F where `isBelow`, else of 1 − F. Not `inside` of the support, x lies at its low end or at its high one. */
export function tailsFrom(a: Algebra, computed: Value, isBelow: Value, inside: Value, isLow: Value): Tails {
  const rest = otherTail(a, computed);
  const end = (low: number, high: number): Value => a.select(isLow, low, high);
  const { NEGATIVE_INFINITY: none } = Number;
  return {
    below: a.select(inside, a.select(isBelow, computed, rest), end(none, 0)),
    above: a.select(inside, a.select(isBelow, rest, computed), end(0, none)),
  };
}

/** log (1 − eˣ) of a logarithm that rounding may have taken to 0. */
export function otherTail(a: Algebra, log: Value): Value {
  const isLess = a.binary("less", log, 0);
  return a.select(isLess, log1mexp(a, a.select(isLess, log, -1)), Number.NEGATIVE_INFINITY);
}

/** log (F(high) − F(low)), in the tail in which both are small. */
export function massBetween(a: Algebra, low: Tails | undefined, high: Tails | undefined): Value {
  if (low === undefined) return high?.below ?? a.of(0);
  if (high === undefined) return low.above;
  const isHigh = a.binary("less", Math.log(0.5), low.below);
  const larger = a.select(isHigh, low.above, high.below);
  const smaller = a.select(isHigh, high.above, low.below);
  return a.add(larger, log1mexp(a, a.sub(smaller, larger)));
}
