/**
 * Interval arithmetic over ranges: what is known of f(x) when x lies in a range. Exact ends for monotone functions, hulls
 * elsewhere. Sound: whenever the arguments lie in their ranges and the result is a number, the result lies in the result's
 * range (up to rounding). Natural interval extension: Moore (1966), "Interval Analysis", chapter 3.
 */
import { nonNegativeRange, positiveRange, type Range, realLine, unitRange } from "./type.ts";

/** The interval with these ends. Infinite ends come out open; an end that overflowed keeps the interval from being empty. */
export function rangeOf(low: number, high: number, lowOpen = false, highOpen = false): Range {
  return {
    low: Math.min(low, Number.MAX_VALUE),
    lowOpen: lowOpen || low === -Infinity,
    high: Math.max(high, -Number.MAX_VALUE),
    highOpen: highOpen || high === Infinity,
  };
}

export function exactly(value: number): Range {
  return rangeOf(value, value);
}

export function within(inner: Range, outer: Range): boolean {
  const low = inner.low > outer.low || (inner.low === outer.low && (inner.lowOpen || !outer.lowOpen));
  const high = inner.high < outer.high || (inner.high === outer.high && (inner.highOpen || !outer.highOpen));
  return low && high;
}

export function equalRanges(a: Range, b: Range): boolean {
  return within(a, b) && within(b, a);
}

export function contains(range: Range, value: number): boolean {
  return within(exactly(value), range);
}

/** No value lies in both. */
export function disjoint(a: Range, b: Range): boolean {
  return before(a, b) || before(b, a);
}

function before(a: Range, b: Range): boolean {
  return a.high < b.low || (a.high === b.low && (a.highOpen || b.lowOpen));
}

export function hull(a: Range, b: Range): Range {
  const low = a.low < b.low || (a.low === b.low && !a.lowOpen) ? a : b;
  const high = a.high > b.high || (a.high === b.high && !a.highOpen) ? a : b;
  return { low: low.low, lowOpen: low.lowOpen, high: high.high, highOpen: high.highOpen };
}

/** What lies in both; `undefined` when nothing does. */
export function intersection(a: Range, b: Range): Range | undefined {
  if (disjoint(a, b)) return undefined;
  const low = a.low > b.low || (a.low === b.low && a.lowOpen) ? a : b;
  const high = a.high < b.high || (a.high === b.high && a.highOpen) ? a : b;
  return { low: low.low, lowOpen: low.lowOpen, high: high.high, highOpen: high.highOpen };
}

function negateRange(a: Range): Range {
  return { low: -a.high, lowOpen: a.highOpen, high: -a.low, highOpen: a.lowOpen };
}

export function addRanges(a: Range, b: Range): Range {
  return rangeOf(a.low + b.low, a.high + b.high, a.lowOpen || b.lowOpen, a.highOpen || b.highOpen);
}

export function subtractRanges(a: Range, b: Range): Range {
  return addRanges(a, negateRange(b));
}

interface End {
  readonly value: number;
  readonly open: boolean;
}

function ends(a: Range): [End, End] {
  return [
    { value: a.low, open: a.lowOpen },
    { value: a.high, open: a.highOpen },
  ];
}

/** 0 · ∞ is 0 here: an infinite end is never taken, and a zero end that is taken makes the product zero. */
function productEnd(a: End, b: End): End {
  if (a.value === 0 && b.value === 0) return { value: 0, open: a.open && b.open };
  if (a.value === 0) return { value: 0, open: a.open };
  if (b.value === 0) return { value: 0, open: b.open };
  return { value: a.value * b.value, open: a.open || b.open };
}

function hullOfEnds(all: readonly End[]): Range {
  const points = all.map(
    ({ value, open }): Range => ({ low: value, lowOpen: open, high: value, highOpen: open }),
  );
  const { low, high, lowOpen, highOpen } = points.reduce(hull);
  return rangeOf(low, high, lowOpen, highOpen);
}

export function multiplyRanges(a: Range, b: Range): Range {
  return hullOfEnds(ends(a).flatMap((x) => ends(b).map((y) => productEnd(x, y))));
}

