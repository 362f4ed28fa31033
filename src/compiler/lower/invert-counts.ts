/** Quantiles of whole numbers, by their distribution function alone. */
import type { Tails } from "./tails.ts";
import type { Algebra, Axis, Value } from "./value.ts";

const points = 31;

/** How far from the lowest number is searched: 32⁶. */
const reach = 2 ** 30;

/** Roundings of a probability that is met exactly. */
const slack = 2 ** -46;

/**
 * The smallest k from `low` on with F(k) ≥ p, where the tails of p are given: first between which powers of 2 it lies, then each round keeps
 * one of 32 parts.
 */
export function invertCounts(
  a: Algebra,
  { below, above }: Tails,
  tails: (k: Value) => Tails,
  low: number,
): Value {
  const axis: Axis = {
    id: "search",
    size: points,
    start: 1,
    order: Number.MAX_SAFE_INTEGER - 2,
    kind: "plate",
  };
  const isBelow = a.binary("less", below, above);
  const steps = a.convert(a.indexOf(axis), "float");
  const lowest = low === -Infinity ? -reach : low;
  /** How many of the numbers have less below them. */
  const before = (distance: Value): Value => {
    const at = tails(a.add(lowest, distance));
    const isLess = a.select(
      isBelow,
      a.binary("less", at.below, a.sub(below, slack)),
      a.binary("less", a.add(above, slack), at.above),
    );
    return a.sumAxes(a.convert(isLess, "float"), [axis]);
  };
  const power = (exponent: Value): Value =>
    a.unary("floor", a.add(a.unary("exp", a.mul(Math.LN2, exponent)), 0.5));
  const widths = before(a.sub(power(a.sub(steps, 1)), 1));
  // The numbers 2^j − 1: those before the one that is looked for come first, and their gaps double.
  let length = power(a.sub(widths, 1));
  let from = a.sub(length, 1);
  from = a.select(a.binary("less", widths, 0.5), -1, from);
  for (let round = 0; round < 6; round++) {
    const part = (step: Value): Value =>
      a.add(from, a.unary("floor", a.div(a.mul(length, step), points + 1)));
    from = part(before(part(steps)));
    length = a.div(length, points + 1);
  }
  return a.add(lowest + 1, from);
}
