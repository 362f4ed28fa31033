/** Brackets while laying out: what is open, what is closed for whom, how deep it is. Part of `layout.ts`. */
import type { IToken, TokenType } from "chevrotain";
import type { Span } from "../../base/span.ts";
import { maximumDepth, type SyntaxFact } from "./parse-problem.ts";
import { insertedToken, retype, tokens as t, tokenEnd } from "./tokens.ts";

export interface OpenBracket {
  readonly token: IToken;
  /** Brackets of a declaration's head, where `K = 3` is a default. */
  readonly head: boolean;
  /** Column of the first token in the bracket's line. */
  readonly indent: number;
  /** What it adds to the nesting: 0 for the block of an `if` or `match`, which is in `nested` of what is around. */
  readonly level: number;
  /** The braces of a `match` or of options: hold no statements. */
  readonly cases: boolean;
  /** `if`s and `match`es since the last comma or separator in it: they nest without brackets. */
  nested: number;
  /** Whether an `if` or `match` was seen in it, so that a `{` may follow. */
  hasBlock: boolean;
}

/** The work so far: lives for one call of `layOut`. */
export interface Laying {
  readonly sourceName: string;
  /** Tokens of the lexer; those ahead are as the user wrote them. */
  readonly raw: IToken[];
  readonly out: IToken[];
  readonly facts: SyntaxFact[];
  readonly skipped: Span[];
  readonly open: OpenBracket[];
  /** Like `OpenBracket.nested`, outside of brackets. */
  nested: number;
  /** Whether the next token begins a declaration. */
  atDeclaration: boolean;
  /** After a declaration's keyword and before its body. */
  inHead: boolean;
  /** Column of the first token in this line. */
  indent: number;
  /** A `{` that indentation says was left open, and where the text before its supposed `}` ends. */
  suspect: { readonly bracket: OpenBracket; readonly end: number } | undefined;
  /** The keyword of a `plate`, `for` or `if` statement whose body is still to come. */
  bodyless: IToken | undefined;
  /** The `if` or `match` whose `{` is still to come. */
  condition: TokenType | undefined;
  /** The last line with a bracket problem: one per line says enough. */
  brokenLine: number;
}

export const closers: ReadonlyMap<TokenType, TokenType> = new Map([
  [t.LeftParen, t.RightParen],
  [t.LeftBracket, t.RightBracket],
  [t.LeftBrace, t.RightBrace],
]);
export const closing: ReadonlySet<TokenType> = new Set(closers.values());

export function spanOf(laying: Laying, token: IToken): Span {
  return { source: laying.sourceName, start: token.startOffset, end: tokenEnd(token) };
}

/** Whether statements stand directly in this bracket. */
export function holdsStatements(bracket: OpenBracket): boolean {
  return isBrace(bracket) && !bracket.cases;
}

export function isBrace(bracket: OpenBracket): boolean {
  return bracket.token.tokenType === t.LeftBrace;
}

/** Whether the innermost open bracket is `(` or `[`. */
export function inBrackets({ open }: Laying): boolean {
  const top = open.at(-1);
  return top !== undefined && !isBrace(top);
}

/** How deep the next bracket, `if` or `match` would nest. */
export function nestingLevel({ open, nested }: Laying): number {
  return open.reduce((sum, bracket) => sum + bracket.level + bracket.nested, nested);
}

function closerText(token: IToken): string {
  return token.image === "(" ? ")" : token.image === "[" ? "]" : "}";
}

/** Reports a bracket problem at `token`, unless its line has one. */
function reportBracket(laying: Laying, token: IToken, fact: SyntaxFact): void {
  const line = token.endLine ?? 0;
  if (line !== laying.brokenLine) laying.facts.push(fact);
  laying.brokenLine = line;
}

