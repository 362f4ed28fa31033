/** Sample cases of every op: what type rules, gradients and engines are tested on. A new op without cases does not compile. */
import { randomSource } from "../../src/base/random.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { type Branch, branchGraph, emitCond } from "../../src/compiler/cond.ts";
import { elementCount, type Graph, type NodeId } from "../../src/compiler/graph.ts";
import type { DType, OpName, OpParams, Shape, TensorType } from "../../src/compiler/ops.ts";
import { emitScan, type ScanRequest, scanBody } from "../../src/compiler/scan.ts";

/** Values between `low` and `high` (whole numbers, both included, for int), or exactly `values`. */
export interface Operand {
  readonly type: TensorType;
  readonly low: number;
  readonly high: number;
  readonly values?: readonly number[];
  /** Makes sampled values what the op needs, in place. */
  readonly adjust?: (values: Float64Array) => void;
}

export interface OpCase<Op extends OpName> {
  readonly params: OpParams[Op];
  readonly operands: readonly Operand[];
  /** Kinks or edges of the domain: compare engines here, but not derivatives. */
  readonly kink?: true;
}

const none = {};
const floats = (low: number, high: number, ...shape: number[]): Operand => ({
  type: { dtype: "float", shape },
  low,
  high,
});
const ints = (low: number, high: number, ...shape: number[]): Operand => ({
  type: { dtype: "int", shape },
  low,
  high,
});
const bools = (...shape: number[]): Operand => ({ type: { dtype: "bool", shape }, low: 0, high: 1 });
const exactly = (values: readonly number[], dtype: DType = "float"): Operand => ({
  type: { dtype, shape: [values.length] },
  low: Number.NaN,
  high: Number.NaN,
  values,
});

/** One float operand: a vector, a scalar and nothing at all; then the listed values, at which derivatives may not exist. */
const unary = (low: number, high: number, special: readonly number[] = []) => [
  { params: none, operands: [floats(low, high, 7)] },
  { params: none, operands: [floats(low, high)] },
  { params: none, operands: [floats(low, high, 2, 3)] },
  { params: none, operands: [floats(low, high, 0, 2)] },
  ...(special.length > 0 ? [{ params: none, operands: [exactly(special)], kink: true as const }] : []),
];
const binary = (x: readonly [number, number], y: readonly [number, number] = x) => [
  { params: none, operands: [floats(...x, 7), floats(...y, 7)] },
  { params: none, operands: [floats(...x), floats(...y)] },
  { params: none, operands: [floats(...x, 2, 3, 2), floats(...y, 2, 3, 2)] },
];
const intBinary = { params: none, operands: [ints(-5, 5, 6), ints(-5, 5, 6)] };
const ties = {
  params: none,
  operands: [exactly([1, -2, 3, 0, 2]), exactly([1, 2, -3, 0, 2])],
  kink: true as const,
};
const shaped = (dtype: DType, ...shape: number[]): Operand => ({
  type: { dtype, shape },
  low: dtype === "bool" ? 0 : -3,
  high: dtype === "bool" ? 1 : 3,
});

/** Batches of matrices that are far from singular, with the largest elements beside the diagonal. */
const regular = (...shape: number[]): Operand => ({
  ...floats(-1, 1, ...shape),
  adjust(values) {
    const n = shape[shape.length - 1];
    for (let row = 0; row < values.length / n; row++) values[row * n + ((row + 1) % n)] += n + (row % n);
  },
});

