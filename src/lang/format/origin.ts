/**
 * The text that a tree came from, for what the tree does not hold: comments, blank lines, what stood on one line, how
 * numbers were spelt. Nodes that come from elsewhere have none of these.
 */
import type { Source, Span } from "../../base/span.ts";
import { tokenize } from "../parse/tokens.ts";

export interface Comment {
  /** With its slashes and stars. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Runs to the end of its line, so that nothing can follow it there. */
  readonly toLineEnd: boolean;
}

/** Lives for one call of the formatter. */
export interface Origin {
  readonly source: Source;
  /** Not printed yet, the next one last. */
  readonly pending: Comment[];
}

export function originOf(source: Source): Origin {
  const { docs, lineComments, blockComments } = tokenize(source.text);
  const pending = [...docs, ...lineComments, ...blockComments].map(({ image, startOffset }) => ({
    text: image.trimEnd().replace(/\r\n?/g, "\n"),
    start: startOffset,
    end: startOffset + image.length,
    toLineEnd: image.startsWith("//"),
  }));
  return { source, pending: pending.sort((a, b) => b.start - a.start) };
}

/** Whether the place is in this text. */
export function isFrom({ source }: Origin, span: Span): boolean {
  return span.source === source.name && span.end > span.start && span.end <= source.text.length;
}

/** The comments before `offset` that are not printed yet. */
export function takeComments({ pending }: Origin, offset: number): Comment[] {
  const taken: Comment[] = [];
  for (let next = pending.at(-1); next && next.start < offset; next = pending.at(-1)) {
    taken.push(next);
    pending.pop();
  }
  return taken;
}

/** The offset of the first of `texts` at or after `from`, outside of comments; the text's length when there is none. */
export function find({ source, pending }: Origin, from: number, ...texts: string[]): number {
  let next = pending.length - 1;
  for (let at = from; at < source.text.length; at++) {
    while (next >= 0 && pending[next].end <= at) next--;
    if (next >= 0 && pending[next].start <= at) at = pending[next].end - 1;
    else if (texts.some((text) => source.text.startsWith(text, at))) return at;
  }
  return source.text.length;
}

export function hasLineBreak({ source }: Origin, start: number, end: number): boolean {
  return /[\r\n]/.test(source.text.slice(start, end));
}

/** Whether an empty line lies between. */
export function hasBlankLine({ source }: Origin, start: number, end: number): boolean {
  return /(\r\n|\r(?!\n)|\n)[^\S\r\n]*(\r|\n)/.test(source.text.slice(start, end));
}
