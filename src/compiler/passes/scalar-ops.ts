/** What each elementwise op does to single numbers, with bools as 0 and 1. */
import type { GraphNode } from "../graph.ts";
import type { OpName } from "../ops.ts";
import { digamma, erf, erfinv, lgamma, polygamma, pow, sigmoid, softplus } from "../special-functions.ts";

type ScalarOp = (...operands: number[]) => number;

const scalarOps = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  sigmoid,
  softplus,
  floor: Math.floor,
  lgamma,
  digamma,
  erf,
  erfinv,
  not: (x) => 1 - x,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow,
  min: (x, y) => Math.min(x, y),
  max: (x, y) => Math.max(x, y),
  equal: (x, y) => Number(x === y),
  less: (x, y) => Number(x < y),
  lessEqual: (x, y) => Number(x <= y),
  and: (x, y) => x * y,
  or: (x, y) => Math.max(x, y),
  select: (condition, x, y) => (condition === 0 ? y : x),
} satisfies Partial<Record<OpName, ScalarOp>>;

/** The function of a node that works element by element; undefined for all other nodes. `stopGradient` is not one. */
export function scalarOp(node: Pick<GraphNode, "op" | "params">): ScalarOp | undefined {
  const { op, params } = node as GraphNode;
  if (op === "polygamma") return (x) => polygamma(params.order, x);
  if (op === "convert") {
    if (params.dtype === "bool") return (x) => Number(x !== 0);
    return params.dtype === "int" ? Math.trunc : (x) => x;
  }
  return Object.hasOwn(scalarOps, op) ? scalarOps[op as keyof typeof scalarOps] : undefined;
}
