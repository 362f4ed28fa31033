/**
 * Between lexer and grammar: puts a `Separator` where a line break ends a statement, and leaves every bracket closed.
 * The grammar may count on balanced brackets at most `maximumDepth` deep, on declarations only at the top, and on
 * tokens of the language only; what had to be mended for that is reported here, once.
 *
 * A line break ends a statement when the innermost open bracket is `{` (or none is open), the line can end there
 * (it does not end in an operator or a comma) and the next line does not continue it: it begins with anything but a
 * binary operator other than `-`, or one of `~ = : , => -> .. ? { } ) ] else then via as in`. Hence a line that begins
 * with `-`, `(` or `[` is a new statement.
 */
import type { IToken, TokenType } from "chevrotain";
import { nearMisses } from "../../base/near-miss.ts";
import type { Span } from "../../base/span.ts";
import {
  close,
  closers,
  closeUntil,
  closing,
  giveBody,
  holdsStatements,
  inBrackets,
  isBrace,
  type Laying,
  openBracket,
  openCondition,
  spanOf,
} from "./layout-brackets.ts";
import type { SyntaxFact } from "./parse-problem.ts";
import { insertedToken, keywordTokens, retype, tokens as t, tokenEnd, wrongSymbols } from "./tokens.ts";

export interface Layout {
  readonly tokens: IToken[];
  readonly facts: readonly SyntaxFact[];
  /** What stands in the place of declarations and is left out whole. */
  readonly skipped: readonly Span[];
}

const declarations: ReadonlySet<TokenType> = new Set([
  t.Model,
  t.Family,
  t.Guide,
  t.Def,
  t.Net,
  t.Dist,
  t.Import,
]);
/** Only ever begin a statement; `for` too, but it is also in `[e for k in K]`. */
const statementWords: ReadonlySet<TokenType> = new Set([t.Observe, t.Plate, t.Learn, t.Vary, t.Factor]);

/** What else follows the word of a declaration in its line: of one without a name, of an `import`. */
const beginsBody: ReadonlySet<TokenType> = new Set([t.LeftBrace, t.StringLiteral]);

/** Words that a name follows. */
const beforeName: ReadonlySet<TokenType> = new Set([t.Observe, t.Learn, t.Vary, t.Plate, t.For]);

const canEndLine: ReadonlySet<TokenType> = new Set([
  t.Identifier,
  t.Marginal,
  t.Enumerate,
  t.Relaxed,
  t.Score,
  t.Member,
  t.On,
  t.From,
  t.NumberLiteral,
  t.StringLiteral,
  t.True,
  t.False,
  t.Wildcard,
  t.Question,
  t.RightParen,
  t.RightBracket,
  t.RightBrace,
]);
const continuesLine: ReadonlySet<TokenType> = new Set([
  t.Pipe,
  t.Or,
  t.And,
  t.Equal,
  t.NotEqual,
  t.Less,
  t.LessEqual,
  t.Greater,
  t.GreaterEqual,
  t.Plus,
  t.Star,
  t.Slash,
  t.At,
  t.Caret,
  t.Tilde,
  t.Assign,
  t.Colon,
  t.Comma,
  t.FatArrow,
  t.Arrow,
  t.DotDot,
  t.Question,
  t.Else,
  t.Then,
  t.Via,
  t.As,
  t.In,
  t.LeftBrace,
  t.RightBrace,
  t.RightParen,
  t.RightBracket,
  t.Separator,
]);
/** Between declarations nothing else can begin with these, so a head may go on with them in the next line. */
const continuesHead: ReadonlySet<TokenType> = new Set([t.LeftParen, t.LeftBracket, t.On]);

