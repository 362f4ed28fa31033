/** Log density of one draw statement's value, as terms without event dimensions. */
import type { CoreSite } from "../../lang/core.ts";
import type {
  CoreCensored,
  CoreDistribution,
  CoreSupport,
  CoreTransformed,
} from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { isRenormalised } from "../../lang/cumulative.ts";
import { eventRankOf } from "../../lang/event-rank.ts";
import { pulled, pushed } from "./bijections.ts";
import { chooseArm } from "./choose-arm.ts";
import type { Context } from "./context.ts";
import { logMass, logTail } from "./cumulative.ts";
import { definedTerms, type Tail } from "./defined.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import { distributionRows, sum } from "./distributions.ts";
import { between, insideEnds } from "./inside-ends.ts";
import { lowerExpression } from "./lower-expression.ts";
import type { ModelContext } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import { mixtureTerm } from "./mixture.ts";
import { eventShape } from "./places.ts";
import { isTruncated, partOf } from "./truncate.ts";
import type { Algebra, Value } from "./value.ts";
import { wholeEnds } from "./whole-ends.ts";

/** `present` says of every draw whether it is there: the density of what is missing integrates to one, so it is left out. */
export function siteLogDensity(
  site: CoreSite,
  x: Value,
  context: ModelContext,
  present?: Value,
): readonly Value[] {
  const event = eventShape(site, context);
  if (present === undefined && declaredEnds(site, x, context) === undefined) {
    const terms = distributionTerms(site.distribution, x, event, context);
    const batch = event.slice(0, event.length - eventRankOf(site.distribution));
    return [...terms, ...cutOff(site, batch, context).map((term) => sumBatch(context.algebra, term, batch))];
  }
  return [context.algebra.sumEvent(elementLogDensity(site, x, context, present))];
}

/**
 * Log density of each independent draw: one where the event is a number or one vector, one per element where it is an array of
 * them, with all of the plates' axes; `missing` for what is missing.
 */
export function elementLogDensity(
  site: CoreSite,
  x: Value,
  context: ModelContext,
  present?: Value,
  missing = 0,
): Value {
  const { algebra, plates } = context;
  const event = eventShape(site, context);
  const batch = event.slice(0, event.length - eventRankOf(site.distribution));
  const density = algebra.add(
    elementTerms(site.distribution, x, batch, context),
    ...cutOff(site, batch, context),
  );
  const isInside = declaredEnds(site, x, context);
  const inside = isInside ? algebra.select(isInside, density, Number.NEGATIVE_INFINITY) : density;
  const whole = algebra.stretch(inside, plates, batch);
  if (present === undefined) return whole;
  // A vector is missing as a whole: its first element tells.
  let mask = present;
  for (let dimension = batch.length; dimension < event.length; dimension++)
    mask = algebra.slice(mask, dimension, 0, 1);
  return algebra.select(algebra.reshapeEvent(mask, batch), whole, missing);
}

/** Whether a value lies between the ends that its declared type gives, where it might not: a continuous latent one always does. */
function declaredEnds(site: CoreSite, x: Value, context: ModelContext): Value | undefined {
  if (!isTruncated(site)) return undefined;
  if (site.observed) return insideEnds(site.support, x, context);
  return site.support.kind === "discrete"
    ? between(lowerSupport(site.support, context), x, context)
    : undefined;
}

/** Where there is a distribution function, what a narrower declared type takes away is made up for. */
function cutOff(site: CoreSite, batch: readonly number[], context: Context): readonly Value[] {
  const { distribution, support } = site;
  if (support.kind === "ordered" || !isTruncated(site) || !isRenormalised(distribution)) return [];
  const mass = logMass(distribution, partOf(site, context), batch, context);
  return [context.algebra.unary("neg", mass)];
}

/** The terms of the sum over all elements, each with only the axes that it needs. */
function distributionTerms(
  distribution: CoreDistribution,
  x: Value,
  event: readonly number[],
  context: ModelContext,
): readonly Value[] {
  const { algebra } = context;
  const batch = event.slice(0, event.length - eventRankOf(distribution));
  if (distribution.kind !== "if" && distribution.kind !== "match")
    return namedTerms(distribution, x, context).map((term) => sumBatch(algebra, term, batch));
  const arm = (each: CoreDistribution): Value => sum(algebra, distributionTerms(each, x, event, context));
  return [chooseArm(distribution, arm, context)];
}

/** log density of each element: a value whose event is `batch`. */
export function elementTerms(
  distribution: CoreDistribution,
  x: Value,
  batch: readonly number[],
  context: ModelContext,
): Value {
  const { algebra } = context;
  if (distribution.kind !== "if" && distribution.kind !== "match")
    return algebra.stretch(sum(algebra, namedTerms(distribution, x, context)), [], batch);
  return chooseArm(distribution, (each) => elementTerms(each, x, batch, context), context);
}

