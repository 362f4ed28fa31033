/** Distribution functions of distributions that have one, and the mass between bounds. */
import { bug } from "../../base/bug.ts";
import type { CoreDefinition, CoreDistribution } from "../../lang/core-distribution.ts";
import { isCumulative } from "../../lang/cumulative.ts";
import { pulled, pulledSupport } from "./bijections.ts";
import type { Support } from "./bijector.ts";
import { chooseArm } from "./choose-arm.ts";
import type { Context } from "./context.ts";
import { cumulativeRows } from "./cumulative-rows.ts";
import { logTailAt, openDefinition, type Tail } from "./defined.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import { mixtureTerm } from "./mixture.ts";
import { massBetween, type Tails } from "./tails.ts";
import type { Value } from "./value.ts";
import { wholeEnds } from "./whole-ends.ts";

/**
 * log F(x) or log (1 − F(x)) of a distribution of numbers that `hasCumulative`. `batch` is the shape of independent draws, of which x
 * has that of each, or one for all; the result as well.
 */
export function logTail(
  distribution: CoreDistribution,
  tail: Tail,
  x: Value,
  batch: readonly number[],
  context: Context,
): Value {
  const { algebra } = context;
  switch (distribution.kind) {
    case "distribution": {
      if (!isCumulative(distribution.name)) return bug(`${distribution.name} has no distribution function`);
      const { logCdf, logSurvival } = cumulativeRows[distribution.name];
      return (tail === "below" ? logCdf : logSurvival)(algebra, x, lowerArguments(distribution, context));
    }
    case "defined": {
      const opened = openDefinition(distribution, batch, context);
      return opened.rows.leave(logTailAt(opened, tail, opened.rows.enter(x, 0)));
    }
    case "mixture": {
      const part = (each: CoreDistribution, inner: Context): Value =>
        algebra.stretch(logTail(each, tail, x, x.event, inner), [], x.event);
      return mixtureTerm(distribution, x.event, part, context);
    }
    case "transformed": {
      const { base, bijection } = distribution;
      const inner = bijection.falling ? (tail === "below" ? "above" : "below") : tail;
      const { x: drawn, isBeyond } = pulled(bijection, x, context);
      if (isBeyond !== undefined) {
        const beyond = tail === "below" ? 0 : Number.NEGATIVE_INFINITY;
        return algebra.select(isBeyond, beyond, logTail(base, inner, drawn, batch, context));
      }
      if (distribution.support.kind !== "discrete") return logTail(base, inner, drawn, batch, context);
      // Whole numbers: f(k) ≤ y where k is at most x, or, of a falling f, not below it.
      const below = algebra.unary("floor", drawn);
      const before = algebra.sub(-1, algebra.unary("floor", algebra.unary("neg", drawn)));
      return wholeTail(base, inner, bijection.falling ? before : below, batch, context);
    }
    case "censored":
      return bug("the distribution function of what is censored");
    case "if":
    case "match":
      return chooseArm(distribution, (arm) => logTail(arm, tail, x, batch, context), context);
  }
}

/** Also at numbers that are not drawn, which entries need not know. */
function wholeTail(
  base: CoreDistribution,
  tail: Tail,
  k: Value,
  batch: readonly number[],
  context: Context,
): Value {
  const { algebra } = context;
  const { low, high } = wholeEnds(base, context);
  const isBefore = algebra.binary("less", k, low);
  const isLast = algebra.binary("lessEqual", high, k);
  const inside = algebra.select(algebra.binary("or", isBefore, isLast), low, k);
  const [before, last] = tail === "below" ? [Number.NEGATIVE_INFINITY, 0] : [0, Number.NEGATIVE_INFINITY];
  const log = logTail(base, tail, inside, batch, context);
  return algebra.select(isBefore, before, algebra.select(isLast, last, log));
}

function hasExactTails({ logCdf, logSurvival }: CoreDefinition): boolean {
  return logCdf !== undefined || logSurvival !== undefined;
}

/** log of the mass in a part of the support. */
export function logMass(
  distribution: CoreDistribution,
  support: Support,
  batch: readonly number[],
  context: Context,
): Value {
  const { algebra } = context;
  if (distribution.kind === "transformed") {
    const { base, bijection } = distribution;
    return logMass(base, pulledSupport(bijection, support, context), batch, context);
  }
  const at = (tail: Tail, bound: Value): Value => logTail(distribution, tail, bound, batch, context);
  switch (support.kind) {
    case "lower":
      return at("above", support.low);
    case "upper":
      return at("below", support.high);
    case "interval": {
      const { low, high } = support;
      if (distribution.kind === "defined" && !hasExactTails(distribution.definition)) {
        const cdf = (bound: Value): Value => algebra.unary("exp", at("below", bound));
        return algebra.unary("log", algebra.sub(cdf(high), cdf(low)));
      }
      const tails = (bound: Value): Tails => ({ below: at("below", bound), above: at("above", bound) });
      return massBetween(algebra, tails(low), tails(high));
    }
    default:
      return bug(`a distribution cut down to a support of kind ${support.kind}`);
  }
}
