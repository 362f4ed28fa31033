/** Initial value problems by the same number of steps from each time to the next. */
import type { NodeId } from "../graph.ts";
import { emitScan } from "../scan.ts";
import { capture, type InitialValueProblem, timesToEvent } from "./ode-problem.ts";
import { rungeKuttaStep } from "./runge-kutta.ts";
import { type Algebra, type Axis, createAlgebra, type Value } from "./value.ts";

/** `steps` equal steps from each time to the next. */
export function solveFixed(problem: InitialValueProblem, steps: number): Value {
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
