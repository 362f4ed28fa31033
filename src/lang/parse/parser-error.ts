/** Chevrotain's exceptions as syntax facts: what was expected and found, in words. */
import { EOF, type IRecognitionException, type IToken, type TokenType } from "chevrotain";
import { nearMisses } from "../../base/near-miss.ts";
import type { Source, Span } from "../../base/span.ts";
import type { SyntaxFact } from "./parse-problem.ts";
import { keywordTokens, tokens as t, tokenEnd } from "./tokens.ts";

const labels: ReadonlyMap<string, string> = new Map(
  Object.values(t).map((type) => [type.name, type.LABEL ?? type.name]),
);

/** What a rule is about, where no alternative of it fits. */
const ruleWords: Readonly<Record<string, string>> = {
  statement: "a statement",
  definition: "a statement",
  declaration: "a body in braces",
  branch: "`{` or `then`",
  otherwise: "`{` or an expression",
  pattern: "a number, a name, `true`, `false` or `_`",
  vary: "`~` or `in`",
  program: "a body in braces",
  entry: "`=` or `{`",
  annotation: "`via`, `marginal`, `enumerate`, `score` or `relaxed`",
  type: "a type",
  suffix: "an index",
};
const missingExpression: ReadonlySet<string> = new Set(["an expression", "an argument", "an index"]);

/** Tokens around the one found, in the order of the text. */
export interface Neighbours {
  readonly before: IToken | undefined;
  readonly next: IToken | undefined;
}

export function parserErrorFact(
  error: IRecognitionException,
  source: Source,
  { before, next }: Neighbours,
): SyntaxFact {
  const found = error.token;
  const rule = error.context.ruleStack.at(-1) ?? "";
  const expected = expectation(error, rule, before);
  const code = missingExpression.has(expected)
    ? "missing-expression"
    : isExpected(error, t.Identifier)
      ? "missing-name"
      : "unexpected-token";
  const help = suggestion(error, rule, before, next, expected);
  const span = foundSpan(found, expected === "a statement" ? undefined : before, source);
  return { code, span, expected, found: describe(found, source.text), ...(help !== undefined && { help }) };
}

/** The token found; where that is in a later line than `before`, or the end, the place after that. */
function foundSpan(found: IToken, before: IToken | undefined, source: Source): Span {
  const isEnd = found.tokenType === EOF || found.image === "";
  const laterLine = before !== undefined && found.startLine !== before.endLine;
  if (before !== undefined && (isEnd || laterLine)) {
    const end = tokenEnd(before);
    return { source: source.name, start: end, end };
  }
  if (isEnd) return { source: source.name, start: source.text.length, end: source.text.length };
  return { source: source.name, start: found.startOffset, end: tokenEnd(found) };
}

function isExpected(error: IRecognitionException, type: TokenType): boolean {
  return error.name === "MismatchedTokenException" && error.message === type.name;
}

function expectation(error: IRecognitionException, rule: string, before: IToken | undefined): string {
  const after = before?.tokenType;
  const startsStatement = after === t.Separator || after === t.LeftBrace;
  if (error.name === "NotAllInputParsedException") return "the end of the declaration";
  if (error.name !== "MismatchedTokenException") {
    if (rule === "primary" && startsStatement && error.context.ruleStack.at(-4) === "definition")
      return "a statement";
    return ruleWords[rule] ?? "an expression";
  }
  const isFirst = after === t.LeftParen || after === t.LeftBracket || after === t.Comma;
  if (isExpected(error, t.RightParen)) {
    if (rule === "parameters" && isFirst) return "the name of a parameter";
    return isFirst ? "an argument" : "`,` or `)`";
  }
  if (isExpected(error, t.RightBracket)) {
    if (rule === "sizeParameters" && isFirst) return "the name of a size";
    return isFirst ? "an expression" : "`,` or `]`";
  }
  if (isExpected(error, t.RightBrace)) {
    if (rule === "import") return "`,` or `}`";
    if (rule === "entries")
      return startsStatement ? "an entry such as `logpdf(x) = …`" : "the end of the entry";
    if (rule === "match")
      return startsStatement || after === t.Comma
        ? "a number, a name, `true`, `false` or `_`"
        : "a new line or `,` before the next case";
    if (rule === "options") return "`,` or `}`";
    return startsStatement ? "a statement" : "the end of the statement";
  }
  if (isExpected(error, t.Identifier)) return nameWords(rule, before);
  if (isExpected(error, t.Colon)) return "`:` and a type";
  return labels.get(error.message) ?? "an expression";
}

