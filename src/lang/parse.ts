/**
 * From text to surface tree. `parse` never throws, whatever the text, and gives back everything that did parse: what
 * did not is an `error` node, a missing name has the text "".
 */
import type { IToken } from "chevrotain";
import type { Problem } from "../base/problem.ts";
import type { Source } from "../base/span.ts";
import { buildFile } from "./build-tree.ts";
import type { Building } from "./cst.ts";
import { grammar } from "./grammar.ts";
import { layOut } from "./layout.ts";
import { explainSyntax, factSpan, type SyntaxFact } from "./parse-problem.ts";
import { parserErrorFact } from "./parser-error.ts";
import { type Tokens, tokens as t, tokenize } from "./tokens.ts";
import type { File } from "./tree.ts";

/** In UTF-16 units. A megabyte of program parses in about two seconds. */
export const maximumLength = 1024 * 1024;
/** Problems given at most; the rest would be noise. */
const maximumProblems = 100;

export interface Parsed {
  readonly file: File;
  /** In the order of the text; empty when all of it parsed. */
  readonly problems: Problem[];
}

export function parse(source: Source): Parsed {
  if (source.text.length > maximumLength) {
    const fact: SyntaxFact = { code: "file-too-large", length: source.text.length, most: maximumLength };
    const span = { source: source.name, start: 0, end: source.text.length };
    return { file: { declarations: [], span }, problems: [explainSyntax(fact, source.name)] };
  }
  const lexed = tokenize(source.text);
  const layout = layOut(source.name, lexed.tokens);
  const parser = grammar();
  parser.input = layout.tokens;
  const cst = parser.file();
  const position = new Map(layout.tokens.map((token, index) => [token, index]));
  const parserFacts = parser.errors.map((error) => {
    const next = layout.tokens[(position.get(error.token) ?? layout.tokens.length) + 1];
    return { fact: parserErrorFact(error, source, next), offset: error.token.startOffset };
  });
  parser.input = [];
  const building: Building = { source, facts: [], heights: new WeakMap() };
  const file = buildFile(building, cst, lexed.docs);
  const facts = oneEach(
    layout.tokens,
    [...lexicalFacts(source, lexed), ...layout.facts],
    [...parserFacts, ...building.facts.map((fact) => ({ fact, offset: factSpan(fact)?.start ?? 0 }))],
  );
  return { file, problems: facts.map((fact) => explainSyntax(fact, source.name)) };
}

function lexicalFacts(source: Source, lexed: Tokens): SyntaxFact[] {
  const span = (start: number, end: number): SyntaxFact & { code: "empty-program" } => ({
    code: "empty-program",
    span: { source: source.name, start, end },
  });
  const facts: SyntaxFact[] = [];
  for (const { offset, length } of lexed.unexpected) {
    const text = source.text.slice(offset, offset + length);
    facts.push({ code: "unexpected-character", span: span(offset, offset + length).span, text });
  }
  for (const comment of lexed.blockComments)
    if (comment.image.length < 4 || !comment.image.endsWith("*/"))
      facts.push({ code: "unclosed-comment", span: span(comment.startOffset, comment.startOffset + 2).span });
  const isEmpty = lexed.tokens.every((token) => token.tokenType === t.Separator);
  return isEmpty && facts.length === 0 ? [span(0, source.text.length)] : facts;
}

interface Placed {
  readonly fact: SyntaxFact;
  readonly offset: number;
}

/**
 * All of `certain`, and of `derived` the first in each statement that has no other: what follows a mistake within a
 * statement says nothing new. Statements are what lies between separators and braces.
 */
function oneEach(
  layoutTokens: readonly IToken[],
  certain: readonly SyntaxFact[],
  derived: readonly Placed[],
): SyntaxFact[] {
  const ends = layoutTokens
    .filter(
      ({ tokenType }) => tokenType === t.Separator || tokenType === t.LeftBrace || tokenType === t.RightBrace,
    )
    .map((token) => token.startOffset);
  const taken = new Set(certain.map((fact) => countBelow(ends, factSpan(fact)?.start ?? 0)));
  const kept = [...certain];
  for (const { fact, offset } of derived) {
    const statement = countBelow(ends, Number.isNaN(offset) ? Number.POSITIVE_INFINITY : offset);
    if (taken.has(statement)) continue;
    taken.add(statement);
    kept.push(fact);
  }
  return kept.sort((a, b) => (factSpan(a)?.start ?? 0) - (factSpan(b)?.start ?? 0)).slice(0, maximumProblems);
}

/** How many of the ascending `offsets` are below `offset`. */
function countBelow(offsets: readonly number[], offset: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle] < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
