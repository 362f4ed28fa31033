/**
 * One-to-one functions of a number, which distributions may be pushed through: where each is defined, and what it gives at the ends. What
 * they mean is in `compiler/lower/bijections.ts`.
 */
import { rangeOf } from "./range.ts";
import { positiveRange, type Range, realLine, unitRange } from "./type.ts";

interface UnaryBijection {
  readonly domain: Range;
  /** At the lower and the upper end of the domain: a falling function gives more at the lower one. */
  readonly ends: readonly [number, number];
}

const nonNegative = rangeOf(0, Infinity);

export const unaryBijections = {
  neg: { domain: realLine, ends: [Infinity, -Infinity] },
  exp: { domain: realLine, ends: [0, Infinity] },
  log: { domain: positiveRange, ends: [-Infinity, Infinity] },
  expm1: { domain: realLine, ends: [-1, Infinity] },
  log1p: { domain: rangeOf(-1, Infinity), ends: [-Infinity, Infinity] },
  sqrt: { domain: nonNegative, ends: [0, Infinity] },
  square: { domain: nonNegative, ends: [0, Infinity] },
  sigmoid: { domain: realLine, ends: [0, 1] },
  logit: { domain: unitRange, ends: [-Infinity, Infinity] },
  softplus: { domain: realLine, ends: [0, Infinity] },
  log_sigmoid: { domain: realLine, ends: [-Infinity, 0] },
  tanh: { domain: realLine, ends: [-1, 1] },
  sinh: { domain: realLine, ends: [-Infinity, Infinity] },
  atan: { domain: realLine, ends: [-Math.PI / 2, Math.PI / 2] },
  normal_cdf: { domain: realLine, ends: [0, 1] },
  normal_quantile: { domain: unitRange, ends: [-Infinity, Infinity] },
} as const satisfies Readonly<Record<string, UnaryBijection>>;

export type UnaryBijectionName = keyof typeof unaryBijections;

/** Of a number x and an operand c: the operators by their names, and `From` or `Of` where x stands on the right: c − x, c / x, c ^ x. */
export const binaryBijections = ["add", "sub", "subFrom", "mul", "div", "divFrom", "pow", "powOf"] as const;

export type BinaryBijectionName = (typeof binaryBijections)[number];

export function isUnaryBijection(name: string): name is UnaryBijectionName {
  return Object.hasOwn(unaryBijections, name);
}