function reportUnclosed(laying: Laying, bracket: OpenBracket, end: number): void {
  reportBracket(laying, laying.out.at(-1) ?? bracket.token, {
    code: "unclosed-bracket",
    at: { source: laying.sourceName, start: end, end },
    opened: spanOf(laying, bracket.token),
    bracket: bracket.token.image,
    closer: closerText(bracket.token),
  });
}

/** Closes brackets until the innermost satisfies `stop` or none is open; reports the first of them. */
export function closeUntil(laying: Laying, stop: (bracket: OpenBracket) => boolean): void {
  const { open, out, suspect } = laying;
  const top = open.at(-1);
  if (!top || stop(top)) return;
  if (top.token.isInsertedInRecovery) laying.brokenLine = top.token.endLine ?? 0;
  else if (isBrace(top) && suspect) reportUnclosed(laying, suspect.bracket, suspect.end);
  else reportUnclosed(laying, top, tokenEnd(out.at(-1) ?? top.token));
  for (let bracket = open.at(-1); bracket && !stop(bracket); bracket = open.at(-1)) {
    open.pop();
    const before = out.at(-1) ?? bracket.token;
    const closer = closers.get(bracket.token.tokenType) ?? t.RightParen;
    if (isBrace(bracket)) giveBody(laying, undefined, bracket);
    out.push(insertedToken(closer, tokenEnd(before), before));
  }
}

/**
 * A `plate`, `for` or `if` that ends without a body gets one: what comes next where that is indented more, else an
 * empty one. What ends is in the bracket `within`; a bracket in the statement's head ends nothing of it.
 */
export function giveBody(laying: Laying, next?: IToken, within = laying.open.at(-1)): void {
  const { out, open, bodyless } = laying;
  const before = out.at(-1);
  if (!bodyless || !before || (within && within.token.startOffset > bodyless.startOffset)) return;
  laying.bodyless = undefined;
  laying.condition = undefined;
  laying.facts.push({ code: "missing-body", span: spanOf(laying, bodyless), word: bodyless.image });
  const end = tokenEnd(before);
  const token = insertedToken(t.LeftBrace, end, before);
  out.push(token);
  const indent = bodyless.startColumn ?? 0;
  if ((next?.startColumn ?? 0) > indent && nestingLevel(laying) < maximumDepth)
    open.push({ token, head: false, indent, level: 1, cases: false, nested: 0, hasBlock: false });
  else out.push(insertedToken(t.RightBrace, end, before));
}

/** Puts a closing bracket out, with what it leaves unclosed; or reports it where it closes nothing. */
export function close(laying: Laying, token: IToken): void {
  const { open, out } = laying;
  const top = open.at(-1);
  const closesBlock = token.tokenType === t.RightBrace;
  const matches = (bracket: OpenBracket): boolean => closers.get(bracket.token.tokenType) === token.tokenType;
  const reach = open.findLastIndex(matches);
  const fence = closesBlock ? -1 : open.findLastIndex(isBrace);
  if (reach >= 0 && (reach > fence || open.slice(reach).some((bracket) => bracket.hasBlock))) {
    closeUntil(laying, matches);
    if (closesBlock) giveBody(laying);
    const bracket = open.pop();
    if (closesBlock && bracket) noteIndentation(laying, bracket, token);
    out.push(token);
  } else if (top && !closesBlock && !isBrace(top)) {
    reportBracket(laying, token, {
      code: "mismatched-bracket",
      span: spanOf(laying, token),
      opened: spanOf(laying, top.token),
      bracket: token.image,
      closer: closerText(top.token),
    });
    open.pop();
    out.push(retype(token, closers.get(top.token.tokenType) ?? t.RightParen));
  } else {
    const span = spanOf(laying, token);
    reportBracket(laying, token, { code: "unmatched-bracket", span, bracket: token.image });
  }
}

