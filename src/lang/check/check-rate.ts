/** The right-hand side of an `ode`: a function of the state and usually the time, a learned net among them. */
import type { Span } from "../../base/span.ts";
import type { CoreExpression } from "../core-expression.ts";
import { describeShape, formatType } from "../format-type.ts";
import { equalRanges } from "../range.ts";
import type { Expression } from "../tree.ts";
import { type NumberType, numberType, realLine } from "../type.ts";
import {
  type Callee,
  checkApply,
  isNetNotLearned,
  reportNotLearned,
  staticArguments,
} from "./check-apply.ts";
import {
  type Binding,
  type CheckExpression,
  errorExpression,
  type FunctionHeader,
  type Scope,
} from "./check-scope.ts";
import { checkFunctionArgument, partsOf } from "./check-static.ts";
import { equalShapes } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";
import { matchArguments } from "./match-arguments.ts";

/** Names that no program can write, for what the equation is about. */
export const stateName = "the state";
export const timeName = "the time";

/** Any real numbers of that shape. */
export function realOf({ dimensions }: NumberType): NumberType {
  return numberType("real", realLine, dimensions);
}

export interface RateFunction {
  readonly callee: Callee;
  /** What it takes behind state and time. */
  readonly others: FunctionHeader["parameters"];
  /** It has more parameters than the state. */
  readonly takesTime: boolean;
}

/** The function that the first argument names, of a state and usually a time. Reports what it is otherwise. */
export function rateOf(scope: Scope, f: Expression): RateFunction | undefined {
  const { callee: named } = partsOf(f);
  const binding = named?.kind === "name" ? scope.bindings.get(named.text) : undefined;
  if (named?.kind !== "name" || (binding !== undefined && !isLearnedNet(binding))) return refuse(scope, f);
  const callee = checkFunctionArgument(scope, f);
  if (callee === undefined) return undefined;
  const header = scope.functions.header(callee.name);
  if (header === undefined) return refuse(scope, f);
  if (isNetNotLearned(scope, callee)) return reportNotLearned(scope, callee.name, named);
  if (!takesState(scope, header, callee, f)) return undefined;
  const takesTime = header.parameters.filter(({ role }) => role === "value").length !== 1;
  const open = header.parameters.filter(({ name }) => !callee.given.has(name));
  return { callee, takesTime, others: open.slice(takesTime ? 2 : 1) };
}

function refuse(scope: Scope, f: Expression): undefined {
  scope.report({
    code: "not-allowed-here",
    what: `\`${formatBrief(f)}\``,
    where: "as the rate of an `ode`",
    span: f.span,
    help: "name a function: `def f(y: Real[K], t: Real): Real[K] = …`",
  });
}

function isLearnedNet(binding: Binding): boolean {
  return binding.kind === "value" && binding.type.kind === "net";
}

/** The state may be any real numbers, and so may the time. */
function takesState(scope: Scope, header: FunctionHeader, { name, given }: Callee, f: Expression): boolean {
  const defaults = header.parameters.every(
    (each) =>
      each.role === "value" || each.role === "size" || given.has(each.name) || each.default !== undefined,
  );
  const statics = defaults && staticArguments(scope, header, given, new Map());
  const outline = statics && scope.functions.outline(name, statics);
  if (!outline) return !defaults;
  const parameters = outline.parameters.filter((each) => each.type !== "size");
  for (const [position, what] of ["state", "time"].entries()) {
    const type = parameters[position]?.type;
    if (type === undefined || type === "size" || type.kind !== "number") continue;
    const isReal = type.base === "real" && type.structure === "plain" && equalRanges(type.range, realLine);
    if (isReal && (position === 0 || type.dimensions.length === 0)) continue;
    const expected = position === 0 ? formatType(realOf(type)) : "Real";
    scope.report({
      code: "type-mismatch",
      value: { text: `${parameters[position].name} of ${formatBrief(f)}`, span: f.span },
      found: type,
      expected,
      because: { text: `the ${what} of an \`ode\`` },
      help: `declare it \`${parameters[position].name}: ${expected}\``,
    });
    return false;
  }
  return true;
}

/** The call of f for any state and time, which in messages are what the program wrote for the first state and the times. */
export function checkRate(
  scope: Scope,
  { callee, takesTime, others: parameters }: RateFunction,
  [stateText, timeText]: readonly [Expression, Expression],
  others: readonly Expression[],
  state: NumberType,
  span: Span,
  check: CheckExpression,
): CoreExpression {
  const variable = (name: string, type: NumberType, { span }: Expression): CoreExpression => {
    return { kind: "variable", name, type, span };
  };
  const argumentOf = (own: Scope, expression: Expression): CoreExpression => {
    if (expression === stateText) return variable(stateName, state, stateText);
    if (expression === timeText) return variable(timeName, numberType("real"), timeText);
    return check(own, expression);
  };
  const start = [callee.name, formatBrief(stateText), formatBrief(timeText)];
  const signature = `\`ode(${[...start, ...parameters.map(({ name }) => name)].join(", ")})\``;
  const of = `the rate \`${callee.name}\`, behind state and time,`;
  const given = others.map((value) => ({ value }));
  if (matchArguments(scope, of, parameters, given, span, signature) === undefined)
    return errorExpression(span);
  const values = [stateText, ...(takesTime ? [timeText] : []), ...others].map((value) => ({ value }));
  return checkApply(scope, callee, undefined, values, span, argumentOf);
}

export function sameShape(
  scope: Scope,
  rate: CoreExpression["type"],
  state: NumberType,
  f: Expression,
  initial: Expression,
): boolean {
  const name = formatBrief(f);
  if (rate.kind === "error") return false;
  if (rate.kind !== "number" || rate.base === "bool") {
    scope.report({
      code: "type-mismatch",
      value: { text: `${name}(…)`, span: f.span },
      found: rate,
      expected: formatType(realOf(state)),
      because: { text: "the rate of change of the state" },
      help: `let \`${name}\` give one number for each number of the state`,
    });
    return false;
  }
  if (equalShapes(rate.dimensions, state.dimensions)) return true;
  scope.report({
    code: "size-mismatch",
    what: `\`${name}\` gives ${describeShape(rate.dimensions)}, but the state \`${formatBrief(initial)}\` has ${describeShape(state.dimensions)}`,
    left: { text: name, span: f.span, shape: rate.dimensions },
    right: { text: formatBrief(initial), span: initial.span, shape: state.dimensions },
    help: `let \`${name}\` give one number for each number of the state`,
  });
  return false;
}
