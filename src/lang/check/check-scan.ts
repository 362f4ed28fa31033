/** `scan(start, f, rows)`: the states f(start, rows[0]), f(that, rows[1]), … of a recursion, all of them. */
import type { CoreExpression } from "../core-expression.ts";
import { within } from "../range.ts";
import type { Expression } from "../tree.ts";
import { type NumberType, numberType, structureWithin, type Type } from "../type.ts";
import type { CheckFacts } from "./check-facts.ts";
import { callWith, positionalArguments } from "./check-fold.ts";
import { type CheckExpression, errorExpression, type Scope } from "./check-scope.ts";
import { equalShapes, fits, joinTypes } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";

type CallExpression = Extract<Expression, { readonly kind: "call" }>;
type NumberExpression = CoreExpression & { readonly type: NumberType };

/** Names that no program can write, and that read well in a message. */
const stateName = "the state";
const rowName = "the row";

export function checkScan(scope: Scope, call: CallExpression, check: CheckExpression): CoreExpression {
  const { span } = call;
  const args = positionalArguments(scope, call, "scan", ["start", "f", "rows"]);
  if (args === undefined) return errorExpression(span);
  const [first, step, list] = args;
  const start = check(scope, first);
  const rows = check(scope, list);
  if (!isNumbers(scope, start, first, "numbers") || !isNumbers(scope, rows, list, "an array"))
    return errorExpression(span);
  const [count, ...dimensions] = rows.type.dimensions;
  const written = [stateName, rowName].map((text) => ({
    value: { kind: "name", text, span: step.span } as const,
  }));
  const body = callWith(step, written, span);
  /** The body for states of that type, in a scope of its own. */
  const checkBody = (state: NumberType, report: Scope["report"]): [CoreExpression, Scope] => {
    const bindings = new Map(scope.bindings);
    const about = { kind: "value", origin: "let", span: step.span, unknown: true } as const;
    bindings.set(stateName, { ...about, type: state });
    bindings.set(rowName, { ...about, type: { ...rows.type, dimensions } });
    const inner = { ...scope, bindings, report };
    return [check(inner, body), inner];
  };
  const state = stateType(start.type, checkBody);
  const [value, inner] = checkBody(state, scope.report);
  scope.netCalls = inner.netCalls;
  const because = { text: "the state before it", span: first.span };
  if (value.type.kind === "error" || !fits(scope, value, body, state, because)) return errorExpression(span);
  const type = { ...state, dimensions: [count, ...state.dimensions] };
  return { kind: "scan", state: stateName, row: rowName, start, rows, body: value, type, span };
}

/**
 * What is known of every state: what holds of the first and, where it holds before a step, after it. Tried from the narrowest: the
 * start's own type, then that joined with what the first step gives, then any number.
 */
function stateType(
  start: NumberType,
  checkBody: (state: NumberType, report: Scope["report"]) => readonly [CoreExpression, Scope],
): NumberType {
  const any = numberType("real", undefined, start.dimensions);
  let state: NumberType = { ...start, base: "real" };
  for (let attempt = 0; attempt < 2; attempt++) {
    const found: CheckFacts[] = [];
    const [{ type }] = checkBody(state, (facts) => found.push(facts));
    if (found.length > 0 || type.kind !== "number" || !equalShapes(type.dimensions, state.dimensions))
      return any;
    if (within(type.range, state.range) && structureWithin(type.structure, state.structure)) return state;
    const joined: Type = joinTypes(state, type) ?? any;
    state = joined.kind === "number" ? joined : any;
  }
  return any;
}

function isNumbers(
  scope: Scope,
  value: CoreExpression,
  expression: Expression,
  expected: "numbers" | "an array",
): value is NumberExpression {
  const { type } = value;
  if (type.kind === "error") return false;
  if (
    type.kind === "number" &&
    type.base !== "bool" &&
    (expected === "numbers" || type.dimensions.length > 0)
  )
    return true;
  scope.report({
    code: "type-mismatch",
    value: { text: formatBrief(expression), span: expression.span },
    found: type,
    expected,
    because: { text: expected === "numbers" ? "what a scan starts with" : "what a scan runs along" },
    help: "write `scan(start, f, rows)`: the first state, a function of a state and a row, and an array of rows",
  });
  return false;
}
