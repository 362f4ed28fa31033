/** Which bindings of a model have no value of their own because they depend on a discrete variable that is summed out. */
import type { CoreModel } from "./core.ts";
import { findExpression } from "./core-children.ts";
import type { CoreStatement } from "./core-statement.ts";

type LetStatement = Extract<CoreStatement, { kind: "let" }>;

/** Names of the variables of a model that are summed out. */
export function summedVariables({ sites }: CoreModel): ReadonlySet<string> {
  return new Set(sites.filter(({ marginal }) => marginal).map(({ variable }) => variable));
}

/** Names of bindings that depend on a variable that is summed out, directly or through other bindings. */
export function discreteDependents(model: CoreModel): ReadonlySet<string> {
  const known = new Set(summedVariables(model));
  const found = new Set<string>();
  if (known.size === 0) return found;
  const lets = letStatements(model.body);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { name, value } of lets) {
      if (known.has(name)) continue;
      if (findExpression(value, (each) => each.kind === "variable" && known.has(each.name)) === undefined)
        continue;
      known.add(name);
      found.add(name);
      grown = true;
    }
  }
  return found;
}

/** All bindings of a body, in order. */
export function letStatements(statements: readonly CoreStatement[]): LetStatement[] {
  const inside = (statement: CoreStatement): LetStatement[] => {
    switch (statement.kind) {
      case "let":
        return [statement];
      case "axis":
        return letStatements(statement.body);
      case "if":
        return [...letStatements(statement.then), ...letStatements(statement.else)];
      case "draw":
      case "factor":
      case "learn":
      case "learnNet":
        return [];
    }
  };
  return statements.flatMap(inside);
}
