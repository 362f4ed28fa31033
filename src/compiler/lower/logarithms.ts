/** Logarithms of sums, differences and Beta functions, without overflow or cancellation. */
import type { Algebra, Value } from "./value.ts";

/** log(1 − eˣ) for x < 0: through expm1 above −log 2, through log1p below (Mächler 2012, equation 7). */
export function log1mexp(a: Algebra, operand: Value): Value {
  const x = a.convert(operand, "float");
  const near = a.binary("less", -Math.LN2, x);
  const close = a.unary("log", a.unary("neg", a.unary("expm1", a.select(near, x, -1))));
  const far = a.unary("log1p", a.unary("neg", a.unary("exp", a.select(near, -1, x))));
  return a.select(near, close, far);
}

/** log(eˣ + eʸ) = max + log(1 + e^−|x − y|); of equal infinities, that infinity. */
export function logAddExp(a: Algebra, x: Value, y: Value): Value {
  const [left, right] = [a.convert(x, "float"), a.convert(y, "float")];
  const first = a.binary("less", right, left);
  const larger = a.select(first, left, right);
  const smaller = a.select(first, right, left);
  const gap = a.select(a.binary("equal", left, right), 0, a.sub(smaller, larger));
  return a.add(larger, a.unary("log1p", a.unary("exp", gap)));
}

/** log Γ(x) + log Γ(y) − log Γ(x + y) */
export function logBeta(a: Algebra, x: Value, y: Value): Value {
  return a.sub(
    a.add(a.unary("lgamma", x), a.unary("lgamma", y)),
    a.unary("lgamma", a.add(a.convert(x, "float"), y)),
  );
}
