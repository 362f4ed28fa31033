/** The standard library, as text that is part of the package. */
import { lazy } from "../lang/parse/lazy.ts";
import { parse } from "../lang/parse/parse.ts";
import { stdlibSources } from "../lang/stdlib.generated.ts";
import type { File } from "../lang/tree.ts";

/** Parsed once. */
export const library: () => readonly File[] = lazy(() =>
  Object.entries(stdlibSources).map(([name, text]) => parse({ name, text }).file),
);
