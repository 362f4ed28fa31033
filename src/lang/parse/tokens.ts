/**
 * The words of the language. `tokenize` only cuts text into tokens; where statements end and whether brackets match
 * is decided in `layout.ts`, which also reports what is a token only to be refused with a good message
 * (`WrongSymbol`, `TransposeMark`, `StringLiteral`, `HashComment`).
 */
import { createToken, type IToken, Lexer, type TokenType } from "chevrotain";
import { lazy } from "./lazy.ts";

/**
 * First UTF-16 units a name may have, one per bucket of Chevrotain's first-character table (it cannot analyse Unicode
 * patterns itself): ASCII letters, all of 128–255, and one of each 255 above that.
 */
const nameStarts: (string | number)[] = [
  ..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_",
  ...Array.from({ length: 128 }, (_, i) => 128 + i),
  ...Array.from({ length: 257 }, (_, i) => Math.min(256 + 255 * i, 0xffff)),
];

const BinaryOperator = createToken({ name: "BinaryOperator", pattern: Lexer.NA });
const PrefixOperator = createToken({ name: "PrefixOperator", pattern: Lexer.NA });

const namePattern = /[\p{L}_][\p{L}\p{N}\p{M}_]*/uy;

const Identifier = createToken({
  name: "Identifier",
  label: "a name",
  // A function, because Chevrotain drops the flag `u` of a pattern.
  pattern: (text: string, offset: number) => {
    namePattern.lastIndex = offset;
    const match = namePattern.exec(text);
    return match && [match[0]];
  },
  start_chars_hint: nameStarts,
  line_breaks: false,
});

function symbol(name: string, text: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, label: `\`${text}\``, pattern: text, categories, line_breaks: false });
}

function keyword(text: string, categories: TokenType[] = []): TokenType {
  return createToken({
    name: `Keyword_${text}`,
    label: `\`${text}\``,
    pattern: text,
    longer_alt: Identifier,
    categories,
    line_breaks: false,
  });
}

/** Keywords cannot be names, except the contextual `marginal`, `enumerate`, `relaxed`, `score`, `member`, `on` and `from`, which are names elsewhere. */
const keywords = {
  Model: keyword("model"),
  Def: keyword("def"),
  Net: keyword("net"),
  Family: keyword("family"),
  Guide: keyword("guide"),
  Dist: keyword("dist"),
  Import: keyword("import"),
  Plate: keyword("plate"),
  For: keyword("for"),
  In: keyword("in"),
  If: keyword("if"),
  Else: keyword("else"),
  Then: keyword("then"),
  Match: keyword("match"),
  Observe: keyword("observe"),
  Learn: keyword("learn"),
  Vary: keyword("vary"),
  Factor: keyword("factor"),
  Via: keyword("via"),
  As: keyword("as"),
  True: keyword("true"),
  False: keyword("false"),
  Marginal: keyword("marginal", [Identifier]),
  Enumerate: keyword("enumerate", [Identifier]),
  Relaxed: keyword("relaxed", [Identifier]),
  Score: keyword("score", [Identifier]),
  Member: keyword("member", [Identifier]),
  On: keyword("on", [Identifier]),
  From: keyword("from", [Identifier]),
};

const symbols = {
  Pipe: symbol("Pipe", "|>", [BinaryOperator]),
  Or: symbol("Or", "||", [BinaryOperator]),
  And: symbol("And", "&&", [BinaryOperator]),
  FatArrow: symbol("FatArrow", "=>"),
  Equal: symbol("Equal", "==", [BinaryOperator]),
  NotEqual: symbol("NotEqual", "!=", [BinaryOperator]),
  LessEqual: symbol("LessEqual", "<=", [BinaryOperator]),
  GreaterEqual: symbol("GreaterEqual", ">=", [BinaryOperator]),
  Arrow: symbol("Arrow", "->"),
  DotDot: symbol("DotDot", ".."),
  Dot: createToken({
    name: "Dot",
    label: "`.`",
    // Only before a name: elsewhere a point is a mistake with a message of its own.
    pattern: /\.(?=[A-Za-z_\u0080-\uffff])/,
    start_chars_hint: ["."],
    line_breaks: false,
  }),
  Less: symbol("Less", "<", [BinaryOperator]),
  Greater: symbol("Greater", ">", [BinaryOperator]),
  Plus: symbol("Plus", "+", [BinaryOperator]),
  Minus: symbol("Minus", "-", [BinaryOperator, PrefixOperator]),
  Star: symbol("Star", "*", [BinaryOperator]),
  Slash: symbol("Slash", "/", [BinaryOperator]),
  At: symbol("At", "@", [BinaryOperator]),
  Caret: symbol("Caret", "^", [BinaryOperator]),
  Not: symbol("Not", "!", [PrefixOperator]),
  Tilde: symbol("Tilde", "~"),
  Assign: symbol("Assign", "="),
  Colon: symbol("Colon", ":"),
  Comma: symbol("Comma", ","),
  Question: symbol("Question", "?"),
  LeftParen: symbol("LeftParen", "("),
  RightParen: symbol("RightParen", ")"),
  LeftBracket: symbol("LeftBracket", "["),
  RightBracket: symbol("RightBracket", "]"),
  LeftBrace: symbol("LeftBrace", "{"),
  RightBrace: symbol("RightBrace", "}"),
};

