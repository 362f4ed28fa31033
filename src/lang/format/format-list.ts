/** Items between brackets: on one line, or each on a line of its own. */
import type { Span } from "../../base/span.ts";
import { type Between, beforeClosing, leading, lineAfter, takeBetween, trailing } from "./comments.ts";
import { type Doc, group, hardLine, line, nest, softLine } from "./doc.ts";
import { find, isFrom, type Origin } from "./origin.ts";

export interface Item {
  readonly span: Span;
  /** Called once, in the order of the items: it takes the comments inside. */
  readonly print: () => Doc;
}

export interface ListStyle {
  /** As many items as fit into a line. */
  readonly fill?: boolean;
  /** The only item, which has brackets itself, stays on the lines of these. */
  readonly hug?: boolean;
  /** A blank inside the brackets on one line: `{ a, b }`. */
  readonly spaced?: boolean;
}

/** `[open item, item close]`; `opened` is where what comes before the opening bracket ends, if known. */
export function formatList(
  origin: Origin,
  brackets: readonly [open: string, close: string],
  items: readonly Item[],
  opened: number | undefined,
  { fill = false, hug = false, spaced = false }: ListStyle = {},
): Doc {
  const [open, close] = brackets;
  const body: Doc[] = [];
  let end = opened === undefined ? undefined : find(origin, opened, open) + 1;
  for (const [position, { span, print }] of items.entries()) {
    const known = isFrom(origin, span);
    const taken = known ? takeBetween(origin, end ?? span.start, span.start) : noComments;
    const comments = position === 0 ? behindBracket(taken) : taken;
    if (position > 0) body.push(",");
    body.push(...trailing(comments.trailing));
    const separator = position === 0 && !spaced ? softLine : line;
    const breakLine = lineAfter(comments.trailing);
    body.push(breakLine === hardLine ? hardLine : fill && position > 0 ? group(separator) : separator);
    body.push(...leading(comments.leading), print());
    if (known) end = span.end;
  }
  const closing = end === undefined ? undefined : beforeClosing(origin, end, find(origin, end, close));
  const needsBreak = closing?.breakAfter === hardLine;
  if (items.length === 0 && !needsBreak) return [open, ...(closing ? [closing.inside] : []), close];
  const [first, ...rest] = body;
  if (hug && items.length === 1 && first === softLine && !needsBreak)
    return [open, ...rest, ...(closing ? [closing.inside] : []), close];
  return group([
    open,
    nest([...body, ...(closing ? [closing.inside] : [])]),
    needsBreak ? hardLine : spaced ? line : softLine,
    close,
  ]);
}

const noComments: Between = { trailing: [], leading: [] };

/** Right after the opening bracket, what does not end the line belongs to the first item. */
function behindBracket({ trailing: same, leading: own }: Between): Between {
  const isRemark = same.some((comment) => comment.toLineEnd);
  return isRemark ? { trailing: same, leading: own } : { trailing: [], leading: [...same, ...own] };
}
