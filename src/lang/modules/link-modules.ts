/** Declarations of modules under names that are apart from each other, so that all can stand in one table. */
import { isUsed, type UsedDeclaration } from "../check/function-table.ts";
import { rename } from "../check/set-library-apart.ts";
import type { File } from "../tree.ts";

export interface Module {
  readonly name: string;
  readonly file: File;
  /** By name, the module that each import comes from; those of the library are not among them. */
  readonly imports: ReadonlyMap<string, string>;
}

export function linkModules(
  main: Module,
  modules: ReadonlyMap<string, Module>,
  library: ReadonlySet<string>,
): UsedDeclaration[] {
  const visible = new Set([...declared(main), ...main.imports.keys()]);
  const linked = (module: string, name: string): string =>
    main.imports.get(name) === module ? name : `${name} (${module})`;
  return [...modules.values()].flatMap((module) => {
    const own = declared(module);
    const meaning = (name: string): string => {
      if (own.has(name)) return linked(module.name, name);
      const from = module.imports.get(name);
      if (from !== undefined) return linked(from, name);
      // What the program calls so is none of the module's business.
      if (!visible.has(name)) return name;
      return library.has(name) ? `${name} (library)` : `${name} (${module.name})`;
    };
    return module.file.declarations.filter(isUsed).map((declaration) => {
      const bound = namesIn(declaration);
      const renamed = rename(declaration, (name) => (bound.has(name) ? name : meaning(name)));
      const name = { ...declaration.name, text: meaning(declaration.name.text) };
      return { ...(renamed as UsedDeclaration), name };
    });
  });
}

function declared({ file }: Module): Set<string> {
  return new Set(file.declarations.filter(isUsed).map(({ name }) => name.text));
}

/** Names that the declaration gives to parameters, bindings, indices and arguments. */
function namesIn(declaration: UsedDeclaration): Set<string> {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("text" in value && typeof value.text === "string" && !("kind" in value)) found.add(value.text);
    for (const [key, each] of Object.entries(value)) if (key !== "span") walk(each);
  };
  const { name: _, ...parts } = declaration;
  walk(parts);
  return found;
}
