/**
 * Initial value problems, as scans over steps. Gradients are those of the numerical solution: reverse mode through the steps, with
 * step sizes as constants but for steps that end at one of the times.
 */
import { bug } from "../../base/bug.ts";
import type { CoreExpression, CoreOde, OdeMethod } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import { mapCoreChildren } from "../../lang/map-core.ts";
import type { Builder } from "../builder.ts";
import { emitCond } from "../cond.ts";
import type { NodeId } from "../graph.ts";
import { emitScan } from "../scan.ts";
import { type Context, isTuple, type Lowered } from "./context.ts";
import { gather } from "./gather.ts";
import { dormandPrinceStep, type Rate, rungeKuttaStep } from "./runge-kutta.ts";
import { type Algebra, type Axis, createAlgebra, scalarConstant, unionAxes, type Value } from "./value.ts";

type Lower = (expression: CoreExpression, context: Context) => Lowered;

interface InitialValueProblem {
  readonly a: Algebra;
  readonly axes: readonly Axis[];
  /** Float, with all axes; event as the state's. */
  readonly initial: Value;
  readonly start: Value;
  /** Event [T]. */
  readonly times: Value;
  /** What the rate reads beside state and time: its arguments and learned parameters. */
  readonly parameters: readonly Value[];
  rate(parameters: readonly Value[]): Rate;
}

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
  return solve(
    {
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
    },
    expression.method,
  );
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

function solve(problem: InitialValueProblem, method: OdeMethod): Value {
  switch (method.kind) {
    case "rungeKutta":
      return solveFixed(problem, method.steps);
    case "dormandPrince":
      return solveAdaptive(problem, method);
  }
}

/** `steps` equal steps from each time to the next. */
function solveFixed(problem: InitialValueProblem, steps: number): Value {
  const { a, axes, initial, start, times, parameters } = problem;
  const [count] = times.event;
  const before = a.concat([a.reshapeEvent(start, [1]), a.slice(times, 0, 0, count - 1)], 0);
  const h = rowsOf(a, a.div(a.sub(times, before), steps), steps);
  const fractions = a.builder.constant(
    Array.from({ length: count * steps }, (_, at) => at % steps),
    [count * steps],
  );
  const t = a.add(rowsOf(a, before, steps), a.mul(h, { node: fractions, axes: [], event: h.event }));
  const { captured, open } = capture(a, parameters);
  const { ys } = emitScan(a.builder, {
    length: count * steps,
    carries: [initial.node],
    xs: [eventFirst(a, t), eventFirst(a, h)],
    fixed: captured,
    body(inner, given) {
      const algebra = createAlgebra(inner);
      const row = (at: number, axesOfRow: readonly Axis[]): Value => ({
        node: given.xs[at],
        axes: axesOfRow,
        event: [],
      });
      const y: Value = { node: given.carries[0], axes, event: initial.event };
      const rate = problem.rate(open(inner, given.fixed));
      const next = rungeKuttaStep(algebra, rate, y, row(0, t.axes), row(1, h.axes));
      return { carries: [next.node], ys: [next.node] };
    },
  });
  const { builder } = a;
  const shape = builder.typeOf(initial.node).shape;
  const grouped = builder.emit("reshape", [ys[0]], { shape: [count, steps, ...shape] });
  const last = builder.emit("slice", [grouped], {
    start: [0, steps - 1, ...shape.map(() => 0)],
    limit: [count, steps, ...shape],
  });
  return timesToEvent(a, builder.emit("reshape", [last], { shape: [count, ...shape] }), problem);
}

/** The next step is 0.9 (1 / error)^(1/5) times this one, within these bounds: Hairer, Nørsett and Wanner (1993), II.4. */
const leastFactor = 0.2;
const mostFactor = 5;

/**
 * A fixed number of steps in all, each from where the last one ended: a step that would pass the next of the times ends there, one
 * whose error is too large has length zero, as have those after the last time, which a single system does not compute. What is not
 * reached is not a number.
 */