/** Ends a statement: a `;`, or a line break that `layout.ts` found to end one. */
const Separator = createToken({
  name: "Separator",
  label: "the end of the statement",
  pattern: ";",
  line_breaks: false,
});
/** `_`, the pattern that matches anything. */
const Wildcard = createToken({
  name: "Wildcard",
  label: "`_`",
  pattern: "_",
  longer_alt: Identifier,
  line_breaks: false,
});
const NumberLiteral = createToken({
  name: "NumberLiteral",
  label: "a number",
  pattern: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/,
  line_breaks: false,
});

/** What other languages write, with what is written here. */
export const wrongSymbols: Readonly<Record<string, string>> = {
  ":=": "=",
  "+=": "=",
  "**": "^",
  "%*%": "@",
  "===": "==",
  "!==": "!=",
  "<>": "!=",
  "&": "&&",
  "|": "||",
  "−": "-",
  "–": "-",
  "×": "*",
  "·": "*",
  "÷": "/",
  "≤": "<=",
  "≥": ">=",
  "≠": "!=",
  "∈": "in",
  "→": "->",
  "∼": "~",
};
const WrongSymbol = createToken({
  name: "WrongSymbol",
  pattern: /:=|\+=|\*\*|%\*%|===|!==|<>|&(?!&)|\|(?![|>])|[−–×·÷≤≥≠∈→∼]/,
  start_chars_hint: [...":+*%=!<&|−–×·÷≤≥≠∈→∼"],
  line_breaks: false,
});
/** Right behind a value, where no string can begin: `x'` is a transpose in Stan, Matlab and Julia. */
const TransposeMark = createToken({
  name: "TransposeMark",
  pattern: /(?<=[\w)\]\u0080-\uffff])'/,
  start_chars_hint: ["'"],
  line_breaks: false,
});
const StringLiteral = createToken({
  name: "StringLiteral",
  pattern: /"(?:[^"\\\r\n]|\\.)*"?|'(?:[^'\\\r\n]|\\.)*'?/,
  start_chars_hint: ['"', "'"],
  line_breaks: false,
});
const HashComment = createToken({
  name: "HashComment",
  pattern: /#[^\r\n]*/,
  start_chars_hint: ["#"],
  line_breaks: false,
});

const Whitespace = createToken({
  name: "Whitespace",
  pattern: /[\s\ufeff]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
/** `/// text`: kept aside for the declaration below it. */
const DocComment = createToken({
  name: "DocComment",
  pattern: /\/\/\/(?!\/)[^\r\n]*/,
  start_chars_hint: ["/"],
  group: "docs",
  line_breaks: false,
});
const LineComment = createToken({
  name: "LineComment",
  pattern: /\/\/[^\r\n]*/,
  start_chars_hint: ["/"],
  group: "lineComments",
  line_breaks: false,
});
/** An unclosed one runs to the end of the text and is reported by `layout.ts`. */
const BlockComment = createToken({
  name: "BlockComment",
  pattern: /\/\*(?:[\s\S]*?\*\/|[\s\S]*)/,
  start_chars_hint: ["/"],
  group: "blockComments",
  line_breaks: true,
});

export const tokens = {
  ...keywords,
  ...symbols,
  Identifier,
  Wildcard,
  NumberLiteral,
  Separator,
  WrongSymbol,
  TransposeMark,
  StringLiteral,
  HashComment,
  BinaryOperator,
  PrefixOperator,
};

export const keywordTokens: ReadonlySet<TokenType> = new Set(
  Object.values(keywords).filter((type) => !type.CATEGORIES?.includes(Identifier)),
);

/** In order of preference: the first that matches wins. */
const lexerTokens: TokenType[] = [
  Whitespace,
  DocComment,
  LineComment,
  BlockComment,
  WrongSymbol,
  ...Object.values(keywords),
  Wildcard,
  Identifier,
  NumberLiteral,
  ...Object.values(symbols),
  Separator,
  TransposeMark,
  StringLiteral,
  HashComment,
];

/** All token types, for the grammar. */
export const vocabulary: TokenType[] = [BinaryOperator, PrefixOperator, ...lexerTokens];

const lexer = lazy(
  () => new Lexer(lexerTokens, { positionTracking: "full", skipValidations: true, recoveryEnabled: true }),
);

export interface Tokens {
  readonly tokens: readonly IToken[];
  readonly docs: readonly IToken[];
  readonly lineComments: readonly IToken[];
  readonly blockComments: readonly IToken[];
  /** Runs of text that are no token, neighbours joined. */
  readonly unexpected: readonly { readonly offset: number; readonly length: number }[];
}

export function tokenize(text: string): Tokens {
  const result = lexer().tokenize(text);
  return {
    tokens: result.tokens,
    docs: result.groups.docs ?? [],
    lineComments: result.groups.lineComments ?? [],
    blockComments: result.groups.blockComments ?? [],
    unexpected: result.errors.map(({ offset, length }) => ({ offset, length })),
  };
}

/** A token that is not in the text: of no length, at `offset`. */
export function insertedToken(type: TokenType, offset: number, near: IToken): IToken {
  return {
    image: "",
    startOffset: offset,
    endOffset: offset - 1,
    startLine: near.endLine ?? near.startLine,
    endLine: near.endLine ?? near.startLine,
    startColumn: near.startColumn,
    endColumn: near.endColumn,
    tokenTypeIdx: type.tokenTypeIdx ?? 0,
    tokenType: type,
    isInsertedInRecovery: true,
  };
}

/** The same token read as another type. */
export function retype(token: IToken, type: TokenType): IToken {
  return { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx ?? 0 };
}

export function tokenEnd(token: IToken): number {
  return (token.endOffset ?? token.startOffset - 1) + 1;
}
