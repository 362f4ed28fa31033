/** `w * x + (1 - w) * y` with w in 0 … 1 lies between x and y, which interval arithmetic alone does not see. */
import type { CoreExpression } from "../core-expression.ts";
import { exactly, hull, within } from "../range.ts";
import { sameExpression } from "../same-expression.ts";
import { type NumberType, type Range, type Structure, unitRange } from "../type.ts";

/** What a weight stands before; nothing where it stands alone, before 1. */
interface Weighted {
  readonly weight: CoreExpression;
  readonly value?: NumberType;
}

export interface WeightedMean {
  readonly range: Range;
  readonly structure: Structure;
}

/** What is known of the sum of both, where it is a weighted mean: also as `w + (1 - w) * y`. */
export function weightedMean(left: CoreExpression, right: CoreExpression): WeightedMean | undefined {
  for (const a of weightedForms(left))
    for (const b of weightedForms(right)) {
      const { type } = isRest(a.weight, b.weight) ? b.weight : a.weight;
      const weights = isRest(a.weight, b.weight) || isRest(b.weight, a.weight);
      if (!weights || type.kind !== "number" || !within(type.range, unitRange)) continue;
      const [x, y] = [a, b].map(({ value }) => value?.range ?? exactly(1));
      const simplex =
        type.dimensions.length === 0 && [a, b].every(({ value }) => value?.structure === "simplex");
      return { range: hull(x, y), structure: simplex ? "simplex" : "plain" };
    }
  return undefined;
}

function weightedForms(term: CoreExpression): Weighted[] {
  if (term.kind !== "call" || term.function !== "mul") return [{ weight: term }];
  const [x, y] = term.arguments;
  return [
    ...(y.type.kind === "number" ? [{ weight: x, value: y.type }] : []),
    ...(x.type.kind === "number" ? [{ weight: y, value: x.type }] : []),
    { weight: term },
  ];
}

/** `rest` is `1 - weight`. */
function isRest(rest: CoreExpression, weight: CoreExpression): boolean {
  if (rest.kind !== "call" || rest.function !== "sub") return false;
  const [one, taken] = rest.arguments;
  return one.kind === "literal" && one.value === 1 && sameExpression(taken, weight);
}
