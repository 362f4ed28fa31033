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
import { nearMisses } from "../base/near-miss.ts";
import type { Span } from "../base/span.ts";
import { maximumDepth, type SyntaxFact } from "./parse-problem.ts";
import { insertedToken, keywordTokens, retype, tokens as t, tokenEnd, wrongSymbols } from "./tokens.ts";

export interface Layout {
  readonly tokens: IToken[];
  readonly facts: readonly SyntaxFact[];
  /** What stands in the place of declarations and is left out whole. */
  readonly skipped: readonly Span[];
}

interface OpenBracket {
  readonly token: IToken;
  /** Brackets of a declaration's head, where `K = 3` is a default. */
  readonly head: boolean;
  /** Column of the first token in the bracket's line. */
  readonly indent: number;
  /** What it adds to the nesting: 0 for the block of an `if` or `match`, which is in `nested` of what is around. */
  readonly level: number;
  /** `if`s and `match`es since the last comma or separator in it: they nest without brackets. */
  nested: number;
  /** Whether a `{` may follow here. */
  hasBlock: boolean;
}

const closers: ReadonlyMap<TokenType, TokenType> = new Map([
  [t.LeftParen, t.RightParen],
  [t.LeftBracket, t.RightBracket],
  [t.LeftBrace, t.RightBrace],
]);
const closing: ReadonlySet<TokenType> = new Set(closers.values());
const declarations: ReadonlySet<TokenType> = new Set([t.Model, t.Def, t.Net]);
const reserved: ReadonlySet<TokenType> = new Set([t.Family, t.Guide, t.Dist, t.Import]);
/** Only ever begin a statement; `for` too, but it is also in `[e for k in K]`. */
const statementWords: ReadonlySet<TokenType> = new Set([t.Observe, t.Plate, t.Learn, t.Factor]);

