/** Distribution functions of distributions that have one, and the mass between bounds. */
import { bug } from "../../base/bug.ts";
import type { CoreDistribution } from "../../lang/core.ts";
import { isCumulative } from "../../lang/cumulative.ts";
import { pulled, pulledSupport } from "./bijections.ts";
import type { Support } from "./bijector.ts";
import type { Context } from "./context.ts";
import { cumulativeRows } from "./cumulative-rows.ts";
import { cdfAt, openDefinition } from "./defined.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import { log1mexp, logAddExp } from "./logarithms.ts";
import { lowerExpression, lowerMatch } from "./lower-expression.ts";
import { mixtureTerm } from "./mixture.ts";
import type { Value } from "./value.ts";

export type Tail = "below" | "above";

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
      const cdf = cdfAt(opened, opened.rows.enter(x, 0));
      const log =
        tail === "below" ? algebra.unary("log", cdf) : algebra.unary("log1p", algebra.unary("neg", cdf));
      return opened.rows.leave(log);
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
      if (distribution.kind !== "distribution") {
        const cdf = (bound: Value): Value => algebra.unary("exp", at("below", bound));
        return algebra.unary("log", algebra.sub(cdf(high), cdf(low)));
      }
      // F(high) − F(low), taken in the tail in which both are small.
      const isHigh = algebra.binary("less", Math.log(0.5), at("below", low));
      const larger = algebra.select(isHigh, at("above", low), at("below", high));
      const smaller = algebra.select(isHigh, at("above", high), at("below", low));
      return algebra.add(larger, log1mexp(algebra, algebra.sub(smaller, larger)));
    }
    default:
      return bug(`a distribution cut down to a support of kind ${support.kind}`);
  }
}

/** A draw between the bounds of a part of the support: where log F is log(F(low) + u M), with M the mass in that part. */
export function drawBetween(
  distribution: Extract<CoreDistribution, { kind: "distribution" }>,
  uniform: Value,
  support: Support,
  context: Context,
): Value {
  const { algebra } = context;
  const args = lowerArguments(distribution, context);
  const low = "low" in support ? support.low : undefined;
  const high = "high" in support ? support.high : undefined;
  if (distribution.name === "Uniform") {
    const [from, to] = [low ?? args.low, high ?? args.high];
    return algebra.add(from, algebra.mul(uniform, algebra.sub(to, from)));
  }
  if (!isCumulative(distribution.name)) return bug(`${distribution.name} has no distribution function`);
  const row = cumulativeRows[distribution.name];
  const mass = logMass(distribution, support, [], context);
  const share = (log: Value): Value => algebra.add(log, mass);
  const rest = algebra.unary("log1p", algebra.unary("neg", uniform));
  const below = share(algebra.unary("log", uniform));
  const above = share(rest);
  const x = row.quantile(
    algebra,
    low === undefined ? below : logAddExp(algebra, row.logCdf(algebra, low, args), below),
    high === undefined ? above : logAddExp(algebra, row.logSurvival(algebra, high, args), above),
    args,
  );
  // Roundings may lie beyond the ends.
  const raised = low === undefined ? x : algebra.binary("max", x, low);
  return high === undefined ? raised : algebra.binary("min", raised, high);
}
