/** One row per builtin function: its meaning in terms of ops. */
import { bug } from "../../base/bug.ts";
import type { BuiltinName } from "../../lang/builtins.ts";
import type { Context, Lowered } from "./context.ts";
import { betaTails } from "./incomplete-beta.ts";
import { gammaTails } from "./incomplete-gamma.ts";
import { acos, asin, atan, atan2, sinh } from "./inverse-trigonometric.ts";
import { log1mexp, logAddExp, logBeta } from "./logarithms.ts";
import { lowerConvolution, lowerTransposedConvolution } from "./lower-convolution.ts";
import { lowerMatmul } from "./lower-matmul.ts";
import {
  choleskyFactor,
  diagonalMatrix,
  diagonalOf,
  identity,
  logDeterminantOfFactor,
  multiply,
  repeated,
  signedPivots,
  solveAny,
  solveLower,
} from "./matrices.ts";
import { erfc, logNormalCdf, normalCdf } from "./normal-tail.ts";
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
  erfc: (a, [x]) => erfc(a, x),
  erfinv: (a, [x]) => a.unary("erfinv", x),
  normal_cdf: (a, [x]) => normalCdf(a, x),
  log_normal_cdf: (a, [x]) => logNormalCdf(a, x),
  normal_quantile: (a, [x]) => a.mul(Math.SQRT2, a.unary("erfinv", a.sub(a.mul(2, x), 1))),
  log_gamma_cdf: (a, [k, x]) => gammaTails(a, k, x).below,
  log_gamma_survival: (a, [k, x]) => gammaTails(a, k, x).above,
  log_beta_cdf: (a, [p, q, x]) => betaTails(a, p, q, x).below,
  log_beta_survival: (a, [p, q, x]) => betaTails(a, p, q, x).above,
  log1mexp: (a, [x]) => log1mexp(a, x),
  log_sigmoid: (a, [x]) => a.unary("neg", a.unary("softplus", a.unary("neg", x))),
  sinh: (a, [x]) => sinh(a, x),
  cosh: (a, [x]) => a.mul(0.5, a.add(a.unary("exp", x), a.unary("exp", a.unary("neg", x)))),
  asin: (a, [x]) => asin(a, x),
  acos: (a, [x]) => acos(a, x),
  atan: (a, [x]) => atan(a, x),
  ceil: (a, [x]) => a.convert(a.unary("neg", a.unary("floor", a.unary("neg", x))), "int"),
  round: (a, [x]) => a.convert(a.unary("floor", a.add(x, 0.5)), "int"),
  step: (a, [x]) => a.convert(a.binary("lessEqual", 0, x), "int"),
  relu: (a, [x]) => a.binary("max", x, 0),
  stop_gradient: (a, [x]) => a.unary("stopGradient", x),
  add: (a, [x, y]) => a.add(x, y),
  sub: (a, [x, y]) => a.sub(x, y),
  mul: (a, [x, y]) => a.mul(x, y),
  div: (a, [x, y]) => a.div(x, y),
  pow: (a, [x, y]) => power(a, x, y),
  min: (a, [x, y]) => a.binary("min", x, y),
  max: (a, [x, y]) => a.binary("max", x, y),
  atan2: (a, [y, x]) => atan2(a, y, x),
  logaddexp: (a, [x, y]) => logAddExp(a, x, y),
  lbeta: (a, [x, y]) => logBeta(a, x, y),
  log_choose: (a, [n, k]) =>
    a.sub(
      a.unary("lgamma", a.add(a.convert(n, "float"), 1)),
      a.add(
        a.unary("lgamma", a.add(a.convert(k, "float"), 1)),
        a.unary("lgamma", a.add(a.sub(a.convert(n, "float"), k), 1)),
      ),
    ),
  mod: (a, [x, y]) => like(a, [x, y], a.sub(x, a.mul(y, a.unary("floor", a.div(x, y))))),
  quotient: (a, [x, y]) => like(a, [x, y], a.unary("floor", a.div(x, y))),
  where: (a, [condition, x, y]) => a.select(a.convert(condition, "bool"), x, y),
  clip: (a, [x, low, high]) => a.binary("min", a.binary("max", x, low), high),
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
  flatten: (a, [x]) => a.reshapeEvent(x, [x.event.reduce((count, each) => count * each, 1)]),
  reshape: (a, [x], sizes) => a.reshapeEvent(x, sizes),
  max_of: (a, [x]) => a.reduce("reduceMax", x, last(x)),
  min_of: (a, [x]) => a.unary("neg", a.reduce("reduceMax", a.unary("neg", x), last(x))),
  argmax: (a, [x]) => firstOf(a, sorted(a, "argsort", a.unary("neg", x))),
  argmin: (a, [x]) => firstOf(a, sorted(a, "argsort", x)),
  var: (a, [x]) => variance(a, x),
  sd: (a, [x]) => a.unary("sqrt", variance(a, x)),
  cumprod: (a, [x]) => cumulative(a, "mul", x),
  cummax: (a, [x]) => cumulative(a, "max", x),
  cummin: (a, [x]) => cumulative(a, "min", x),
  sort: (a, [x]) => sorted(a, "sort", x),
  argsort: (a, [x]) => sorted(a, "argsort", x),
  reverse: (a, [x]) => ({
    ...x,
    node: a.builder.emit("reverse", [x.node], { axis: x.axes.length + last(x) }),
  }),
  linspace: (a, [from, to], [count]) => {
    const steps = Array.from({ length: count }, (_, at) => (count === 1 ? 0 : at / (count - 1)));
    return a.add(from, a.mul(a.sub(to, from), repeated(a, steps, [count])));
  },
  eye: (a, _, [n]) => identity(a, [n, n]),
  diag: (a, [x]) => diagonalMatrix(a, x),
  diagonal: (a, [x]) => diagonalOf(a, x),
  trace: (a, [x]) => a.reduce("reduceSum", diagonalOf(a, x), x.event.length - 2),
  cholesky: (a, [x]) => choleskyFactor(a, a.convert(x, "float")),
  logdet: (a, [x]) => logDeterminantOfFactor(a, choleskyFactor(a, a.convert(x, "float"))),
  inverse_spd: (a, [x]) => solveDefinite(a, x, identity(a, x.event)),
  solve_lower: (a, [l, b]) => onColumns(a, b, (columns) => solveLower(a, l, columns)),
  solve_lower_transpose: (a, [l, b]) => onColumns(a, b, (columns) => solveLower(a, l, columns, true)),
  solve_spd: (a, [x, b]) => onColumns(a, b, (columns) => solveDefinite(a, x, columns)),
  solve_lu: (a, [x, b]) => onColumns(a, b, (columns) => solveAny(a, a.convert(x, "float"), columns)),
  lu_pivots: (a, [x]) => signedPivots(a, a.convert(x, "float")),
  quad_form: (a, [x, b]) => {
    if (b.event.length === 1) return a.reduce("reduceSum", a.mul(b, lowerMatmul(a, x, b)), 0);
    return multiply(a, b, lowerMatmul(a, x, b), { transposeLeft: true });
  },
  conv2d: (a, [x, filters]) => lowerConvolution(a, x, filters, [x.event[0], x.event[1], 1, 1]),
  strided_conv2d: (a, [x, filters], sizes) => lowerConvolution(a, x, filters, sizes),
  transposed_conv2d: (a, [x, filters], sizes) => lowerTransposedConvolution(a, x, filters, sizes),
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

