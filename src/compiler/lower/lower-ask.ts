/** What programs ask of distributions: log densities and distribution functions, also outside of the support, quantiles and moments. */
import { bug } from "../../base/bug.ts";
import type { CoreDistribution } from "../../lang/core-distribution.ts";
import type { Asked, CoreAsk } from "../../lang/core-expression.ts";
import { logTail } from "./cumulative.ts";
import type { Tail } from "./defined.ts";
import { lowerExpression } from "./lower-expression.ts";
import { dtypeOf, type ModelContext } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import { lowerMoment } from "./moments.ts";
import { lowerQuantile } from "./quantile.ts";
import { elementTerms } from "./site-density.ts";
import { wholeSupport } from "./truncate.ts";
import type { Algebra, Value } from "./value.ts";

export function lowerAsk(ask: CoreAsk, context: ModelContext): Value {
  const { algebra } = context;
  const { asked, distribution, at } = ask;
  switch (asked) {
    case "mean":
    case "variance":
      return lowerMoment(distribution, asked, context);
    case "sd":
      return algebra.unary("sqrt", lowerMoment(distribution, "variance", context));
  }
  if (at === undefined) return bug(`\`${asked}\` of nothing`);
  const x = lowerExpression(at, context);
  if (asked !== "quantile") return answerAt(asked, distribution, x, context);
  const { base, range } = ask.type;
  const wanted = { p: algebra.convert(x, "float"), isWhole: base === "int", low: range.low };
  return algebra.convert(lowerQuantile(distribution, wanted, context), dtypeOf(base));
}

type AskedAtDraw = Exclude<Asked, "quantile" | "mean" | "variance" | "sd">;

function answerAt(
  asked: AskedAtDraw,
  distribution: CoreDistribution,
  x: Value,
  context: ModelContext,
): Value {
  const { algebra } = context;
  const { below, above } = outside(distribution, x, context);
  const { NEGATIVE_INFINITY: none } = Number;
  const tail = (side: Tail): Value => {
    const log = logTail(distribution, side, algebra.convert(x, "float"), [], context);
    const [isNone, isAll] = side === "below" ? [below, above] : [above, below];
    return either(algebra, isNone, none, either(algebra, isAll, 0, log));
  };
  switch (asked) {
    case "logpdf":
    case "logpmf": {
      const log = elementTerms(distribution, x, [], context);
      return either(algebra, below, none, either(algebra, above, none, log));
    }
    case "cdf":
      return algebra.unary("exp", tail("below"));
    case "logcdf":
      return tail("below");
    case "logsurvival":
      return tail("above");
  }
}

/** Whether a number lies below or above all draws, where the support has ends. */
function outside(
  distribution: CoreAsk["distribution"],
  x: Value,
  context: ModelContext,
): { readonly below?: Value; readonly above?: Value } {
  const { algebra } = context;
  const support = wholeSupport(distribution);
  if (support.kind !== "lower" && support.kind !== "upper" && support.kind !== "interval") return {};
  const ends = lowerSupport(support, context);
  return {
    ...("low" in ends && ends.low !== undefined && { below: algebra.binary("less", x, ends.low) }),
    ...("high" in ends && { above: algebra.binary("less", ends.high, x) }),
  };
}

function either(a: Algebra, condition: Value | undefined, then: number, otherwise: Value): Value {
  return condition === undefined ? otherwise : a.select(condition, then, otherwise);
}
