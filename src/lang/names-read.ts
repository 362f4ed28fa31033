/** Which names a value depends on: item by item of tuples, and of a function's result as well. */
import type { CoreFunction } from "./core.ts";
import { coreChildren } from "./core-children.ts";
import type { CoreExpression } from "./core-expression.ts";

/** Names that the value of an expression depends on. */
export type NamesRead = (expression: CoreExpression) => ReadonlySet<string>;

/** Positions of items inside each other: of the whole value when empty. */
type Path = readonly number[];

export function createNamesRead(functionOf: (id: string) => CoreFunction | undefined): NamesRead {
  /** By function and path, positions of the parameters that the item depends on; `undefined` for a function that did not check. */
  const known = new Map<string, ReadonlySet<number> | undefined>();

  function read(expression: CoreExpression, path: Path, visit: (name: string, path: Path) => void): void {
    const all = (parts: readonly CoreExpression[]): void => {
      for (const part of parts) read(part, [], visit);
    };
    switch (expression.kind) {
      case "variable":
        visit(expression.name, path);
        return;
      case "item":
        read(expression.base, [expression.position, ...path], visit);
        return;
      case "tuple": {
        const [position, ...rest] = path;
        if (position === undefined) all(expression.items);
        else read(expression.items[position], rest, visit);
        return;
      }
      case "if":
        all([expression.condition]);
        for (const branch of [expression.then, expression.else]) read(branch, path, visit);
        return;
      case "match":
        all([expression.subject]);
        for (const arm of expression.arms) read(arm.value, path, visit);
        return;
      case "apply": {
        const needed = parametersOf(expression.function, path);
        all(expression.arguments.filter((_, position) => needed?.has(position) ?? true));
        return;
      }
      default:
        all(coreChildren(expression));
    }
  }

  function parametersOf(id: string, path: Path): ReadonlySet<number> | undefined {
    const key = [id, ...path].join(" ");
    if (!known.has(key)) {
      const callee = functionOf(id);
      known.set(key, callee && parametersRead(callee, path));
    }
    return known.get(key);
  }

  function parametersRead({ parameters, bindings, value }: CoreFunction, path: Path): ReadonlySet<number> {
    const bound = new Map(bindings.flatMap((each) => (each.kind === "let" ? [[each.name, each.value]] : [])));
    const positions = new Map(parameters.map(({ name }, position) => [name, position]));
    const needed = new Set<number>();
    const seen = new Set<string>();
    const visit = (name: string, within: Path): void => {
      const key = [name, ...within].join(" ");
      if (seen.has(key)) return;
      seen.add(key);
      const position = positions.get(name);
      if (position !== undefined) needed.add(position);
      const binding = bound.get(name);
      if (binding !== undefined) read(binding, within, visit);
    };
    read(value, path, visit);
    return needed;
  }

  return (expression) => {
    const names = new Set<string>();
    read(expression, [], (name) => names.add(name));
    return names;
  };
}