function namedTerms(
  distribution: Exclude<CoreDistribution, { kind: "if" | "match" }>,
  x: Value,
  context: ModelContext,
): readonly Value[] {
  if (distribution.kind === "defined") {
    const rank = eventRankOf(distribution);
    return noneOutside(distribution.support, x, rank, definedTerms(distribution, x, context), context);
  }
  if (distribution.kind === "mixture") {
    const density = (component: CoreDistribution, inner: ModelContext): Value =>
      elementTerms(component, x, x.event.slice(0, x.event.length - eventRankOf(component)), inner);
    return [mixtureTerm(distribution, x.event, density, context)];
  }
  if (distribution.kind === "censored") return [censoredTerm(distribution, x, context)];
  if (distribution.kind === "transformed") return transformedTerms(distribution, x, context);
  const row = distributionRows[distribution.name];
  return row.logDensity(context.algebra, x, lowerArguments(distribution, context));
}

/** The density of what is pushed through f: that of the draw, less log |f′|; none where no draw comes out. */
function transformedTerms(distribution: CoreTransformed, y: Value, context: ModelContext): readonly Value[] {
  const { algebra } = context;
  const { base, bijection } = distribution;
  if (distribution.support.kind === "discrete") return [wholeTerm(distribution, y, context)];
  const { x, logSlope, isBeyond } = pulled(bijection, y, context);
  const rank = eventRankOf(base);
  const batch = y.event.slice(0, y.event.length - rank);
  const ofDraw =
    base.kind === "if" || base.kind === "match"
      ? [elementTerms(base, x, batch, context)]
      : namedTerms(base, x, context);
  const ofSlope = logSlope.map((term) => {
    let sum = rank > 0 ? algebra.stretch(term, [], y.event) : term;
    for (let inner = 0; inner < rank; inner++) sum = algebra.reduce("reduceSum", sum, batch.length);
    return algebra.unary("neg", sum);
  });
  const terms = noneOutside(distribution.support, y, rank, [...ofDraw, ...ofSlope], context);
  if (isBeyond === undefined || rank > 0) return terms;
  return [algebra.select(isBeyond, Number.NEGATIVE_INFINITY, sum(algebra, terms))];
}

/** The probability of the whole number that y is the image of, where it is that of one that is drawn. */
function wholeTerm({ base, bijection }: CoreTransformed, y: Value, context: ModelContext): Value {
  const { algebra } = context;
  const at = algebra.convert(y, "float");
  const k = algebra.unary("floor", algebra.add(pulled(bijection, at, context).x, 0.5));
  const { low, high } = wholeEnds(base, context);
  const isDrawn = [
    algebra.binary("equal", pushed(bijection, k, context), at),
    algebra.binary("lessEqual", low, k),
    algebra.binary("lessEqual", k, high),
  ].reduce((all, each) => algebra.binary("and", all, each));
  const drawn = algebra.convert(algebra.select(isDrawn, k, low), "int");
  return algebra.select(isDrawn, elementTerms(base, drawn, y.event, context), Number.NEGATIVE_INFINITY);
}

/** A distribution whose ends are inferred has no density beyond them; its formula may have some. */
function noneOutside(
  support: CoreSupport,
  x: Value,
  rank: number,
  terms: readonly Value[],
  context: ModelContext,
): readonly Value[] {
  const { algebra } = context;
  const isInside = rank > 0 ? undefined : insideEnds(support, x, context);
  if (isInside === undefined) return terms;
  return [algebra.select(isInside, sum(algebra, terms), Number.NEGATIVE_INFINITY)];
}

/** The density between the ends; at an end, the mass of all that lies at it or beyond. */
function censoredTerm({ base, low, high }: CoreCensored, x: Value, context: ModelContext): Value {
  const { algebra } = context;
  const isWhole = algebra.dtypeOf(x) === "int";
  const at = algebra.convert(x, "float");
  let term = elementTerms(base, x, x.event, context);
  const replace = (isBeyond: Value, tail: Tail, end: Value, by: number): void => {
    // Where the value is not at the end, the end may be infinite.
    const bound = algebra.add(algebra.select(isBeyond, end, at), by);
    const mass = logTail(base, tail, bound, x.event, context);
    term = algebra.select(isBeyond, mass, term);
  };
  const endOf = (bound: CoreExpression): Value => algebra.convert(lowerExpression(bound, context), "float");
  if (low !== undefined) {
    const end = endOf(low);
    replace(algebra.binary("lessEqual", at, end), "below", end, 0);
  }
  if (high !== undefined) {
    const end = endOf(high);
    // P(Y ≥ k) of whole numbers is 1 − F(k − 1).
    replace(algebra.binary("lessEqual", end, at), "above", end, isWhole ? -1 : 0);
  }
  return term;
}

/** Sum over the independent elements of an event; a term without event dimensions is the same for each of them. */
export function sumBatch(algebra: Algebra, term: Value, batch: readonly number[]): Value {
  if (term.event.length > 0) return algebra.sumEvent(term);
  const count = batch.reduce((product, length) => product * length, 1);
  return count === 1 ? term : algebra.mul(term, count);
}
