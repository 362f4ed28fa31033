/**
 * Values of lowering: a node with *named axes* (one per enclosing plate, enumerated variable or comprehension) in front of
 * its event shape. Operations align operands by axis name; nothing broadcasts by accident.
 */
import { bug } from "../../base/bug.ts";
import type { Builder } from "../builder.ts";
import { equalShapes, type NodeId } from "../graph.ts";
import type { DType, OpName, Shape } from "../ops.ts";

export interface Axis {
  /** Unique while lowering one model. */
  readonly id: string;
  readonly size: number;
  /** Index value of the first element: 1 for `for t in 1..T`. */
  readonly start: number;
  /** Axes of a value are always sorted by it: outer axes first. */
  readonly order: number;
  readonly kind: "plate" | "enumerated";
  /** Of an enumerated axis: whose values lie along it. */
  readonly element?: Element;
}

/** One element of a discrete variable for each element of the plates around. */
export interface Element {
  readonly variable: string;
  /** Where it lies, per dimension of the variable. */
  readonly at: readonly Position[];
}

/** A place along one dimension: the index of `axis` plus `offset`; without an axis, `offset` itself. */
export interface Position {
  readonly axis?: Axis;
  readonly offset: number;
  /** Places that data give, for each element of its axes, in place of both: `sum-gathered.ts`. */
  readonly index?: Value;
}

/** The node's shape is the sizes of `axes` followed by `event`. */
export interface Value {
  readonly node: NodeId;
  readonly axes: readonly Axis[];
  readonly event: Shape;
}

/** Values and plain numbers mix freely in arithmetic. */
export type Operand = Value | number;

type UnaryOp = {
  [Op in OpName]: Op extends
    | "neg"
    | "abs"
    | "sign"
    | "exp"
    | "log"
    | "log1p"
    | "expm1"
    | "sqrt"
    | "sin"
    | "cos"
    | "tan"
    | "tanh"
    | "sigmoid"
    | "softplus"
    | "floor"
    | "lgamma"
    | "digamma"
    | "erf"
    | "erfinv"
    | "not"
    | "stopGradient"
    ? Op
    : never;
}[OpName];
type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "min"
  | "max"
  | "equal"
  | "less"
  | "lessEqual"
  | "and"
  | "or";

/** Arithmetic on values over one builder. Reductions and shape changes act on event dimensions, counted from 0. */
export interface Algebra {
  readonly builder: Builder;
  of(operand: Operand, dtype?: DType): Value;
  dtypeOf(value: Value): DType;
  unary(op: UnaryOp, x: Operand): Value;
  binary(op: BinaryOp, x: Operand, y: Operand): Value;
  add(...operands: readonly Operand[]): Value;
  sub(x: Operand, y: Operand): Value;
  mul(x: Operand, y: Operand): Value;
  div(x: Operand, y: Operand): Value;
  square(x: Operand): Value;
  select(condition: Value, then: Operand, otherwise: Operand): Value;
  convert(x: Value, dtype: DType): Value;
  /** Sum over all event dimensions. */
  sumEvent(x: Value): Value;
  /** Sum over axes, which disappear; those the value does not have are left out of account. */
  sumAxes(x: Value, axes: readonly Axis[]): Value;
  /** Sum or maximum over one event dimension. */
  reduce(op: "reduceSum" | "reduceMax", x: Value, dimension: number): Value;
  /** log Σ exp over one event dimension, safe for −∞. */
  logSumExp(x: Value, dimension: number): Value;
  slice(x: Value, dimension: number, from: number, to: number): Value;
  concat(parts: readonly Value[], dimension: number): Value;
  reshapeEvent(x: Value, event: Shape): Value;
  /** From the first element on, or, reversed, from the last. */
  cumsum(x: Value, dimension: number, reverse?: boolean): Value;
  /** Stretches to hold at least these axes and exactly this event shape (from a scalar event or the same). */
  stretch(x: Value, axes: readonly Axis[], event: Shape): Value;
  /** The axis as a new event dimension at the front. */
  axisToEvent(x: Value, axis: Axis): Value;
  /** Event dimension 0, whose length is the axis's size, as that axis. */
  eventToAxis(x: Value, axis: Axis): Value;
  /** start, start + 1, … along the axis, as int. */
  indexOf(axis: Axis): Value;
  /** Event dimension `dimension` moved to the front. */
  eventToFront(x: Value, dimension: number): Value;
}