/** `sourceName` is for spans; `lexed` comes from `tokenize`. */
export function layOut(sourceName: string, lexed: readonly IToken[]): Layout {
  const laying: Laying = {
    sourceName,
    raw: lexed.filter(({ tokenType }) => tokenType !== t.HashComment && tokenType !== t.TransposeMark),
    out: [],
    facts: [],
    skipped: [],
    open: [],
    nested: 0,
    atDeclaration: true,
    inHead: false,
    indent: 0,
    suspect: undefined,
    bodyless: undefined,
    condition: undefined,
    brokenLine: -1,
  };
  for (const token of lexed) {
    const span = spanOf(laying, token);
    if (token.tokenType === t.HashComment) laying.facts.push({ code: "hash-comment", span });
    if (token.tokenType === t.TransposeMark)
      laying.facts.push({ code: "wrong-symbol", span, written: "'", meant: "transpose(…)" });
  }
  for (let i = 0; i < laying.raw.length; ) i = layOutToken(laying, i);
  closeUntil(laying, () => false);
  return { tokens: laying.out, facts: laying.facts, skipped: laying.skipped };
}

/** Returns the index of the token to go on with. */
function layOutToken(laying: Laying, i: number): number {
  const { raw, open } = laying;
  if (startsLine(laying, i)) {
    laying.indent = raw[i].startColumn ?? 0;
    if (open.length > 0 && startsDeclaration(laying, i)) {
      closeUntil(laying, () => false);
      separate(laying);
    } else lineBreak(laying, i);
  }
  if (open.length === 0 && laying.atDeclaration && raw[i].tokenType !== t.Separator) {
    const next = skipNonDeclaration(laying, i);
    if (next > i) return next;
    laying.atDeclaration = false;
    laying.inHead = true;
    laying.suspect = undefined;
    raw[i] = asDeclaration(raw[i]);
  } else raw[i] = mend(laying, i);
  return accept(laying, i) + 1;
}

/** Puts token `i` out; returns the index of the last token used. */
function accept(laying: Laying, i: number): number {
  const { raw, out, open } = laying;
  const token = raw[i];
  const type = token.tokenType;
  const top = open.at(-1);
  if (closers.has(type)) return openBracket(laying, i, (before) => canEndLine.has(before.tokenType));
  if (type === t.If || type === t.Match) {
    if (type === t.If && atStatement(laying)) laying.bodyless = token;
    return openCondition(laying, i);
  }
  if (closing.has(type)) close(laying, token);
  else if (type === t.Separator) {
    if (inBrackets(laying)) closeUntil(laying, isBrace);
    separate(laying, token);
  } else if (top && inBrackets(laying) && !top.head && isDefining(laying, i)) define(laying, token);
  else {
    if (type === t.Comma && top) top.nested = 0;
    if (type === t.Then) laying.bodyless = undefined;
    if ((type === t.Plate || type === t.For) && atStatement(laying)) laying.bodyless = token;
    out.push(token);
  }
  return i;
}

/** A `~` or `=` inside `(` or `[`: a named argument written with `=`, or the bracket was never closed. */
function define(laying: Laying, token: IToken): void {
  const { out, open } = laying;
  const begins = out.at(-2)?.tokenType;
  const isArgument =
    open.at(-1)?.token.tokenType === t.LeftParen && (begins === t.LeftParen || begins === t.Comma);
  if (token.tokenType === t.Assign && isName(out.at(-1)) && isArgument) {
    laying.facts.push({ code: "wrong-symbol", span: spanOf(laying, token), written: "=", meant: ":" });
    out.push(retype(token, t.Colon));
  } else {
    closeUntil(laying, isBrace);
    out.push(token);
  }
}

/** Ends the statement, with `token` or with a separator made up; `next` begins the next line. */
function separate(laying: Laying, token?: IToken, next?: IToken): void {
  const { out, open } = laying;
  const before = out.at(-1);
  if (before === undefined || before.tokenType === t.Separator) return;
  giveBody(laying, next);
  out.push(token ?? insertedToken(t.Separator, tokenEnd(before), before));
  const top = open.at(-1);
  if (top) top.nested = 0;
  else {
    laying.nested = 0;
    laying.atDeclaration = true;
    laying.inHead = false;
  }
}