/** A `}` first in its line that closes a deeper indented `{`, while one at its own indentation is open. */
function noteIndentation(laying: Laying, bracket: OpenBracket, token: IToken): void {
  const column = token.startColumn ?? 0;
  if (laying.suspect || laying.indent !== column || bracket.indent <= column) return;
  if (bracket.token.isInsertedInRecovery) return;
  if (laying.open.some((outer) => isBrace(outer) && outer.indent === column))
    laying.suspect = { bracket, end: tokenEnd(laying.out.at(-1) ?? bracket.token) };
}

/** Puts the opening bracket `i` out; returns the index of the last token used. */
export function openBracket(laying: Laying, i: number, isWhole: (before: IToken) => boolean): number {
  const { raw, out, open } = laying;
  const token = raw[i];
  const isBlock = token.tokenType === t.LeftBrace;
  const before = out.at(-1);
  const inner = open.at(-1);
  if (isBlock && inner && inBrackets(laying) && !inner.hasBlock) {
    const ends = laying.inHead || laying.bodyless !== undefined || (before !== undefined && isWhole(before));
    if (ends) closeUntil(laying, isBrace);
    else if (!isPaired(laying, i)) {
      reportBracket(laying, token, {
        code: "unexpected-token",
        span: spanOf(laying, token),
        expected: "an expression",
        found: "`{`",
      });
      return i;
    }
  }
  const top = open.at(-1);
  if (isBlock && !inBrackets(laying)) laying.bodyless = undefined;
  if (isBlock) laying.inHead = laying.inHead && open.length > 0;
  if (nestingLevel(laying) >= maximumDepth) {
    reportTooDeep(laying, token);
    out.push(token, insertedToken(closers.get(token.tokenType) ?? t.RightParen, tokenEnd(token), token));
    return endOfBracket(laying, i);
  }
  const level = isBlock && (top?.nested ?? 0) > 0 ? 0 : 1;
  const cases = isBlock && (laying.condition === t.Match || before?.tokenType === t.In);
  if (isBlock) laying.condition = undefined;
  const { inHead: head, indent } = laying;
  open.push({ token, head, indent, level, cases, nested: 0, hasBlock: false });
  out.push(token);
  return i;
}

/** Counts the `if` or `match` at `i` and puts it out; returns the index of the last token used. */
export function openCondition(laying: Laying, i: number): number {
  const { raw, out, open } = laying;
  const top = open.at(-1);
  if (top) top.hasBlock = true;
  laying.condition = raw[i].tokenType;
  if (out.at(-1)?.tokenType !== t.Else) {
    if (nestingLevel(laying) >= maximumDepth) {
      reportTooDeep(laying, raw[i]);
      return endOfExpression(laying, i);
    }
    if (top) top.nested++;
    else laying.nested++;
  }
  out.push(raw[i]);
  return i;
}

function reportTooDeep(laying: Laying, token: IToken): void {
  laying.facts.push({ code: "nesting-too-deep", span: spanOf(laying, token), most: maximumDepth });
}

/** The index of the bracket that closes the one at `i`, or of the last token. */
function endOfBracket({ raw }: Laying, i: number): number {
  let depth = 0;
  for (let j = i; j < raw.length; j++) {
    if (closers.has(raw[j].tokenType)) depth++;
    else if (closing.has(raw[j].tokenType) && --depth === 0) return j;
  }
  return raw.length - 1;
}

/** Whether the bracket at `i` is closed by its own kind in the same line. */
function isPaired(laying: Laying, i: number): boolean {
  const { raw } = laying;
  const end = endOfBracket(laying, i);
  return raw[end].tokenType === closers.get(raw[i].tokenType) && raw[end].startLine === raw[i].startLine;
}

/** The index of the last token before what ends the expression at `i`. */
function endOfExpression({ raw }: Laying, i: number): number {
  let depth = 0;
  for (let j = i; j < raw.length; j++) {
    const { tokenType } = raw[j];
    if (closers.has(tokenType)) depth++;
    else if (closing.has(tokenType) && --depth < 0) return j - 1;
    else if (depth === 0 && (tokenType === t.Comma || tokenType === t.Separator)) return j - 1;
  }
  return raw.length - 1;
}
