/** Inverse trigonometric and hyperbolic functions in terms of ops, to the last digits also near their ends. */
import type { Algebra, Value } from "./value.ts";

/**
 * atan x for 0 ≤ x ≤ 1. Two halvings, atan x = 2 atan(x / (1 + √(1 + x²))), bring x below tan(π/16) < 0.2; there twelve terms
 * of x − x³/3 + x⁵/5 − … leave an error below 0.2²⁵/25 < 2e-19.
 */
function atanUnit(a: Algebra, x: Value): Value {
  const halve = (t: Value): Value => a.div(t, a.add(1, a.unary("sqrt", a.add(1, a.square(t)))));
  const t = halve(halve(x));
  const square = a.square(t);
  let series: Value = a.of(1 / 23);
  for (let k = 10; k >= 0; k--) series = a.sub(1 / (2 * k + 1), a.mul(square, series));
  return a.mul(4, a.mul(t, series));
}

/** −x where x < 0; its slope at 0 is 1, where that of |x| would be 0. */
function magnitude(a: Algebra, x: Value): Value {
  return a.select(a.binary("less", x, 0), a.unary("neg", x), x);
}

/** The number with the sign of x. */
function withSign(a: Algebra, x: Value, value: Value): Value {
  return a.select(a.binary("less", x, 0), a.unary("neg", value), value);
}

/** atan x = π/2 − atan(1/x) above 1. */
export function atan(a: Algebra, operand: Value): Value {
  const x = a.convert(operand, "float");
  const size = magnitude(a, x);
  const large = a.binary("less", 1, size);
  const angle = atanUnit(a, a.select(large, a.div(1, a.select(large, size, 1)), size));
  return withSign(a, x, a.select(large, a.sub(Math.PI / 2, angle), angle));
}

/** The angle of the point (x, y), from −π to π; 0 at the origin. */
export function atan2(a: Algebra, yOperand: Value, xOperand: Value): Value {
  const y = a.convert(yOperand, "float");
  const x = a.convert(xOperand, "float");
  const [height, width] = [magnitude(a, y), magnitude(a, x)];
  const steep = a.binary("less", width, height);
  const longer = a.select(steep, height, width);
  const origin = a.binary("equal", longer, 0);
  const share = a.div(a.select(steep, width, height), a.select(origin, 1, longer));
  const angle = atanUnit(a, share);
  const upper = a.select(steep, a.sub(Math.PI / 2, angle), angle);
  return withSign(a, y, a.select(a.binary("less", x, 0), a.sub(Math.PI, upper), upper));
}

/** asin x = atan(x / √((1 − x)(1 + x))) */
export function asin(a: Algebra, operand: Value): Value {
  const x = a.convert(operand, "float");
  return atan2(a, x, a.unary("sqrt", a.mul(a.sub(1, x), a.add(1, x))));
}

/** acos x = 2 atan(√(1 − x) / √(1 + x)) */
export function acos(a: Algebra, operand: Value): Value {
  const x = a.convert(operand, "float");
  return a.mul(2, atan2(a, a.unary("sqrt", a.sub(1, x)), a.unary("sqrt", a.add(1, x))));
}

/** sinh x = ½ ((eˣ − 1) − (e⁻ˣ − 1)): two terms of one sign. */
export function sinh(a: Algebra, operand: Value): Value {
  const x = a.convert(operand, "float");
  return a.mul(0.5, a.sub(a.unary("expm1", x), a.unary("expm1", a.unary("neg", x))));
}
