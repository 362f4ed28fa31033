/** Initial value problems by steps whose length follows from their estimated errors. */
import type { OdeMethod } from "../../lang/core-expression.ts";
import type { Builder } from "../builder.ts";
import { emitCond } from "../cond.ts";
import type { NodeId } from "../graph.ts";
import { emitScan } from "../scan.ts";
import type { ChosenSteps } from "./context.ts";
import { gather } from "./gather.ts";
import { capture, type InitialValueProblem, timesToEvent } from "./ode-problem.ts";
import { dormandPrinceStep } from "./runge-kutta.ts";
import { type Algebra, createAlgebra, type Value } from "./value.ts";

/** The next step is 0.9 (1 / error)^(1/5) times this one, within these bounds: Hairer, Nørsett and Wanner (1993), II.4. */
const leastFactor = 0.2;
const mostFactor = 5;

/**
 * A fixed number of steps at most, each from where the last one ended: a step that would pass the next of the times ends there, one
 * whose error is too large has length zero. Nothing is computed behind the last time. What is not reached is not a number.
 */
export function solveAdaptive(
  problem: InitialValueProblem,
  method: Extract<OdeMethod, { kind: "dormandPrince" }>,
): { readonly values: Value; readonly steps: Omit<ChosenSteps, "span"> } {
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
        const next = adaptiveStep(algebra, problem, own, before, outputs, method);
        const after = [next.y, next.t, next.proposed, next.slope, next.reached, next.output];
        return after.map((each, at) => algebra.stretch(each, axes, carries[at]?.event ?? []).node);
      };
      const algebra = createAlgebra(inner);
      const reached: Value = { node: given.carries[4], axes, event: [] };
      const nodes = emitCond(inner, {
        condition: anyOf(algebra, algebra.binary("less", reached, count)),
        operands: [...given.carries, ...given.fixed],
        yes: (b, operands) => step(b, operands.slice(0, carries.length), operands.slice(carries.length)),
        no: (b, operands) => [
          ...operands.slice(0, carries.length),
          b.fill(
            -1,
            axes.map(({ size }) => size),
          ),
        ],
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
  const [, time, next, , reached] = scan.carries.map((node): Value => ({ node, axes, event: [] }));
  const last = wide(gather(a, times, a.convert(a.of(count - 1), "int")));
  const numbers: Value = {
    node: builder.emit("iota", [], { shape: [count], axis: 0 }),
    axes: [],
    event: [count],
  };
  const isReached = a.binary("less", a.convert(numbers, "float"), reached);
  const values = timesToEvent(a, found, problem);
  return {
    values: a.select(alongEvent(a, isReached, values.event), values, Number.NaN),
    steps: { most: length, times: count, ends: { reached, time, next, last } },
  };
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
  problem: InitialValueProblem,
  parameters: readonly Value[],
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

  const tried = dormandPrinceStep(a, problem.rate(parameters), y, t, h, slope);
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

  // Taken again at its final length, if any item's step was good, so that no gradient meets what was refused.
  const length = a.select(good, a.select(ends, left, proposed), 0);
  const taken = takenStep(a, problem, parameters, { y, t, length, slope }, anyOf(a, good));
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

/** The step of that length, or where it is not `taken` the state as it is. */
function takenStep(
  a: Algebra,
  { rate, axes, initial }: InitialValueProblem,
  parameters: readonly Value[],
  { y, t, length, slope }: Readonly<Record<"y" | "t" | "length" | "slope", Value>>,
  taken: NodeId,
): { readonly y: Value; readonly slope: Value } {
  const { captured, open } = capture(a, [y, slope, t, length, ...parameters]);
  const [next, nextSlope] = emitCond(a.builder, {
    condition: taken,
    operands: captured,
    yes(branch, operands) {
      const b = createAlgebra(branch);
      const [from, k1, at, h, ...own] = open(branch, operands);
      const step = dormandPrinceStep(b, rate(own), from, at, h, k1);
      return [step.y, step.slope].map((each) => b.stretch(each, axes, initial.event).node);
    },
    no: (_, operands) => operands.slice(0, 2),
  });
  return { y: { ...y, node: next }, slope: { ...slope, node: nextSlope } };
}

/** Whether a condition holds for any item. */
function anyOf(a: Algebra, condition: Value): NodeId {
  if (condition.axes.length === 0) return condition.node;
  const numbers = a.convert(condition, "float").node;
  const axes = condition.axes.map((_, at) => at);
  const most = a.builder.emit("reduceMax", [numbers], { axes });
  return a.builder.emit("less", [a.builder.fill(0, []), most], {});
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

/** A value of event [T] repeated to event [T, …]. */
function alongEvent(a: Algebra, x: Value, event: readonly number[]): Value {
  const shape = [...x.axes.map(({ size }) => size), ...event];
  const axes = [...x.axes.keys(), x.axes.length];
  return { node: a.builder.emit("broadcast", [x.node], { shape, axes }), axes: x.axes, event };
}
