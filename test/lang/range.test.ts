import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { erf } from "../../src/compiler/special-functions.ts";
import {
  addRanges,
  cumulativeSumRange,
  disjoint,
  divideRanges,
  hull,
  intersection,
  logSumExpRange,
  maxRange,
  minRange,
  moduloRange,
  multiplyRanges,
  powerRange,
  productRange,
  rangeOf,
  subtractRanges,
  sumRange,
  unaryRanges,
  within,
} from "../../src/lang/range.ts";
import type { Range } from "../../src/lang/type.ts";

const end = fc.oneof(
  fc.constantFrom(-2, -1, -0.5, 0, 0.5, 1, 2),
  fc.integer({ min: -1280, max: 1280 }).map((each) => each / 64),
);

const range: fc.Arbitrary<Range> = fc
  .tuple(
    fc.oneof(end, fc.constant(-Infinity)),
    fc.oneof(end, fc.constant(Infinity)),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([a, b, lowOpen, highOpen]) => {
    const [low, high] = a <= b ? [a, b] : [b, a];
    const point = low === high;
    return rangeOf(low, high, lowOpen && !point, highOpen && !point);
  });

/** A range and a number in it. */
const pick = fc.tuple(range, fc.double({ min: 0, max: 1, noNaN: true })).map(([within, at]) => {
  const low = Math.max(within.low, -30);
  const high = Math.min(within.high, 30);
  const inner = low + (high - low) * (within.lowOpen || within.highOpen ? 0.01 + 0.98 * at : at);
  return { range: within, value: Math.min(Math.max(inner, low), high) };
});

/** Membership up to rounding, where the value is a number at all. */
function expectInside(value: number, result: Range): void {
  if (Number.isNaN(value)) return;
  const slack = 1e-9 * Math.max(1, Math.abs(value));
  expect(value).toBeGreaterThanOrEqual(result.low - slack);
  expect(value).toBeLessThanOrEqual(result.high + slack);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const unaryFunctions: { readonly [Name in keyof typeof unaryRanges]: ((x: number) => number) | undefined } = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  log: (x) => (x < 0 ? Number.NaN : Math.log(x)),
  log1p: Math.log1p,
  expm1: Math.expm1,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  sigmoid,
  logit: (x) => Math.log(x / (1 - x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  floor: Math.floor,
  lgamma: undefined,
  digamma: undefined,
  erf: undefined,
  stop_gradient: (x) => x,
  relu: (x) => Math.max(x, 0),
  erfc: (x) => 1 - erf(x),
  erfinv: undefined,
  normal_cdf: (x) => 0.5 * (1 + erf(x / Math.SQRT2)),
  log_normal_cdf: (x) => Math.log(0.5 * (1 + erf(x / Math.SQRT2))),
  normal_quantile: undefined,
  log1mexp: (x) => Math.log(1 - Math.exp(x)),
  log_sigmoid: (x) => -Math.log1p(Math.exp(-x)),
  sinh: Math.sinh,
  cosh: Math.cosh,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  ceil: Math.ceil,
  round: (x) => Math.floor(x + 0.5),
  step: (x) => Number(x >= 0),
};

describe("the range of a result holds the result", () => {
  for (const [name, f] of Object.entries(unaryFunctions)) {
    if (f === undefined) continue;
    test(name, () => {
      fc.assert(
        fc.property(pick, ({ range: a, value }) => {
          expectInside(f(value), unaryRanges[name as keyof typeof unaryRanges](a));
        }),
      );
    });
  }

  const binary = {
    add: { of: addRanges, f: (a: number, b: number) => a + b },
    sub: { of: subtractRanges, f: (a: number, b: number) => a - b },
    mul: { of: multiplyRanges, f: (a: number, b: number) => a * b },
    div: { of: divideRanges, f: (a: number, b: number) => (b === 0 ? Number.NaN : a / b) },
    min: { of: minRange, f: Math.min },
    max: { of: maxRange, f: Math.max },
    mod: {
      of: (_: Range, b: Range) => moduloRange(b),
      f: (a: number, b: number) => a - b * Math.floor(a / b),
    },
    pow: { of: (a: Range, b: Range) => powerRange(a, b, false), f: (a: number, b: number) => a ** b },
  };
  test.each(Object.entries(binary))("%s", (_, { of, f }) => {
    fc.assert(
      fc.property(pick, pick, (a, b) => {
        expectInside(f(a.value, b.value), of(a.range, b.range));
      }),
    );
  });

  test("pow with a constant integer exponent", () => {
    fc.assert(
      fc.property(pick, fc.integer({ min: -4, max: 6 }), (a, exponent) => {
        if (a.value === 0 && exponent < 0) return;
        expectInside(a.value ** exponent, powerRange(a.range, rangeOf(exponent, exponent), true));
      }),
    );
  });

  test("sums, products and log-sum-exps of elements of one range", () => {
    const elements = fc.tuple(
      range,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(elements, fc.boolean(), ([a, places], counted) => {
        const low = Math.max(a.low, -30);
        const values = places.map((at) => low + (Math.min(a.high, 30) - low) * at);
        const count = counted ? values.length : undefined;
        const total = values.reduce((sum, value) => sum + value, 0);
        expectInside(total, sumRange(a, count));
        expectInside(total, cumulativeSumRange(a));
        expectInside(
          values.reduce((product, value) => product * value, 1),
          productRange(a),
        );
        expectInside(
          Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)),
          logSumExpRange(a, count),
        );
      }),
    );
  });
});

describe("open ends stay open where a zero matters", () => {
  const positive = rangeOf(0, Infinity, true);
  const nonNegative = rangeOf(0, Infinity);
  test.each([
    ["exp of anything", unaryRanges.exp(rangeOf(-Infinity, Infinity))],
    ["softplus of anything", unaryRanges.softplus(rangeOf(-Infinity, Infinity))],
    ["positive times positive", multiplyRanges(positive, positive)],
    ["positive over positive", divideRanges(positive, positive)],
    ["positive plus nonnegative", addRanges(positive, nonNegative)],
    ["square root of positive", unaryRanges.sqrt(positive)],
    ["square of positive", unaryRanges.square(positive)],
    ["sum of positives", sumRange(positive, undefined)],
    ["max(anything, 0.1)", maxRange(rangeOf(-Infinity, Infinity), rangeOf(0.1, 0.1))],
    ["1 / size", divideRanges(rangeOf(1, 1), rangeOf(1, Infinity))],
  ])("%s is positive", (_, result) => {
    expect(within(result, positive)).toBe(true);
  });
  test.each([
    ["nonnegative", nonNegative],
    ["square of anything", unaryRanges.square(rangeOf(-Infinity, Infinity))],
    ["positive times nonnegative", multiplyRanges(positive, nonNegative)],
    ["relu", unaryRanges.relu(rangeOf(-Infinity, Infinity))],
  ])("%s is not", (_, result) => {
    expect(within(result, positive)).toBe(false);
  });
  test("1 − a unit is a unit", () => {
    expect(subtractRanges(rangeOf(1, 1), rangeOf(0, 1))).toEqual(rangeOf(0, 1));
  });
});

test("hull holds both, intersection lies in both, disjoint ranges have none", () => {
  fc.assert(
    fc.property(range, range, (a, b) => {
      expect(within(a, hull(a, b)) && within(b, hull(a, b))).toBe(true);
      const common = intersection(a, b);
      expect(common === undefined).toBe(disjoint(a, b));
      if (common !== undefined) expect(within(common, a) && within(common, b)).toBe(true);
    }),
  );
});
