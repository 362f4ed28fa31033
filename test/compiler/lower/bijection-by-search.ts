/** One-to-one functions of a draw as the interpreter sees them: their values, textbook derivatives, and inverses by bisection. */
import type { BinaryBijectionName, UnaryBijectionName } from "../../../src/lang/bijections.ts";
import type { BuiltinName } from "../../../src/lang/builtins.ts";

type Name = UnaryBijectionName | BinaryBijectionName;

interface Between {
  readonly low: number;
  readonly high: number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** f′ at x, of the operand c, where y = f(x). */
const derivatives: { readonly [N in Name]: (x: number, c: number, y: number) => number } = {
  neg: () => -1,
  exp: (x) => Math.exp(x),
  log: (x) => 1 / x,
  expm1: (x) => Math.exp(x),
  log1p: (x) => 1 / (1 + x),
  sqrt: (x) => 0.5 / Math.sqrt(x),
  square: (x) => 2 * x,
  sigmoid: (x) => sigmoid(x) * sigmoid(-x),
  logit: (x) => 1 / (x * (1 - x)),
  softplus: (x) => sigmoid(x),
  log_sigmoid: (x) => sigmoid(-x),
  tanh: (x) => 1 / Math.cosh(x) ** 2,
  sinh: (x) => Math.cosh(x),
  atan: (x) => 1 / (1 + x * x),
  normal_cdf: (x) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI),
  normal_quantile: (_x, _c, y) => Math.exp(0.5 * y * y) * Math.sqrt(2 * Math.PI),
  add: () => 1,
  sub: () => 1,
  subFrom: () => -1,
  mul: (_, c) => c,
  div: (_, c) => 1 / c,
  divFrom: (x, c) => -c / x ** 2,
  pow: (x, c) => c * x ** (c - 1),
  powOf: (_x, c, y) => y * Math.log(c),
};

export function derivative(name: Name, x: number, c: number, y: number): number {
  return derivatives[name](x, c, y);
}

/** Which builtin it is, and whether the draw is its second argument. */
export function builtinOf(name: Name): { readonly name: BuiltinName; readonly isSecond: boolean } {
  const [first] = name.split(/From|Of/);
  return { name: first as BuiltinName, isSecond: first !== name };
}

/** All that lies between the ends, ascending with s. */
function between({ low, high }: Between, s: number): number {
  if (low > -Infinity && high < Infinity) return low + (high - low) * sigmoid(s);
  if (low > -Infinity) return low + Math.exp(s);
  return high < Infinity ? high - Math.exp(-s) : Math.sinh(s);
}

export function isRising(f: (x: number) => number, ends: Between): boolean {
  return f(between(ends, -1)) < f(between(ends, 1));
}

/** The x between the ends with f(x) = y; NaN where it lies beyond what doubles tell from an end. */
export function inverse(f: (x: number) => number, y: number, ends: Between): number {
  const at = (s: number): number => between(ends, s);
  const reach = 700;
  let [from, to] = [-reach, reach];
  const rises = isRising(f, ends);
  for (let step = 0; step < 200; step++) {
    const middle = (from + to) / 2;
    if (f(at(middle)) < y === rises) from = middle;
    else to = middle;
  }
  return from === -reach || to === reach ? Number.NaN : at((from + to) / 2);
}
