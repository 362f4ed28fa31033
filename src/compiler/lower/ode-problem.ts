/** Initial value problems, lowered: what both solvers start from. */
import type { Builder } from "../builder.ts";
import type { NodeId } from "../graph.ts";
import type { Rate } from "./runge-kutta.ts";
import { type Algebra, type Axis, scalarConstant, type Value } from "./value.ts";

export interface InitialValueProblem {
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

export interface Captured {
  /** The nodes to hand to a loop or a choice. */
  readonly captured: readonly NodeId[];
  /** The values inside of it, where these nodes stand for them. */
  open(inner: Builder, given: readonly NodeId[]): Value[];
}

/** Values that a loop's body or a branch reads: constants as they are, the others as operands. */
export function capture(a: Algebra, values: readonly Value[]): Captured {
  const constants = values.map((value) => scalarConstant(a.builder, value));
  const captured = values.filter((_, at) => constants[at] === undefined);
  const open = (inner: Builder, given: readonly NodeId[]): Value[] =>
    values.map((value, at) => {
      const number = constants[at];
      const { dtype } = a.builder.typeOf(value.node);
      const node = number === undefined ? given[captured.indexOf(value)] : inner.fill(number, [], dtype);
      return { ...value, node };
    });
  return { captured: captured.map(({ node }) => node), open };
}

/** [T, axes…, event…] as a value of event [T, event…]. */
export function timesToEvent(a: Algebra, node: NodeId, { axes, initial }: InitialValueProblem): Value {
  const rank = a.builder.typeOf(node).shape.length;
  const order = Array.from({ length: rank }, (_, at) => at);
  const permutation = [...order.slice(1, 1 + axes.length), 0, ...order.slice(1 + axes.length)];
  const moved = a.builder.emit("transpose", [node], { permutation });
  return { node: moved, axes, event: [a.builder.typeOf(node).shape[0], ...initial.event] };
}
