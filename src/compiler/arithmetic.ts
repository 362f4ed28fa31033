/** Shorthand over a builder, so that formulas read like formulas. Operands must already have equal shapes, as everywhere. */
import type { Builder } from "./builder.ts";
import type { NodeId } from "./graph.ts";
import type { DType, OpName, OpParams, Shape } from "./ops.ts";

type Unary = (x: NodeId) => NodeId;
type Binary = (x: NodeId, y: NodeId) => NodeId;
type Parameterless = {
  [Op in OpName]: Readonly<Record<never, never>> extends OpParams[Op] ? Op : never;
}[OpName];

export interface Arithmetic {
  readonly builder: Builder;
  readonly neg: Unary;
  readonly exp: Unary;
  readonly log: Unary;
  readonly sin: Unary;
  readonly cos: Unary;
  readonly sign: Unary;
  readonly sigmoid: Unary;
  readonly digamma: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly pow: Binary;
  readonly equal: Binary;
  readonly less: Binary;
  readonly and: Binary;
  select(condition: NodeId, whenTrue: NodeId, whenFalse: NodeId): NodeId;
  polygamma(order: number, x: NodeId): NodeId;
  reduceSum(x: NodeId, axes: readonly number[]): NodeId;
  broadcast(x: NodeId, shape: Shape, axes: readonly number[]): NodeId;
  /** x times a plain number. */
  scale(x: NodeId, factor: number): NodeId;
  /** x plus a plain number. */
  shift(x: NodeId, amount: number): NodeId;
  /** That number in x's shape and element kind (or another kind). */
  like(x: NodeId, value: number, dtype?: DType): NodeId;
  shapeOf(x: NodeId): Shape;
}

export function arithmetic(builder: Builder): Arithmetic {
  const unary =
    (op: Parameterless): Unary =>
    (x) =>
      builder.emit(op, [x], {});
  const binary =
    (op: Parameterless): Binary =>
    (x, y) =>
      builder.emit(op, [x, y], {});
  const like = (x: NodeId, value: number, dtype?: DType): NodeId => {
    const type = builder.typeOf(x);
    return builder.fill(value, type.shape, dtype ?? type.dtype);
  };
  return {
    builder,
    neg: unary("neg"),
    exp: unary("exp"),
    log: unary("log"),
    sin: unary("sin"),
    cos: unary("cos"),
    sign: unary("sign"),
    sigmoid: unary("sigmoid"),
    digamma: unary("digamma"),
    add: binary("add"),
    sub: binary("sub"),
    mul: binary("mul"),
    div: binary("div"),
    pow: binary("pow"),
    equal: binary("equal"),
    less: binary("less"),
    and: binary("and"),
    select: (condition, whenTrue, whenFalse) => builder.emit("select", [condition, whenTrue, whenFalse], {}),
    polygamma: (order, x) => builder.emit("polygamma", [x], { order }),
    reduceSum: (x, axes) => (axes.length === 0 ? x : builder.emit("reduceSum", [x], { axes })),
    broadcast: (x, shape, axes) => builder.emit("broadcast", [x], { shape, axes }),
    scale: (x, factor) => builder.emit("mul", [x, like(x, factor)], {}),
    shift: (x, amount) => builder.emit("add", [x, like(x, amount)], {}),
    like,
    shapeOf: (x) => builder.typeOf(x).shape,
  };
}
