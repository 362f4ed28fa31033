/** Log density of one draw statement's value, as terms without event dimensions. */
import type { CoreDistribution, CoreSite } from "../../lang/core.ts";
import { distributions } from "../../lang/distributions.ts";
import { type Arguments, distributionRows, sum } from "./distributions.ts";
import { lowerExpression, lowerMatch } from "./lower-expression.ts";
import type { ModelContext } from "./lower-model.ts";
import { eventShape } from "./places.ts";
import type { Algebra, Value } from "./value.ts";

export function siteLogDensity(site: CoreSite, x: Value, context: ModelContext): readonly Value[] {
  return distributionTerms(site.distribution, x, eventShape(site, context), context);
}

export function lowerArguments(
  distribution: Extract<CoreDistribution, { kind: "distribution" }>,
  context: ModelContext,
): Arguments {
  return Object.fromEntries(
    Object.entries(distribution.arguments).map(([name, each]) => [
      name,
      context.algebra.convert(lowerExpression(each, context), "float"),
    ]),
  );
}

function distributionTerms(
  distribution: CoreDistribution,
  x: Value,
  event: readonly number[],
  context: ModelContext,
): readonly Value[] {
  const { algebra } = context;
  switch (distribution.kind) {
    case "distribution": {
      const terms = distributionRows[distribution.name].logDensity(
        algebra,
        x,
        lowerArguments(distribution, context),
      );
      const batch = distributions[distribution.name].eventRank === 1 ? event.slice(0, -1) : event;
      return terms.map((term) => sumBatch(algebra, term, batch));
    }
    case "if": {
      const condition = lowerExpression(distribution.condition, context);
      const then = sum(algebra, distributionTerms(distribution.then, x, event, context));
      const otherwise = sum(algebra, distributionTerms(distribution.else, x, event, context));
      return [algebra.select(condition, then, otherwise)];
    }
    case "match": {
      const subject = lowerExpression(distribution.subject, context);
      const arms = distribution.arms.map((arm) => ({
        pattern: arm.pattern,
        value: sum(algebra, distributionTerms(arm.value, x, event, context)),
      }));
      return [lowerMatch<Value>(subject, arms, context, algebra.select)];
    }
  }
}

/** Sum over the independent elements of an event; a term without event dimensions is the same for each of them. */
export function sumBatch(algebra: Algebra, term: Value, batch: readonly number[]): Value {
  if (term.event.length > 0) return algebra.sumEvent(term);
  const count = batch.reduce((product, length) => product * length, 1);
  return count === 1 ? term : algebra.mul(term, count);
}
