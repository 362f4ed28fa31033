/**
 * Simplification of elementwise ops. Signs move outwards and constants to the right, so that rules meet; each rule makes
 * fewer nodes or moves one of these, so simplification ends.
 */
import type { NodeId, NodeOf } from "../graph.ts";
import type { Rule, Rules, View } from "./rule.ts";

const idempotent: Rule<"min" | "max"> = (_view, { inputs: [x, y] }) => (x === y ? x : undefined);

export const arithmeticRules: Rules = {
  // −−x = x, −(x − y) = y − x, −(x c) = x (−c), −(c / x) = (−c) / x
  neg: (view, { inputs: [x] }) => {
    const negated = view.inside("neg", x);
    if (negated !== undefined) return negated;
    const difference = view.as("sub", x);
    if (difference) return view.sub(difference.inputs[1], difference.inputs[0]);
    const product = view.as("mul", x);
    const factor = product && view.uniform(product.inputs[1]);
    if (product && factor !== undefined) return view.scale(product.inputs[0], -factor);
    const quotient = view.as("div", x);
    const numerator = quotient && view.uniform(quotient.inputs[0]);
    if (quotient && numerator !== undefined) return view.div(view.like(x, -numerator), quotient.inputs[1]);
    return undefined;
  },
  // |−x| = ||x|| = |x|
  abs: (view, { inputs: [x] }) => {
    const negated = view.inside("neg", x);
    if (negated !== undefined) return view.builder.emit("abs", [negated], {});
    return view.inside("abs", x) === undefined ? undefined : x;
  },
  log: (view, { inputs: [x] }) => view.inside("exp", x),
  log1p: (view, { inputs: [x] }) => view.inside("expm1", x),
  not: (view, { inputs: [x] }) => view.inside("not", x),
  stopGradient: (view, { inputs: [x] }) =>
    view.as("stopGradient", x) || view.uniform(x) !== undefined ? x : undefined,
  convert: simplifyConvert,

  // x + 0 = x, x + x = 2 x, (x + c) + d = x + (c + d), x + −y = x − y
  add: (view, { inputs: [x, y] }) => {
    const swapped = reordered(view, x, y);
    if (swapped) return view.add(...swapped);
    const amount = view.uniform(y);
    if (amount === 0) return x;
    if (x === y && amount === undefined) return view.scale(x, 2);
    const sum = view.as("add", x);
    const earlier = sum && view.uniform(sum.inputs[1]);
    if (sum && amount !== undefined && earlier !== undefined)
      return view.shift(sum.inputs[0], earlier + amount);
    const negatedRight = view.inside("neg", y);
    if (negatedRight !== undefined) return view.sub(x, negatedRight);
    const negatedLeft = view.inside("neg", x);
    return negatedLeft === undefined ? undefined : view.sub(y, negatedLeft);
  },
  // x − c = x + −c, 0 − x = −x, x − x = 0, x − −y = x + y
  sub: (view, { inputs: [x, y] }) => {
    const amount = view.uniform(y);
    if (amount !== undefined) return view.shift(x, -amount);
    if (view.uniform(x) === 0) return view.neg(y);
    if (x === y && view.isFinite(x)) return view.like(x, 0);
    const negated = view.inside("neg", y);
    return negated === undefined ? undefined : view.add(x, negated);
  },
  // x · 1 = x, x · −1 = −x, x · 0 = 0, (x c) d = x (c d), (−x) c = x (−c), (−x) y = −(x y)
  mul: (view, { inputs: [x, y] }) => {
    const swapped = reordered(view, x, y);
    if (swapped) return view.mul(...swapped);
    const factor = view.uniform(y);
    if (factor === 1) return x;
    if (factor === -1) return view.neg(x);
    if (factor === 0 && view.isFinite(x)) return view.like(x, 0);
    const negated = view.inside("neg", x);
    if (negated !== undefined && factor !== undefined) return view.scale(negated, -factor);
    if (negated !== undefined) return view.neg(view.mul(negated, y));
    const negatedRight = view.inside("neg", y);
    if (negatedRight !== undefined) return view.neg(view.mul(x, negatedRight));
    const product = view.as("mul", x);
    const earlier = product && view.uniform(product.inputs[1]);
    if (!product || factor === undefined || earlier === undefined) return undefined;
    return isPlain(earlier * factor) ? view.scale(product.inputs[0], earlier * factor) : undefined;
  },
  // x / 1 = x, x / 2ⁿ = x 2⁻ⁿ, (−x) / y = x / −y = −(x / y)
  div: (view, { inputs: [x, y] }) => {
    const divisor = view.uniform(y);
    if (divisor !== undefined && isPowerOfTwo(Math.abs(divisor))) return view.scale(x, 1 / divisor);
    const negated = view.inside("neg", x);
    if (negated !== undefined) return view.neg(view.div(negated, y));
    const negatedDivisor = view.inside("neg", y);
    return negatedDivisor === undefined ? undefined : view.neg(view.div(x, negatedDivisor));
  },
  // x⁰ = 1, x¹ = x, x² = x x, x⁻¹ = 1 / x
  pow: (view, { inputs: [x, y] }) => {
    const exponent = view.uniform(y);
    if (exponent === 0) return view.like(x, 1);
    if (exponent === 1) return x;
    if (exponent === 2) return view.mul(x, x);
    return exponent === -1 ? view.div(view.like(x, 1), x) : undefined;
  },
  min: idempotent,
  max: idempotent,
  less: (view, { inputs: [x, y] }) => (x === y ? view.like(x, 0, "bool") : undefined),
  and: (view, { inputs: [x, y] }) => {
    if (x === y || view.uniform(y) === 1 || view.uniform(x) === 0) return x;
    return view.uniform(x) === 1 || view.uniform(y) === 0 ? y : undefined;
  },
  or: (view, { inputs: [x, y] }) => {
    if (x === y || view.uniform(y) === 0 || view.uniform(x) === 1) return x;
    return view.uniform(x) === 0 || view.uniform(y) === 1 ? y : undefined;
  },
  // A known condition, equal branches, a negated condition, the same condition again in a branch
  select: (view, { inputs: [condition, whenTrue, whenFalse] }) => {
    const known = view.uniform(condition);
    if (known !== undefined) return known === 0 ? whenFalse : whenTrue;
    if (whenTrue === whenFalse) return whenTrue;
    const negated = view.inside("not", condition);
    if (negated !== undefined) return view.select(negated, whenFalse, whenTrue);
    const first = view.as("select", whenTrue);
    if (first?.inputs[0] === condition) return view.select(condition, first.inputs[1], whenFalse);
    const second = view.as("select", whenFalse);
    return second?.inputs[0] === condition ? view.select(condition, whenTrue, second.inputs[2]) : undefined;
  },
};

/** To the same kind; there and back without loss; bool or int on the way to another number kind. */
function simplifyConvert(view: View, { inputs: [x], params }: NodeOf<"convert">): NodeId | undefined {
  const from = view.builder.typeOf(x).dtype;
  if (from === params.dtype) return x;
  const original = view.inside("convert", x);
  if (original === undefined) return undefined;
  const first = view.builder.typeOf(original).dtype;
  const lossless = first === "bool" || (first === "int" && from === "float");
  if (!lossless) return undefined;
  return first === params.dtype ? original : view.builder.emit("convert", [original], params);
}

/** The operands the other way round: a constant to the right, else in order of making, so that x + y and y + x are one. */
function reordered(view: View, x: NodeId, y: NodeId): [NodeId, NodeId] | undefined {
  const leftIsConstant = view.uniform(x) !== undefined;
  const rightIsConstant = view.uniform(y) !== undefined;
  if (leftIsConstant !== rightIsConstant) return leftIsConstant ? [y, x] : undefined;
  return x > y ? [y, x] : undefined;
}

function isPlain(value: number): boolean {
  return Number.isFinite(value) && value !== 0;
}

/** Such that the reciprocal is exact. */
function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value && Number.isFinite(1 / value);
}