function solveAdaptive(
  problem: InitialValueProblem,
  method: Extract<OdeMethod, { kind: "dormandPrince" }>,
): Value {
  const { a, axes, initial, start, times, parameters } = problem;
  const { builder } = a;
  const [count] = times.event;
  const length = method.stepsPerTime * count;
  const wide = (x: Value, event: readonly number[] = []): Value => a.stretch(x, axes, event);
  const slope = problem.rate(parameters)(a, initial, start);
  const h = firstStep(problem, slope, method);
  const carries = [initial, wide(start), wide(h), slope, wide(a.of(0))];
  const { captured, open } = capture(a, [times, ...parameters]);
  const scan = emitScan(builder, {
    length,
    carries: carries.map(({ node }) => node),
    fixed: captured,
    body(inner, given) {
      const step = (b: Builder, state: readonly NodeId[], fixed: readonly NodeId[]): NodeId[] => {
        const algebra = createAlgebra(b);
        const [outputs, ...own] = open(b, fixed);
        const [y, t, proposed, k1, reached] = carries.map(
          ({ event }, at): Value => ({ node: state[at], axes, event }),
        );
        const before = { y, t, proposed, slope: k1, reached };
        const next = adaptiveStep(algebra, problem.rate(own), before, outputs, method);
        const after = [next.y, next.t, next.proposed, next.slope, next.reached, next.output];
        return after.map((each, at) => algebra.stretch(each, axes, carries[at]?.event ?? []).node);
      };
      const nodes =
        axes.length > 0
          ? step(inner, given.carries, given.fixed)
          : emitCond(inner, {
              condition: inner.emit("lessEqual", [inner.fill(count, []), given.carries[4]], {}),
              operands: [...given.carries, ...given.fixed],
              yes: (b, operands) => [...operands.slice(0, carries.length), b.fill(-1, [])],
              no: (b, operands) => step(b, operands.slice(0, carries.length), operands.slice(carries.length)),
            });
      return { carries: nodes.slice(0, carries.length), ys: [nodes[0], nodes[carries.length]] };
    },
  });
  // Each output from the step that reached it. Items along the axes lie side by side, so that one scatter serves all.
  const shape = axes.map(({ size }) => size);
  const items = shape.reduce((product, each) => product * each, 1);
  const rows = length * items;
  const flat = (id: NodeId, rest: readonly number[]): NodeId =>
    builder.emit("reshape", [id], { shape: [rows, ...rest] });
  const item = builder.constant(
    Array.from({ length: rows }, (_, at) => at % items),
    [rows],
  );
  const output: Value = { node: flat(scan.ys[1], []), axes: [], event: [rows] };
  const position = a.add(a.mul(output, items), { node: item, axes: [], event: [rows] });
  const indices = a.convert(a.select(a.binary("lessEqual", 0, output), position, -1), "int");
  const scattered = builder.emit("scatterAdd", [indices.node, flat(scan.ys[0], initial.event)], {
    size: count * items,
  });
  const found = builder.emit("reshape", [scattered], { shape: [count, ...shape, ...initial.event] });
  const reached: Value = { node: scan.carries[4], axes, event: [] };
  const numbers: Value = {
    node: builder.emit("iota", [], { shape: [count], axis: 0 }),
    axes: [],
    event: [count],
  };
  const isReached = a.binary("less", a.convert(numbers, "float"), reached);
  const values = timesToEvent(a, found, problem);
  return a.select(alongEvent(a, isReached, values.event), values, Number.NaN);
}

interface AdaptiveState {
  readonly y: Value;
  readonly t: Value;
  /** The length that the next step is to have. */
  readonly proposed: Value;
  /** f(y, t) */
  readonly slope: Value;
  /** How many of the times have been reached. */
  readonly reached: Value;
}

function adaptiveStep(
  a: Algebra,
  rate: Rate,
  state: AdaptiveState,
  times: Value,
  tolerances: Tolerances,
): AdaptiveState & { /** Number of the output that this step reaches, or −1. */ readonly output: Value } {
  const { y, t, proposed, slope, reached } = state;
  const [count] = times.event;
  const done = a.binary("lessEqual", count, reached);
  const target = gather(a, times, a.convert(a.binary("min", reached, count - 1), "int"));
  const left = a.select(done, 0, a.sub(target, t));
  const ends = a.binary("lessEqual", left, proposed);
  // Times that go back are not reached.
  const h = a.select(a.binary("less", left, 0), Number.NaN, a.select(ends, left, proposed));

  const tried = dormandPrinceStep(a, rate, y, t, h, slope);
  const error = scaledNorm(a, tried.error, [y, tried.y], tolerances);
  const good = a.binary("lessEqual", error, 1);
  const power = a.mul(0.9, a.binary("pow", a.binary("max", a.select(good, error, 1), 1e-10), -0.2));
  const smaller = a.mul(
    0.9,
    a.binary("pow", a.select(a.binary("less", 1, error), error, Number.POSITIVE_INFINITY), -0.2),
  );
  const factor = a.select(good, a.binary("min", power, mostFactor), a.binary("max", smaller, leastFactor));
  const grown = a.mul(a.select(ends, left, proposed), factor);
  // A step cut short at an output says only that the proposed one may have been good.
  const next = a.select(a.binary("and", ends, good), a.binary("max", proposed, grown), grown);

  // Taken again at its final length, so that no gradient meets what was refused.
  const length = a.select(good, a.select(ends, left, proposed), 0);
  const taken = dormandPrinceStep(a, rate, y, t, length, slope);
  const hits = a.binary("and", a.binary("and", good, ends), a.unary("not", done));
  return {
    y: taken.y,
    t: a.select(hits, target, a.add(t, length)),
    proposed: a.unary("stopGradient", next),
    slope: taken.slope,
    reached: a.add(reached, a.convert(hits, "float")),
    output: a.select(hits, reached, -1),
  };
}