/** 1 / a. A range with zero inside gives the real line; zero at an end sends that end to infinity. */
function reciprocalRange(a: Range): Range {
  if (a.low < 0 && a.high > 0) return realLine;
  if (a.low === 0 && a.high === 0) return realLine;
  if (a.low >= 0) return rangeOf(1 / a.high, a.low === 0 ? Infinity : 1 / a.low, a.highOpen, a.lowOpen);
  return negateRange(reciprocalRange(negateRange(a)));
}

export function divideRanges(a: Range, b: Range): Range {
  return multiplyRanges(a, reciprocalRange(b));
}

export function minRange(a: Range, b: Range): Range {
  return negateRange(maxRange(negateRange(a), negateRange(b)));
}

export function maxRange(a: Range, b: Range): Range {
  const lower = a.low > b.low || (a.low === b.low && a.lowOpen) ? a : b;
  const upper = a.high > b.high || (a.high === b.high && !a.highOpen) ? a : b;
  return { low: lower.low, lowOpen: lower.lowOpen, high: upper.high, highOpen: upper.highOpen };
}

function absRange(a: Range): Range {
  if (a.low >= 0) return a;
  if (a.high <= 0) return negateRange(a);
  const upper = maxRange(a, negateRange(a));
  return { low: 0, lowOpen: false, high: upper.high, highOpen: upper.highOpen };
}

/** a ^ b; the exponent is an integer when `integerExponent`. Real powers of negative numbers are no numbers. */
export function powerRange(a: Range, b: Range, integerExponent: boolean): Range {
  if (b.low === b.high && integerExponent && b.low >= 0 && b.low <= 64) {
    const even = b.low % 2 === 0;
    if (b.low === 0) return exactly(1);
    return increasing(even ? absRange(a) : a, (x) => x ** b.low);
  }
  if (a.low >= 0 && a.high <= 1 && b.low >= 0) return { ...unitRange, lowOpen: a.low > 0 || a.lowOpen };
  if (a.low > 0 || (a.low === 0 && a.lowOpen)) return positiveRange;
  if (a.low === 0) return nonNegativeRange;
  return realLine;
}

/** The image under an increasing function, ends by evaluation. */
function increasing(a: Range, f: (x: number) => number): Range {
  return rangeOf(f(a.low), f(a.high), a.lowOpen, a.highOpen);
}

