/** Comments as documents. All come in the order of the text; one that runs to the end of its line is followed by a break. */
import type { Span } from "../../base/span.ts";
import { type Doc, hardLine, line, remark, softLine } from "./doc.ts";
import { type Comment, hasLineBreak, isFrom, type Origin, takeComments } from "./origin.ts";

/** Comments between two things: those on the line of the first, and the others. */
export interface Between {
  readonly trailing: readonly Comment[];
  readonly leading: readonly Comment[];
}

/** Takes the comments up to `offset`; what stands before them, if anything, ends at `end`. */
export function takeBetween(origin: Origin, end: number | undefined, offset: number): Between {
  const comments = takeComments(origin, offset);
  if (end === undefined) return { trailing: [], leading: comments };
  let previous = end;
  let count = 0;
  while (count < comments.length && !hasLineBreak(origin, previous, comments[count].start)) {
    previous = comments[count].end;
    count++;
  }
  return { trailing: comments.slice(0, count), leading: comments.slice(count) };
}

/** At the end of a line. */
export function trailing(comments: readonly Comment[]): Doc[] {
  return comments.map(({ text, toLineEnd }) => (toLineEnd ? remark(` ${text}`) : ` ${text}`));
}

/** Before something that they belong to; a line break is possible in front of that. */
export function leading(comments: readonly Comment[]): Doc[] {
  return comments.flatMap(({ text, toLineEnd }) => [text, toLineEnd || text.includes("\n") ? hardLine : " "]);
}

/** What stands before an expression without a bracket or separator of its own. */
export function before(origin: Origin, { span }: { readonly span: Span }): Doc[] {
  return isFrom(origin, span) ? leading(takeComments(origin, span.start)) : [];
}

/** `line`, or a break where a comment in front of it needs one. */
export function lineAfter(comments: readonly Comment[]): Doc {
  return comments.some((comment) => comment.toLineEnd) ? hardLine : line;
}

/** Up to a closing bracket at `offset`: after the last item, whose end is `end`, with the break before the bracket. */
export function beforeClosing(origin: Origin, end: number, offset: number): { inside: Doc; breakAfter: Doc } {
  const { trailing: same, leading: own } = takeBetween(origin, end, offset);
  const inside = [...trailing(same), ...own.flatMap(({ text }) => [hardLine, text])];
  const needsBreak = own.length > 0 || same.some((comment) => comment.toLineEnd);
  return { inside, breakAfter: needsBreak ? hardLine : softLine };
}
