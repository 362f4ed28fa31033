/**
 * From text to surface tree. `parse` never throws, whatever the text, and gives back everything that did parse: what
 * did not is an `error` node, a missing name has the text "".
 */
import type { IRecognitionException, IToken } from "chevrotain";
import type { Problem } from "../../base/problem.ts";
import type { Source } from "../../base/span.ts";
import type { File } from "../tree.ts";
import { buildFile } from "./build-tree.ts";
import type { Building } from "./cst.ts";
import { grammar } from "./grammar.ts";
import { type Layout, layOut } from "./layout.ts";
import { absences, explainSyntax, factSpan, type SyntaxFact } from "./parse-problem.ts";
import { parserErrorFact } from "./parser-error.ts";
import { type Tokens, tokens as t, tokenize } from "./tokens.ts";

/** In UTF-16 units: thousands of lines, yet read in a second or two even when every line is wrong. */
export const maximumLength = 256 * 1024;
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
  const parserFacts = placeErrors(parser.errors, layout.tokens, source);
  parser.input = [];
  const building: Building = { source, facts: [], heights: new WeakMap() };
  const file = buildFile(building, cst, lexed.docs);
  const facts = oneEach(
    layout.tokens,
    [...lexicalFacts(source, lexed), ...withoutSwallowed(layout.facts, lexed)].filter(
      (fact) => !isSkipped(fact, layout),
    ),
    [...parserFacts, ...building.facts.map((fact) => ({ fact, offset: factSpan(fact)?.start ?? 0 }))],
  );
  const told = facts.map((fact) => withComment(fact, source.text));
  return { file, problems: told.map((fact) => explainSyntax(fact, source.name)) };
}

/** Whether a comment holds the bracket that is missing, as in `f(a // b)`. */
function withComment(fact: SyntaxFact, text: string): SyntaxFact {
  if (fact.code !== "unclosed-bracket" || fact.closer === "}") return fact;
  const [, comment] = /^[ \t]*\/\/(?!\/)(.*)/.exec(text.slice(fact.at.start)) ?? [];
  return comment?.includes(fact.closer) ? { ...fact, commented: true } : fact;
}

function lexicalFacts({ name, text }: Source, lexed: Tokens): SyntaxFact[] {
  const facts: SyntaxFact[] = lexed.unexpected.map(({ offset, length }) => ({
    code: "unexpected-character",
    span: { source: name, start: offset, end: offset + length },
    text: text.slice(offset, offset + length),
    nearDigit: /\d/.test(text.slice(Math.max(0, offset - 1), offset + length + 1)),
  }));
  for (const { image, startOffset } of lexed.blockComments)
    if (!isClosedComment(image))
      facts.push({
        code: "unclosed-comment",
        span: { source: name, start: startOffset, end: startOffset + 2 },
      });
  const isEmpty = lexed.tokens.every((token) => token.tokenType === t.Separator);
  if (isEmpty && facts.length === 0)
    facts.push({ code: "empty-program", span: { source: name, start: 0, end: 0 } });
  return facts;
}

/** Characters that do not belong, in what is left out anyway. */
function isSkipped(fact: SyntaxFact, { skipped }: Layout): boolean {
  if (fact.code !== "unexpected-character" && fact.code !== "hash-comment") return false;
  return skipped.some(({ start, end }) => fact.span.start > start && fact.span.start < end);
}

function isClosedComment(image: string): boolean {
  return image.length >= 4 && image.endsWith("*/");
}

/** Brackets left open at the end of a text whose end is in a comment that never ends are no second mistake. */
function withoutSwallowed(facts: readonly SyntaxFact[], lexed: Tokens): SyntaxFact[] {
  const last = lexed.tokens.at(-1);
  if (last === undefined || lexed.blockComments.every((comment) => isClosedComment(comment.image)))
    return [...facts];
  return facts.filter((fact) => fact.code !== "unclosed-bracket" || fact.at.start < last.startOffset);
}

/** The parser's errors as facts, each with the offset of the token it was found at. */
function placeErrors(
  errors: readonly IRecognitionException[],
  layoutTokens: readonly IToken[],
  source: Source,
): Placed[] {
  const positions = new Map(layoutTokens.map((token, index) => [token, index]));
  return errors.map((error) => {
    const position = positions.get(error.token) ?? layoutTokens.length;
    const around = { before: layoutTokens[position - 1], next: layoutTokens[position + 1] };
    return { fact: parserErrorFact(error, source, around), offset: error.token.startOffset };
  });
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
  const ends = layoutTokens.flatMap((token, index) => {
    const { tokenType, image, startOffset } = token;
    const isEnd = tokenType === t.Separator || tokenType === t.LeftBrace || tokenType === t.RightBrace;
    const next: IToken | undefined = layoutTokens[index + 1];
    return isEnd ? [image === "" && next ? Math.max(startOffset, next.startOffset - 1) : startOffset] : [];
  });
  const taken = new Set(certain.map((fact) => countBelow(ends, factSpan(fact)?.start ?? 0)));
  const kept = [...certain];
  for (const { fact, offset } of derived) {
    if (absences.has(fact.code) && kept.some((one) => !absences.has(one.code))) continue;
    if (fact.code === "nesting-too-deep" && kept.some((one) => one.code === fact.code)) continue;
    const statement = countBelow(ends, offset >= 0 ? offset : Number.POSITIVE_INFINITY);
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
