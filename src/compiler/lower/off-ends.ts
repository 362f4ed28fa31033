/**
 * Draws off the ends of their support. A density gives its ends no probability, but rounding does: a tenth of the draws of `sigmoid(Normal(0, 30))`
 * are 1 in doubles. There densities are infinite, 0 or not defined, and data are refused; so such a draw becomes the number next to the end.
 */
import type { Support } from "./bijector.ts";
import { type Algebra, scalarConstant, type Value } from "./value.ts";

export function offEnds(a: Algebra, x: Value, support: Support): Value {
  switch (support.kind) {
    case "lower":
      return above(a, x, support.low);
    case "upper":
      return below(a, x, support.high);
    case "interval":
      return below(a, above(a, x, support.low), support.high);
    case "real":
    case "ordered":
    case "simplex":
    case "matrix":
      return x;
  }
}

function above(a: Algebra, x: Value, low: Value): Value {
  return a.binary("max", x, a.add(low, gap(a, low)));
}

function below(a: Algebra, x: Value, high: Value): Value {
  return a.binary("min", x, a.sub(high, gap(a, high)));
}

/** No more than two steps to the next number, and never infinite, as it is taken from an end that may be. */
function gap(a: Algebra, end: Value): Value {
  const [least, most] = [Number.MIN_VALUE, 1e30];
  const known = scalarConstant(a.builder, end);
  if (known !== undefined) return a.of(Math.min(Math.max(Math.abs(known) * Number.EPSILON, least), most));
  return a.binary("min", a.binary("max", a.mul(a.unary("abs", end), Number.EPSILON), least), most);
}