/** Batches of matrices x xᵀ + 1, the upper triangle replaced by what must not be read. */
const positiveDefinite = (...shape: number[]): Operand => ({
  ...floats(-1, 1, ...shape),
  adjust(values) {
    const n = shape[shape.length - 1];
    for (let start = 0; start < values.length; start += n * n) {
      const x = values.slice(start, start + n * n);
      for (let i = 0; i < n; i++)
        for (let j = 0; j <= i; j++) {
          const products = Array.from({ length: n }, (_, k) => x[i * n + k] * x[j * n + k]);
          values[start + i * n + j] = products.reduce((sum, each) => sum + each, i === j ? 1 : 0);
        }
    }
  },
});
/** Batches of matrices whose diagonal is at least 1. */
const solvable = (...shape: number[]): Operand => ({
  ...floats(-1, 1, ...shape),
  adjust(values) {
    const n = shape[shape.length - 1];
    for (let i = 0; i < values.length; i++)
      if (Math.floor(i / n) % n === i % n) values[i] = 1.5 + values[i] / 2;
  },
});
const matrix = (n: number, values: readonly number[]): Operand => ({
  type: { dtype: "float", shape: [n, n] },
  low: Number.NaN,
  high: Number.NaN,
  values,
});
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

export const opCases = {
  input: [
    { params: { name: "x", type: { dtype: "float", shape: [2, 2] } }, operands: [] },
    { params: { name: "x", type: { dtype: "int", shape: [] } }, operands: [] },
  ],
  constant: [
    { params: { type: { dtype: "float", shape: [2, 2] }, values: [1, -2.5, 0, 1e-3] }, operands: [] },
    { params: { type: { dtype: "int", shape: [3] }, values: [-1, 0, 7] }, operands: [] },
    { params: { type: { dtype: "bool", shape: [2] }, values: [1, 0] }, operands: [] },
    {
      params: {
        type: { dtype: "float", shape: [3] },
        values: [Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY],
      },
      operands: [],
    },
  ],
  iota: [
    { params: { shape: [4], axis: 0 }, operands: [] },
    { params: { shape: [2, 3, 2], axis: 1 }, operands: [] },
    { params: { shape: [2, 3], axis: 0 }, operands: [] },
  ],

  neg: [...unary(-3, 3), { params: none, operands: [ints(-4, 4, 5)] }],
  abs: [...unary(-3, 3, [0, -2]), { params: none, operands: [ints(-4, 4, 5)] }],
  sign: [...unary(-3, 3, [0, -2, 2]), { params: none, operands: [ints(-4, 4, 5)] }],
  exp: unary(-3, 3, [-80, 20]),
  log: unary(0.1, 5, [0, 1e-20, 1e20]),
  log1p: unary(-0.9, 3, [1e-6, -1, -1e-6]),
  expm1: unary(-2, 2, [1e-6, -1e-6, -30]),
  sqrt: unary(0.1, 5, [0, 1e-20]),
  sin: unary(-6, 6),
  cos: unary(-6, 6),
  tan: unary(-1.2, 1.2),
  tanh: unary(-3, 3, [-40, 40, 1e-6]),
  sigmoid: unary(-5, 5, [-80, 80]),
  softplus: unary(-5, 5, [-60, 60, 300, -300]),
  floor: unary(-4, 4, [-1, 0, 2, -1.5]),
  lgamma: [...unary(0.1, 6), { params: none, operands: [floats(10, 60, 5)] }],
  digamma: [...unary(0.2, 6), { params: none, operands: [floats(10, 60, 5)] }],
  erf: unary(-2, 2, [-8, 8, 0, 1e-5]),
  erfinv: unary(-0.9, 0.9, [0, 0.999, -0.999, 1e-5]),
  polygamma: [
    { params: { order: 1 }, operands: [floats(0.3, 6, 7)] },
    { params: { order: 2 }, operands: [floats(0.5, 6, 7)] },
    { params: { order: 3 }, operands: [floats(0.5, 6)] },
  ],
  not: [{ params: none, operands: [bools(5)] }],
  stopGradient: [
    { params: none, operands: [floats(-3, 3, 4)] },
    { params: none, operands: [bools(3)] },
  ],
  convert: [
    { params: { dtype: "float" }, operands: [floats(-3, 3, 4)] },
    { params: { dtype: "float" }, operands: [ints(-3, 3, 4)] },
    { params: { dtype: "float" }, operands: [bools(4)] },
    { params: { dtype: "int" }, operands: [exactly([-2.7, -0.5, 0, 0.5, 2.7])] },
    { params: { dtype: "int" }, operands: [bools(4)] },
    { params: { dtype: "bool" }, operands: [exactly([-2, 0, 0.5])] },
    { params: { dtype: "bool" }, operands: [exactly([-2, 0, 1], "int")] },
  ],

  add: [...binary([-3, 3]), intBinary],
  sub: [...binary([-3, 3]), intBinary],
  mul: [...binary([-3, 3]), intBinary],
  div: [
    ...binary([-3, 3], [0.5, 3]),
    { params: none, operands: [exactly([1, -1, 0]), exactly([0, 0, 0])], kink: true },
  ],
  pow: [
    ...binary([0.3, 3], [-2, 2]),
    {
      params: none,
      operands: [exactly([0, 0, 0, -2, -2, 4, 9]), exactly([0, 1, 2, 2, 3, 0.5, -0.5])],
      kink: true,
    },
  ],
  min: [...binary([-3, 3]), intBinary, ties],
  max: [...binary([-3, 3]), intBinary, ties],
  equal: [
    { params: none, operands: [exactly([1, 2, 3]), exactly([1, -2, 3])] },
    { params: none, operands: [ints(0, 2, 6), ints(0, 2, 6)] },
    { params: none, operands: [bools(6), bools(6)] },
  ],
  less: [...binary([-3, 3]), { params: none, operands: [ints(0, 2, 6), ints(0, 2, 6)] }, ties],
  lessEqual: [...binary([-3, 3]), { params: none, operands: [ints(0, 2, 6), ints(0, 2, 6)] }, ties],
  and: [{ params: none, operands: [bools(6), bools(6)] }],
  or: [{ params: none, operands: [bools(6), bools(6)] }],

  select: [
    { params: none, operands: [bools(6), floats(-3, 3, 6), floats(-3, 3, 6)] },
    { params: none, operands: [bools(2, 3), floats(-3, 3, 2, 3), floats(-3, 3, 2, 3)] },
    { params: none, operands: [bools(6), ints(-3, 3, 6), ints(-3, 3, 6)] },
    { params: none, operands: [bools(6), bools(6), bools(6)] },
    {
      params: none,
      operands: [
        exactly([1, 0], "bool"),
        exactly([1, Number.POSITIVE_INFINITY]),
        exactly([Number.NaN, Number.NEGATIVE_INFINITY]),
      ],
      kink: true,
    },
  ],

  reduceSum: [
    { params: { axes: [0] }, operands: [floats(-3, 3, 6)] },
    { params: { axes: [0] }, operands: [floats(-3, 3, 3, 4)] },
    { params: { axes: [1] }, operands: [floats(-3, 3, 3, 4)] },
    { params: { axes: [0, 2] }, operands: [floats(-3, 3, 2, 3, 4)] },
    { params: { axes: [1] }, operands: [floats(-3, 3, 2, 3, 4)] },
    { params: { axes: [0, 1, 2] }, operands: [floats(-3, 3, 2, 3, 4)] },
    { params: { axes: [] }, operands: [floats(-3, 3, 3)] },
    { params: { axes: [0] }, operands: [floats(-3, 3, 0, 2)] },
    { params: { axes: [0] }, operands: [ints(-3, 3, 4)] },
  ],
  reduceMax: [
    { params: { axes: [0] }, operands: [floats(-3, 3, 6)] },
    { params: { axes: [0] }, operands: [floats(-3, 3, 3, 4)] },
    { params: { axes: [1] }, operands: [floats(-3, 3, 3, 4)] },
    { params: { axes: [0, 2] }, operands: [floats(-3, 3, 2, 3, 4)] },
    { params: { axes: [0] }, operands: [ints(-3, 3, 4)] },
    { params: { axes: [0] }, operands: [exactly([2, 1, 2])], kink: true },
  ],
  cumsum: [
    { params: { axis: 0, reverse: false }, operands: [floats(-3, 3, 6)] },
    { params: { axis: 0, reverse: true }, operands: [floats(-3, 3, 5)] },
    { params: { axis: 1, reverse: true }, operands: [floats(-3, 3, 2, 3, 2)] },
    { params: { axis: 2, reverse: false }, operands: [floats(-3, 3, 2, 3, 2)] },
    { params: { axis: 0, reverse: false }, operands: [ints(-3, 3, 4)] },
  ],

  reshape: [
    { params: { shape: [3, 2] }, operands: [floats(-3, 3, 6)] },
    { params: { shape: [] }, operands: [floats(-3, 3, 1)] },
    { params: { shape: [1, 4] }, operands: [shaped("bool", 2, 2)] },
  ],
  transpose: [
    { params: { permutation: [1, 0] }, operands: [floats(-3, 3, 2, 3)] },
    { params: { permutation: [2, 0, 1] }, operands: [floats(-3, 3, 2, 3, 4)] },
    { params: { permutation: [0, 2, 1] }, operands: [shaped("int", 2, 3, 2)] },
    { params: { permutation: [3, 1, 0, 2] }, operands: [floats(-3, 3, 2, 3, 2, 2)] },
  ],
  broadcast: [
    { params: { shape: [4], axes: [] }, operands: [floats(-3, 3)] },
    { params: { shape: [2, 3], axes: [1] }, operands: [floats(-3, 3, 3)] },
    { params: { shape: [2, 3], axes: [0] }, operands: [floats(-3, 3, 2)] },
    { params: { shape: [2, 3, 4], axes: [0, 2] }, operands: [floats(-3, 3, 2, 4)] },
    { params: { shape: [1, 3], axes: [1] }, operands: [floats(-3, 3, 3)] },
    { params: { shape: [1, 1, 2], axes: [0, 2] }, operands: [floats(-3, 3, 1, 2)] },
    { params: { shape: [2, 3], axes: [0] }, operands: [shaped("bool", 2)] },
    { params: { shape: [2, 3], axes: [0] }, operands: [shaped("int", 2)] },
  ],
  slice: [
    { params: { start: [2], limit: [5] }, operands: [floats(-3, 3, 6)] },
    { params: { start: [0, 1], limit: [2, 3] }, operands: [floats(-3, 3, 3, 4)] },
    { params: { start: [1, 1], limit: [1, 3] }, operands: [floats(-3, 3, 3, 4)] },
    { params: { start: [0, 1, 1], limit: [2, 3, 2] }, operands: [shaped("int", 2, 3, 2)] },
    { params: { start: [1], limit: [3] }, operands: [shaped("bool", 4)] },
  ],
  pad: [
    { params: { before: [1], after: [2] }, operands: [floats(-3, 3, 3)] },
    { params: { before: [0, 1], after: [2, 0] }, operands: [floats(-3, 3, 2, 3)] },
    { params: { before: [1, 0, 1], after: [0, 0, 1] }, operands: [shaped("int", 2, 1, 2)] },
  ],
  concat: [
    { params: { axis: 0 }, operands: [floats(-3, 3, 2), floats(-3, 3, 3)] },
    { params: { axis: 1 }, operands: [floats(-3, 3, 2, 1), floats(-3, 3, 2, 2), floats(-3, 3, 2, 3)] },
    { params: { axis: 1 }, operands: [floats(-3, 3, 2, 1, 2), floats(-3, 3, 2, 2, 2)] },
    { params: { axis: 0 }, operands: [shaped("int", 2)] },
    { params: { axis: 0 }, operands: [floats(-3, 3, 0), floats(-3, 3, 3)] },
  ],
  reverse: [
    { params: { axis: 0 }, operands: [floats(-3, 3, 4)] },
    { params: { axis: 1 }, operands: [floats(-3, 3, 2, 3, 2)] },
    { params: { axis: 1 }, operands: [shaped("int", 2, 3)] },
  ],

  gather: [
    { params: none, operands: [floats(-3, 3, 4), ints(0, 3, 6)] },
    { params: none, operands: [floats(-3, 3, 4, 2), ints(0, 3, 3)] },
    { params: none, operands: [floats(-3, 3, 4, 2), ints(0, 3)] },
    { params: none, operands: [floats(-3, 3, 3), ints(0, 2, 2, 2)] },
    { params: none, operands: [shaped("int", 3), ints(0, 2, 4)] },
    { params: none, operands: [floats(-3, 3, 3, 2), exactly([-1, 3, 1], "int")], kink: true },
    { params: none, operands: [shaped("int", 3), exactly([-1, 3, 1], "int")] },
  ],
  scatterAdd: [
    { params: { size: 4 }, operands: [ints(0, 3, 6), floats(-3, 3, 6)] },
    { params: { size: 4 }, operands: [ints(0, 3, 3), floats(-3, 3, 3, 2)] },
    { params: { size: 3 }, operands: [ints(0, 2, 2, 2), floats(-3, 3, 2, 2)] },
    { params: { size: 3 }, operands: [ints(0, 2), floats(-3, 3, 2)] },
    { params: { size: 3 }, operands: [exactly([-1, 3, 1], "int"), floats(-3, 3, 3)] },
    { params: { size: 3 }, operands: [ints(0, 2, 4), ints(-3, 3, 4)] },
  ],

  argsort: [
    { params: none, operands: [floats(-3, 3, 6)] },
    { params: none, operands: [floats(-3, 3, 2, 2, 5)] },
    { params: none, operands: [ints(-2, 2, 3, 7)] },
    { params: none, operands: [exactly([2, nan, -1, infinity, 2, -infinity, nan, 0, -0, 0])] },
    { params: none, operands: [floats(-3, 3, 3, 1)] },
    { params: none, operands: [floats(-3, 3, 0)] },
  ],
  sort: [
    { params: none, operands: [floats(-3, 3, 6)] },
    { params: none, operands: [floats(-3, 3, 2, 2, 5)] },
    { params: none, operands: [ints(-2, 2, 3, 7)] },
    { params: none, operands: [exactly([2, nan, -1, infinity, 2, -infinity, nan, 0, -0, 0])], kink: true },
    { params: none, operands: [exactly([1, 0, 1])], kink: true },
    { params: none, operands: [floats(-3, 3, 3, 1)] },
    { params: none, operands: [floats(-3, 3, 2, 0)] },
  ],

  cholesky: [
    { params: none, operands: [positiveDefinite(1, 1)] },
    { params: none, operands: [positiveDefinite(4, 4)] },
    { params: none, operands: [positiveDefinite(2, 3, 3)] },
    { params: none, operands: [positiveDefinite(2, 1, 2, 2)] },
    { params: none, operands: [matrix(2, [1, nan, 2, 4])], kink: true },
    { params: none, operands: [matrix(3, [1, 0, 0, 2, 1, 0, 0, 0, 1])], kink: true },
    { params: none, operands: [matrix(1, [nan])], kink: true },
    { params: none, operands: [floats(-3, 3, 0, 2, 2)] },
  ],
  triangularSolve: [
    ...[false, true].flatMap((lower) =>
      [false, true].flatMap((transpose) => [
        { params: { lower, transpose }, operands: [solvable(3, 3), floats(-2, 2, 3, 2)] },
        { params: { lower, transpose }, operands: [solvable(2, 2, 3, 3), floats(-2, 2, 2, 2, 3, 1)] },
      ]),
    ),
    { params: { lower: true, transpose: false }, operands: [solvable(1, 1), floats(-2, 2, 1, 3)] },
    {
      params: { lower: true, transpose: false },
      operands: [matrix(2, [2, nan, 1, 0]), matrix(2, [1, 2, 3, 1])],
      kink: true,
    },
    { params: { lower: true, transpose: false }, operands: [floats(-3, 3, 2, 2), floats(-3, 3, 2, 0)] },
  ],
  lu: [
    { params: none, operands: [regular(1, 1)] },
    { params: none, operands: [regular(4, 4)] },
    { params: none, operands: [regular(2, 7, 7)] },
    { params: none, operands: [regular(2, 1, 2, 2)] },
    { params: none, operands: [matrix(3, [0, 2, 1, 4, 1, 0, -4, 0, 1])], kink: true },
    // Singular: a pivot of 0 in the middle, and at the end.
    { params: none, operands: [matrix(3, [2, 4, 1, 1, 2, 3, -1, -2, 5])], kink: true },
    { params: none, operands: [matrix(2, [1, 2, 2, 4])], kink: true },
    { params: none, operands: [floats(-3, 3, 0, 2, 2)] },
  ],
  // The factors are made of the matrix.
  luSolve: [
    ...[false, true].flatMap((transpose) => [
      { params: { transpose }, operands: [regular(4, 4), floats(-2, 2, 4, 1)] },
      { params: { transpose }, operands: [regular(2, 2, 3, 3), floats(-2, 2, 2, 2, 3, 3)] },
    ]),
    { params: { transpose: false }, operands: [regular(1, 1), floats(-2, 2, 1, 3)] },
    {
      params: { transpose: false },
      operands: [matrix(2, [1, 2, 2, 4]), matrix(2, [1, 2, 3, 1])],
      kink: true,
    },
    { params: { transpose: true }, operands: [floats(-3, 3, 2, 2), floats(-3, 3, 2, 0)] },
  ],
  conv2d: [
    { params: convolution(), operands: [floats(-2, 2, 1, 4, 5, 2), floats(-2, 2, 3, 2, 2, 3)] },
    { params: convolution([2, 3]), operands: [floats(-2, 2, 2, 6, 8, 1), floats(-2, 2, 3, 2, 1, 2)] },
    {
      params: convolution([1, 1], [1, 2], [2, 0]),
      operands: [floats(-2, 2, 1, 3, 3, 2), floats(-2, 2, 2, 3, 2, 1)],
    },
    {
      params: convolution([1, 1], [0, 1], [1, 1], [2, 3]),
      operands: [floats(-2, 2, 1, 4, 5, 1), floats(-2, 2, 2, 2, 1, 2)],
    },
    {
      params: convolution([2, 2], [3, 0], [0, 2], [2, 1]),
      operands: [floats(-2, 2, 2, 4, 4, 1), floats(-2, 2, 2, 2, 1, 1)],
    },
    { params: convolution(), operands: [floats(-2, 2, 2, 1, 1, 2), floats(-2, 2, 1, 1, 2, 3)] },
  ],

  cond: [
    {
      params: condOf(
        [float(3), float(2, 3)],
        (b, [x, w]) => [b.emit("exp", [x], {}), b.emit("reduceSum", [w], { axes: [0] })],
        (b, [x, w]) => [
          b.emit("sin", [b.emit("reduceSum", [w], { axes: [0] })], {}),
          b.emit("mul", [x, x], {}),
        ],
      ),
      operands: [bools(), floats(-2, 2, 3), floats(-2, 2, 2, 3)],
    },
    // A branch's result is an operand, or a constant; both branches read whole numbers
    {
      params: condOf(
        [float(2), float(3, 2), { dtype: "int", shape: [] }],
        (b, [x, table, at]) => [x, b.emit("gather", [table, at], {})],
        (b, [, table, at]) => [b.emit("neg", [b.emit("gather", [table, at], {})], {}), b.fill(0.5, [2])],
      ),
      operands: [bools(), floats(-2, 2, 2), floats(-2, 2, 3, 2), ints(0, 2)],
    },
    // A choice in a loop in a choice: up to forty numbers, more than are written out
    {
      params: condOf(
        [float(40), float(3, 40)],
        (b, [start, rows]) => [
          emitScan(b, {
            length: 3,
            carries: [start],
            xs: [rows],
            body: (c, { carries: [h], xs: [x] }) => {
              const total = (id: NodeId) => c.emit("reduceSum", [id], { axes: [0] });
              const [next] = emitCond(c, {
                condition: c.emit("less", [total(h), total(x)], {}),
                operands: [h, x],
                yes: (d, [g, y]) => [d.emit("add", [g, y], {})],
                no: (d, [g]) => [d.emit("tanh", [g], {})],
              });
              return { carries: [next], ys: [] };
            },
          }).carries[0],
        ],
        (b, [start]) => [b.emit("cumsum", [start], { axis: 0, reverse: false })],
      ),
      operands: [bools(), floats(-1, 1, 40), floats(-1, 1, 3, 40)],
    },
    // What is infinite or NaN in the branch not taken stays there
    ...[0, 1].map((known) => ({
      params: condOf(
        [float(2)],
        (b, [x]) => [b.emit("log", [x], {})],
        (b, [x]) => [b.emit("sqrt", [b.emit("neg", [x], {})], {})],
      ),
      operands: [{ ...bools(), values: [known] }, known === 1 ? floats(1, 2, 2) : floats(-2, -1, 2)],
    })),
  ],

  scan: [
    // h ← a h + x, y = h²
    ...[false, true].map((reverse) => ({
      params: scanOf(
        [float(2), float(2), float(2)],
        { length: 4, reverse, carries: 1, xs: 1 },
        (b, { carries: [h], xs: [x], fixed: [a] }) => {
          const next = b.emit("add", [b.emit("mul", [a, h], {}), x], {});
          return { carries: [next], ys: [b.emit("mul", [next, next], {})] };
        },
      ),
      operands: [floats(-1, 1, 2), floats(-1, 1, 4, 2), floats(-1, 1, 2)],
    })),
    // Two carries change places; y are a carry, an x and a fixed operand themselves
    {
      params: scanOf(
        [float(), float(), float(3), float(2)],
        { length: 3, reverse: false, carries: 2, xs: 1 },
        (b, { carries: [g, h], xs: [x], fixed: [w] }) => ({
          carries: [h, b.emit("sin", [b.emit("add", [g, h], {})], {})],
          ys: [g, x, w],
        }),
      ),
      operands: [floats(-1, 1), floats(-1, 1), floats(-1, 1, 3, 3), floats(-1, 1, 2)],
    },
    // Rows of a fixed table by int x
    {
      params: scanOf(
        [float(2), { dtype: "int", shape: [] }, float(3, 2)],
        { length: 5, reverse: true, carries: 1, xs: 1 },
        (b, { carries: [h], xs: [at], fixed: [table] }) => ({
          carries: [b.emit("tanh", [b.emit("add", [h, b.emit("gather", [table, at], {})], {})], {})],
          ys: [h],
        }),
      ),
      operands: [floats(-1, 1, 2), ints(0, 2, 5), floats(-1, 1, 3, 2)],
    },
    // A loop inside: h ← sin⁽³⁾(h a) + x
    {
      params: scanOf(
        [float(), float(), float()],
        { length: 4, reverse: false, carries: 1, xs: 1 },
        (b, { carries: [h], xs: [x], fixed: [a] }) => {
          const inner = emitScan(b, {
            length: 3,
            carries: [h],
            fixed: [a],
            body: (c, { carries: [g], fixed: [f] }) => ({
              carries: [c.emit("sin", [c.emit("mul", [g, f], {})], {})],
              ys: [],
            }),
          });
          const next = b.emit("add", [inner.carries[0], x], {});
          return { carries: [next], ys: [next] };
        },
      ),
      operands: [floats(-1, 1), floats(-1, 1, 4), floats(-1, 1)],
    },
    // No step, and no carry
    {
      params: scanOf([float(2)], { length: 0, reverse: false, carries: 1, xs: 0 }, (b, { carries: [h] }) => ({
        carries: [b.emit("exp", [h], {})],
        ys: [h],
      })),
      operands: [floats(-1, 1, 2)],
    },
    {
      params: scanOf([float(2)], { length: 3, reverse: false, carries: 0, xs: 1 }, (b, { xs: [x] }) => ({
        carries: [],
        ys: [b.emit("exp", [x], {})],
      })),
      operands: [floats(-1, 1, 3, 2)],
    },
  ],

  matmul: [
    ...[false, true].flatMap((transposeLeft) =>
      [false, true].flatMap((transposeRight) => {
        const left = transposeLeft ? [3, 2] : [2, 3];
        const right = transposeRight ? [4, 3] : [3, 4];
        const params = { transposeLeft, transposeRight };
        return [
          { params, operands: [floats(-3, 3, ...left), floats(-3, 3, ...right)] },
          { params, operands: [floats(-3, 3, 2, ...left), floats(-3, 3, 2, ...right)] },
        ];
      }),
    ),
    {
      params: { transposeLeft: false, transposeRight: false },
      operands: [floats(-3, 3, 2, 2, 1, 3), floats(-3, 3, 2, 2, 3, 1)],
    },
  ],
} satisfies { readonly [Op in OpName]: readonly OpCase<Op>[] };

