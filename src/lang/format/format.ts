/**
 * `ppl fmt` as a function. The text that comes out parses to the same tree as the one that went in, formatting it again
 * changes nothing, and all comments are in it in their order.
 */
import type { Problem } from "../../base/problem.ts";
import type { Source } from "../../base/span.ts";
import { parse } from "../parse/parse.ts";
import type { File } from "../tree.ts";
import { printDoc } from "./doc.ts";
import { formatDeclaration } from "./format-declaration.ts";
import { formatSequence, type Placed, remaining } from "./format-sequence.ts";
import { originOf } from "./origin.ts";

/** Lines are at most this long where they can break. Comments are never broken. */
const lineWidth = 100;

export interface Formatted {
  /** Absent when the program has syntax errors. */
  readonly text?: string;
  readonly problems: readonly Problem[];
}

export function format(source: Source): Formatted {
  const { file, problems } = parse(source);
  return problems.length > 0 ? { problems } : { problems, text: formatFile(file, source) };
}

/**
 * The text of a tree without `error` nodes. Comments and blank lines come from `source`, for the nodes whose spans are
 * places in it; those with other spans are formatted as they are.
 */
export function formatFile(
  file: File,
  source: Source = { name: "", text: "" },
  width: number = lineWidth,
): string {
  const origin = originOf(source);
  const units = file.declarations.map((declaration) => ({
    span: declaration.span,
    print: () => formatDeclaration(origin, declaration),
  }));
  const { placed } = formatSequence(origin, units, undefined, source.text.length);
  const printed = placed.map((each) => ({ ...each, text: printDoc(each.doc, width) }));
  const lines = printed.flatMap((each, position) => {
    const isApart = position > 0 && (each.blankBefore || separates(printed, position));
    return isApart ? ["", each.text] : [each.text];
  });
  lines.push(...remaining(origin).map((doc) => printDoc(doc, width)));
  return `${lines.join("\n")}\n`;
}

/** A declaration of several lines stands apart from others, with the comments above it. */
function separates(printed: readonly (Placed & { readonly text: string })[], position: number): boolean {
  const before = printed[position - 1];
  if (!before.isUnit) return false;
  const next = printed.slice(position).find((each) => each.isUnit);
  return before.text.includes("\n") || (next?.text.includes("\n") ?? false);
}
