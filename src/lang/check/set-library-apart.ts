/** Lets a program have a function of a library's name: the library goes on meaning its own. */
import type { Declaration } from "../tree.ts";

/** The library's functions, those in `taken` under names that no program can write, wherever they are mentioned. */
export function setLibraryApart<T extends Declaration>(
  library: readonly T[],
  taken: ReadonlySet<string>,
): readonly T[] {
  const clashing = new Set(library.map(({ name }) => name.text).filter((name) => taken.has(name)));
  if (clashing.size === 0) return library;
  const apart = (name: string): string => (clashing.has(name) ? `${name} (library)` : name);
  return library.map((declaration) => {
    const renamed = rename(declaration, apart) as T;
    return { ...renamed, name: { ...renamed.name, text: apart(declaration.name.text) } };
  });
}

/** Every name in expressions replaced. `apart` must leave names of parameters and bindings alone. */
export function rename(tree: unknown, apart: (name: string) => string): unknown {
  if (Array.isArray(tree)) return tree.map((each) => rename(each, apart));
  if (typeof tree !== "object" || tree === null) return tree;
  if ("kind" in tree && tree.kind === "name" && "text" in tree && typeof tree.text === "string")
    return { ...tree, text: apart(tree.text) };
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, rename(value, apart)]));
}
