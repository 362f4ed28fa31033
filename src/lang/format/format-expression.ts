/**
 * Expressions. Parentheses stand where the grammar needs them and around an `if` or `match` in an operation. Lines
 * break inside brackets, after an operator and before `|>`, which is where a statement goes on in the next line.
 */
import type { Argument, Arm, Expression, Index, Range, TypeExpression } from "../tree.ts";
import { before, leading, lineAfter, takeBetween, trailing } from "./comments.ts";
import { breakParent, choice, type Doc, group, hardLine, line, lineOr, nest, unbroken } from "./doc.ts";
import { formatList, type Item } from "./format-list.ts";
import { formatNumber } from "./format-number.ts";
import { find, hasLineBreak, isFrom, type Origin } from "./origin.ts";
import { isAtom, needsParentheses, precedenceOf, type Side } from "./parentheses.ts";

export function formatExpression(origin: Origin, expression: Expression): Doc {
  return [...before(origin, expression), formatBare(origin, expression, true)];
}

/** After `=`, `~` or `=>`: an operation that does not fit begins a line of its own. */
export function formatValue(origin: Origin, expression: Expression): Doc {
  const comments = before(origin, expression);
  const isChain = expression.kind === "binary" || expression.kind === "pipe";
  if (!isChain && comments.length === 0) return [" ", formatBare(origin, expression, true)];
  if (!isChain) return nest([" ", ...comments, formatBare(origin, expression, true)]);
  return group(nest([line, ...comments, group(formatBare(origin, expression, false))]));
}

/** `indent`: whether the further lines of an operation stand deeper than its first. */
function formatBare(origin: Origin, expression: Expression, indent: boolean): Doc {
  switch (expression.kind) {
    case "number":
      return formatNumber(origin, expression);
    case "bool":
      return String(expression.value);
    case "name":
      return expression.text;
    case "call":
      return formatCall(origin, expression);
    case "index": {
      const base = formatOperand(origin, expression.base, "callee");
      const items = expression.indices.map((each) => indexItem(origin, each, expression));
      return [base, unbroken(formatList(origin, ["[", "]"], items, endOf(origin, expression.base)))];
    }
    case "unary":
      return [expression.operator, formatOperand(origin, expression.operand, "prefix")];
    case "binary":
    case "pipe":
      return formatChain(origin, expression, indent);
    case "if": {
      const { flat, broken } = formatIf(origin, expression);
      return group(choice(flat, broken));
    }
    case "match":
      return formatMatch(origin, expression);
    case "array": {
      const items = expression.items.map((each) => expressionItem(origin, each));
      return formatList(origin, ["[", "]"], items, startOf(origin, expression), {
        fill: expression.items.every(isShort),
      });
    }
    case "comprehension":
      return group([
        "[",
        nest([
          lineOr(""),
          formatExpression(origin, expression.body),
          line,
          `for ${expression.index.text} in `,
          formatRange(origin, expression.range),
        ]),
        lineOr(""),
        "]",
      ]);
    case "tuple": {
      const { names } = expression;
      const items = expression.items.map((each, at) =>
        argumentItem(origin, { name: names?.[at], value: each }),
      );
      return formatList(origin, ["(", ")"], items, startOf(origin, expression));
    }
    case "field":
      return [formatOperand(origin, expression.base, "callee"), `.${expression.name.text}`];
    case "cast":
      return [formatOperand(origin, expression.value, "cast"), " as ", formatType(origin, expression.type)];
    case "error":
      return origin.source.text.slice(expression.span.start, expression.span.end);
  }
}

type ChainExpression = Extract<Expression, { readonly kind: "binary" | "pipe" }>;

/** An operand with parentheses where its place needs them. */
function formatOperand(origin: Origin, operand: Expression, place: Side): Doc {
  const comments = before(origin, operand);
  const parenthesised = needsParentheses(operand, place);
  const doc = formatBare(origin, operand, !parenthesised);
  return [...comments, parenthesised ? group(["(", nest(doc), ")"]) : doc];
}

