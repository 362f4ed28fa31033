/** Which bindings of a model have no value of their own because they depend on a discrete variable that is summed out. */
import type { CoreModel } from "./core.ts";
import type { CoreStatement } from "./core-statement.ts";
import type { NamesRead } from "./names-read.ts";

type LetStatement = Extract<CoreStatement, { kind: "let" }>;

/** Names of the variables of a model that are summed out. */
export function summedVariables({ sites }: CoreModel): ReadonlySet<string> {
  return new Set(sites.filter(({ marginal }) => marginal).map(({ variable }) => variable));
}

/** Bindings that depend on a variable that is summed out, directly or through others, each with one such variable. */
export function discreteDependents(model: CoreModel, namesRead: NamesRead): ReadonlyMap<string, string> {
  const summed = summedVariables(model);
  const sources = new Map([...summed].map((name) => [name, name]));
  if (summed.size === 0) return sources;
  const lets = letStatements(model.body).map(({ name, value }) => ({ name, reads: [...namesRead(value)] }));
  for (let count = 0; count < sources.size; ) {
    count = sources.size;
    for (const { name, reads } of lets) {
      const source = reads.map((each) => sources.get(each)).find((each) => each !== undefined);
      if (source !== undefined && !sources.has(name)) sources.set(name, source);
    }
  }
  for (const name of summed) sources.delete(name);
  return sources;
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
