/** Things that stand below each other, with comments of their own between them: statements, declarations. */
import type { Span } from "../../base/span.ts";
import { takeBetween, trailing } from "./comments.ts";
import { type Doc, hardLine, line, lineOr, nest } from "./doc.ts";
import {
  type Comment,
  find,
  hasBlankLine,
  hasLineBreak,
  isFrom,
  type Origin,
  takeComments,
} from "./origin.ts";

export interface Unit {
  readonly span: Span;
  /** Called once, in order: it takes the comments inside. */
  readonly print: () => Doc;
}

/** A comment on lines of its own, or a unit. */
export interface Placed {
  readonly doc: Doc;
  readonly isUnit: boolean;
  /** An empty line stood before it. */
  readonly blankBefore: boolean;
}

export interface Sequence {
  /** On the line of what comes before the first. */
  readonly opening: readonly Doc[];
  readonly placed: readonly Placed[];
}

/** The units and all comments up to `end`; what comes before them ends at `start`. Either is absent for a text not at hand. */
export function formatSequence(
  origin: Origin,
  units: readonly Unit[],
  start: number | undefined,
  end: number | undefined,
): Sequence {
  const opening: Doc[] = [];
  const placed: { doc: Doc; isUnit: boolean; blankBefore: boolean }[] = [];
  let previous = start;
  const isBlank = (next: number): boolean => previous !== undefined && hasBlankLine(origin, previous, next);
  const addComments = (offset: number, unitFollows: boolean): Comment[] => {
    const between = takeBetween(origin, previous, offset);
    const isInFront = ({ toLineEnd, end: commentEnd }: Comment): boolean =>
      unitFollows && !toLineEnd && !hasLineBreak(origin, commentEnd, offset);
    const inFront = between.trailing.some((each) => isInFront(each))
      ? between.trailing.filter(isInFront)
      : [];
    const same = between.trailing.filter((each) => !inFront.includes(each));
    const last = placed.at(-1);
    if (last) last.doc = [last.doc, ...trailing(same)];
    else opening.push(...trailing(same));
    previous = same.at(-1)?.end ?? previous;
    for (const comment of between.leading) {
      if (isInFront(comment)) {
        inFront.push(comment);
        continue;
      }
      placed.push({ doc: comment.text, isUnit: false, blankBefore: isBlank(comment.start) });
      previous = comment.end;
    }
    return inFront;
  };
  for (const { span, print } of units) {
    const known = isFrom(origin, span);
    const inFront = known ? addComments(span.start, true) : [];
    const blankBefore = known && isBlank(inFront[0]?.start ?? span.start);
    placed.push({ doc: [...inFront.map(({ text }) => `${text} `), print()], isUnit: true, blankBefore });
    if (known) previous = span.end;
  }
  if (end !== undefined) addComments(end, false);
  return { opening, placed };
}

/** `{ … }`: on one line where it was and fits, its units separated by semicolons; else each on a line of its own. */
export function formatBlock(
  origin: Origin,
  units: readonly Unit[],
  head: number | undefined,
  close?: number,
): Doc {
  const open = head === undefined ? undefined : find(origin, head, "{") + 1;
  const closed = close ?? closingBrace(origin, units, open);
  const { opening, placed } = formatSequence(origin, units, open, closed);
  if (placed.length === 0 && opening.length === 0) return " {}";
  const wasOneLine = open !== undefined && closed !== undefined && !hasLineBreak(origin, open, closed);
  const mayBeOneLine = wasOneLine && opening.length === 0 && placed.every(({ isUnit }) => isUnit);
  const edge = mayBeOneLine ? line : hardLine;
  const lines = placed.flatMap(({ doc, blankBefore }, position) => {
    if (position === 0) return [edge, doc];
    if (mayBeOneLine) return [lineOr("; "), doc];
    return [hardLine, ...(blankBefore ? [hardLine] : []), doc];
  });
  return [" {", ...opening, nest(lines), edge, "}"];
}

/** Where the block ends whose units are these. */
export function closingBrace(
  origin: Origin,
  units: readonly Unit[],
  open: number | undefined,
): number | undefined {
  const last = units.at(-1);
  const from = last === undefined ? open : isFrom(origin, last.span) ? last.span.end : undefined;
  return from === undefined ? undefined : find(origin, from, "}");
}

/** Comments that nothing else took. */
export function remaining(origin: Origin): Doc[] {
  return takeComments(origin, Number.POSITIVE_INFINITY).map(({ text }) => text);
}
