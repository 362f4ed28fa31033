/** Distribution functions of distributions that have one, and the mass between bounds. */
import { bug } from "../../base/bug.ts";
import type { CoreDefinition, CoreDistribution } from "../../lang/core.ts";
import { isCumulative } from "../../lang/cumulative.ts";
import { pulled, pulledSupport } from "./bijections.ts";
import type { Support } from "./bijector.ts";
import type { Context } from "./context.ts";
import { cumulativeRows } from "./cumulative-rows.ts";
import { logTailAt, openDefinition, type Tail } from "./defined.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import { lowerExpression, lowerMatch } from "./lower-expression.ts";
import { mixtureTerm } from "./mixture.ts";
import { massBetween, type Tails } from "./tails.ts";
import type { Value } from "./value.ts";

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
  const arm = (each: CoreDistribution): Value => logTail(each, tail, x, batch, context);
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
      return logTail(base, inner, pulled(bijection, x, context).x, batch, context);
    }
    case "censored":
      return bug("the distribution function of what is censored");
    case "if":
      return algebra.select(
        lowerExpression(distribution.condition, context),
        arm(distribution.then),
        arm(distribution.else),
      );
    case "match": {
      const arms = distribution.arms.map(({ pattern, value }) => ({ pattern, value: arm(value) }));
      return lowerMatch<Value>(lowerExpression(distribution.subject, context), arms, context, algebra.select);
    }
  }
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
