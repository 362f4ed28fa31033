/** The direct parts of a Core expression, and walks built on them. */
import type { CoreDistribution } from "./core-distribution.ts";
import type { CoreExpression } from "./core-expression.ts";
import { mapDistribution } from "./map-core.ts";

/** Direct subexpressions in order of evaluation. */
export function coreChildren(expression: CoreExpression): readonly CoreExpression[] {
  switch (expression.kind) {
    case "literal":
    case "variable":
    case "size":
      return [];
    case "index":
      return [
        expression.base,
        ...expression.indices.flatMap((index) => (index.kind === "at" ? [index.value] : [])),
      ];
    case "call":
    case "apply":
      return expression.arguments;
    case "if":
      return [expression.condition, expression.then, expression.else];
    case "match":
      return [expression.subject, ...expression.arms.map((arm) => arm.value)];
    case "array":
    case "tuple":
      return expression.items;
    case "comprehension":
      return [expression.body];
    case "scan":
      return [expression.start, expression.rows, expression.body];
    case "ode":
      return [expression.initial, expression.start, expression.times, expression.rate];
    case "item":
      return [expression.base];
    case "ask":
      return [...distributionExpressions(expression.distribution), ...(expression.at ? [expression.at] : [])];
    case "cast":
      return [expression.value];
  }
}

function distributionExpressions(distribution: CoreDistribution): readonly CoreExpression[] {
  const found: CoreExpression[] = [];
  mapDistribution(distribution, (each) => {
    found.push(each);
    return each;
  });
  return found;
}

/** The first subexpression (itself included) that satisfies `holds`; `undefined` when none does. */
export function findExpression(
  expression: CoreExpression,
  holds: (each: CoreExpression) => boolean,
): CoreExpression | undefined {
  if (holds(expression)) return expression;
  for (const child of coreChildren(expression)) {
    const found = findExpression(child, holds);
    if (found !== undefined) return found;
  }
  return undefined;
}
