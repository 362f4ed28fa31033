/**
 * `z ~ Categorical(p) relaxed(t)` draws z from RelaxedCategorical(p, t), and what reads z as a category mixes by its weights:
 * `mu[z]` is `z @ mu`. `on ~ Bernoulli(p) relaxed(t)` the same: `if on then a else b` is `on * a + (1 - on) * b`.
 */
import type { Annotation, DrawStatement, Expression, Index } from "../tree.ts";
import type { Scope } from "./check-scope.ts";

const relaxedNames: Readonly<Record<string, string>> = {
  Bernoulli: "RelaxedBernoulli",
  Categorical: "RelaxedCategorical",
};

export function relaxation({ annotations }: DrawStatement): Annotation | undefined {
  return annotations.find(({ text }) => text === "relaxed");
}

/** Whether what is drawn has a continuous form. */
export function canRelax({ observed, distribution }: DrawStatement): boolean {
  return !observed && relaxedName(distribution) !== undefined;
}

/** The distribution that the statement draws from, as an expression. */
export function drawnDistribution(statement: DrawStatement): Expression {
  const { distribution } = statement;
  const temperature = relaxation(statement)?.argument;
  const name = relaxedName(distribution);
  if (temperature === undefined || !canRelax(statement) || name === undefined || distribution.kind !== "call")
    return distribution;
  const named = distribution.arguments.some((each) => each.name !== undefined);
  const span = temperature.span;
  return {
    ...distribution,
    callee: { kind: "name", text: name, span: distribution.callee.span },
    arguments: [
      ...distribution.arguments,
      { ...(named && { name: { text: "temperature", span } }), value: temperature },
    ],
  };
}

function relaxedName(distribution: Expression): string | undefined {
  if (distribution.kind !== "call" || distribution.callee.kind !== "name") return undefined;
  const { text } = distribution.callee;
  return Object.hasOwn(relaxedNames, text) ? relaxedNames[text] : undefined;
}

/** Whether the expression is a variable, or one element, that is drawn relaxed from such a distribution. */
function isRelaxed(scope: Scope, expression: Expression, distribution: string): boolean {
  const root = expression.kind === "index" ? expression.base : expression;
  const binding = root.kind === "name" ? scope.bindings.get(root.text) : undefined;
  return (
    binding?.kind === "variable" &&
    binding.pieces.some(({ statement }) => {
      if (statement.kind !== "draw" || relaxation(statement) === undefined) return false;
      return canRelax(statement) && relaxedName(statement.distribution) === distribution;
    })
  );
}

/** `A[i, z, j]` as `(z @ A[i])[j]`; `undefined` where no index is a relaxed category. */
export function mixedIndex(
  scope: Scope,
  { base, indices, span }: Extract<Expression, { kind: "index" }>,
): Expression | undefined {
  const at = indices.findIndex(
    (each) => each.kind === "at" && isRelaxed(scope, each.value, "RelaxedCategorical"),
  );
  const index = indices[at];
  if (index?.kind !== "at") return undefined;
  const part = (whole: Expression, some: readonly Index[]): Expression =>
    some.length === 0 ? whole : { kind: "index", base: whole, indices: some, span };
  const right = part(base, indices.slice(0, at));
  const mixed: Expression = {
    kind: "binary",
    operator: "@",
    left: index.value,
    right,
    operatorSpan: span,
    span,
  };
  return part(mixed, indices.slice(at + 1));
}

export function isRelaxedTruth(scope: Scope, condition: Expression): boolean {
  return isRelaxed(scope, condition, "RelaxedBernoulli");
}

/** `if on then a else b` as `on * a + (1 - on) * b`; `undefined` where the condition is no relaxed truth value. */
export function mixedChoice(
  scope: Scope,
  { condition, then, else: otherwise, span }: Extract<Expression, { kind: "if" }>,
): Expression | undefined {
  if (!isRelaxedTruth(scope, condition)) return undefined;
  const one: Expression = { kind: "number", value: 1, integer: true, span };
  const make = (operator: "*" | "+" | "-", left: Expression, right: Expression): Expression => {
    return { kind: "binary", operator, left, right, operatorSpan: span, span };
  };
  return make("+", make("*", condition, then), make("*", make("-", one, condition), otherwise));
}
