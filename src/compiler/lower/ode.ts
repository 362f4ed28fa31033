/**
 * Initial value problems, as scans over steps. Gradients are those of the numerical solution: reverse mode through the steps, with
 * step sizes as constants but for steps that end at one of the times.
 */
import { bug } from "../../base/bug.ts";
import { findExpression } from "../../lang/core-children.ts";
import type { CoreExpression, CoreOde } from "../../lang/core-expression.ts";
import { mapCoreChildren } from "../../lang/map-core.ts";
import { type Context, isTuple, type Lowered } from "./context.ts";
import { solveAdaptive } from "./ode-adaptive.ts";
import { solveFixed } from "./ode-fixed.ts";
import type { InitialValueProblem } from "./ode-problem.ts";
import type { Rate } from "./runge-kutta.ts";
import { unionAxes, type Value } from "./value.ts";

type Lower = (expression: CoreExpression, context: Context) => Lowered;

/** Event [T, …]. */
export function lowerOde(expression: CoreOde, context: Context, lower: Lower): Value {
  noteTimes(expression, context);
  const value = (each: CoreExpression, where: Context): Value => {
    const lowered = lower(each, where);
    return isTuple(lowered) ? bug("a tuple in an ode") : lowered;
  };
  const { algebra } = context;
  const [initial, start, times] = [expression.initial, expression.start, expression.times].map((each) =>
    algebra.convert(value(each, context), "float"),
  );
  const { rate, fixed } = takeOutFixed(expression);
  const given = fixed.map((each) => value(each, context));
  /** The rate where `learned` gives the values of learned parameters. */
  const rateWith = (own: readonly Value[], learned: Context["learned"]): Rate => {
    return (a, y, t) => {
      const scope: Context["scope"] = new Map();
      for (const [at, each] of own.entries()) scope.set(fixedName(at), { kind: "value", value: each });
      scope.set(expression.state, { kind: "value", value: y });
      scope.set(expression.time, { kind: "value", value: t });
      return a.convert(value(rate, { ...context, algebra: a, scope, learned }), "float");
    };
  };
  // Learned parameters are found by asking for the rate once.
  const weights = new Map<string, Value>();
  const first = rateWith(given, (path, learn, inner) => {
    const found = weights.get(path) ?? context.learned(path, learn, inner);
    weights.set(path, found);
    return found;
  })(algebra, initial, start);
  const axes = unionAxes([initial, start, times, first]);
  const paths = [...weights.keys()];
  const problem: InitialValueProblem = {
    a: algebra,
    axes,
    initial: algebra.stretch(initial, axes, initial.event),
    start,
    times,
    parameters: [...given, ...weights.values()],
    rate: (parameters) => (a, y, t) => {
      const learned = (path: string): Value => parameters[given.length + paths.indexOf(path)];
      return a.stretch(rateWith(parameters.slice(0, given.length), learned)(a, y, t), axes, initial.event);
    },
  };
  const { method, span } = expression;
  if (method.kind === "rungeKutta") return solveFixed(problem, method.steps);
  const { values, steps } = solveAdaptive(problem, method);
  context.noteSteps?.({ ...steps, span }, algebra);
  return values;
}

/** The rate with names in place of what neither state nor time goes into, which is lowered once, outside of the loop. */
function takeOutFixed({ rate, state, time }: CoreOde): { rate: CoreExpression; fixed: CoreExpression[] } {
  const fixed: CoreExpression[] = [];
  const moves = (each: CoreExpression): boolean =>
    each.kind === "variable" && (each.name === state || each.name === time);
  const takeOut = (each: CoreExpression): CoreExpression => {
    if (findExpression(each, moves) !== undefined) return mapCoreChildren(each, takeOut);
    fixed.push(each);
    return { kind: "variable", name: fixedName(fixed.length - 1), type: each.type, span: each.span };
  };
  return { rate: mapCoreChildren(rate, takeOut), fixed };
}

/** No name of a program can be this. */
function fixedName(position: number): string {
  return `fixed ${position}`;
}

/** Times in data, of which the values are looked at before anything runs. */
function noteTimes({ times, start }: CoreOde, context: Context): void {
  if (times.kind !== "variable") return;
  const known = start.kind === "literal" ? { start: start.value } : {};
  context.noteDataCheck({ kind: "times", name: times.name, ...known, span: times.span });
}
