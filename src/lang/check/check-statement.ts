/** Statements of a model, in order. */

import { findExpression } from "../core-children.ts";
import type { CoreExpression } from "../core-expression.ts";
import type { CoreStatement } from "../core-statement.ts";
import { itemOf } from "../item-of.ts";
import type {
  Expression,
  FactorStatement,
  ForStatement,
  IfStatement,
  LetStatement,
  PlateStatement,
  Statement,
} from "../tree.ts";
import { errorType, numberType, type Type, unitRange } from "../type.ts";
import { type BoundItem, boundItems } from "./bound-items.ts";
import { bindPiece, corePlaces, targetText } from "./check-bind.ts";
import { checkDraw, type ModelParts } from "./check-draw.ts";
import { checkExpression } from "./check-expression.ts";
import { checkLearn } from "./check-learn.ts";
import { namesDistribution } from "./check-name.ts";
import { type BranchStep, bindError, errorExpression, isLocal, type Scope, takenBy } from "./check-scope.ts";
import { checkType, fits } from "./check-type.ts";
import { checkVary } from "./check-vary.ts";
import { dependsOnUnknown } from "./depends-on-unknown.ts";
import { formatBrief } from "./format-brief.ts";

export function checkStatements(
  scope: Scope,
  parts: ModelParts,
  body: readonly Statement[],
): CoreStatement[] {
  return body.flatMap((statement) => checkStatement(scope, parts, statement));
}

function checkStatement(scope: Scope, parts: ModelParts, statement: Statement): CoreStatement[] {
  switch (statement.kind) {
    case "draw":
      return checkDraw(scope, parts, statement);
    case "let":
      return checkLet(scope, parts, statement);
    case "factor":
      return checkFactor(scope, statement);
    case "plate":
    case "for":
      return checkAxis(scope, parts, statement);
    case "if":
      return checkIf(scope, parts, statement);
    case "learn":
      if (scope.axes.length === 0 && scope.branch.length === 0) return checkLearn(scope, statement);
      scope.report({
        code: "not-allowed-here",
        what: "`learn`",
        where: "inside a plate, `for` or `if`",
        span: statement.span,
        help: "move it to the top of the model; give it a dimension for one value per item",
      });
      bindError(scope, statement.name);
      return [];
    case "vary":
    case "choice":
      return checkVary(scope, parts, statement);
    case "error":
      return [];
  }
}

/** The value and the items of a binding: `(a, b) = split(v)` binds item after item. */
export function bindingItems(
  scope: Scope,
  statement: LetStatement,
  value: CoreExpression,
): readonly CoreExpression[] | undefined {
  const { targets } = statement;
  if (targets.length === 1) return [value];
  if (value.type.kind === "error") return undefined;
  if (value.type.kind !== "tuple" || value.type.items.length !== targets.length) {
    const quote = { text: formatBrief(statement.value), span: statement.value.span };
    scope.report({ code: "tuple-mismatch", value: quote, names: targets.length, found: value.type });
    return undefined;
  }
  return targets.map(({ span }, position) => itemOf(value, position, span));
}

/** The value under its declared type; reports a misfit. */
export function ascribe(scope: Scope, statement: LetStatement, value: CoreExpression): Type {
  if (statement.type === undefined) return value.type;
  const declared = checkType(scope, statement.type, checkExpression);
  if (declared === undefined) return errorType;
  const because = { text: "the declared type", span: statement.type.span };
  if (!fits(scope, value, statement.value, declared.type, because)) return declared.type;
  return value.type.kind === "number" ? { ...value.type, base: declared.type.base } : value.type;
}

function checkLet(scope: Scope, parts: ModelParts, statement: LetStatement): CoreStatement[] {
  const value = checkBound(scope, statement);
  const items = bindingItems(scope, statement, value);
  if (statement.type !== undefined && statement.targets.length > 1) {
    const help = "bind the tuple without a type";
    scope.report({
      code: "not-allowed-here",
      what: "a type",
      where: "on several names",
      span: statement.type.span,
      help,
    });
  }
  return statement.targets.flatMap((target, position): CoreStatement[] => {
    const piece = parts.places.pieces.get(target);
    const variable = scope.bindings.get(target.name.text);
    const item = items?.[position];
    if (piece === undefined || variable?.kind !== "variable" || !variable.pieces.includes(piece)) return [];
    const type =
      item === undefined ? errorType : items?.length === 1 ? ascribe(scope, statement, item) : item.type;
    const bound = item === undefined ? [] : boundItems(variable.name, item);
    const isTuple = type.kind === "tuple";
    const fitsAxes =
      type.kind === "number" ||
      (isTuple && isLocal(piece) && bound.every((each) => each.value.type.kind === "number"));
    if (piece.places.length > 0 && type.kind !== "error" && !fitsAxes) {
      const quote = { text: formatBrief(statement.value), span: statement.value.span };
      const because = { text: "what is bound under an axis" };
      scope.report({
        code: "type-mismatch",
        value: quote,
        found: type,
        expected: "a number or an array",
        because,
        help: "bind its items: `(a[n], b[n]) = …`, or leave the indices of the name out",
      });
    }
    bindPiece(scope, variable, piece, type, item !== undefined && dependsOnUnknown(scope, item));
    if (item === undefined || type.kind === "error") return [];
    if (isTuple) noteItems(scope, bound);
    return bound.map(({ name, value: part }) => ({
      kind: "let",
      name,
      place: corePlaces(piece),
      ...((isTuple || isLocal(piece)) && { local: true }),
      value: part,
      span: statement.span,
    }));
  });
}

