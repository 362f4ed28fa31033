/**
 * Expressions and types of the surface tree from the concrete one. Operators come as a flat list and find their
 * operands here (shunting-yard, Dijkstra 1961), by `precedence`.
 */
import type { CstNode, IToken } from "chevrotain";
import { joinSpans, type Span } from "../../base/span.ts";
import type { Argument, Arm, BinaryOperator, Expression, Index, Range, TypeExpression } from "../tree.ts";
import { type Building, grow, nameOf, node, nodeSpan, nodes, tokenOf, tokenSpan, tokensOf } from "./cst.ts";
import { castPrecedence, precedence, prefixPrecedence } from "./precedence.ts";
import { wrongSymbols } from "./tokens.ts";

const comparison = precedence["=="];

export function errorExpression(span: Span): Expression {
  return { kind: "error", span };
}

/** An expression that takes the place of a missing one at offset `at`. */
export function missing(building: Building, at: number): Expression {
  return errorExpression({ source: building.source.name, start: at, end: at });
}

export function buildExpression(building: Building, cst: CstNode | undefined, at: number): Expression {
  const operands = nodes(cst, "operand");
  const operators = tokensOf(cst, "BinaryOperator");
  if (operands.length === 0) return missing(building, nodeSpan(building, cst, at).start);
  const output: Expression[] = [];
  const pending: PendingOperator[] = [];
  const reduceWhile = (condition: (top: PendingOperator) => boolean): void => {
    for (let top = pending.at(-1); top && condition(top); top = pending.at(-1)) {
      pending.pop();
      reduce(building, output, top);
    }
  };
  for (let i = 0; i < Math.max(operands.length, operators.length + 1); i++) {
    const operand: CstNode | undefined = operands[i];
    const previous: IToken | undefined = operators[i - 1];
    const operatorEnd = previous ? tokenSpan(building, previous).end : at;
    for (const token of tokensOf(operand, "PrefixOperator"))
      pending.push({ kind: "prefix", token, precedence: prefixPrecedence });
    output.push(operand ? buildPostfix(building, operand, operatorEnd) : missing(building, operatorEnd));
    for (const type of nodes(operand, "type")) {
      reduceWhile((top) => top.precedence > castPrecedence);
      output.push(castExpression(building, output.pop() ?? missing(building, at), type));
    }
    const operator: IToken | undefined = operators[i];
    if (operator === undefined) continue;
    const binds = precedence[writtenOperator(operator) as BinaryOperator | "|>"] ?? comparison;
    if (binds === comparison) reportChain(building, pending, operator);
    reduceWhile(
      (top) => top.precedence > binds || (top.precedence === binds && writtenOperator(operator) !== "^"),
    );
    pending.push({ kind: "binary", token: operator, precedence: binds });
  }
  reduceWhile(() => true);
  return output[0] ?? missing(building, at);
}

interface PendingOperator {
  readonly kind: "prefix" | "binary";
  readonly token: IToken;
  readonly precedence: number;
}

/** The operator's text, also where that of another language stands for it. */
function writtenOperator({ image }: IToken): string {
  return Object.hasOwn(wrongSymbols, image) ? wrongSymbols[image] : image;
}

function reduce(building: Building, output: Expression[], { kind, token }: PendingOperator): void {
  const operatorSpan = tokenSpan(building, token);
  const right = output.pop() ?? missing(building, operatorSpan.end);
  if (kind === "prefix") {
    const operator = token.image === "!" ? "!" : "-";
    const span = joinSpans(operatorSpan, right.span);
    output.push(grow(building, { kind: "unary", operator, operand: right, span }, [right], errorExpression));
    return;
  }
  const left = output.pop() ?? missing(building, operatorSpan.start);
  const span = joinSpans(left.span, right.span);
  const made: Expression =
    token.image === "|>"
      ? { kind: "pipe", value: left, into: right, span }
      : {
          kind: "binary",
          operator: writtenOperator(token) as BinaryOperator,
          left,
          right,
          operatorSpan,
          span,
        };
  output.push(grow(building, made, [left, right], errorExpression));
}

function castExpression(building: Building, value: Expression, typeCst: CstNode): Expression {
  const type = buildType(building, typeCst, value.span.end);
  const span = joinSpans(value.span, type.span);
  return grow(building, { kind: "cast", value, type, span }, [value, type], errorExpression);
}

function reportChain(building: Building, pending: readonly PendingOperator[], operator: IToken): void {
  const earlier = pending.findLast((one) => one.precedence <= comparison);
  if (earlier?.precedence !== comparison) return;
  building.facts.push({
    code: "chained-comparison",
    span: tokenSpan(building, operator),
    example: `a ${earlier.token.image} b && b ${operator.image} c`,
  });
}

