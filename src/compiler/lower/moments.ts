/** Means and variances of distributions that have them in closed form (`whyNoMoment`). */
import { bug } from "../../base/bug.ts";
import type { CoreDistribution } from "../../lang/core-distribution.ts";
import { hasMoments, type Moment } from "../../lang/moments.ts";
import { operandOf, pushed } from "./bijections.ts";
import { chooseArm } from "./choose-arm.ts";
import { entryValue, openDefinition } from "./defined.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import type { ModelContext } from "./lower-model.ts";
import { mixtureMean } from "./mixture.ts";
import { momentRows } from "./moment-rows.ts";
import type { Value } from "./value.ts";

export function lowerMoment(distribution: CoreDistribution, moment: Moment, context: ModelContext): Value {
  const { algebra } = context;
  switch (distribution.kind) {
    case "distribution":
      if (!hasMoments(distribution.name)) return bug(`${distribution.name} has no ${moment}`);
      return momentRows[distribution.name][moment](algebra, lowerArguments(distribution, context));
    case "defined": {
      const entry = distribution.definition[moment];
      if (entry === undefined) return bug(`${distribution.definition.name} has no ${moment}`);
      return algebra.convert(entryValue(openDefinition(distribution, [], context), entry, []), "float");
    }
    case "mixture": {
      const mean = mixtureMean(distribution, (each, inner) => lowerMoment(each, "mean", inner), context);
      if (moment === "mean") return mean;
      return mixtureMean(
        distribution,
        (each, inner) => {
          const away = algebra.square(algebra.sub(lowerMoment(each, "mean", inner), mean));
          return algebra.add(lowerMoment(each, "variance", inner), away);
        },
        context,
      );
    }
    case "transformed": {
      const { base, bijection } = distribution;
      const inner = lowerMoment(base, moment, context);
      if (moment === "mean") return pushed(bijection, inner, context);
      if (!("operand" in bijection)) return inner;
      const factor = algebra.square(operandOf(bijection.operand, context));
      if (bijection.name === "mul") return algebra.mul(inner, factor);
      return bijection.name === "div" ? algebra.div(inner, factor) : inner;
    }
    case "censored":
      return bug("a moment of what is censored");
    case "if":
    case "match":
      return chooseArm(distribution, (arm) => lowerMoment(arm, moment, context), context);
  }
}
