/** Draws of variables whose declared type cuts their distribution down. */
import type { CoreSite } from "../../lang/core.ts";
import type { CoreDistribution } from "../../lang/core-distribution.ts";
import { isCumulative } from "../../lang/cumulative.ts";
import { pulledSupport, pushed } from "./bijections.ts";
import type { Support } from "./bijector.ts";
import { logTail } from "./cumulative.ts";
import { cumulativeRows } from "./cumulative-rows.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import type { Noise } from "./draws.ts";
import { countTails, endsOf, invertTails, tailsBetween, within } from "./invert-tails.ts";
import type { ModelContext } from "./lower-model.ts";
import { lowerSupport } from "./lower-support.ts";
import { elementTerms } from "./site-density.ts";
import type { Tails } from "./tails.ts";
import { partOf, wholeSupport } from "./truncate.ts";
import type { Value } from "./value.ts";

export function drawBetween(site: CoreSite, noise: Noise, context: ModelContext): Value {
  const part = partOf(site, context);
  return drawPart(site.distribution, noise, part, context);
}

/** By the inverse of the distribution function where it is known, else by the distribution function itself. */
function drawPart(distribution: CoreDistribution, noise: Noise, part: Support, context: ModelContext): Value {
  const { algebra } = context;
  if (distribution.kind === "transformed") {
    const { base, bijection } = distribution;
    const inner = drawPart(base, noise, pulledSupport(bijection, part, context), context);
    return pushed(bijection, inner, context);
  }
  const cut = endsOf(part);
  const u = noise.uniform();
  const batch = noise.event;
  const tails = (x: Value): Tails => ({
    below: logTail(distribution, "below", x, batch, context),
    above: logTail(distribution, "above", x, batch, context),
  });
  const wanted = tailsBetween(algebra, tails, cut, u);
  if (isWhole(distribution)) return countTails(algebra, wanted, tails, cut);
  if (distribution.kind === "distribution" && isCumulative(distribution.name)) {
    const { quantile } = cumulativeRows[distribution.name];
    if (quantile !== undefined) {
      const x = quantile(algebra, wanted.below, wanted.above, lowerArguments(distribution, context));
      return within(algebra, x, cut);
    }
  }
  const density = (x: Value): Value => elementTerms(distribution, x, batch, context);
  const support = { ...endsOf(lowerSupport(wholeSupport(distribution), context)), ...cut };
  return invertTails(algebra, wanted, tails, density, support);
}

function isWhole(distribution: CoreDistribution): boolean {
  return wholeSupport(distribution).kind === "discrete";
}