/** A primary with its calls and indices. */
function buildPostfix(building: Building, operand: CstNode, at: number): Expression {
  let made = buildPrimary(building, node(operand, "primary"), nodeSpan(building, operand, at).start);
  for (const suffix of nodes(operand, "suffix")) {
    const span = joinSpans(made.span, nodeSpan(building, suffix, made.span.end));
    const field = tokenOf(suffix, "Dot");
    if (field) {
      const name = nameOf(building, tokenOf(suffix, "Identifier"), span.end);
      made = grow(building, { kind: "field", base: made, name, span }, [made], errorExpression);
    } else if (tokenOf(suffix, "LeftBracket")) {
      const indices = nodes(suffix, "index").map((index) => buildIndex(building, index, span.end));
      const parts = indices.flatMap((index) =>
        index.kind === "at" ? [index.value] : [index.from, index.to].filter((end) => end !== undefined),
      );
      made = grow(building, { kind: "index", base: made, indices, span }, [made, ...parts], errorExpression);
    } else {
      const given = nodes(suffix, "argument").map((argument) => buildArgument(building, argument, span.end));
      const values = given.map((argument) => argument.value);
      made = grow(
        building,
        { kind: "call", callee: made, arguments: given, span },
        [made, ...values],
        errorExpression,
      );
    }
  }
  return made;
}

export function buildArgument(building: Building, cst: CstNode, at: number): Argument {
  const value = buildExpression(building, node(cst, "expression"), nodeSpan(building, cst, at).end);
  const name = tokenOf(cst, "Identifier");
  return name ? { name: nameOf(building, name, at), value } : { value };
}

function buildIndex(building: Building, cst: CstNode, at: number): Index {
  const span = nodeSpan(building, cst, at);
  const first = node(cst, "expression");
  if (!tokenOf(cst, "DotDot")) return { kind: "at", value: buildExpression(building, first, span.start) };
  const upper = node(node(cst, "upper"), "expression");
  return {
    kind: "slice",
    ...(first && { from: buildExpression(building, first, span.start) }),
    ...(upper && { to: buildExpression(building, upper, span.end) }),
    span,
  };
}

function buildPrimary(building: Building, cst: CstNode | undefined, at: number): Expression {
  const span = nodeSpan(building, cst, at);
  const name = tokenOf(cst, "Identifier");
  if (name) return name.image === "" ? errorExpression(span) : { kind: "name", text: name.image, span };
  const number = tokenOf(cst, "NumberLiteral");
  if (number) return buildNumber(building, number);
  if (tokenOf(cst, "Keyword_true")) return { kind: "bool", value: true, span };
  if (tokenOf(cst, "Keyword_false")) return { kind: "bool", value: false, span };
  const parentheses = node(cst, "parentheses");
  if (parentheses) return buildParentheses(building, parentheses, span);
  const brackets = node(cst, "brackets");
  if (brackets) return buildBrackets(building, brackets, span);
  const conditional = node(cst, "conditional");
  if (conditional) return buildConditional(building, conditional, span);
  const match = node(cst, "match");
  if (match) return buildMatch(building, match, span);
  return errorExpression(span);
}

function buildNumber(building: Building, token: IToken): Expression {
  const span = tokenSpan(building, token);
  const integer = /^\d+$/.test(token.image);
  const value = Number(token.image);
  if (Number.isFinite(value) && (!integer || Number.isSafeInteger(value)))
    return { kind: "number", value, integer, span };
  if (token.image !== "") building.facts.push({ code: "number-too-large", span, text: token.image, integer });
  return errorExpression(span);
}

function buildParentheses(building: Building, cst: CstNode, span: Span): Expression {
  const given = nodes(cst, "argument").map((argument) => buildArgument(building, argument, span.end));
  const items = given.map(({ value }) => value);
  if (items.length === 0) return errorExpression(span);
  const names = given.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (names.length > 0 && names.length < items.length) {
    const unnamed = given.find(({ name }) => name === undefined) ?? given[0];
    building.facts.push({ code: "record-half-named", span: unnamed.value.span, name: names[0].text });
    return errorExpression(span);
  }
  if (names.length > 0) return grow(building, { kind: "tuple", names, items, span }, items, errorExpression);
  if (items.length > 1) return grow(building, { kind: "tuple", items, span }, items, errorExpression);
  const [only] = items;
  const widened: Expression = { ...only, span };
  building.heights.set(widened, building.heights.get(only) ?? 0);
  return widened;
}

function buildBrackets(building: Building, cst: CstNode, span: Span): Expression {
  const items = nodes(cst, "expression").map((item) => buildExpression(building, item, span.end));
  if (!tokenOf(cst, "Keyword_for"))
    return grow(building, { kind: "array", items, span }, items, errorExpression);
  const [body = missing(building, span.end)] = items;
  const range = buildRange(building, node(cst, "range"), span.end);
  return grow(
    building,
    {
      kind: "comprehension",
      body,
      index: nameOf(building, tokenOf(cst, "Identifier"), span.end),
      range,
      span,
    },
    [body, range],
    errorExpression,
  );
}

