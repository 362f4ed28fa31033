import { findExpression } from "../core-children.ts";
import type { CoreExpression } from "../core-expression.ts";
import type { Scope } from "./check-scope.ts";

/** Whether an expression depends on what is inferred or learned. */
export function dependsOnUnknown(scope: Scope, expression: CoreExpression): boolean {
  const found = findExpression(expression, (each) => {
    if (each.kind === "apply" && (each.instance ?? each.nets) !== undefined) return true;
    if (each.kind !== "variable") return false;
    const binding = scope.bindings.get(each.name);
    return binding !== undefined && binding.kind !== "index" && binding.unknown;
  });
  return found !== undefined;
}