/** Increasing on [0, ∞) only: the negative part of `a`, where the function is no number, is left out. */
function increasingFromZero(a: Range, f: (x: number) => number): Range {
  const defined = intersection(a, nonNegativeRange);
  return defined === undefined ? realLine : increasing(defined, f);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Puts ends that rounding brought to a limit of the function on that limit, open where the function never reaches it. */
function clampOpen(a: Range, limits: Range): Range {
  const low = a.low <= limits.low;
  const high = a.high >= limits.high;
  return {
    low: low ? limits.low : a.low,
    lowOpen: low ? limits.lowOpen : a.lowOpen,
    high: high ? limits.high : a.high,
    highOpen: high ? limits.highOpen : a.highOpen,
  };
}

const openUnit = rangeOf(0, 1, true, true);
const negativeRange = rangeOf(-Infinity, 0, true, true);
const symmetricUnit = rangeOf(-1, 1);

/** One row per elementwise function of one argument. */
export const unaryRanges = {
  neg: negateRange,
  abs: absRange,
  sign: (a) =>
    rangeOf(
      a.low > 0 ? 1 : a.low >= 0 ? (a.lowOpen ? 1 : 0) : -1,
      a.high < 0 ? -1 : a.high <= 0 ? (a.highOpen ? -1 : 0) : 1,
    ),
  exp: (a) => clampOpen(increasing(a, Math.exp), positiveRange),
  log: (a) => increasingFromZero(a, Math.log),
  log1p: (a) =>
    a.low <= -1
      ? rangeOf(-Infinity, a.high <= -1 ? Infinity : Math.log1p(a.high), true, a.highOpen)
      : increasing(a, Math.log1p),
  expm1: (a) => clampOpen(increasing(a, Math.expm1), rangeOf(-1, Infinity, true)),
  sqrt: (a) => increasingFromZero(a, Math.sqrt),
  square: (a) => increasing(absRange(a), (x) => x * x),
  sin: () => symmetricUnit,
  cos: () => symmetricUnit,
  tan: () => realLine,
  tanh: (a) => clampOpen(increasing(a, Math.tanh), rangeOf(-1, 1, true, true)),
  sigmoid: (a) => clampOpen(increasing(a, sigmoid), openUnit),
  logit: () => realLine,
  softplus: (a) =>
    clampOpen(
      increasing(a, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
      positiveRange,
    ),
  floor: (a) => rangeOf(Math.floor(a.low), Math.floor(a.high)),
  lgamma: () => realLine,
  digamma: () => realLine,
  erf: (a) =>
    a.low >= 0
      ? rangeOf(0, 1, a.lowOpen || a.low > 0, true)
      : a.high <= 0
        ? rangeOf(-1, 0, true, a.highOpen || a.high < 0)
        : rangeOf(-1, 1, true, true),
  stop_gradient: (a) => a,
  relu: (a) => maxRange(a, exactly(0)),
  erfc: (a) => (a.low >= 0 ? rangeOf(0, 1, true, a.lowOpen || a.low > 0) : rangeOf(0, 2, true, true)),
  erfinv: (a) => (a.low >= 0 ? nonNegativeRange : realLine),
  normal_cdf: () => openUnit,
  log_normal_cdf: () => negativeRange,
  normal_quantile: () => realLine,
  log1mexp: () => rangeOf(-Infinity, 0),
  log_sigmoid: () => negativeRange,
  sinh: (a) => increasing(a, Math.sinh),
  cosh: (a) => increasing(absRange(a), Math.cosh),
  asin: () => rangeOf(-Math.PI / 2, Math.PI / 2),
  acos: () => rangeOf(0, Math.PI),
  atan: (a) => clampOpen(increasing(a, Math.atan), rangeOf(-Math.PI / 2, Math.PI / 2, true, true)),
  ceil: (a) => rangeOf(Math.ceil(a.low), Math.ceil(a.high)),
  round: (a) => rangeOf(Math.floor(a.low + 0.5), Math.floor(a.high + 0.5)),
  step: (a) => (a.low >= 0 ? exactly(1) : a.high < 0 ? exactly(0) : rangeOf(0, 1)),
} satisfies Readonly<Record<string, (a: Range) => Range>>;

/** Sum of at least one element, of exactly `count` when that is known. */
export function sumRange(a: Range, count: number | undefined): Range {
  const most = count ?? Infinity;
  const least = count ?? 1;
  const low = a.low >= 0 ? a.low * least : a.low * most;
  const high = a.high <= 0 ? a.high * least : a.high * most;
  return rangeOf(low, high, a.lowOpen, a.highOpen);
}

export function productRange(a: Range): Range {
  if (within(a, unitRange)) return rangeOf(0, 1, a.lowOpen || a.low > 0, a.highOpen);
  if (within(a, positiveRange)) return positiveRange;
  return a.low >= 0 ? nonNegativeRange : realLine;
}

/** log Σ exp: at least the largest element, at most log(count) above it. */
export function logSumExpRange(a: Range, count: number | undefined): Range {
  return rangeOf(a.low, count === undefined ? Infinity : a.high + Math.log(count), a.lowOpen, a.highOpen);
}

/** x − y ⌊x / y⌋ has the sign of y and is smaller. */
export function moduloRange(b: Range): Range {
  if (b.low > 0 || (b.low === 0 && b.lowOpen)) return rangeOf(0, b.high, false, true);
  if (b.high < 0 || (b.high === 0 && b.highOpen)) return rangeOf(b.low, 0, true);
  return realLine;
}

export function quotientRange(a: Range, b: Range): Range {
  const { low, high } = divideRanges(a, b);
  return rangeOf(Math.floor(low), Math.floor(high));
}

export function cumulativeProductRange(a: Range): Range {
  return within(a, rangeOf(-1, 1))
    ? productRange(a)
    : within(a, positiveRange)
      ? positiveRange
      : a.low >= 0
        ? nonNegativeRange
        : realLine;
}

export function cumulativeSumRange(a: Range): Range {
  if (a.low >= 0) return rangeOf(a.low, Infinity, a.lowOpen);
  return a.high <= 0 ? rangeOf(-Infinity, a.high, true, a.highOpen) : realLine;
}
