/** Programs that are checked while they are typed. */
import type { Source } from "../base/span.ts";
import { type CheckedText, checkText } from "../lang/check/check-text.ts";
import { library } from "./library.ts";

/** What is wrong with the program. With the result of the text before, only what changed is parsed and checked. */
export function check(source: Source | string, previous?: CheckedText): CheckedText {
  const named: Source = typeof source === "string" ? { name: "model.ppl", text: source } : source;
  return checkText(named, { library: library() }, previous);
}
