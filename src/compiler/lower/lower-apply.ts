/** User and library functions, inlined: a scope of their own with the arguments bound. */
import { bug } from "../../base/bug.ts";
import type { CoreFunction } from "../../lang/core.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { type Context, innerSizes, type Lowered } from "./context.ts";

type ApplyExpression = Extract<CoreExpression, { kind: "apply" }>;
type Lower = (expression: CoreExpression, context: Context) => Lowered;

export function lowerApply(expression: ApplyExpression, context: Context, lower: Lower): Lowered {
  const callee = context.functions[expression.function];
  if (callee === undefined) return bug(`no function ${expression.function} in the program`);
  const { sizes, counts } = innerSizes(expression.sizes, context, expression.span);
  const path =
    callee.kind === "def"
      ? context.path
      : (expression.instance ?? `${context.path}/${callee.name}${expression.call ?? 0}`);
  const inner: Context = { ...context, sizes, counts, path, scope: new Map() };
  const values = expression.arguments.map((each) => lower(each, context));
  return lowerBody(callee, values, inner, lower);
}

/** The result of a function for these arguments, in a context with an empty scope. */
export function lowerBody(
  callee: CoreFunction,
  values: readonly Lowered[],
  inner: Context,
  lower: Lower,
): Lowered {
  callee.parameters.forEach(({ name }, position) => {
    inner.scope.set(name, { kind: "value", value: values[position] });
  });
  for (const statement of callee.bindings) {
    if (statement.kind === "let")
      inner.scope.set(statement.name, { kind: "value", value: lower(statement.value, inner) });
    else if (statement.kind === "learn")
      inner.scope.set(statement.name, {
        kind: "value",
        value: inner.learned(`${inner.path}/${statement.name}`, statement, inner),
      });
    else bug(`a function body cannot hold a ${statement.kind} statement`);
  }
  return lower(callee.value, inner);
}
