/**
 * Checks a text again and again while it changes, for editors: declarations whose text did not change are neither parsed nor
 * checked again, wherever they have moved.
 */
import { hasErrors, type Problem } from "../../base/problem.ts";
import type { Source } from "../../base/span.ts";
import type { CoreProgram } from "../core.ts";
import { cutText } from "../parse/cut-text.ts";
import { maximumLength, parse } from "../parse/parse.ts";
import type { Declaration } from "../tree.ts";
import type { CheckOptions } from "./check-program.ts";
import { joinProblems } from "./join-problems.ts";
import { type Rechecked, recheck } from "./recheck.ts";

export interface CheckedText {
  readonly source: Source;
  /** Of parser and checker, in order of the text. */
  readonly problems: readonly Problem[];
  /** Made when asked for; `undefined` when there are errors. */
  readonly program: () => CoreProgram | undefined;
  /** For the next check. */
  readonly pieces: readonly Piece[];
  readonly checked?: Rechecked;
}

/** A part of the text, parsed by itself; its places are those within it, in a source of its own. */
interface Piece {
  readonly text: string;
  readonly id: string;
  readonly declarations: readonly Declaration[];
  readonly problems: readonly Problem[];
}

export function checkText(source: Source, options: CheckOptions = {}, previous?: CheckedText): CheckedText {
  const known = new Map<string, Piece[]>();
  for (const piece of previous?.pieces ?? [])
    known.set(piece.text, [...(known.get(piece.text) ?? []), piece]);
  let next = 1 + Math.max(0, ...(previous?.pieces ?? []).map(({ id }) => Number(id)));
  const pieces =
    source.text.length > maximumLength
      ? [parsePiece(source.text, "0")]
      : cutText(source.text).map((text) => known.get(text)?.shift() ?? parsePiece(text, String(next++)));
  const declarations = pieces.flatMap((piece) => piece.declarations);
  const span = { source: source.name, start: 0, end: source.text.length };
  const checked = recheck({ declarations, span }, options, previous?.checked);
  const place = placesIn(source, pieces);
  const syntax = pieces.flatMap((piece) => piece.problems);
  const isEmpty = declarations.length === 0 && syntax.every(({ code }) => code === "empty-program");
  const shown = isEmpty ? syntax.slice(0, 1) : syntax.filter(({ code }) => code !== "empty-program");
  const placed = (problem: Problem): Problem => relocate(problem, place);
  const problems = joinProblems(shown.map(placed), checked.problems.map(placed));
  const program = (): CoreProgram | undefined =>
    hasErrors(problems) ? undefined : relocate(checked.program, place);
  return { source, problems, program, pieces, checked };
}

function parsePiece(text: string, id: string): Piece {
  const { file, problems } = parse({ name: id, text });
  return { text, id, declarations: file.declarations, problems };
}

type Place = (id: string) => { readonly source: string; readonly offset: number } | undefined;

function placesIn(source: Source, pieces: readonly Piece[]): Place {
  const offsets = new Map<string, number>();
  let offset = 0;
  for (const { id, text } of pieces) {
    offsets.set(id, offset);
    offset += text.length;
  }
  return (id) => {
    const found = offsets.get(id);
    return found === undefined ? undefined : { source: source.name, offset: found };
  };
}

/** The same with places in the whole text. */
function relocate<T>(value: T, place: Place): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => relocate(each, place)) as T;
  if ("source" in value && "start" in value && "end" in value) {
    const { source, start, end } = value as unknown as { source: string; start: number; end: number };
    const to = place(source);
    return to === undefined
      ? value
      : ({ source: to.source, start: start + to.offset, end: end + to.offset } as T);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, relocate(each, place)])) as T;
}
