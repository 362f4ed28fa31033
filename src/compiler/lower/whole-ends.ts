/** Between which whole numbers draws lie. */
import { bug } from "../../base/bug.ts";
import type { CoreDistribution } from "../../lang/core-distribution.ts";
import { pushed } from "./bijections.ts";
import type { Context } from "./context.ts";
import { logProbabilities, lowerArguments } from "./distribution-arguments.ts";
import { lowerExpression } from "./lower-expression.ts";
import type { Value } from "./value.ts";

/** Of a distribution of whole numbers, none that chooses between several. */
export function wholeEnds(
  distribution: CoreDistribution,
  context: Context,
): { readonly low: Value; readonly high: Value } {
  const { algebra } = context;
  switch (distribution.kind) {
    case "distribution": {
      const probabilities = logProbabilities(algebra, lowerArguments(distribution, context));
      return {
        low: algebra.of(0),
        high: algebra.of(probabilities.event[probabilities.event.length - 1] - 1),
      };
    }
    case "defined": {
      const { definition, bounds } = distribution;
      const { low, high } = definition.event.range;
      const end = (number: number, side: "low" | "high"): Value =>
        bounds === undefined
          ? algebra.of(number)
          : algebra.convert(lowerExpression(bounds[side], context), "float");
      return { low: end(low, "low"), high: end(high, "high") };
    }
    case "transformed": {
      const { low, high } = wholeEnds(distribution.base, context);
      const [first, last] = [low, high].map((end) => pushed(distribution.bijection, end, context));
      return distribution.bijection.falling ? { low: last, high: first } : { low: first, high: last };
    }
    default:
      return bug(`the ends of a ${distribution.kind} of whole numbers`);
  }
}
