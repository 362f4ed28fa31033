/** Goes through the arms of a distribution that is an `if` or a `match`. */
import type { CoreDistribution } from "../../lang/core-distribution.ts";
import type { Context } from "./context.ts";
import { lowerExpression, lowerMatch } from "./lower-expression.ts";
import type { Value } from "./value.ts";

type Choice = Extract<CoreDistribution, { readonly kind: "if" | "match" }>;

/** What `lower` gives for each arm, of which the condition or subject selects one, element by element. */
export function chooseArm(
  distribution: Choice,
  lower: (arm: CoreDistribution) => Value,
  context: Context,
): Value {
  const { algebra } = context;
  switch (distribution.kind) {
    case "if": {
      const condition = lowerExpression(distribution.condition, context);
      const then = lower(distribution.then);
      return algebra.select(condition, then, lower(distribution.else));
    }
    case "match": {
      const subject = lowerExpression(distribution.subject, context);
      const arms = distribution.arms.map(({ pattern, value }) => ({ pattern, value: lower(value) }));
      return lowerMatch<Value>(subject, arms, context, algebra.select);
    }
  }
}