/** Token `i` begins a line: decides whether that ends a statement. */
function lineBreak(laying: Laying, i: number): void {
  const { raw, out, open } = laying;
  const before = out.at(-1)?.tokenType;
  if (before === undefined) return;
  const top = open.at(-1);
  if (top && !holdsStatements(top) && startsStatement(laying, i)) {
    closeUntil(laying, holdsStatements);
    separate(laying, undefined, raw[i]);
    return;
  }
  if (inBrackets(laying)) return;
  const { tokenType, image } = raw[i];
  const continues =
    continuesLine.has(tokenType) ||
    (tokenType === t.WrongSymbol && wrongSymbols[image] !== "-") ||
    (open.length === 0 && continuesHead.has(tokenType));
  if (canEndLine.has(before)) {
    if (!continues) separate(laying, undefined, raw[i]);
  } else if (before !== t.LeftBrace && before !== t.Observe && startsStatement(laying, i))
    separate(laying, undefined, raw[i]);
}

function startsLine({ raw }: { readonly raw: readonly IToken[] }, i: number): boolean {
  return i === 0 || (raw[i].startLine ?? 0) > (raw[i - 1].endLine ?? 0);
}

/** Token `i` is a `~` or `=`, or written for one. */
function isDefining({ raw }: { readonly raw: readonly IToken[] }, i: number): boolean {
  const token: IToken | undefined = raw[i];
  if (token?.tokenType === t.WrongSymbol) return wrongSymbols[token.image] === "=";
  return token?.tokenType === t.Tilde || token?.tokenType === t.Assign;
}

/** The line that begins with token `i` is `name … ~ …` or `name … = …`. */
function lineDefines(laying: Laying, i: number): boolean {
  const { raw } = laying;
  if (!isName(raw[i]) && raw[i].tokenType !== t.LeftParen) return false;
  let depth = 0;
  for (let j = i; j < raw.length && (j === i || !startsLine(laying, j)); j++) {
    const { tokenType } = raw[j];
    if (closers.has(tokenType)) depth++;
    else if (closing.has(tokenType) && --depth < 0) return false;
    else if (depth === 0 && isDefining(laying, j)) return true;
    else if (tokenType === t.Separator) return false;
  }
  return false;
}

/** Whether token `i`, which begins a line, begins a statement, whatever is open. */
function startsStatement(laying: Laying, i: number): boolean {
  const { tokenType } = laying.raw[i];
  const top = laying.open.at(-1);
  if (statementWords.has(tokenType)) return !isDefining(laying, i + 1);
  if (tokenType === t.For) return top?.token.tokenType !== t.LeftBracket && !isDefining(laying, i + 1);
  return !top?.head && lineDefines(laying, i);
}

function startsDeclaration(laying: Laying, i: number): boolean {
  return beginsDeclaration(laying.raw, i);
}

/** Whether a declaration begins with this token of `tokenize`, whatever is open before it. */
export function beginsDeclaration(lexed: readonly IToken[], i: number): boolean {
  if (!isDeclarationWord(lexed[i]) || !startsLine({ raw: lexed }, i)) return false;
  const next: IToken | undefined = lexed[i + 1];
  if (next === undefined || startsLine({ raw: lexed }, i + 1)) return false;
  return isName(next) || keywordTokens.has(next.tokenType) || beginsBody.has(next.tokenType);
}

