/** What the draws of a builtin distribution are, given its arguments. */
import type { CoreExpression } from "../core-expression.ts";
import type { DistributionName, DistributionSignature } from "../distributions.ts";
import { rangeOf } from "../range.ts";
import { constantSize, constantValue, type Size } from "../size.ts";
import { numberType } from "../type.ts";
import type { ShapedArgument } from "./check-argument-shapes.ts";
import { supportType } from "./check-piece.ts";
import type { Scope } from "./check-scope.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { literalNumber } from "./literal-number.ts";

export interface CheckedParameter extends ShapedArgument {
  readonly value: CoreExpression;
}

type Described = Pick<CheckedDistribution, "element" | "support">;

export function describeDraws(
  scope: Scope,
  name: DistributionName,
  row: DistributionSignature,
  checked: readonly CheckedParameter[],
  length: Size | undefined,
): Described | undefined {
  const element = supportType(row.support);
  const { span } = checked[0]?.quote ?? { span: undefined };
  const argument = (wanted: string): CheckedParameter | undefined =>
    checked.find((each) => each.parameter.name === wanted);
  switch (row.support) {
    case "real":
      return { element, support: { kind: "real" } };
    case "simplex":
      return { element, support: { kind: "simplex" } };
    case "corr":
    case "choleskyCorr":
    case "covariance":
      return { element, support: { kind: "matrix", structure: row.support } };
    case "positive":
      return { element, support: { kind: "lower", low: literalNumber(0, span) } };
    case "unit":
      return {
        element,
        support: { kind: "interval", low: literalNumber(0, span), high: literalNumber(1, span) },
      };
    case "interval": {
      const low = argument("low");
      const high = argument("high");
      return low && high && describeInterval(scope, name, low, high);
    }
    case "bool":
      return { element, support: { kind: "discrete", count: constantSize(2) } };
    case "category": {
      if (length === undefined) return { element, support: { kind: "discrete" } };
      const count = constantValue(length);
      const range = rangeOf(0, count === undefined ? Infinity : count - 1);
      return { element: numberType("int", range), support: { kind: "discrete", count: length } };
    }
  }
}

function describeInterval(
  scope: Scope,
  name: string,
  low: CheckedParameter,
  high: CheckedParameter,
): Described | undefined {
  const array = [low, high].find(({ type }) => type.dimensions.length > 0);
  if (array !== undefined) {
    const { span } = array.quote;
    scope.report({
      code: "not-supported-yet",
      feature: `arrays as bounds of ${name} are`,
      span,
      help: "draw each element inside a plate",
    });
    return undefined;
  }
  if (high.type.range.high <= low.type.range.low) {
    scope.report({ code: "empty-interval", value: high.quote, low: low.quote.text, high: high.quote.text });
    return undefined;
  }
  return {
    element: numberType("real", rangeOf(low.type.range.low, high.type.range.high)),
    support: { kind: "interval", low: low.value, high: high.value },
  };
}