function nameWords(rule: string, before: IToken | undefined): string {
  switch (rule) {
    case "program":
    case "guide":
    case "dist":
      return before === undefined ? "a name" : `the name of the ${before.image || "declaration"}`;
    case "axis":
    case "brackets":
      return "the name of an index";
    case "type":
      return "a type";
    case "parameter":
    case "entryParameter":
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
  const hasNumberBefore = before?.tokenType === t.NumberLiteral && tokenEnd(before) === found.startOffset;
  if (hasNumberBefore && type === t.Identifier)
    return `write \`${before.image} * ${found.image}\` for a product`;
  if (type === t.Identifier && found.image === "and") return "write `&&`";
  if (type === t.Identifier && found.image === "or") return "write `||`";
  if (before?.image === "not" && startsOperand) return `write \`!${found.image}\``;
  if (type === t.Tilde && before?.tokenType === t.Assign)
    return "a draw is written `x ~ Normal(0, 1)`, a binding `x = 1`";
  if (type === t.LeftBrace && before?.tokenType === t.Assign) return "a body in braces follows without `=`";
  if ((expected === "`,` or `)`" || expected === "`,` or `]`") && startsOperand)
    return `put a comma before \`${found.image}\``;
  const word = error.context.ruleStack.includes("axis") ? axisHelp(error, rule, before) : undefined;
  if (word !== undefined) return word;
  if (rule === "axis" && isExpected(error, t.In)) return `write \`in\` before \`${found.image}\``;
  if (type === t.Assign && expected === ruleWords.branch) return "write `==` to compare";
  if (type === t.Colon && rule === "sizeParameters") return "sizes have no type: `[N]`";
  if (type === t.Colon && missingExpression.has(expected))
    return "write `..` for a whole dimension, as in `x[.., 0]`";
  if (type === t.Colon && expected === "the end of the statement")
    return "a range is written `a..b`, which leaves b out: `[n for n in 1..4]`";
  if (rule === "import") return 'import { f, g } from "./lib.ppl"';
  if (isExpected(error, t.On)) return "say what one draw is: `on Real`, `on Positive`, `on Nat`";
  if (rule === "axis" && type === t.Colon) return "a range is written `a..b`";
  if (type === t.Question) return "write `if a then b else c`";
  if (rule === "parameter" && before && !keywordTokens.has(type)) return `${before.image}: Real`;
  if (
    keywordTokens.has(type) &&
    (missingExpression.has(expected) || expected.startsWith("the name") || isExpected(error, t.Identifier))
  )
    return `a keyword cannot be a name, but \`${found.image}_\` can`;
  if (expected === "the end of the statement" && type === t.Else)
    return "branches of statements stand in braces: `if c { b = 1 } else { b = 2 }`";
  if (expected === "the end of the statement" && type === t.For)
    return "the axis goes around it: `plate n in N { … }`";
  if (expected === "the end of the statement" && startsOperand) return nextStatement(found, before, next);
  return undefined;
}

/** Heads of axes as other languages write them. */
function axisHelp(
  { token: { tokenType }, context }: IRecognitionException,
  rule: string,
  before: IToken | undefined,
): string | undefined {
  const { length } = context.ruleStack;
  const inHead = rule === "axis" || (rule === "block" && context.ruleStack[length - 2] === "axis");
  if (!inHead || before === undefined) return undefined;
  if (tokenType === t.LeftParen && keywordTokens.has(before.tokenType))
    return `without parentheses: \`${before.image} n in N { … }\``;
  if (tokenType === t.LeftBrace && before.tokenType === t.Identifier)
    return `name an index: \`plate ${before.image.toLowerCase()} in ${before.image} { … }\``;
  if (tokenType === t.Comma) return "put one into the other: `plate n in N { plate k in K { … } }`";
  if (tokenType === t.Colon) return "a range is written `a..b`, which leaves b out; `N` alone is `0..N`";
  return undefined;
}

const bindingWords: ReadonlySet<string> = new Set(["let", "var", "const", "val", "real", "int", "vector"]);

/** What follows a whole statement in the same line. */
function nextStatement(found: IToken, before: IToken | undefined, next: IToken | undefined): string {
  const [annotation] = nearMisses(found.image, ["marginal", "enumerate", "relaxed", "score", "via"]);
  if (annotation !== undefined) return `did you mean \`${annotation}\`?`;
  if (before !== undefined && bindingWords.has(before.image))
    return `leave out \`${before.image}\`: \`${found.image} = …\``;
  if (before?.image === "return") return "leave out `return`: a function ends in its result";
  if (/^els?e?if$/.test(found.image) || /^els?e?if$/.test(before?.image ?? "")) return "write `else if`";
  const afterName = before?.tokenType === t.Identifier || before?.tokenType === t.RightBracket;
  if (found.tokenType === t.Identifier && next?.tokenType === t.LeftParen && afterName)
    return `put \`~\` before \`${found.image}\` to draw, or \`=\` to bind`;
  return "put each statement in a line of its own, or `;` between them";
}