/** Operations of one precedence, `a + b - c` or `a |> f |> g`: all on one line, or each operand on its own. */
function formatChain(origin: Origin, expression: ChainExpression, indent: boolean): Doc {
  const precedence = precedenceOf(expression);
  const links: ChainExpression[] = [];
  let first: Expression = expression;
  while ((first.kind === "binary" || first.kind === "pipe") && precedenceOf(first) === precedence) {
    links.unshift(first);
    const left: Expression = first.kind === "pipe" ? first.value : first.left;
    if (needsParentheses(left, { of: first, side: "left" })) {
      first = left;
      break;
    }
    first = left;
  }
  const start = formatOperand(origin, first, { of: links[0], side: "left" });
  let end = endOf(origin, first);
  const rest = links.map((link): Doc => {
    const right = link.kind === "pipe" ? link.into : link.right;
    const known = end !== undefined && isFrom(origin, right.span);
    const comments = known ? takeBetween(origin, end ?? 0, right.span.start) : { trailing: [], leading: [] };
    end = endOf(origin, right) ?? end;
    const breakLine = lineAfter(comments.trailing);
    const operand = formatOperand(origin, right, { of: link, side: "right" });
    const after = trailing(comments.trailing);
    if (link.kind === "pipe") return [...after, breakLine, ...leading(comments.leading), "|> ", operand];
    return [` ${link.operator}`, ...after, breakLine, ...leading(comments.leading), operand];
  });
  return indent ? group([start, nest(rest)]) : [start, ...rest];
}

function formatCall(origin: Origin, expression: Extract<Expression, { readonly kind: "call" }>): Doc {
  const callee = formatOperand(origin, expression.callee, "callee");
  const items = expression.arguments.map((each) => argumentItem(origin, each));
  const [only] = expression.arguments;
  const hug =
    expression.arguments.length === 1 &&
    ["array", "comprehension", "match", "tuple"].includes(only.value.kind);
  return [callee, formatList(origin, ["(", ")"], items, endOf(origin, expression.callee), { hug })];
}

function expressionItem(origin: Origin, expression: Expression): Item {
  return { span: expression.span, print: () => formatExpression(origin, expression) };
}

export function argumentItem(origin: Origin, { name, value }: Argument): Item {
  if (name === undefined) return expressionItem(origin, value);
  return {
    span: isFrom(origin, value.span) ? { ...value.span, start: name.span.start } : value.span,
    print: () => [`${name.text}: `, formatExpression(origin, value)],
  };
}

function indexItem(origin: Origin, index: Index, whole: Expression): Item {
  if (index.kind === "at") return { span: index.value.span, print: () => formatIndex(origin, index.value) };
  return {
    span: isFrom(origin, whole.span) ? index.span : whole.span,
    print: () => [
      index.from ? formatEnd(origin, index.from) : "",
      "..",
      index.to ? formatEnd(origin, index.to) : "",
    ],
  };
}

/** Between brackets of an index or in a range: sums of names and numbers are written close, `t-1`. */
export function formatIndex(origin: Origin, expression: Expression): Doc {
  return isClose(expression) ? formatClose(origin, expression) : formatExpression(origin, expression);
}

function formatEnd(origin: Origin, expression: Expression): Doc {
  if (isClose(expression)) return formatClose(origin, expression);
  return formatOperand(origin, expression, "end");
}

function isClose(expression: Expression): boolean {
  if (isAtom(expression)) return true;
  if (expression.kind !== "binary") return false;
  const { operator, left, right } = expression;
  return (operator === "+" || operator === "-") && isClose(left) && isAtom(right);
}

function formatClose(origin: Origin, expression: Expression): Doc {
  if (expression.kind !== "binary") return formatExpression(origin, expression);
  const left = [...before(origin, expression), formatClose(origin, expression.left)];
  return [left, expression.operator, formatExpression(origin, expression.right)];
}

/** `a..b`, or a size. */
export function formatRange(origin: Origin, { from, to }: Range): Doc {
  const start = from === undefined ? "" : [formatEnd(origin, from), ".."];
  return [start, formatEnd(origin, to)];
}

interface Branches {
  readonly flat: Doc;
  readonly broken: Doc;
}

/** `if c then a else b` on one line, with braces on several. */
function formatIf(origin: Origin, expression: Extract<Expression, { readonly kind: "if" }>): Branches {
  const condition = formatOperand(origin, expression.condition, "condition");
  const then = formatBranch(origin, expression.then, expression);
  const { else: otherwise } = expression;
  const head = ["if ", condition];
  const braced = [...head, " {", nest([line, then]), line, "} else "];
  const flatHead = [...head, " then ", parenthesisedIf(expression.then, then), " else "];
  if (otherwise.kind === "if") {
    const comments = before(origin, otherwise);
    const inner = formatIf(origin, otherwise);
    return { flat: [flatHead, ...comments, inner.flat], broken: [braced, ...comments, inner.broken] };
  }
  const last = formatBranch(origin, otherwise, expression);
  return { flat: [flatHead, last], broken: [braced, "{", nest([line, last]), line, "}"] };
}