const canEndLine: ReadonlySet<TokenType> = new Set([
  t.Identifier,
  t.Marginal,
  t.Enumerate,
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
const continuesHead: ReadonlySet<TokenType> = new Set([t.LeftParen, t.LeftBracket]);

/** `sourceName` is for spans; `lexed` comes from `tokenize`. */
export function layOut(sourceName: string, lexed: readonly IToken[]): Layout {
  const raw = lexed.filter((token) => token.tokenType !== t.HashComment);
  const out: IToken[] = [];
  const facts: SyntaxFact[] = lexed
    .filter((token) => token.tokenType === t.HashComment)
    .map((token) => ({ code: "hash-comment", span: spanOf(token) }));
  const skipped: Span[] = [];
  const open: OpenBracket[] = [];
  let atDeclaration = true;
  /** Inside the head of a declaration: after its keyword, before its body. */
  let inHead = false;
  let indent = 0;
  /** A `{` that indentation says was left open, and where the text before its supposed `}` ends. */
  let suspect: { readonly bracket: OpenBracket; readonly end: number } | undefined;
  let topNested = 0;
  /** The keyword of a `plate` or `for` whose body is still to come. */
  let bodyless: IToken | undefined;

  function spanOf(token: IToken): Span {
    return { source: sourceName, start: token.startOffset, end: tokenEnd(token) };
  }
  const startsLine = (i: number): boolean => i === 0 || (raw[i].startLine ?? 0) > endLine(raw[i - 1]);
  const typeAt = (i: number): TokenType | undefined => raw[i]?.tokenType;
  const last = (): IToken | undefined => out.at(-1);
  const isDefining = (i: number): boolean => {
    const token = raw[i];
    if (token === undefined) return false;
    if (token.tokenType === t.WrongSymbol) return wrongSymbols[token.image] === "=";
    return token.tokenType === t.Tilde || token.tokenType === t.Assign;
  };

  /** The line that begins with token `i` is `name … ~ …` or `name … = …`. */
  function lineDefines(i: number): boolean {
    if (!isName(raw[i]) && typeAt(i) !== t.LeftParen) return false;
    let depth = 0;
    for (let j = i; j < raw.length && (j === i || !startsLine(j)); j++) {
      if (closers.has(raw[j].tokenType)) depth++;
      else if (closing.has(raw[j].tokenType) && --depth < 0) return false;
      else if (depth === 0 && isDefining(j)) return true;
      else if (raw[j].tokenType === t.Separator) return false;
    }
    return false;
  }

  function startsStatement(i: number): boolean {
    const top = open.at(-1);
    if (statementWords.has(raw[i].tokenType)) return !isDefining(i + 1) || lineDefines(i);
    if (raw[i].tokenType === t.For) return top?.token.tokenType !== t.LeftBracket && !isDefining(i + 1);
    return !top?.head && lineDefines(i);
  }

  function startsDeclaration(i: number): boolean {
    return (
      startsLine(i) &&
      (declarations.has(raw[i].tokenType) || reserved.has(raw[i].tokenType)) &&
      !isDefining(i + 1)
    );
  }

  /** Closes the innermost bracket where the last token ends. */
  function closeInnermost(): void {
    const bracket = open.pop();
    const before = last();
    const closer = bracket && closers.get(bracket.token.tokenType);
    if (before && closer) out.push(insertedToken(closer, tokenEnd(before), before));
  }

  function reportUnclosed(bracket: OpenBracket, end: number): void {
    facts.push({
      code: "unclosed-bracket",
      at: { source: sourceName, start: end, end },
      opened: spanOf(bracket.token),
      bracket: bracket.token.image,
      closer: closerOf(bracket.token),
    });
  }

  /** Closes brackets until the innermost satisfies `stop` or none is open; reports the first of them. */
  function closeUntil(stop: (bracket: OpenBracket) => boolean): void {
    const top = open.at(-1);
    if (!top || stop(top)) return;
    if (isBrace(top) && suspect) reportUnclosed(suspect.bracket, suspect.end);
    else reportUnclosed(top, tokenEnd(last() ?? top.token));
    while (open.length > 0 && !stop(open[open.length - 1])) closeInnermost();
  }
  const isBrace = (bracket: OpenBracket): boolean => bracket.token.tokenType === t.LeftBrace;

  function separate(token?: IToken): void {
    const before = last();
    if (before === undefined || before.tokenType === t.Separator) return;
    giveBody();
    out.push(token ?? insertedToken(t.Separator, tokenEnd(before), before));
    const top = open.at(-1);
    if (top) top.nested = 0;
    else {
      topNested = 0;
      atDeclaration = true;
      inHead = false;
    }
  }

  function lineBreak(i: number): void {
    const before = last();
    if (before === undefined) return;
    const top = open.at(-1);
    if (top === undefined || isBrace(top)) {
      const continues =
        continuesLine.has(raw[i].tokenType) ||
        (raw[i].tokenType === t.WrongSymbol && wrongSymbols[raw[i].image] !== "-") ||
        (top === undefined && continuesHead.has(raw[i].tokenType));
      if (canEndLine.has(before.tokenType) && !continues) separate();
      else if (before.tokenType !== t.LeftBrace && before.tokenType !== t.Observe && startsStatement(i))
        separate();
    } else if (startsStatement(i)) {
      closeUntil(isBrace);
      separate();
    }
  }

  /** A `plate` or `for` that ends without a body gets an empty one. */
  function giveBody(): void {
    const before = last();
    if (!bodyless || !before) return;
    facts.push({ code: "missing-body", span: spanOf(bodyless), word: bodyless.image });
    const end = tokenEnd(before);
    out.push(insertedToken(t.LeftBrace, end, before), insertedToken(t.RightBrace, end, before));
    bodyless = undefined;
  }

  /** Where reading goes on after what stands in the place of a declaration; `i` when that is one. */
  function skipNonDeclaration(i: number): number {
    const token = raw[i];
    if (declarations.has(token.tokenType) && !isDefining(i + 1)) return i;
    let next = i + 1;
    while (next < raw.length && !startsDeclaration(next)) next++;
    const end = raw[next]?.startOffset ?? Number.POSITIVE_INFINITY;
    if (reserved.has(token.tokenType)) {
      facts.push({ code: "reserved-declaration", span: spanOf(token), word: token.image });
      skipped.push({ ...spanOf(token), end });
      return next;
    }
    const [meant] = token.tokenType === t.Identifier ? nearMisses(token.image, ["model", "def", "net"]) : [];
    let lineEnd = i;
    while (lineEnd + 1 < next && !startsLine(lineEnd + 1)) lineEnd++;
    const wholeLine = { ...spanOf(token), end: tokenEnd(raw[lineEnd]) };
    const misspelt = meant !== undefined && isName(raw[i + 1]) && !startsLine(i + 1);
    facts.push({
      code: "outside-declaration",
      span: misspelt ? spanOf(token) : wholeLine,
      statement: startsStatement(i),
      word: token.image,
      meant: misspelt ? meant : undefined,
    });
    if (misspelt) return i;
    skipped.push({ ...spanOf(token), end });
    return next;
  }

  function tooDeep(token: IToken): void {
    facts.push({ code: "nesting-too-deep", span: spanOf(token), most: maximumDepth });
  }

  /** The index of the bracket that closes the one at `i`, or of the last token. */
  function skipBracket(i: number): number {
    let depth = 0;
    for (let j = i; j < raw.length; j++) {
      if (closers.has(raw[j].tokenType)) depth++;
      else if (closing.has(raw[j].tokenType) && --depth === 0) return j;
    }
    return raw.length - 1;
  }

  /** The index of the last token before what ends the expression at `i`. */
  function skipRest(i: number): number {
    let depth = 0;
    for (let j = i; j < raw.length; j++) {
      if (closers.has(raw[j].tokenType)) depth++;
      else if (closing.has(raw[j].tokenType) && --depth < 0) return j - 1;
      else if (depth === 0 && (raw[j].tokenType === t.Comma || raw[j].tokenType === t.Separator))
        return j - 1;
    }
    return raw.length - 1;
  }

  function close(token: IToken): void {
    const top = open.at(-1);
    const matches = (bracket: OpenBracket): boolean =>
      closers.get(bracket.token.tokenType) === token.tokenType;
    const isBlock = token.tokenType === t.RightBrace;
    const reach = open.findLastIndex(matches);
    const fence = isBlock ? -1 : open.findLastIndex(isBrace);
    if (top && reach >= 0 && (reach > fence || open.slice(reach).some((bracket) => bracket.hasBlock))) {
      closeUntil(matches);
      if (isBlock) giveBody();
      const bracket = open.pop();
      if (isBlock && bracket) noteIndentation(bracket, token);
      out.push(token);
    } else if (top && !isBlock && !isBrace(top)) {
      const closer = closers.get(top.token.tokenType) ?? t.RightParen;
      facts.push({
        code: "mismatched-bracket",
        span: spanOf(token),
        opened: spanOf(top.token),
        bracket: token.image,
        closer: closerOf(top.token),
      });
      open.pop();
      out.push(retype(token, closer));
    } else facts.push({ code: "unmatched-bracket", span: spanOf(token), bracket: token.image });
  }

  function noteIndentation(bracket: OpenBracket, token: IToken): void {
    const column = token.startColumn ?? 0;
    if (suspect || indent !== column || bracket.indent <= column) return;
    if (open.some((outer) => isBrace(outer) && outer.indent === column))
      suspect = { bracket, end: tokenEnd(last() ?? bracket.token) };
  }

  function nestingLevel(): number {
    return open.reduce((sum, bracket) => sum + bracket.level + bracket.nested, topNested);
  }

  /** Puts token `i` out, mended where needed; returns the index of the last token it used. */
  function accept(i: number): number {
    const token = raw[i];
    const type = token.tokenType;
    const top = open.at(-1);
    const inBrackets = top !== undefined && !isBrace(top);
    if (closers.has(type)) {
      if (
        type === t.LeftBrace &&
        top &&
        inBrackets &&
        !top.hasBlock &&
        canEndLine.has(last()?.tokenType ?? t.Comma)
      )
        closeUntil(isBrace);
      const isBlock = type === t.LeftBrace && top !== undefined && top.nested > 0;
      if (type === t.LeftBrace && !inBrackets) bodyless = undefined;
      if (nestingLevel() >= maximumDepth) {
        tooDeep(token);
        out.push(token, insertedToken(closers.get(type) ?? t.RightParen, tokenEnd(token), token));
        return skipBracket(i);
      }
      if (type === t.LeftBrace) inHead = inHead && open.length > 0;
      open.push({ token, head: inHead, indent, level: isBlock ? 0 : 1, nested: 0, hasBlock: false });
      out.push(token);
    } else if (closing.has(type)) close(token);
    else if (type === t.Separator) {
      if (inBrackets) closeUntil(isBrace);
      separate(token);
    } else if (inBrackets && !top.head && (type === t.Tilde || type === t.Assign)) {
      if (
        type === t.Assign &&
        isName(last()) &&
        top.token.tokenType === t.LeftParen &&
        beginsItem(out.at(-2))
      ) {
        facts.push({ code: "wrong-symbol", span: spanOf(token), written: "=", meant: ":" });
        out.push(retype(token, t.Colon));
      } else {
        closeUntil(isBrace);
        out.push(token);
      }
    } else {
      if (type === t.If || type === t.Match) {
        const nests = last()?.tokenType !== t.Else;
        if (nests && nestingLevel() >= maximumDepth) {
          tooDeep(token);
          return skipRest(i);
        }
        if (top) {
          top.hasBlock = true;
          if (nests) top.nested++;
        } else if (nests) topNested++;
      } else if (type === t.Comma && top) top.nested = 0;
      else if ((type === t.Plate || type === t.For) && !inBrackets && atStatement()) bodyless = token;
      out.push(token);
    }
    return i;
  }

  function atStatement(): boolean {
    const before = last()?.tokenType;
    return before === t.Separator || before === t.LeftBrace;
  }

  /** Token `i`, or what was meant by it. */
  function mend(i: number): IToken {
    const token = raw[i];
    if (token.tokenType === t.StringLiteral) facts.push({ code: "no-strings", span: spanOf(token) });
    if (token.tokenType === t.WrongSymbol) {
      const meant = wrongSymbols[token.image];
      const type = Object.values(t).find((candidate) => candidate.PATTERN === meant) ?? t.Assign;
      facts.push({ code: "wrong-symbol", span: spanOf(token), written: token.image, meant });
      return retype(token, type);
    }
    if (isName(token) && isName(raw[i + 1]) && typeAt(i + 2) === t.In && atStatement()) {
      facts.push({ code: "unknown-statement", span: spanOf(token), word: token.image });
      return retype(token, t.Plate);
    }
    const before = last()?.tokenType;
    const isStart = startsLine(i) || atStatement();
    const named =
      isStart || before === t.Observe || before === t.Learn || before === t.Plate || before === t.For;
    if (keywordTokens.has(token.tokenType) && named && isDefining(i + 1) && !inHead) {
      facts.push({ code: "keyword-as-name", span: spanOf(token), word: token.image });
      return retype(token, t.Identifier);
    }
    return token;
  }

  for (let i = 0; i < raw.length; i++) {
    if (startsLine(i)) indent = raw[i].startColumn ?? 0;
    if (open.length > 0 && startsDeclaration(i)) {
      closeUntil(() => false);
      separate();
    } else if (startsLine(i)) lineBreak(i);
    if (open.length === 0 && atDeclaration && raw[i].tokenType !== t.Separator) {
      const next = skipNonDeclaration(i);
      if (next > i) {
        i = next - 1;
        continue;
      }
      atDeclaration = false;
      inHead = true;
      suspect = undefined;
      const meant = declarationMeant(raw[i]);
      if (meant) {
        out.push(retype(raw[i], meant));
        continue;
      }
    }
    raw[i] = mend(i);
    i = accept(i);
  }
  closeUntil(() => false);
  return { tokens: out, facts, skipped };
}

function declarationMeant(token: IToken): TokenType | undefined {
  if (token.tokenType !== t.Identifier) return undefined;
  const [word] = nearMisses(token.image, ["model", "def", "net"]);
  return [t.Model, t.Def, t.Net].find((type) => type.PATTERN === word);
}

function endLine(token: IToken): number {
  return token.endLine ?? token.startLine ?? 0;
}

function isName(token: IToken | undefined): boolean {
  return (
    token !== undefined &&
    (token.tokenType === t.Identifier || token.tokenType === t.Marginal || token.tokenType === t.Enumerate)
  );
}

function beginsItem(token: IToken | undefined): boolean {
  return token !== undefined && (token.tokenType === t.LeftParen || token.tokenType === t.Comma);
}

function closerOf(token: IToken): string {
  return token.image === "(" ? ")" : token.image === "[" ? "]" : "}";
}