function float(...shape: number[]): TensorType {
  return { dtype: "float", shape };
}

function convolution(
  strides: readonly [number, number] = [1, 1],
  before: readonly [number, number] = [0, 0],
  after = before,
  dilation: readonly [number, number] = [1, 1],
): OpParams["conv2d"] {
  return { strides, before, after, dilation };
}

function scanOf(
  types: readonly TensorType[],
  { length, reverse, ...counts }: Omit<OpParams["scan"], "body">,
  make: ScanRequest["body"],
): OpParams["scan"] {
  return { body: scanBody(types, counts, make), length, reverse, ...counts };
}

function condOf(types: readonly TensorType[], yes: Branch, no: Branch): OpParams["cond"] {
  return { yes: branchGraph(types, yes), no: branchGraph(types, no) };
}

/** Any op's case, once it is no longer important of which op. */
export interface NamedCase {
  readonly label: string;
  readonly op: OpName;
  readonly kink: boolean;
  /** The op alone: inputs x0, x1, …; output y. */
  readonly graph: Graph;
  /** Values for the graph's inputs, by seed. */
  sample(seed: number): Record<string, Float64Array>;
}

export function allCases(): NamedCase[] {
  return (Object.keys(opCases) as OpName[]).flatMap((op) =>
    (opCases[op] as readonly OpCase<OpName>[]).map((each, number) => namedCase(op, each, number)),
  );
}

