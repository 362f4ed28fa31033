import type { CoreStatement } from "../../lang/core-statement.ts";

/** Names of the bindings of a model body, in order. */
export function bindingNames(statements: readonly CoreStatement[]): string[] {
  const names = statements.flatMap((statement) => {
    if (statement.kind === "let") return statement.local ? [] : [statement.name];
    if (statement.kind === "axis") return bindingNames(statement.body);
    if (statement.kind === "if") return [...bindingNames(statement.then), ...bindingNames(statement.else)];
    return [];
  });
  return [...new Set(names)];
}