interface Tolerances {
  readonly rtol: number;
  readonly atol: number;
}

/** √ mean (xᵢ / (atol + rtol max |yᵢ|))², over the event. */
function scaledNorm(a: Algebra, x: Value, states: readonly Value[], { rtol, atol }: Tolerances): Value {
  const sizes = states.map((y) => a.unary("abs", y));
  const largest = sizes.reduce((left, right) => a.binary("max", left, right));
  const scaled = a.div(x, a.add(atol, a.mul(rtol, largest)));
  const count = x.event.reduce((product, each) => product * each, 1);
  return a.unary("sqrt", a.div(a.sumEvent(a.square(scaled)), count));
}

/** The starting step size of Hairer, Nørsett and Wanner (1993), "Solving Ordinary Differential Equations I", section II.4. */
function firstStep(problem: InitialValueProblem, slope: Value, tolerances: Tolerances): Value {
  const { a, initial, start, parameters } = problem;
  const norm = (x: Value): Value => scaledNorm(a, x, [initial], tolerances);
  const [d0, d1] = [norm(initial), norm(slope)];
  const tiny = a.binary("or", a.binary("less", d0, 1e-5), a.binary("less", d1, 1e-5));
  const h0 = a.select(tiny, 1e-6, a.div(a.mul(0.01, d0), a.select(tiny, 1, d1)));
  const moved = problem.rate(parameters)(a, a.add(initial, a.mul(h0, slope)), a.add(start, h0));
  const d2 = a.div(norm(a.sub(moved, slope)), h0);
  const largest = a.binary("max", d1, d2);
  const flat = a.binary("lessEqual", largest, 1e-15);
  const guess = a.binary("pow", a.div(0.01, a.select(flat, 1, largest)), 0.2);
  const h1 = a.select(flat, a.binary("max", 1e-6, a.mul(1e-3, h0)), guess);
  return a.unary("stopGradient", a.binary("min", a.mul(100, h0), h1));
}

/** Values that a loop's body reads: constants as they are, the others as fixed operands. */
function capture(a: Algebra, values: readonly Value[]) {
  const constants = values.map((value) => scalarConstant(a.builder, value));
  const captured = values.filter((_, at) => constants[at] === undefined);
  const open = (inner: Builder, fixed: readonly NodeId[]): Value[] =>
    values.map((value, at) => {
      const number = constants[at];
      const { dtype } = a.builder.typeOf(value.node);
      const node = number === undefined ? fixed[captured.indexOf(value)] : inner.fill(number, [], dtype);
      return { ...value, node };
    });
  return { captured: captured.map(({ node }) => node), open };
}

/** Event [T] → [T · steps], each element so many times. */
function rowsOf(a: Algebra, x: Value, steps: number): Value {
  const event = [x.event[0], steps];
  const shape = [...x.axes.map(({ size }) => size), ...event];
  const axes = shape.map((_, at) => at).slice(0, -1);
  const node = a.builder.emit("broadcast", [x.node], { shape, axes });
  return a.reshapeEvent({ ...x, node, event }, [x.event[0] * steps]);
}

/** A value of event [T] as the node [T, axes…]. */
function eventFirst(a: Algebra, x: Value): NodeId {
  const order = x.axes.map((_, at) => at);
  return a.builder.emit("transpose", [x.node], { permutation: [order.length, ...order] });
}

/** [T, axes…, event…] as a value of event [T, event…]. */
function timesToEvent(a: Algebra, node: NodeId, { axes, initial }: InitialValueProblem): Value {
  const rank = a.builder.typeOf(node).shape.length;
  const order = Array.from({ length: rank }, (_, at) => at);
  const permutation = [...order.slice(1, 1 + axes.length), 0, ...order.slice(1 + axes.length)];
  const moved = a.builder.emit("transpose", [node], { permutation });
  return { node: moved, axes, event: [a.builder.typeOf(node).shape[0], ...initial.event] };
}

/** A value of event [T] repeated to event [T, …]. */
function alongEvent(a: Algebra, x: Value, event: readonly number[]): Value {
  const shape = [...x.axes.map(({ size }) => size), ...event];
  const axes = [...x.axes.keys(), x.axes.length];
  return { node: a.builder.emit("broadcast", [x.node], { shape, axes }), axes: x.axes, event };
}
