/** Random imports of what a program uses of the library; none is needed. */
import { stdlibSources } from "../../../src/lang/stdlib.generated.ts";
import type { Choose } from "./typed-scope.ts";

/** Names by module: the files of a folder are one. */
const modules = new Map<string, Set<string>>();
for (const [file, text] of Object.entries(stdlibSources)) {
  const module = file.split("/").slice(0, 2).join("/");
  const names = [...text.matchAll(/^(?:def|net|dist) (\w+)/gm)].map(([, name]) => name);
  modules.set(module, new Set([...(modules.get(module) ?? []), ...names]));
}

export function growImports(choose: Choose, text: string): readonly string[] {
  const words = new Set(text.match(/\w+/g));
  return [...modules].flatMap(([module, names]) => {
    const used = [...names].filter((name) => words.has(name) && choose([true, true, false]));
    return used.length === 0 ? [] : [`import { ${used.join(", ")} } from "${module}"`];
  });
}
