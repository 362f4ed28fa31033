/** Programs that are checked while they are typed. */
import type { Source } from "../base/span.ts";
import { type CheckedText, checkText } from "../lang/check/check-text.ts";
import { loadModules, withoutMissing } from "../lang/modules/load-modules.ts";
import { parse } from "../lang/parse/parse.ts";
import type { CompileOptions } from "./api-types.ts";
import { resolverOf } from "./compile.ts";
import { library } from "./library.ts";

/** What is wrong with the program. With the result of the text before, only what changed is parsed and checked. */
export function check(
  source: Source | string,
  previous?: CheckedText,
  { resolve = resolverOf(source) }: CompileOptions = {},
): CheckedText {
  const named: Source = typeof source === "string" ? { name: "model.ppl", text: source } : source;
  if (!/\bimport\b/.test(named.text)) return checkText(named, { library: library() }, previous);
  // What is imported may have changed since.
  const modules = loadModules(parse(named).file, library(), resolve);
  const checked = checkText(named, { library: library(), modules: modules.declarations });
  if (modules.problems.length === 0) return checked;
  return {
    ...checked,
    problems: [...modules.problems, ...withoutMissing(checked.problems, modules)],
    program: () => undefined,
  };
}