function namedCase<Op extends OpName>(
  op: Op,
  { params, operands, kink }: OpCase<Op>,
  number: number,
): NamedCase {
  const builder = createBuilder();
  const ids = operands.map(({ type }, position) => builder.input(`x${position}`, type));
  const output =
    op === "input"
      ? builder.input((params as OpParams["input"]).name, (params as OpParams["input"]).type)
      : builder.emit(
          op,
          op === "luSolve" ? ids.toSpliced(1, 0, builder.emit("lu", [ids[0]], {})) : ids,
          params,
        );
  const graph = builder.finish({ y: output });
  const types = operands.map(({ type: { dtype, shape } }) => `${dtype}[${shape}]`).join(" ");
  return {
    label: `${op} #${number} ${types} ${op === "scan" || op === "cond" ? "" : JSON.stringify(params)}`,
    op,
    kink: kink ?? false,
    graph,
    sample: (seed) =>
      Object.fromEntries(
        Object.entries(graph.inputs).map(([name, id], position) => {
          const operand = operands[position] ?? { type: graph.nodes[id].type, low: -2, high: 2 };
          return [name, sampleOperand(operand, seed, position)];
        }),
      ),
  };
}

function sampleOperand(
  { type, low, high, values, adjust }: Operand,
  seed: number,
  stream: number,
): Float64Array {
  if (values !== undefined) return Float64Array.from(values);
  const sampled = sampleValues(type.dtype, type.shape, low, high, seed, stream);
  adjust?.(sampled);
  return sampled;
}

export function sampleValues(
  dtype: DType,
  shape: Shape,
  low: number,
  high: number,
  seed: number,
  stream: number,
): Float64Array {
  const random = randomSource({ seed, stream }, 0);
  return Float64Array.from({ length: elementCount(shape) }, () => {
    const u = random.uniform();
    return dtype === "float" ? low + (high - low) * u : low + Math.floor((high - low + 1) * u);
  });
}