/** A number computed as float, as int where both operands are ints. */
function like(a: Algebra, operands: readonly Value[], result: Value): Value {
  return operands.every((each) => a.dtypeOf(each) === "int") ? a.convert(result, "int") : result;
}

function sorted(a: Algebra, op: "sort" | "argsort", x: Value): Value {
  return { ...x, node: a.builder.emit(op, [x.node], {}) };
}

/** The first element along the last dimension, which disappears. */
function firstOf(a: Algebra, x: Value): Value {
  return a.reshapeEvent(a.slice(x, last(x), 0, 1), x.event.slice(0, -1));
}

/** Σ (x − mean)² / (N − 1) */
function variance(a: Algebra, x: Value): Value {
  const count = x.event[last(x)];
  const mean = a.div(a.reduce("reduceSum", x, last(x)), count);
  const centred = a.sub(x, stretchLast(a, a.reshapeEvent(mean, [...mean.event, 1]), x.event));
  return a.div(a.reduce("reduceSum", a.square(centred), last(x)), count - 1);
}

/** In log₂ N steps: after step k an element combines the 2ᵏ up to it (Hillis and Steele 1986). */
function cumulative(a: Algebra, op: "mul" | "max" | "min", x: Value): Value {
  const dimension = last(x);
  const length = x.event[dimension];
  let result = x;
  for (let reach = 1; reach < length; reach *= 2) {
    const later = a.slice(result, dimension, reach, length);
    const combined = a.binary(op, later, a.slice(result, dimension, 0, length - reach));
    result = a.concat([a.slice(result, dimension, 0, reach), combined], dimension);
  }
  return result;
}

/** A vector as a matrix of one column while `solve` works on it. */
function onColumns(a: Algebra, b: Value, solve: (columns: Value) => Value): Value {
  const columns = a.convert(b, "float");
  if (b.event.length > 1) return solve(columns);
  return a.reshapeEvent(solve(a.reshapeEvent(columns, [...b.event, 1])), b.event);
}

function solveDefinite(a: Algebra, x: Value, b: Value): Value {
  const factor = choleskyFactor(a, a.convert(x, "float"));
  return solveLower(a, factor, solveLower(a, factor, b), true);
}
