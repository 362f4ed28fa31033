/** Chevrotain's exceptions as syntax facts: what was expected and found, in words. */
import { EOF, type IRecognitionException, type IToken, type TokenType } from "chevrotain";
import type { Span } from "../base/span.ts";
import type { SyntaxFact } from "./parse-problem.ts";
import { keywordTokens, tokens as t, tokenEnd } from "./tokens.ts";

const labels: ReadonlyMap<string, string> = new Map(
  Object.values(t).map((type) => [type.name, type.LABEL ?? type.name]),
);

/** What a rule is about, where no alternative of it fits. */
const ruleWords: Readonly<Record<string, string>> = {
  primary: "an expression",
  operand: "an expression",
  expression: "an expression",
  argument: "an argument",
  index: "an index",
  suffix: "an expression",
  statement: "a statement",
  definition: "a statement",
  declaration: "a body in braces",
  branch: "`{` or `then`",
  otherwise: "`{` or an expression",
  pattern: "a number, `true`, `false` or `_`",
  annotation: "`via`, `marginal` or `enumerate`",
  type: "a type",
};

const missingExpression: ReadonlySet<string> = new Set(["an expression", "an argument", "an index"]);

/** `text` is the source's; `next` the token after the one found. */
export function parserErrorFact(
  error: IRecognitionException,
  source: { readonly name: string; readonly text: string },
  next: IToken | undefined,
): SyntaxFact {
  const found = error.token;
  const before = previousToken(error);
  const rule = error.context.ruleStack.at(-1) ?? "";
  const expected = expectation(error, rule, before);
  const code = missingExpression.has(expected)
    ? "missing-expression"
    : isExpected(error, t.Identifier)
      ? "missing-name"
      : "unexpected-token";
  return {
    code,
    span: foundSpan(found, before, source),
    expected,
    found: describe(found, source.text),
    help: suggestion(error, rule, before, next, expected),
  };
}

function previousToken(error: IRecognitionException): IToken | undefined {
  const before: unknown = Reflect.get(error, "previousToken");
  return typeof before === "object" && before !== null && "startOffset" in before
    ? (before as IToken)
    : undefined;
}

/** The token found; where that is in a later line, or the end, the place after what came before. */
function foundSpan(
  found: IToken,
  before: IToken | undefined,
  source: { readonly name: string; readonly text: string },
): Span {
  const isEnd = found.tokenType === EOF || found.image === "";
  const laterLine = before !== undefined && found.startLine !== before.endLine;
  if ((isEnd || laterLine) && before !== undefined && !Number.isNaN(before.startOffset)) {
    const end = tokenEnd(before);
    return { source: source.name, start: end, end };
  }
  if (isEnd && Number.isNaN(found.startOffset))
    return { source: source.name, start: source.text.length, end: source.text.length };
  return { source: source.name, start: found.startOffset, end: tokenEnd(found) };
}

function isExpected(error: IRecognitionException, type: TokenType): boolean {
  return error.name === "MismatchedTokenException" && error.message === type.name;
}

function expectation(error: IRecognitionException, rule: string, before: IToken | undefined): string {
  if (error.name === "NotAllInputParsedException") return "the end of the declaration";
  if (error.name !== "MismatchedTokenException") {
    const startsStatement = before?.tokenType === t.Separator || before?.tokenType === t.LeftBrace;
    if (rule === "primary" && startsStatement && error.context.ruleStack.at(-4) === "definition")
      return "a statement";
    return ruleWords[rule] ?? "something else";
  }
  if (isExpected(error, t.RightParen)) return "`,` or `)`";
  if (isExpected(error, t.RightBracket)) return "`,` or `]`";
  if (isExpected(error, t.RightBrace))
    return rule === "match" ? "a new line before the next case" : "the end of the statement";
  if (isExpected(error, t.Identifier)) return nameWords(rule, before);
  return labels.get(error.message) ?? "something else";
}

function nameWords(rule: string, before: IToken | undefined): string {
  switch (rule) {
    case "declaration":
      return before === undefined ? "a name" : `the name of the ${before.image || "declaration"}`;
    case "axis":
    case "brackets":
      return "the name of an index";
    case "type":
      return "a type";
    case "parameter":
      return "the name of a parameter";
    case "sizeParameter":
      return "the name of a size";
    case "annotation":
      return "`noncentered`";
    default:
      return "a name";
  }
}

function describe(token: IToken, text: string): string {
  if (token.tokenType === EOF) return "the end of the file";
  if (token.tokenType === t.Separator && token.image === "") return "the end of the line";
  if (token.image === "") return "the end";
  if (keywordTokens.has(token.tokenType)) return `the keyword \`${token.image}\``;
  const image = text.slice(token.startOffset, Math.min(tokenEnd(token), token.startOffset + 40));
  return `\`${image}\``;
}

function suggestion(
  error: IRecognitionException,
  rule: string,
  before: IToken | undefined,
  next: IToken | undefined,
  expected: string,
): string | undefined {
  const found = error.token;
  const type = found.tokenType;
  const startsOperand = type === t.Identifier || type === t.NumberLiteral || type === t.LeftParen;
  if (
    before?.tokenType === t.NumberLiteral &&
    type === t.Identifier &&
    tokenEnd(before) === found.startOffset
  )
    return `a product is written \`${before.image} * ${found.image}\`; a name cannot begin with a digit`;
  if (type === t.Identifier && found.image === "and") return "write `&&`";
  if (type === t.Identifier && found.image === "or") return "write `||`";
  if (before?.image === "not" && startsOperand) return `write \`!${found.image}\``;
  if (type === t.Tilde && before?.tokenType === t.Assign)
    return "a draw is written `x ~ Normal(0, 1)`, a binding `x = 1`";
  if ((expected === "`,` or `)`" || expected === "`,` or `]`") && startsOperand)
    return `put a comma before \`${found.image}\``;
  if (rule === "axis") return "plate j in J { … }";
  if (rule === "parameter") return "name: Real";
  if (rule === "pattern") return "match z { 0 => a, 1 => b }";
  if (keywordTokens.has(type) && (missingExpression.has(expected) || isExpected(error, t.Identifier)))
    return `\`${found.image}\` cannot be a name; \`${found.image}_\` can`;
  if (expected === "the end of the statement" && startsOperand) {
    const isCall = type === t.Identifier && next?.tokenType === t.LeftParen;
    if (isCall && before && (before.tokenType === t.Identifier || before.tokenType === t.RightBracket))
      return `put \`~\` before \`${found.image}\` to draw, or \`=\` to bind`;
    return "put each statement in a line of its own, or `;` between them";
  }
  return undefined;
}
