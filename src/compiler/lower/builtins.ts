/** One row per builtin function: its meaning in terms of ops. */
import { bug } from "../../base/bug.ts";
import type { BuiltinName } from "../../lang/builtins.ts";
import type { Context, Lowered } from "./context.ts";
import { lowerMatmul } from "./lower-matmul.ts";
import { type Algebra, scalarConstant, type Value } from "./value.ts";

type Row = (algebra: Algebra, operands: readonly Value[], sizes: readonly number[]) => Lowered;

export function lowerBuiltin(
  name: BuiltinName,
  operands: readonly Value[],
  sizes: readonly number[],
  context: Context,
): Lowered {
  return rows[name](context.algebra, operands, sizes);
}

const rows = {
  neg: (a, [x]) => a.unary("neg", x),
  not: (a, [x]) => a.unary("not", a.convert(x, "bool")),
  abs: (a, [x]) => a.unary("abs", x),
  sign: (a, [x]) => a.unary("sign", x),
  exp: (a, [x]) => a.unary("exp", x),
  log: (a, [x]) => a.unary("log", x),
  log1p: (a, [x]) => a.unary("log1p", x),
  expm1: (a, [x]) => a.unary("expm1", x),
  sqrt: (a, [x]) => a.unary("sqrt", x),
  square: (a, [x]) => a.square(x),
  sin: (a, [x]) => a.unary("sin", x),
  cos: (a, [x]) => a.unary("cos", x),
  tan: (a, [x]) => a.unary("tan", x),
  tanh: (a, [x]) => a.unary("tanh", x),
  sigmoid: (a, [x]) => a.unary("sigmoid", x),
  logit: (a, [x]) => a.sub(a.unary("log", x), a.unary("log1p", a.unary("neg", x))),
  softplus: (a, [x]) => a.unary("softplus", x),
  floor: (a, [x]) => a.convert(a.unary("floor", x), "int"),
  lgamma: (a, [x]) => a.unary("lgamma", x),
  digamma: (a, [x]) => a.unary("digamma", x),
  erf: (a, [x]) => a.unary("erf", x),
  relu: (a, [x]) => a.binary("max", x, 0),
  stop_gradient: (a, [x]) => a.unary("stopGradient", x),
  add: (a, [x, y]) => a.add(x, y),
  sub: (a, [x, y]) => a.sub(x, y),
  mul: (a, [x, y]) => a.mul(x, y),
  div: (a, [x, y]) => a.div(x, y),
  pow: (a, [x, y]) => power(a, x, y),
  min: (a, [x, y]) => a.binary("min", x, y),
  max: (a, [x, y]) => a.binary("max", x, y),
  eq: (a, [x, y]) => a.binary("equal", x, y),
  ne: (a, [x, y]) => a.unary("not", a.binary("equal", x, y)),
  lt: (a, [x, y]) => a.binary("less", x, y),
  le: (a, [x, y]) => a.binary("lessEqual", x, y),
  gt: (a, [x, y]) => a.binary("less", y, x),
  ge: (a, [x, y]) => a.binary("lessEqual", y, x),
  and: (a, [x, y]) => a.binary("and", x, y),
  or: (a, [x, y]) => a.binary("or", x, y),

  sum: (a, [x]) => a.reduce("reduceSum", x, last(x)),
  mean: (a, [x]) => a.div(a.reduce("reduceSum", x, last(x)), x.event[last(x)]),
  prod: (a, [x]) => product(a, x),
  logsumexp: (a, [x]) => a.logSumExp(a.convert(x, "float"), last(x)),
  softmax: (a, [x]) => a.unary("exp", logSoftmax(a, a.convert(x, "float"))),
  log_softmax: (a, [x]) => logSoftmax(a, a.convert(x, "float")),
  cumsum: (a, [x]) => a.cumsum(x, last(x)),
  dot: (a, [x, y]) => lowerMatmul(a, x, y),
  matmul: (a, [x, y]) => lowerMatmul(a, x, y),
  transpose: (a, [x]) => a.eventToFront(x, 1),
  outer: (a, [x, y]) =>
    lowerMatmul(a, a.reshapeEvent(x, [...x.event, 1]), a.reshapeEvent(y, [1, ...y.event])),
  ones: (a, _, sizes) => ({ node: a.builder.fill(1, sizes), axes: [], event: sizes }),
  zeros: (a, _, sizes) => ({ node: a.builder.fill(0, sizes), axes: [], event: sizes }),
  split: (a, [x]) => {
    const dimension = last(x);
    const half = x.event[dimension] / 2;
    return { items: [a.slice(x, dimension, 0, half), a.slice(x, dimension, half, 2 * half)] };
  },
  concat: (a, [x, y]) => a.concat([x, y], 0),
} satisfies Record<BuiltinName, Row> as Record<BuiltinName, Row>;

function last(x: Value): number {
  return x.event.length === 0 ? bug("an array function got a number") : x.event.length - 1;
}

function logSoftmax(a: Algebra, x: Value): Value {
  const dimension = last(x);
  const total = a.logSumExp(x, dimension);
  const column = a.reshapeEvent(total, [...total.event, 1]);
  return a.sub(x, stretchLast(a, column, x.event));
}

/** [..., 1] → event, by repeating along the last dimension. */
function stretchLast(a: Algebra, column: Value, event: readonly number[]): Value {
  const flat = a.reshapeEvent(column, column.event.slice(0, -1));
  const shape = [...flat.axes.map((axis) => axis.size), ...event];
  const axes = shape.map((_, each) => each).slice(0, -1);
  return { node: a.builder.emit("broadcast", [flat.node], { shape, axes }), axes: flat.axes, event };
}

/** Small whole exponents as products: exact, and with a gradient where the base is negative. */
function power(a: Algebra, x: Value, y: Value): Value {
  const exponent = scalarConstant(a.builder, y);
  if (exponent === 2) return a.square(x);
  if (exponent === 3) return a.mul(a.square(x), x);
  if (exponent === 0.5) return a.unary("sqrt", x);
  return a.binary("pow", x, y);
}

function product(a: Algebra, x: Value): Value {
  const dimension = last(x);
  const rest = x.event.slice(0, -1);
  let result: Value | undefined;
  for (let at = 0; at < x.event[dimension]; at++) {
    const factor = a.reshapeEvent(a.slice(x, dimension, at, at + 1), rest);
    result = result === undefined ? factor : a.mul(result, factor);
  }
  return result ?? a.of(1);
}
