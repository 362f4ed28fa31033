/** Expressions that are written alike. */
import type { CoreExpression } from "./core.ts";
import { findExpression } from "./core-children.ts";

/** Whether both have the same value for being the same expression in one scope. Calls of nets have parameters of their own. */
export function sameExpression(a: CoreExpression, b: CoreExpression): boolean {
  return (
    a.kind === b.kind &&
    withoutPlace(a) === withoutPlace(b) &&
    findExpression(a, ({ kind }) => kind === "apply") === undefined
  );
}

function withoutPlace(expression: CoreExpression): string {
  return JSON.stringify(expression, (key, value: unknown) =>
    key === "span" ? undefined : typeof value === "number" ? String(value) : value,
  );
}