/** An `if` between `then` and `else` would read badly. */
function parenthesisedIf(expression: Expression, doc: Doc): Doc {
  return expression.kind === "if" ? ["(", doc, ")"] : doc;
}

/** A branch, with what runs to line ends behind it; other comments go to what follows. */
function formatBranch(origin: Origin, branch: Expression, whole: Expression): Doc {
  const doc = formatExpression(origin, branch);
  const end = endOf(origin, branch);
  if (end === undefined || !isFrom(origin, whole.span)) return doc;
  const offset = Math.min(find(origin, end, "}", "else"), whole.span.end);
  if (!origin.pending.some(({ start, toLineEnd }) => toLineEnd && start < offset)) return doc;
  const { trailing: same, leading: own } = takeBetween(origin, end, offset);
  return [doc, ...trailing(same), ...own.flatMap(({ text }) => [hardLine, text]), breakParent];
}

function formatMatch(origin: Origin, expression: Extract<Expression, { readonly kind: "match" }>): Doc {
  const { subject, arms, span } = expression;
  const head = ["match ", formatOperand(origin, subject, "condition"), " {"];
  const known = isFrom(origin, span);
  if (arms.length === 0) return [...head, "}"];
  let end = endOf(origin, subject);
  const onLines = known && hasLineBreak(origin, end ?? span.start, span.end);
  const separator = onLines ? hardLine : lineOr(", ");
  const body = arms.map((arm, position): Doc => {
    const { pattern, value } = arm;
    const comments = isFrom(origin, pattern.span)
      ? takeBetween(origin, end ?? pattern.span.start, pattern.span.start)
      : { trailing: [], leading: [] };
    end = endOf(origin, value) ?? end;
    const breakLine = lineAfter(comments.trailing) === hardLine || onLines ? hardLine : undefined;
    return [
      ...trailing(comments.trailing),
      breakLine ?? (position === 0 ? line : separator),
      ...leading(comments.leading),
      formatArm(origin, arm),
    ];
  });
  const rest = known ? takeBetween(origin, end ?? span.start, span.end) : { trailing: [], leading: [] };
  const needsBreak = onLines || rest.leading.length > 0 || lineAfter(rest.trailing) === hardLine;
  const last = [...trailing(rest.trailing), ...rest.leading.flatMap(({ text }) => [hardLine, text])];
  return group([...head, nest([...body, ...last]), needsBreak ? hardLine : line, "}"]);
}

function formatArm(origin: Origin, { pattern, value }: Arm): Doc {
  return [formatPattern(origin, pattern), " =>", formatValue(origin, value)];
}

function formatPattern(origin: Origin, pattern: Arm["pattern"]): Doc {
  switch (pattern.kind) {
    case "number": {
      const { value, span } = pattern;
      const magnitude = formatNumber(origin, {
        value: Math.abs(value),
        integer: Number.isInteger(value),
        span,
      });
      return value < 0 || Object.is(value, -0) ? `-${magnitude}` : magnitude;
    }
    case "bool":
      return String(pattern.value);
    case "name":
      return pattern.text;
    case "wildcard":
      return "_";
  }
}

/** `Positive[J]`, `Real(lo, hi)[N, M]`, `Real?`. */
export function formatType(origin: Origin, type: TypeExpression): Doc {
  const { name, bounds, dimensions, optional } = type;
  const list = (
    brackets: readonly [string, string],
    items: readonly Expression[],
    from: number | undefined,
  ): Doc =>
    items.length === 0
      ? ""
      : formatList(
          origin,
          brackets,
          items.map((each) => expressionItem(origin, each)),
          from,
        );
  const nameEnd = isFrom(origin, name.span) ? name.span.end : undefined;
  const last = bounds.at(-1);
  const boundsDoc = list(["(", ")"], bounds, nameEnd);
  const dimensionsDoc = list(["[", "]"], dimensions, last ? endOf(origin, last) : nameEnd);
  return [name.text, unbroken(boundsDoc), unbroken(dimensionsDoc), optional ? "?" : ""];
}

function isShort(expression: Expression): boolean {
  return isAtom(expression) || (expression.kind === "unary" && isAtom(expression.operand));
}

/** In the text, if it comes from there. */
function endOf(origin: Origin, { span }: Expression): number | undefined {
  return isFrom(origin, span) ? span.end : undefined;
}

function startOf(origin: Origin, { span }: Expression): number | undefined {
  return isFrom(origin, span) ? span.start : undefined;
}
