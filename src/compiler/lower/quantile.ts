/** The x up to which a distribution has a probability: by its own formula, or by searching where the distribution function gets there. */
import { bug } from "../../base/bug.ts";
import type { CoreDistribution } from "../../lang/core-distribution.ts";
import { isCumulative } from "../../lang/cumulative.ts";
import { pushed } from "./bijections.ts";
import { chooseArm } from "./choose-arm.ts";
import { logTail } from "./cumulative.ts";
import { cumulativeRows } from "./cumulative-rows.ts";
import { entryValue, openDefinition } from "./defined.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import { invertCounts } from "./invert-counts.ts";
import { endsOf, invertTails, within } from "./invert-tails.ts";
import type { ModelContext } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import { elementTerms } from "./site-density.ts";
import type { Tails } from "./tails.ts";
import { wholeSupport } from "./truncate.ts";
import type { Algebra, Value } from "./value.ts";

/** What is asked for: draws are real numbers, or whole ones from `low` on. */
export interface Wanted {
  readonly p: Value;
  readonly isWhole: boolean;
  readonly low: number;
}

export function lowerQuantile(distribution: CoreDistribution, wanted: Wanted, context: ModelContext): Value {
  const { algebra } = context;
  const { p } = wanted;
  switch (distribution.kind) {
    case "distribution": {
      const { quantile } = isCumulative(distribution.name) ? cumulativeRows[distribution.name] : {};
      if (quantile === undefined) return searched(distribution, wanted, context);
      const args = lowerArguments(distribution, context);
      const at = (share: Value): Value => {
        const { below, above } = tailsOf(algebra, share);
        return quantile(algebra, below, above, args);
      };
      return distribution.name === "Uniform" ? at(p) : betweenEnds(distribution, p, at, context);
    }
    case "defined": {
      const { quantile } = distribution.definition;
      if (quantile === undefined) return searched(distribution, wanted, context);
      const opened = openDefinition(distribution, [], context);
      const at = (share: Value): Value => entryValue(opened, quantile, [share]);
      return wanted.isWhole ? at(p) : betweenEnds(distribution, p, at, context);
    }
    case "transformed": {
      if (wanted.isWhole) return searched(distribution, wanted, context);
      const { base, bijection } = distribution;
      const inner = bijection.falling ? algebra.sub(1, p) : p;
      return pushed(bijection, lowerQuantile(base, { ...wanted, p: inner }, context), context);
    }
    case "mixture":
      return searched(distribution, wanted, context);
    case "censored":
      return bug("a quantile of what is censored");
    case "if":
    case "match":
      return chooseArm(distribution, (arm) => lowerQuantile(arm, wanted, context), context);
  }
}

function tailsOf(a: Algebra, p: Value): Tails {
  return { below: a.unary("log", p), above: a.unary("log1p", a.unary("neg", p)) };
}

/** Of 0 and 1, the ends of the support. */
function betweenEnds(
  distribution: CoreDistribution,
  p: Value,
  at: (share: Value) => Value,
  context: ModelContext,
): Value {
  const { algebra } = context;
  const { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY } = endsOf(
    lowerSupport(wholeSupport(distribution), context),
  );
  const isLow = algebra.binary("lessEqual", p, 0);
  const isHigh = algebra.binary("lessEqual", 1, p);
  const inside = at(algebra.select(algebra.binary("or", isLow, isHigh), 0.5, p));
  return algebra.select(isLow, low, algebra.select(isHigh, high, inside));
}

function searched(distribution: CoreDistribution, { p, isWhole, low }: Wanted, context: ModelContext): Value {
  const { algebra } = context;
  const tails = (x: Value): Tails => ({
    below: logTail(distribution, "below", x, [], context),
    above: logTail(distribution, "above", x, [], context),
  });
  if (isWhole) return invertCounts(algebra, tailsOf(algebra, p), tails, low);
  const ends = endsOf(lowerSupport(wholeSupport(distribution), context));
  const density = (x: Value): Value => elementTerms(distribution, x, [], context);
  const at = (share: Value): Value =>
    within(algebra, invertTails(algebra, tailsOf(algebra, share), tails, density, ends), ends);
  return betweenEnds(distribution, p, at, context);
}