/** Where reading goes on after what stands in the place of a declaration; `i` when that is one. */
function skipNonDeclaration(laying: Laying, i: number): number {
  const { raw, facts, skipped } = laying;
  const token = raw[i];
  if (declarations.has(token.tokenType) && !isDefining(laying, i + 1)) return i;
  const span = spanOf(laying, token);
  const meant = misspelt(laying, i);
  const fact = {
    code: "outside-declaration",
    statement: startsStatement(laying, i),
    word: token.image,
  } as const;
  if (meant !== undefined) {
    facts.push({ ...fact, span, meant });
    return i;
  }
  let next = i + 1;
  while (next < raw.length && !startsDeclaration(laying, next)) next++;
  skipped.push({ ...span, end: raw[next]?.startOffset ?? Number.POSITIVE_INFINITY });
  // After a bracket problem this is likely the rest of a declaration that it ended early.
  let lineEnd = i;
  while (lineEnd + 1 < next && !startsLine(laying, lineEnd + 1)) lineEnd++;
  const isRest = laying.brokenLine >= 0;
  if (!isRest)
    facts.push({ ...fact, span: { ...span, end: tokenEnd(raw[lineEnd]) }, ended: endBefore(laying) });
  return next;
}

/** The `}` that the last declaration ends with. */
function endBefore(laying: Laying): Span | undefined {
  const end = laying.out.findLast((token) => token.tokenType !== t.Separator);
  return end?.tokenType === t.RightBrace ? spanOf(laying, end) : undefined;
}

const misspeltWords = ["model", "family", "def", "net", "dist", "import"];

/** The keyword meant by `modle Name`. */
function misspelt(laying: Laying, i: number): string | undefined {
  const { raw } = laying;
  if (raw[i].tokenType !== t.Identifier || !isName(raw[i + 1]) || startsLine(laying, i + 1)) return undefined;
  return nearMisses(raw[i].image, misspeltWords)[0];
}

/** The token as the keyword it is near to. */
function asDeclaration(token: IToken): IToken {
  if (declarations.has(token.tokenType)) return token;
  const [word] = nearMisses(token.image, misspeltWords);
  return retype(token, [...declarations].find((type) => type.PATTERN === word) ?? t.Model);
}

function atStatement({ out }: Laying): boolean {
  const before = out.at(-1)?.tokenType;
  return before === t.Separator || before === t.LeftBrace;
}

/** Token `i`, or what was meant by it. */
function mend(laying: Laying, i: number): IToken {
  const { raw, out, facts } = laying;
  const token = raw[i];
  const span = spanOf(laying, token);
  const behind = out.at(-1)?.tokenType;
  const isPath = behind === t.From || behind === t.Import;
  if (token.tokenType === t.StringLiteral && !isPath) facts.push({ code: "no-strings", span });
  if (token.tokenType === t.WrongSymbol) {
    const meant = wrongSymbols[token.image];
    facts.push({ code: "wrong-symbol", span, written: token.image, meant });
    return retype(token, Object.values(t).find((type) => type.PATTERN === meant) ?? t.Assign);
  }
  // Where no declaration can begin, its word is a name.
  if (isDeclarationWord(token)) return retype(token, t.Identifier);
  if (isName(token) && isName(raw[i + 1]) && raw[i + 2]?.tokenType === t.In && atStatement(laying)) {
    facts.push({ code: "unknown-statement", span, word: token.image });
    return retype(token, t.Plate);
  }
  const before = out.at(-1)?.tokenType;
  const names =
    startsLine(laying, i) || atStatement(laying) || (before !== undefined && beforeName.has(before));
  if (names && keywordTokens.has(token.tokenType) && isDefining(laying, i + 1) && !laying.inHead) {
    facts.push({ code: "keyword-as-name", span, word: token.image });
    return retype(token, t.Identifier);
  }
  return token;
}

function isDeclarationWord({ tokenType }: IToken): boolean {
  return declarations.has(tokenType);
}

const names: ReadonlySet<TokenType> = new Set([
  t.Identifier,
  t.Marginal,
  t.Enumerate,
  t.Relaxed,
  t.Score,
  t.Member,
  t.On,
  t.From,
]);

function isName(token: IToken | undefined): boolean {
  const type = token?.tokenType;
  return type !== undefined && names.has(type);
}