export function unionAxes(values: readonly Value[]): Axis[] {
  const byId = new Map<string, Axis>();
  for (const value of values) for (const axis of value.axes) byId.set(axis.id, axis);
  return [...byId.values()].sort((a, b) => a.order - b.order);
}

/** The value of a rank-0 constant. */
export function scalarConstant(builder: Builder, value: Value): number | undefined {
  const node = builder.nodeOf(value.node);
  return node.op === "constant" && node.type.shape.length === 0 ? node.params.values[0] : undefined;
}

/** float if any is, else int if any is. */
function commonKind(kinds: readonly DType[]): DType {
  return kinds.includes("float") ? "float" : kinds.includes("int") ? "int" : "bool";
}

export function createAlgebra(builder: Builder): Algebra {
  const fullShape = (axes: readonly Axis[], event: Shape): number[] => [
    ...axes.map((axis) => axis.size),
    ...event,
  ];

  function of(operand: Operand, dtype: DType = "float"): Value {
    if (typeof operand !== "number") return operand;
    return { node: builder.fill(operand, [], dtype), axes: [], event: [] };
  }

  function dtypeOf(value: Value): DType {
    return builder.typeOf(value.node).dtype;
  }

  function stretch(x: Value, axes: readonly Axis[], event: Shape): Value {
    const all = unionAxes([x, { node: x.node, axes, event: [] }]);
    if (x.event.length > 0 && !equalShapes(x.event, event))
      bug(`an event of shape [${x.event}] cannot become [${event}]`);
    const shape = fullShape(all, event);
    if (equalShapes(builder.typeOf(x.node).shape, shape) && x.axes.length === all.length)
      return { node: x.node, axes: all, event };
    const positions = x.axes.map((axis) => all.findIndex((each) => each.id === axis.id));
    const eventPositions = x.event.map((_, dimension) => all.length + dimension);
    const node = builder.emit("broadcast", [x.node], { shape, axes: [...positions, ...eventPositions] });
    return { node, axes: all, event };
  }

  /** Stretches all to the union of axes and the one event shape that is not scalar. */
  function align(values: readonly Value[]): Value[] {
    const axes = unionAxes(values);
    const event = values.find((value) => value.event.length > 0)?.event ?? [];
    return values.map((value) => stretch(value, axes, event));
  }

  function elementwise(op: OpName, operands: readonly Value[]): Value {
    const aligned = align(operands);
    const node = builder.emit(
      op,
      aligned.map((value) => value.node),
      {},
    );
    return { node, axes: aligned[0].axes, event: aligned[0].event };
  }

  function convert(x: Value, dtype: DType): Value {
    if (dtypeOf(x) === dtype) return x;
    const number = scalarConstant(builder, x);
    if (number !== undefined && dtype === "float") return { ...x, node: builder.fill(number, []) };
    return { ...x, node: builder.emit("convert", [x.node], { dtype }) };
  }

  /** Both operands in one element kind: float if either is, else int; numbers take the kind of the other. */
  function unify(x: Operand, y: Operand): readonly [Value, Value] {
    const kinds = [x, y].map((each) =>
      typeof each === "number" ? (Number.isInteger(each) ? undefined : "float") : dtypeOf(each),
    );
    const known = kinds.filter((kind) => kind !== undefined);
    const dtype = known.length === 0 ? "float" : commonKind(known);
    const toKind = (each: Operand): Value =>
      typeof each === "number" ? of(each, dtype) : convert(each, dtype);
    return [toKind(x), toKind(y)];
  }

  function binary(op: BinaryOp, x: Operand, y: Operand): Value {
    let [left, right] = unify(x, y);
    if (op === "div" || op === "pow") {
      left = convert(left, "float");
      right = convert(right, "float");
    }
    return elementwise(op, [left, right]);
  }

  function unary(op: UnaryOp, x: Operand): Value {
    const value = of(x);
    const short = logOfExponential(op, value);
    if (short !== undefined) return short;
    const keepsKind = op === "neg" || op === "abs" || op === "sign" || op === "not" || op === "stopGradient";
    return elementwise(op, [keepsKind ? value : convert(value, "float")]);
  }

  /**
   * log eᵘ = u, log σ(u) = −softplus(−u), log(1 − σ(u)) = −softplus(u): what a bijector made keeps its digits, and its
   * gradient, where the value itself has run into the end of its support.
   */
  function logOfExponential(op: UnaryOp, x: Value): Value | undefined {
    const node = builder.nodeOf(x.node);
    const inside = (id: NodeId): Value => ({ ...x, node: id });
    if (op === "log" && node.op === "exp") return inside(node.inputs[0]);
    if (op === "log" && node.op === "sigmoid")
      return unary("neg", unary("softplus", unary("neg", inside(node.inputs[0]))));
    if (op !== "log1p" || node.op !== "neg") return undefined;
    const negated = builder.nodeOf(node.inputs[0]);
    return negated.op === "sigmoid" ? unary("neg", unary("softplus", inside(negated.inputs[0]))) : undefined;
  }

  function reduce(op: "reduceSum" | "reduceMax", x: Value, dimension: number): Value {
    const node = builder.emit(op, [x.node], { axes: [x.axes.length + dimension] });
    return { node, axes: x.axes, event: x.event.filter((_, each) => each !== dimension) };
  }

  function slice(x: Value, dimension: number, from: number, to: number): Value {
    const { shape } = builder.typeOf(x.node);
    const at = x.axes.length + dimension;
    if (from === 0 && to === shape[at]) return x;
    const start = shape.map((_, each) => (each === at ? from : 0));
    const limit = shape.map((length, each) => (each === at ? to : length));
    const event = x.event.map((length, each) => (each === dimension ? to - from : length));
    return { node: builder.emit("slice", [x.node], { start, limit }), axes: x.axes, event };
  }

  function reshapeEvent(x: Value, event: Shape): Value {
    if (equalShapes(x.event, event)) return x;
    return {
      node: builder.emit("reshape", [x.node], { shape: fullShape(x.axes, event) }),
      axes: x.axes,
      event,
    };
  }

  function transposeTo(x: Value, order: readonly number[], axes: readonly Axis[], event: Shape): Value {
    const inPlace = order.every((from, to) => from === to);
    const node = inPlace ? x.node : builder.emit("transpose", [x.node], { permutation: order });
    return { node, axes, event };
  }

  return {
    builder,
    of,
    dtypeOf,
    unary,
    binary,
    add: (...operands) => of(operands.reduce((sum, each) => binary("add", sum, each))),
    sub: (x, y) => binary("sub", x, y),
    mul: (x, y) => binary("mul", x, y),
    div: (x, y) => binary("div", x, y),
    square: (x) => binary("mul", x, x),
    select(condition, then, otherwise) {
      const [yes, no] = unify(then, otherwise);
      return elementwise("select", [convert(condition, "bool"), yes, no]);
    },
    convert,
    sumEvent(x) {
      if (x.event.length === 0) return x;
      const axes = x.event.map((_, dimension) => x.axes.length + dimension);
      return { node: builder.emit("reduceSum", [x.node], { axes }), axes: x.axes, event: [] };
    },
    sumAxes(x, axes) {
      const gone = new Set(axes.map((axis) => axis.id));
      const positions = x.axes.flatMap((axis, position) => (gone.has(axis.id) ? [position] : []));
      if (positions.length === 0) return x;
      const node = builder.emit("reduceSum", [x.node], { axes: positions });
      return { node, axes: x.axes.filter((axis) => !gone.has(axis.id)), event: x.event };
    },
    reduce,
    logSumExp(x, dimension) {
      const top = unary("stopGradient", reduce("reduceMax", x, dimension));
      const infinite = binary("equal", top, Number.NEGATIVE_INFINITY);
      const finite = elementwise("select", align([infinite, of(0), top]));
      const shape = x.event.map((length, each) => (each === dimension ? 1 : length));
      const kept = reshapeEvent(finite, shape);
      const spread = {
        node: builder.emit("broadcast", [finite.node], {
          shape: builder.typeOf(x.node).shape,
          axes: builder
            .typeOf(x.node)
            .shape.map((_, each) => each)
            .filter((each) => each !== x.axes.length + dimension),
        }),
        axes: kept.axes,
        event: x.event,
      };
      const total = reduce("reduceSum", unary("exp", binary("sub", x, spread)), dimension);
      return binary("add", unary("log", total), finite);
    },
    slice,
    concat(parts, dimension) {
      if (parts.length === 1) return parts[0];
      const axes = unionAxes(parts);
      const dtype = commonKind(parts.map(dtypeOf));
      const aligned = parts.map((part) => stretch(convert(part, dtype), axes, part.event));
      const length = aligned.reduce((sum, part) => sum + part.event[dimension], 0);
      const node = builder.emit(
        "concat",
        aligned.map((part) => part.node),
        { axis: axes.length + dimension },
      );
      return { node, axes, event: aligned[0].event.map((each, at) => (at === dimension ? length : each)) };
    },
    reshapeEvent,
    cumsum(x, dimension, reverse = false) {
      const node = builder.emit("cumsum", [x.node], { axis: x.axes.length + dimension, reverse });
      return { ...x, node };
    },
    stretch,
    axisToEvent(x, axis) {
      const at = x.axes.findIndex((each) => each.id === axis.id);
      const axes = x.axes.filter((each) => each.id !== axis.id);
      const event = [axis.size, ...x.event];
      if (at < 0) {
        // The same for every element of the axis: stretch along it first.
        const wide = stretch({ ...x, event: x.event }, [axis], x.event);
        return moveAxis(wide, axis, axes, event);
      }
      return moveAxis(x, axis, axes, event);
    },
    eventToAxis(x, axis) {
      if (x.event[0] !== axis.size) bug(`an axis of ${axis.size} cannot take a dimension of ${x.event[0]}`);
      const axes = unionAxes([x, { node: x.node, axes: [axis], event: [] }]);
      const to = axes.findIndex((each) => each.id === axis.id);
      const rank = x.axes.length + x.event.length;
      const order = Array.from({ length: rank }, (_, each) => each).filter((each) => each !== x.axes.length);
      order.splice(to, 0, x.axes.length);
      return transposeTo(x, order, axes, x.event.slice(1));
    },
    indexOf(axis) {
      const positions: Value = {
        node: builder.emit("iota", [], { shape: [axis.size], axis: 0 }),
        axes: [axis],
        event: [],
      };
      return axis.start === 0 ? positions : binary("add", positions, axis.start);
    },
    eventToFront(x, dimension) {
      const rank = x.axes.length + x.event.length;
      const order = Array.from({ length: rank }, (_, each) => each);
      order.splice(x.axes.length, 0, ...order.splice(x.axes.length + dimension, 1));
      const event = [x.event[dimension], ...x.event.filter((_, each) => each !== dimension)];
      return transposeTo(x, order, x.axes, event);
    },
  };

  function moveAxis(x: Value, axis: Axis, axes: readonly Axis[], event: Shape): Value {
    const at = x.axes.findIndex((each) => each.id === axis.id);
    const rank = x.axes.length + x.event.length;
    const order = Array.from({ length: rank }, (_, each) => each).filter((each) => each !== at);
    order.splice(x.axes.length - 1, 0, at);
    return transposeTo(x, order, axes, event);
  }
}
