/** The standard library, as text that is part of the package. */
import { lazy } from "../lang/parse/lazy.ts";
import { parse } from "../lang/parse/parse.ts";
import { stdlibSources } from "../lang/stdlib.generated.ts";
import type { File } from "../lang/tree.ts";

/** Parsed once. */
export const library: () => readonly File[] = lazy(() =>
  Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file),
);

/** The names of the library's declarations, found without parsing it: each begins a line. */
const names = lazy(
  () =>
    new Set(
      Object.values(stdlibSources).flatMap((text) =>
        [...text.matchAll(/^(?:net|def|dist) (\w+)/gm)].map(([, name]) => name),
      ),
    ),
);

/** Whether a text holds a name of the library. Where it holds none, and no mistake, it means the same without the library. */
export function mentionsLibrary(text: string): boolean {
  return (text.match(/\w+/g) ?? []).some((word) => names().has(word));
}
