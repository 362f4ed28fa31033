/**
 * What a program needs to be edited: its declarations as objects, what the checker knows of each, and the text of each.
 * Declarations that an edit leaves alone are the same objects afterwards, with places in the source that they were written in.
 */
import type { Problem } from "../../base/problem.ts";
import type { Source, Span } from "../../base/span.ts";
import { joinProblems } from "../../lang/check/join-problems.ts";
import { type Rechecked, recheck } from "../../lang/check/recheck.ts";
import { formatFile } from "../../lang/format/format.ts";
import type { Modules } from "../../lang/modules/load-modules.ts";
import { parse } from "../../lang/parse/parse.ts";
import type { Declaration, File } from "../../lang/tree.ts";
import { library } from "../library.ts";
import { createReuse, type Reuse } from "./reuse.ts";

export interface Edition {
  readonly checked: Rechecked;
  /** Of each declaration; joined they are the program's text. */
  readonly pieces: readonly Piece[];
  /** Where declarations have their places; the whole text first. */
  readonly sources: readonly Source[];
  /** What it imports: edits leave that as it is. */
  readonly modules: Modules;
  /** What was compiled of it and of all editions that come of it. */
  readonly reuse: Reuse;
}

/** A declaration with the comments above it. */
export interface Piece {
  readonly text: string;
  /** Where it begins in the source that the declaration has its places in. */
  readonly start: number;
}

/** The edition of a program as written. */
export function firstEdition(checked: Rechecked, source: Source, modules: Modules): Edition {
  const sources = [source, ...modules.sources];
  return {
    checked,
    pieces: cut(source.text, checked.file.declarations),
    sources,
    modules,
    reuse: createReuse(),
  };
}

export interface NextEdition {
  readonly edition: Edition;
  /** Of the new text where it has syntax errors, and of the checker. */
  readonly problems: readonly Problem[];
}

/** The edition with the declarations of `file`, some of which are those of `before`. */
export function nextEdition(before: Edition, file: File): NextEdition {
  const { modules, reuse } = before;
  const old = before.checked.file.declarations;
  const written = file.declarations.map((declaration, position): Piece => {
    const at = old.indexOf(declaration);
    const text = at >= 0 ? endLine(before.pieces[at].text) : printPiece(before, declaration, position);
    return { text, start: at >= 0 ? before.pieces[at].start : 0 };
  });
  const source: Source = {
    name: nextName(before.sources[0].name),
    text: written.map(({ text }) => text).join(""),
    ...(modules.sources.length > 0 && { modules: modules.sources }),
  };
  const problems: Problem[] = [];
  const pieces: Piece[] = [];
  const declarations: Declaration[] = [];
  let offset = 0;
  file.declarations.forEach((declaration, position) => {
    const piece = written[position];
    const start = offset;
    offset += piece.text.length;
    if (old.includes(declaration)) {
      declarations.push(declaration);
      pieces.push(piece);
      return;
    }
    const parsed = parse({ name: source.name, text: " ".repeat(start) + piece.text });
    problems.push(...parsed.problems);
    declarations.push(...parsed.file.declarations);
    pieces.push({ text: piece.text, start });
  });
  const span = { source: source.name, start: 0, end: source.text.length };
  const checked = recheck(
    { declarations, span },
    { library: library(), modules: modules.declarations },
    before.checked,
  );
  const used = new Set([...declarations, ...modules.declarations].map((each) => each.span.source));
  const sources = [source, ...before.sources.filter(({ name }) => used.has(name))];
  return {
    edition: { checked, pieces, sources, modules, reuse },
    problems: joinProblems(problems, checked.problems),
  };
}

/** Each piece ends with the line in which its declaration ends, or where the next one begins. */
function cut(text: string, declarations: readonly Declaration[]): Piece[] {
  let start = 0;
  return declarations.map(({ span }, position) => {
    const next = declarations[position + 1]?.span.start ?? text.length;
    const lineEnd = text.indexOf("\n", span.end);
    const isLast = position === declarations.length - 1;
    const end = isLast || lineEnd < 0 ? next : Math.min(next, lineEnd + 1);
    const piece = { text: text.slice(start, end), start };
    start = end;
    return piece;
  });
}

/** One that was edited keeps its comments. */
function printPiece(before: Edition, declaration: Declaration, position: number): string {
  const file: File = { declarations: [declaration], span: declaration.span };
  const was = before.checked.file.declarations.findIndex((each) => equalSpans(each.span, declaration.span));
  const source = before.sources.find(({ name }) => name === declaration.span.source);
  if (was < 0 || source === undefined) return `${position === 0 ? "" : "\n"}${formatFile(file)}`;
  const { text, start } = before.pieces[was];
  // What lies outside the piece has comments too, which are not this declaration's.
  const own = { name: source.name, text: " ".repeat(start) + text };
  return (/^\s*/.exec(text)?.[0] ?? "") + formatFile(file, own);
}

function equalSpans(a: Span, b: Span): boolean {
  return a.source === b.source && a.start === b.start && a.end === b.end;
}

function endLine(piece: string): string {
  return piece.endsWith("\n") ? piece : `${piece}\n`;
}

/** "schools.ppl", "schools.ppl (edited)", "schools.ppl (edited 2)", … */
function nextName(name: string): string {
  const [, stem, count] = /^(.*?)(?: \(edited(?: (\d+))?\))?$/s.exec(name) ?? [];
  if (stem === name) return `${name} (edited)`;
  return `${stem} (edited ${Number(count ?? 1) + 1})`;
}
