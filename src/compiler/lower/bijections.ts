/** One-to-one functions of draws: y = f(x), its inverse, and log |f′|, in forms that keep their digits far out. */
import { bug } from "../../base/bug.ts";
import type { BinaryBijectionName, UnaryBijectionName } from "../../lang/bijections.ts";
import type { BuiltinName } from "../../lang/builtins.ts";
import type { CoreBijection, CoreTransformed } from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import type { OpName } from "../ops.ts";
import type { Support } from "./bijector.ts";
import { lowerBuiltin } from "./builtins.ts";
import { type Context, isTuple } from "./context.ts";
import { log1mexp } from "./logarithms.ts";
import { lowerExpression } from "./lower-expression.ts";
import { normalCdf, normalQuantileBelow } from "./normal-tail.ts";
import type { Algebra, Value } from "./value.ts";

interface UnaryRow {
  inverse(a: Algebra, y: Value): Value;
  /** log |f′(x)|, of x or of y = f(x); none where it is 0. */
  logSlope(a: Algebra, x: Value, y: Value): readonly Value[];
  /** The inverse grows beyond all numbers there are: what lies there has no density left. */
  readonly overflows?: true;
}

interface BinaryRow {
  readonly function: BuiltinName;
  /** c comes first: c − x, c / x, c ^ x. */
  readonly isFrom?: true;
  inverse(a: Algebra, y: Value, c: Value): Value;
  logSlope(a: Algebra, x: Value, c: Value): readonly Value[];
}

const neg = (a: Algebra, x: Value): Value => a.unary("neg", x);
const log = (a: Algebra, x: Value): Value => a.unary("log", x);
const logOfSize = (a: Algebra, x: Value): Value => log(a, a.unary("abs", x));
const softplus = (a: Algebra, x: Value): Value => a.unary("softplus", x);
/** log σ(x) + log σ(−x) */
const logSigmoidSlope = (a: Algebra, x: Value): Value => a.sub(x, a.mul(2, softplus(a, x)));
const logNormalDensity = (a: Algebra, x: Value): Value =>
  a.sub(a.mul(-0.5, a.square(x)), 0.5 * Math.log(2 * Math.PI));

/** What y is the image of, where it was computed so. */
function undone(a: Algebra, op: OpName, y: Value): Value | undefined {
  const node = a.builder.nodeOf(y.node);
  return node.op === op ? { ...y, node: node.inputs[0] } : undefined;
}

const unaryRows: { readonly [Name in UnaryBijectionName]: UnaryRow } = {
  neg: { inverse: neg, logSlope: () => [] },
  exp: { inverse: (a, y) => undone(a, "exp", y) ?? log(a, y), logSlope: (_, x) => [x] },
  log: { inverse: (a, y) => a.unary("exp", y), logSlope: (a, _, y) => [neg(a, y)], overflows: true },
  expm1: { inverse: (a, y) => a.unary("log1p", y), logSlope: (_, x) => [x] },
  log1p: { inverse: (a, y) => a.unary("expm1", y), logSlope: (a, _, y) => [neg(a, y)], overflows: true },
  sqrt: { inverse: (a, y) => a.square(y), logSlope: (a, _, y) => [neg(a, log(a, a.mul(2, y)))] },
  square: { inverse: (a, y) => a.unary("sqrt", y), logSlope: (a, x) => [log(a, a.mul(2, x))] },
  sigmoid: {
    inverse: (a, y) => undone(a, "sigmoid", y) ?? a.sub(log(a, y), a.unary("log1p", neg(a, y))),
    logSlope: (a, x) => [logSigmoidSlope(a, x)],
  },
  logit: {
    inverse: (a, y) => a.unary("sigmoid", y),
    logSlope: (a, _, y) => [neg(a, logSigmoidSlope(a, y))],
  },
  softplus: {
    // log(e^y − 1) = y + log(1 − e^−y)
    inverse: (a, y) => a.add(y, log1mexp(a, neg(a, y))),
    logSlope: (a, x) => [neg(a, softplus(a, neg(a, x)))],
  },
  log_sigmoid: {
    // logit(e^y) = y − log(1 − e^y)
    inverse: (a, y) => a.sub(y, log1mexp(a, y)),
    logSlope: (a, _, y) => [log1mexp(a, y)],
  },
  tanh: {
    inverse: (a, y) => a.mul(0.5, a.sub(a.unary("log1p", y), a.unary("log1p", neg(a, y)))),
    // 1 − tanh² x = 4 σ(2x) σ(−2x)
    logSlope: (a, x) => [a.add(logSigmoidSlope(a, a.mul(2, x)), 2 * Math.LN2)],
  },
  sinh: {
    // sign(y) log(|y| + √(1 + y²)), by log1p of what is small with y
    inverse: (a, y) => {
      const size = a.unary("abs", y);
      const square = a.square(y);
      const more = a.div(square, a.add(1, a.unary("sqrt", a.add(1, square))));
      return a.mul(a.unary("sign", y), a.unary("log1p", a.add(size, more)));
    },
    logSlope: (a, _, y) => [a.mul(0.5, a.unary("log1p", a.square(y)))],
  },
  atan: {
    inverse: (a, y) => a.unary("tan", y),
    logSlope: (a, x) => [neg(a, a.unary("log1p", a.square(x)))],
  },
  normal_cdf: {
    // From the end that y is closer to.
    inverse: (a, y) => {
      const isBelow = a.binary("less", y, 0.5);
      const z = normalQuantileBelow(a, a.select(isBelow, log(a, y), a.unary("log1p", neg(a, y))));
      return a.select(isBelow, z, neg(a, z));
    },
    logSlope: (a, x) => [logNormalDensity(a, x)],
  },
  normal_quantile: {
    inverse: normalCdf,
    logSlope: (a, _, y) => [neg(a, logNormalDensity(a, y))],
  },
};

