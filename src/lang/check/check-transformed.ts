/**
 * `exp(Normal(0, 1))`, `mu + sigma * StudentT(3, 0, 1)`: a distribution pushed through a one-to-one function. It is checked as an
 * expression in which a number stands for what the distribution draws; the way from there to its value must be one of one-to-one
 * functions.
 */
import { holdsCensored } from "../censored.ts";
import type { CoreDistribution } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import type { Expression } from "../tree.ts";
import { numberType } from "../type.ts";
import { type Bijected, imageOf, wholeImageOf } from "./bijection-image.ts";
import { bijectionPath, type Obstacle } from "./bijection-path.ts";
import { checkExpression } from "./check-expression.ts";
import type { Scope } from "./check-scope.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { dependsOnUnknown } from "./depends-on-unknown.ts";
import { formatBrief } from "./format-brief.ts";

/** Of an expression with distributions in it. Reports what keeps it from being one. */
export function checkTransformed(
  scope: Scope,
  expression: Expression,
  inside: readonly Expression[],
  checkBase: (scope: Scope, expression: Expression) => CheckedDistribution | undefined,
): CheckedDistribution | undefined {
  const quote = { text: formatBrief(expression), span: expression.span };
  const refuse = ({ reason, span }: Obstacle, help: string): undefined => {
    scope.report({ code: "cannot-transform", transformed: quote, reason, span, help });
  };
  const [only, second] = inside;
  if (second !== undefined)
    return refuse(
      { reason: "more than one distribution is in it", span: second.span },
      "draw each by itself, `a ~ …` and `b ~ …`, and bind what is made of them",
    );
  const base = checkBase(scope, only);
  if (base === undefined) return undefined;
  const apart = `draw it by itself, \`z ~ ${formatBrief(only)}\`, and bind what is made of it`;
  const unfit = whyNotNumbers(base);
  if (unfit !== undefined) return refuse({ reason: unfit, span: only.span }, apart);
  const draw = formatBrief(only);
  const value = checkExpression(withDraw(scope, draw, base), replaced(expression, only, draw));
  if (value.type.kind !== "number") {
    if (value.type.kind !== "error")
      return refuse({ reason: "its value is no number", span: expression.span }, apart);
    return undefined;
  }
  const { dimensions } = value.type;
  const batch = dimensions.slice(0, dimensions.length - base.draw.length);
  const path = bijectionPath(value, draw, scope.functions.core);
  if ("reason" in path) return refuse(path, apart);
  const isWhole = base.element.base === "int";
  let image: Bijected = { support: base.support, range: base.element.range };
  let core: CoreDistribution = base.core;
  let known = base.known;
  for (const step of path) {
    const next = isWhole ? wholeImageOf(scope, step, image) : imageOf(scope, step, image);
    if ("reason" in next) return refuse(next, next.help ?? apart);
    const { bijection, support } = next;
    if (base.draw.length > 0 && isArray(step.operand))
      return refuse(
        { reason: "what it draws is an array, which only numbers can be combined with", span: step.span },
        "give the array to the distribution, as its location or scale",
      );
    if (step.operand !== undefined && dependsOnUnknown(scope, step.operand)) known = false;
    core = {
      kind: "transformed",
      base: core,
      bijection,
      inner: image.support,
      support,
      span: expression.span,
    };
    image = next;
  }
  const element = isWhole ? { ...value.type, dimensions: [] } : numberType("real", image.range);
  return { ...base, core, quote, name: undefined, batch, element, support: image.support, known };
}

function isArray(operand: CoreExpression | undefined): boolean {
  return operand?.type.kind === "number" && operand.type.dimensions.length > 0;
}

/** Why no function can be applied to what a distribution draws. */
function whyNotNumbers({ element, support, core }: CheckedDistribution): string | undefined {
  if (element.base === "bool") return "it draws no numbers";
  const isChoice = core.kind === "mixture" || core.kind === "if" || core.kind === "match";
  if (element.base === "int" && isChoice) return "of whole numbers it is one of several: apply it to each";
  if (support.kind === "simplex" || support.kind === "matrix" || support.kind === "ordered")
    return "the numbers that it draws depend on each other";
  return holdsCensored(core) ? "draws that are censored are not spread out everywhere" : undefined;
}

/** A scope in which a name that no program can have is a number of what the distribution draws. */
function withDraw(scope: Scope, name: string, { element, batch, draw, quote }: CheckedDistribution): Scope {
  const type = { ...element, dimensions: [...batch, ...draw] };
  const binding = { kind: "value", origin: "parameter", type, span: quote.span, unknown: true } as const;
  return { ...scope, bindings: new Map(scope.bindings).set(name, binding) };
}

/** The expression with a name in place of one part. */
function replaced<T>(tree: T, part: Expression, name: string): T {
  const visit = (each: unknown): unknown => {
    if (each === part) return { kind: "name", text: name, span: part.span };
    if (Array.isArray(each)) return each.map(visit);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, value]) => [key, visit(value)]));
  };
  return visit(tree) as T;
}
