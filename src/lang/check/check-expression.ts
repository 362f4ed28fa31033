/** Expressions: names resolved, shapes and ranges computed, Core made. */
import type { Span } from "../../base/span.ts";
import { type BuiltinName, constants } from "../builtins.ts";
import type { CoreExpression } from "../core-expression.ts";
import { formatShape, formatType } from "../format-type.ts";
import { itemOf } from "../item-of.ts";
import { exactly, rangeOf } from "../range.ts";
import { constantSize, subtractSizes } from "../size.ts";
import type { BinaryOperator, Expression } from "../tree.ts";
import {
  errorType,
  isMatrixStructure,
  type NumberType,
  numberType,
  structureRank,
  type Type,
  unitRange,
} from "../type.ts";
import { checkBuiltin } from "./check-builtin.ts";
import { checkCall } from "./check-call.ts";
import type { Quote } from "./check-facts.ts";
import { checkIndex } from "./check-index.ts";
import { checkPatterns } from "./check-match.ts";
import { resolveOther } from "./check-name.ts";
import { checkRange } from "./check-places.ts";
import { errorExpression, type Scope, takenBy, uniqueIndex } from "./check-scope.ts";
import { checkDimension, sizeCalled, sizeOfList } from "./check-size.ts";
import { baseFits, checkType, equalShapes, fits, joinTypes } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";
import { readLocal, readWhole } from "./read-variable.ts";
import { isRelaxedTruth, mixedChoice } from "./relaxed-draw.ts";
import { type IndexRange, lowerBound, upperBound } from "./size-bounds.ts";

type Kind<K extends Expression["kind"]> = Extract<Expression, { readonly kind: K }>;

const binaryBuiltins: Readonly<Record<BinaryOperator, BuiltinName>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "^": "pow",
  "@": "matmul",
  "==": "eq",
  "!=": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "&&": "and",
  "||": "or",
};

/** Types one expression. Reports what is wrong and goes on with an error type. */
export function checkExpression(scope: Scope, expression: Expression): CoreExpression {
  const { span } = expression;
  switch (expression.kind) {
    case "number":
      return literal(expression.value, expression.integer, span);
    case "bool":
      return { kind: "literal", value: Number(expression.value), type: numberType("bool", unitRange), span };
    case "name":
      return checkName(scope, expression);
    case "call":
      return checkCall(scope, expression, checkExpression);
    case "index": {
      const size = sizeOfList(scope, expression);
      if (size !== undefined)
        return { kind: "size", size, type: numberType("int", rangeOf(1, Infinity)), span };
      return checkIndex(scope, expression, checkExpression);
    }
    case "unary":
      return checkUnary(scope, expression);
    case "binary": {
      const sides = [expression.left, expression.right].map((side) => ({
        value: checkExpression(scope, side),
        expression: side,
      }));
      return checkBuiltin(scope, binaryBuiltins[expression.operator], sides, span);
    }
    case "if":
      return checkIf(scope, expression);
    case "match":
      return checkMatch(scope, expression);
    case "array":
      return checkArray(scope, expression);
    case "comprehension":
      return checkComprehension(scope, expression);
    case "tuple":
      return checkTuple(scope, expression);
    case "field":
      return checkField(scope, expression);
    case "pipe":
      return checkExpression(scope, pipeToCall(expression));
    case "cast":
      return checkCast(scope, expression);
    case "error":
      return errorExpression(span);
  }
}

function literal(value: number, integer: boolean, span: Span): CoreExpression {
  return { kind: "literal", value, type: numberType(integer ? "int" : "real", exactly(value)), span };
}

function checkName(scope: Scope, expression: Kind<"name">): CoreExpression {
  const { text, span } = expression;
  const binding = scope.bindings.get(text);
  if (binding === undefined) {
    if (scope.sizes.has(text)) {
      scope.used.add(text);
      return {
        kind: "size",
        size: sizeCalled(scope, text),
        type: numberType("int", rangeOf(1, Infinity)),
        span,
      };
    }
    if (Object.hasOwn(constants, text)) return literal(constants[text], false, span);
    return resolveOther(scope, expression);
  }
  scope.used.add(text);
  switch (binding.kind) {
    case "index":
      return indexVariable(scope, binding.index, span);
    case "value":
      return { kind: "variable", name: text, type: binding.type, span };
    case "variable":
      return (
        readLocal(scope, binding, expression, checkExpression) ??
        readWhole(scope, binding, expression, checkExpression)
      );
  }
}