/** Nets are learned, called and passed on, never bound. */
function refuseNet(scope: Scope, value: CoreExpression): CoreExpression {
  const net = boundItems("", value).find((each) => each.value.type.kind === "net")?.value;
  if (net === undefined) return value;
  const text = net.kind === "variable" ? net.name : "this";
  const help = `call it: \`${text}(…)\``;
  scope.report({ code: "not-a-value", value: { text, span: net.span }, what: "net", help });
  return errorExpression(value.span);
}

/** Items of a tuple are known by themselves: one may depend on what is inferred, and another not. */
function noteItems(scope: Scope, items: readonly BoundItem[]): void {
  for (const { name, value } of items) {
    const before = scope.bindings.get(name);
    const unknown = (before?.kind === "value" && before.unknown) || dependsOnUnknown(scope, value);
    scope.bindings.set(name, { kind: "value", origin: "let", type: value.type, span: value.span, unknown });
  }
}

/** What is bound: of a distribution or a net, how the statement is meant. */
function checkBound(scope: Scope, { targets, value }: LetStatement): CoreExpression {
  const callee = value.kind === "call" && value.callee.kind === "name" ? value.callee : undefined;
  if (callee === undefined || targets.length > 1 || !namesDistribution(scope, callee.text))
    return refuseNet(scope, checkExpression(scope, value));
  const { text, span } = callee;
  const help = `draw it: \`${targetText(targets[0])} ~ ${formatBrief(value)}\``;
  scope.report({ code: "not-a-value", value: { text, span }, what: "distribution", help });
  return errorExpression(value.span);
}

function checkFactor(scope: Scope, statement: FactorStatement): CoreStatement[] {
  const value = checkExpression(scope, statement.value);
  if (!fits(scope, value, statement.value, numberType("real"), { text: "what `factor` adds" })) return [];
  return value.type.kind === "error" ? [] : [{ kind: "factor", value, span: statement.span }];
}

function checkAxis(
  scope: Scope,
  parts: ModelParts,
  statement: PlateStatement | ForStatement,
): CoreStatement[] {
  const axis = parts.places.axes.get(statement);
  if (axis === undefined) return [];
  const taken = takenBy(scope, axis.name);
  if (taken !== undefined) scope.report({ code: "name-taken", name: statement.index, ...taken });
  const around = scope.axes;
  scope.axes = [...around, axis];
  scope.bindings.set(axis.name, { kind: "index", index: axis.index, span: statement.index.span });
  const body = checkStatements(scope, parts, statement.body);
  scope.bindings.delete(axis.name);
  scope.axes = around;
  const { ordered, index, from, to } = axis;
  return [{ kind: "axis", ordered, index, from, to, body, span: statement.span }];
}

function checkIf(scope: Scope, parts: ModelParts, statement: IfStatement): CoreStatement[] {
  const condition = checkKnownCondition(scope, statement.condition);
  const around = scope.branch;
  const inside = (branch: BranchStep["branch"], body: readonly Statement[]): CoreStatement[] => {
    scope.branch = [...around, { condition: statement.condition.span, branch }];
    const checked = checkStatements(scope, parts, body);
    scope.branch = around;
    return checked;
  };
  const then = inside("then", statement.then);
  const otherwise = inside("else", statement.else);
  if (condition === undefined) return [];
  return [{ kind: "if", condition, then, else: otherwise, span: statement.span }];
}

/** A condition of sizes and scalar Bool or Int inputs. */
function checkKnownCondition(scope: Scope, expression: Expression): CoreExpression | undefined {
  const condition = checkExpression(scope, expression);
  const expected = numberType("bool", unitRange);
  if (condition.type.kind === "error") return undefined;
  if (!fits(scope, condition, expression, expected, { text: "the condition of `if`" })) return undefined;
  const open = findExpression(condition, (each) => each.kind === "variable" && !isKnownInput(scope, each));
  if (open === undefined) return condition;
  const name = open.kind === "variable" ? { name: open.name } : {};
  scope.report({
    code: "condition-not-known",
    condition: { text: formatBrief(expression), span: expression.span },
    ...name,
  });
  return undefined;
}

function isKnownInput(
  scope: Scope,
  { name, type }: Extract<CoreExpression, { readonly kind: "variable" }>,
): boolean {
  const binding = scope.bindings.get(name);
  const scalar = type.kind === "number" && type.dimensions.length === 0 && type.base !== "real";
  return binding?.kind === "value" && binding.origin === "input" && scalar;
}
