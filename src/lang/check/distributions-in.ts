/** Where distributions stand in an expression. */
import { isAsk } from "../asked.ts";
import type { Expression } from "../tree.ts";
import { combinators, isDistribution } from "./check-name.ts";
import type { Scope } from "./check-scope.ts";

/** The distributions in an expression, each with all that chooses it; not those that are asked for a number, as by `cdf(D, x)`. */
export function distributionsIn(scope: Scope, expression: Expression): readonly Expression[] {
  const inside = (parts: readonly Expression[]): readonly Expression[] =>
    parts.flatMap((each) => distributionsIn(scope, each));
  const asOne = (parts: readonly Expression[]): readonly Expression[] =>
    inside(parts).length > 0 ? [expression] : [];
  switch (expression.kind) {
    case "name":
      return scope.choices.has(expression.text) ? [expression] : [];
    case "call":
      if (callsDistribution(scope, expression.callee)) return [expression];
      return inside(expression.arguments.slice(asks(scope, expression) ? 1 : 0).map(({ value }) => value));
    case "if":
      return asOne([expression.then, expression.else]);
    case "match":
      return asOne(expression.arms.map(({ value }) => value));
    case "unary":
      return inside([expression.operand]);
    case "binary":
      return inside([expression.left, expression.right]);
    case "pipe":
      return inside([expression.value, expression.into]);
    case "cast":
      return inside([expression.value]);
    case "index":
    case "field":
      return inside([expression.base]);
    case "array":
    case "tuple":
      return inside(expression.items);
    case "comprehension":
      return inside([expression.body]);
    case "number":
    case "bool":
    case "error":
      return [];
  }
}

function asks(scope: Scope, { callee }: Extract<Expression, { readonly kind: "call" }>): boolean {
  return callee.kind === "name" && isAsk(callee.text) && scope.functions.kindOf(callee.text) === undefined;
}

function callsDistribution(scope: Scope, callee: Expression): boolean {
  const name = callee.kind === "index" ? callee.base : callee;
  if (name.kind !== "name") return false;
  const { text } = name;
  return isDistribution(text) || combinators.includes(text) || scope.functions.kindOf(text) === "dist";
}