function indexVariable(scope: Scope, index: string, span: Span): CoreExpression {
  const range: IndexRange | undefined = scope.indices.get(index);
  const low = range === undefined ? 0 : Math.max(0, lowerBound(range.from));
  const high = range === undefined ? Infinity : upperBound(range.to) - 1;
  return { kind: "variable", name: index, type: numberType("int", rangeOf(low, Math.max(low, high))), span };
}

function checkUnary(scope: Scope, { operator, operand, span }: Kind<"unary">): CoreExpression {
  if (operator === "-" && operand.kind === "number") return literal(-operand.value, operand.integer, span);
  const value = checkExpression(scope, operand);
  return checkBuiltin(scope, operator === "-" ? "neg" : "not", [{ value, expression: operand }], span);
}

/** A condition inside an expression: one Bool. */
export function checkCondition(scope: Scope, expression: Expression): CoreExpression {
  const condition = checkExpression(scope, expression);
  if (isRelaxedTruth(scope, expression)) {
    scope.report({
      code: "annotation-not-allowed",
      annotation: quoteOf(expression),
      reason: "what is drawn relaxed chooses between numbers only",
      help: "choose each argument: `Normal(if on then a else b, 1)`",
    });
    return errorExpression(expression.span);
  }
  const because = { text: "the condition of `if`" };
  return fits(scope, condition, expression, numberType("bool", unitRange), because)
    ? condition
    : errorExpression(expression.span);
}

function checkIf(scope: Scope, expression: Kind<"if">): CoreExpression {
  const mixed = mixedChoice(scope, expression);
  if (mixed !== undefined) return checkExpression(scope, mixed);
  const condition = checkCondition(scope, expression.condition);
  const then = checkExpression(scope, expression.then);
  const otherwise = checkExpression(scope, expression.else);
  const type = joinArms(scope, "the arms of this `if`", [
    { value: then, expression: expression.then },
    { value: otherwise, expression: expression.else },
  ]);
  return { kind: "if", condition, then, else: otherwise, type, span: expression.span };
}

function checkMatch(scope: Scope, expression: Kind<"match">): CoreExpression {
  const subject = checkExpression(scope, expression.subject);
  const patterns = checkPatterns(scope, expression, subject);
  const values = expression.arms.map((arm) => ({
    value: checkExpression(scope, arm.value),
    expression: arm.value,
  }));
  const type = joinArms(scope, "the arms of this `match`", values);
  if (patterns === undefined) return errorExpression(expression.span);
  const arms = values.map(({ value }, position) => ({ pattern: patterns[position], value }));
  return { kind: "match", subject, arms, type, span: expression.span };
}

function joinArms(
  scope: Scope,
  what: string,
  arms: readonly { readonly value: CoreExpression; readonly expression: Expression }[],
): Type {
  let joined: Type = errorType;
  for (const { value, expression } of arms) {
    const next = joinTypes(joined, value.type);
    if (next === undefined) {
      const [first] = arms;
      const rows = [joined, value.type].flatMap((each) =>
        each.kind === "number" && each.dimensions.length > 0 ? [formatShape(each.dimensions)] : [],
      );
      const ragged = rows.length === 2 && rows[0] !== rows[1];
      scope.report({
        code: "arms-disagree",
        what,
        left: quoteOf(first.expression),
        right: quoteOf(expression),
        leftType: ragged ? `an array ${rows[0]}` : formatType(joined),
        rightType: ragged ? `an array ${rows[1]}` : formatType(value.type),
        ...(ragged && { help: "give all of them the same sizes" }),
      });
      return errorType;
    }
    joined = next;
  }
  return arms.some(({ value }) => value.type.kind === "error") ? errorType : joined;
}

function quoteOf(expression: Expression): Quote {
  return { text: formatBrief(expression), span: expression.span };
}

function checkArray(scope: Scope, expression: Kind<"array">): CoreExpression {
  const { items, span } = expression;
  if (items.length === 0) {
    scope.report({
      code: "not-supported-yet",
      feature: "empty arrays are",
      span,
      help: "write `zeros(K)` with a size",
    });
    return errorExpression(span);
  }
  const values = items.map((item) => ({ value: checkExpression(scope, item), expression: item }));
  const type = joinArms(scope, "the items of this array", values);
  if (type.kind !== "number") return errorExpression(span);
  const numbers = values.map(({ value }) => (value.kind === "literal" ? value.value : Number.NaN));
  const total = numbers.reduce((sum, value) => sum + value, 0);
  const simplex = numbers.every((value) => value >= 0) && Math.abs(total - 1) < 1e-9 && type.base !== "bool";
  const structure = simplex ? "simplex" : "plain";
  const dimensions = [constantSize(items.length), ...type.dimensions];
  return {
    kind: "array",
    items: values.map(({ value }) => value),
    type: { ...type, dimensions, structure: type.dimensions.length === 0 ? structure : type.structure },
    span,
  };
}