/** `cst` may be missing. */
export function buildRange(building: Building, cst: CstNode | undefined, at: number): Range {
  const span = nodeSpan(building, cst, at);
  const [first, second] = nodes(cst, "expression");
  const one = buildExpression(building, first, span.start);
  const range: Range = tokenOf(cst, "DotDot")
    ? { from: one, to: buildExpression(building, second, span.end), span }
    : { to: one, span };
  const height = (end: Expression | undefined): number => (end && building.heights.get(end)) ?? 0;
  building.heights.set(range, Math.max(height(range.from), height(range.to)));
  return range;
}

function buildConditional(building: Building, cst: CstNode, span: Span): Expression {
  const conditions = nodes(cst, "expression");
  const branches = nodes(cst, "branch");
  const otherwise = node(cst, "otherwise");
  if (!otherwise && !cst.recoveredNode) building.facts.push({ code: "missing-else", span });
  let made = otherwise ? buildBranch(building, otherwise, span.end) : missing(building, span.end);
  for (let i = conditions.length - 1; i >= 0; i--) {
    const condition = buildExpression(building, conditions[i], span.end);
    const then = buildBranch(building, branches[i], span.end);
    const whole = i === 0 ? span : { ...span, start: condition.span.start };
    made = grow(
      building,
      { kind: "if", condition, then, else: made, span: whole },
      [condition, then, made],
      errorExpression,
    );
  }
  return made;
}

/** A branch that gives a value: `then e`, `e`, or a block that holds `e` alone. */
function buildBranch(building: Building, cst: CstNode | undefined, at: number): Expression {
  const span = nodeSpan(building, cst, at);
  const direct = node(cst, "expression");
  if (direct) return buildExpression(building, direct, span.end);
  const block = node(cst, "block");
  const lone = loneExpressionOf(nodes(block, "statement"));
  if (lone) return buildExpression(building, lone, span.end);
  if (block && !block.recoveredNode) building.facts.push({ code: "branch-not-expression", span });
  return errorExpression(span);
}

function loneExpressionOf(statements: readonly CstNode[]): CstNode | undefined {
  const definition = node(statements[0], "definition");
  const isLone =
    statements.length === 1 &&
    !tokenOf(definition, "Keyword_observe") &&
    !tokenOf(definition, "Colon") &&
    !tokenOf(definition, "Tilde") &&
    !tokenOf(definition, "Assign");
  return isLone ? node(definition, "expression") : undefined;
}

function buildMatch(building: Building, cst: CstNode, span: Span): Expression {
  const subject = buildExpression(building, node(cst, "expression"), span.end);
  const arms = nodes(cst, "arm").map((arm) => buildArm(building, arm, span.end));
  const parts = arms.map((arm) => arm.value);
  return grow(building, { kind: "match", subject, arms, span }, [subject, ...parts], errorExpression);
}

function buildArm(building: Building, cst: CstNode, at: number): Arm {
  const value = buildExpression(building, node(cst, "expression"), at);
  const pattern = node(cst, "pattern");
  const span = nodeSpan(building, pattern, at);
  const number = tokenOf(pattern, "NumberLiteral");
  if (number) {
    const literal = buildNumber(building, number);
    const sign = tokenOf(pattern, "Minus") ? -1 : 1;
    if (literal.kind === "number")
      return { pattern: { kind: "number", value: sign * literal.value, span }, value };
  }
  const isTrue = tokenOf(pattern, "Keyword_true") !== undefined;
  if (isTrue || tokenOf(pattern, "Keyword_false"))
    return { pattern: { kind: "bool", value: isTrue, span }, value };
  const name = tokenOf(pattern, "Identifier");
  if (name) return { pattern: { kind: "name", text: name.image, span }, value };
  return { pattern: { kind: "wildcard", span }, value };
}

/** `cst` may be missing; then the type's name is "". */
export function buildType(building: Building, cst: CstNode | undefined, at: number): TypeExpression {
  const span = nodeSpan(building, cst, at);
  const expressions = (rule: string): Expression[] =>
    nodes(node(cst, rule), "expression").map((one) => buildExpression(building, one, span.end));
  const type: TypeExpression = {
    name: nameOf(building, tokenOf(cst, "Identifier"), span.start),
    bounds: expressions("bounds"),
    dimensions: expressions("dimensions"),
    optional: tokenOf(cst, "Question") !== undefined,
    span,
  };
  const heights = [...type.bounds, ...type.dimensions].map((part) => building.heights.get(part) ?? 0);
  building.heights.set(type, Math.max(0, ...heights));
  return type;
}