const binaryRows: { readonly [Name in BinaryBijectionName]: BinaryRow } = {
  add: { function: "add", inverse: (a, y, c) => a.sub(y, c), logSlope: () => [] },
  sub: { function: "sub", inverse: (a, y, c) => a.add(y, c), logSlope: () => [] },
  subFrom: { function: "sub", isFrom: true, inverse: (a, y, c) => a.sub(c, y), logSlope: () => [] },
  mul: {
    function: "mul",
    inverse: (a, y, c) => a.div(y, c),
    logSlope: (a, _, c) => [logOfSize(a, c)],
  },
  div: {
    function: "div",
    inverse: (a, y, c) => a.mul(y, c),
    logSlope: (a, _, c) => [neg(a, logOfSize(a, c))],
  },
  divFrom: {
    function: "div",
    isFrom: true,
    inverse: (a, y, c) => a.div(c, y),
    logSlope: (a, x, c) => [logOfSize(a, c), a.mul(-2, logOfSize(a, x))],
  },
  pow: {
    function: "pow",
    inverse: (a, y, c) => a.unary("exp", a.div(log(a, y), c)),
    logSlope: (a, x, c) => [logOfSize(a, c), a.mul(a.sub(c, 1), log(a, x))],
  },
  powOf: {
    function: "pow",
    isFrom: true,
    inverse: (a, y, c) => a.div(log(a, y), log(a, c)),
    logSlope: (a, x, c) => [logOfSize(a, log(a, c)), a.mul(x, log(a, c))],
  },
};

export function operandOf(expression: CoreExpression, context: Context): Value {
  return context.algebra.convert(lowerExpression(expression, context), "float");
}

/** f(x), whole where draws are. */
export function pushedDraw({ bijection, support }: CoreTransformed, draw: Value, context: Context): Value {
  const value = pushed(bijection, draw, context);
  return support.kind === "discrete" ? context.algebra.convert(value, "int") : value;
}

/** f(x) */
export function pushed(bijection: CoreBijection, draw: Value, context: Context): Value {
  const x = context.algebra.convert(draw, "float");
  const result = (name: BuiltinName, operands: readonly Value[]): Value => {
    const lowered = lowerBuiltin(name, operands, [], context);
    return isTuple(lowered) ? bug("a tuple of a number") : lowered;
  };
  if (!("operand" in bijection)) return result(bijection.name, [x]);
  const { function: name, isFrom } = binaryRows[bijection.name];
  const c = operandOf(bijection.operand, context);
  return result(name, isFrom ? [c, x] : [x, c]);
}

export interface Pulled {
  /** The x with f(x) = y. */
  readonly x: Value;
  /** Terms of log |f′(x)|, each with only the axes that it needs. */
  readonly logSlope: readonly Value[];
  /** Whether x is too large for a number; it is another one then. */
  readonly isBeyond?: Value;
}

export function pulled(bijection: CoreBijection, image: Value, context: Context): Pulled {
  const { algebra } = context;
  const y = algebra.convert(image, "float");
  if (!("operand" in bijection)) {
    const row = unaryRows[bijection.name];
    if (row.overflows === undefined) {
      const x = row.inverse(algebra, y);
      return { x, logSlope: row.logSlope(algebra, x, y) };
    }
    const isBeyond = algebra.binary("lessEqual", Number.POSITIVE_INFINITY, row.inverse(algebra, y));
    const near = algebra.select(isBeyond, 0, y);
    const x = row.inverse(algebra, near);
    return { x, logSlope: row.logSlope(algebra, x, near), isBeyond };
  }
  const row = binaryRows[bijection.name];
  const c = operandOf(bijection.operand, context);
  const x = row.inverse(algebra, y, c);
  return { x, logSlope: row.logSlope(algebra, x, c) };
}

/** What draws lie in whose images lie between these ends. */
export function pulledSupport(bijection: CoreBijection, support: Support, context: Context): Support {
  const at = (end: Value): Value => {
    const { x, isBeyond } = pulled(bijection, end, context);
    return isBeyond === undefined ? x : context.algebra.select(isBeyond, Number.POSITIVE_INFINITY, x);
  };
  const { falling } = bijection;
  switch (support.kind) {
    case "lower":
      return falling ? { kind: "upper", high: at(support.low) } : { kind: "lower", low: at(support.low) };
    case "upper":
      return falling ? { kind: "lower", low: at(support.high) } : { kind: "upper", high: at(support.high) };
    case "interval": {
      const [low, high] = [at(support.low), at(support.high)];
      return falling ? { kind: "interval", low: high, high: low } : { kind: "interval", low, high };
    }
    case "real":
    case "ordered":
    case "simplex":
    case "matrix":
      return support;
  }
}