function checkComprehension(scope: Scope, expression: Kind<"comprehension">): CoreExpression {
  const { index, range, span } = expression;
  const taken = takenBy(scope, index.text);
  if (taken !== undefined) scope.report({ code: "name-taken", name: index, ...taken });
  const from = range.from === undefined ? constantSize(0) : checkDimension(scope, range.from);
  const to = checkDimension(scope, range.to);
  if (from === undefined || to === undefined || taken !== undefined) return errorExpression(span);
  checkRange(scope, range, from, to);
  const name = uniqueIndex(scope.indices, index.text);
  scope.indices.set(name, { from, to });
  scope.bindings.set(index.text, { kind: "index", index: name, span: index.span });
  const body = checkExpression(scope, expression.body);
  scope.bindings.delete(index.text);
  if (body.type.kind === "error") return errorExpression(span);
  if (body.type.kind !== "number") {
    const because = { text: "an item of a comprehension" };
    scope.report({
      code: "type-mismatch",
      value: quoteOf(expression.body),
      found: body.type,
      expected: "a number or an array",
      because,
      help: "bind its items in a function, and use one of them here",
    });
    return errorExpression(span);
  }
  const dimensions = [subtractSizes(to, from), ...body.type.dimensions];
  return { kind: "comprehension", index: name, from, to, body, type: { ...body.type, dimensions }, span };
}

function checkTuple(scope: Scope, { names, items, span }: Kind<"tuple">): CoreExpression {
  const values = items.map((item) => checkExpression(scope, item));
  const type = { kind: "tuple" as const, items: values.map((value) => value.type) };
  if (names === undefined) return { kind: "tuple", items: values, type, span };
  const twice = names.find(({ text }, at) => names.findIndex((each) => each.text === text) < at);
  if (twice !== undefined) {
    scope.report({ code: "field-twice", name: twice });
    return errorExpression(span);
  }
  return { kind: "tuple", items: values, type: { ...type, names: names.map(({ text }) => text) }, span };
}

function checkField(scope: Scope, { base, name, span }: Kind<"field">): CoreExpression {
  const value = checkExpression(scope, base);
  if (value.type.kind === "error") return errorExpression(span);
  const { names = [] } = value.type.kind === "tuple" ? value.type : {};
  const position = names.indexOf(name.text);
  if (position < 0) {
    scope.report({ code: "unknown-field", name, base: quoteOf(base), found: value.type, known: names });
    return errorExpression(span);
  }
  return itemOf(value, position, span);
}

/** Whether the shape can have the structure: a square matrix wants two equal dimensions. */
function fitsStructure({ structure, dimensions }: NumberType): boolean {
  if (dimensions.length < structureRank(structure)) return false;
  return !isMatrixStructure(structure) || equalShapes(dimensions.slice(-1), dimensions.slice(-2, -1));
}

/** `x |> f(a)` is `f(x, a)`. */
function pipeToCall({ value, into, span }: Kind<"pipe">): Expression {
  if (into.kind !== "call") return { kind: "call", callee: into, arguments: [{ value }], span };
  return { ...into, arguments: [{ value }, ...into.arguments], span };
}

function checkCast(scope: Scope, expression: Kind<"cast">): CoreExpression {
  const value = checkExpression(scope, expression.value);
  const declared = checkType(scope, expression.type, checkExpression, "cast");
  if (declared === undefined || value.type.kind === "error") return errorExpression(expression.span);
  const { type } = declared;
  const found = value.type;
  const whole =
    found.kind === "number" && type.dimensions.length === 0
      ? { ...type, dimensions: found.dimensions }
      : type;
  const good =
    found.kind === "number" &&
    baseFits(found.base, type.base) &&
    equalShapes(found.dimensions, whole.dimensions) &&
    fitsStructure(whole);
  if (!good) {
    const because = { text: "a cast checks values, never changes kind or shape", span: expression.type.span };
    scope.report({
      code: "type-mismatch",
      value: quoteOf(expression.value),
      found,
      expected: formatType(type),
      because,
      help: "compare, `floor` or index instead",
    });
    return errorExpression(expression.span);
  }
  return { kind: "cast", value, type: whole, span: expression.span };
}
