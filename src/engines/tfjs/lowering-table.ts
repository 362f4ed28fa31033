/**
 * Our ops in TensorFlow's kernels, one row per op: a row that is one kernel is data, the others are expansions. This is the
 * plain meaning, for every backend and for export; what single backends get wrong or do slowly is in `backend-overrides.ts`.
 */

import type { ExpandedOp } from "../../compiler/expand.ts";
import { elementCount, iotaValues, type NodeOf } from "../../compiler/graph.ts";
import type { OpName, OpParams } from "../../compiler/ops.ts";
import { around, type KernelMath, type Value } from "./kernel-math.ts";
import type { Attributes } from "./kernel-program.ts";
import { digamma, erfinv, lgamma, polygamma } from "./special-functions.ts";

/**
 * "expanded": gone before lowering, by the compiler's expansions. "loop": a loop of the kernel program, as its body is lowered by
 * `lower-graph.ts` itself.
 */
export type Lowering<Op extends OpName> = KernelRow<Op> | ExpansionRow<Op> | Expanded<Op> | Loop<Op>;
type Loop<Op extends OpName> = Op extends "scan" ? "loop" : never;
type Expanded<Op extends OpName> = Op extends ExpandedOp ? "expanded" : never;

export interface KernelRow<Op extends OpName> {
  readonly kernel: string;
  /** What tfjs calls the operands, in order; "list" for a kernel that takes a list. */
  readonly operands: readonly string[] | "list";
  readonly attributes?: (node: NodeOf<Op>) => Attributes;
  /** Of two operands: one may be given before a broadcast along leading axes. */
  readonly broadcasts?: true;
}

export interface ExpansionRow<Op extends OpName> {
  readonly expand: Expansion<Op>;
}

export type Expansion<Op extends OpName> = (
  math: KernelMath,
  node: NodeOf<Op>,
  operands: readonly Value[],
) => Value;

const unary = (kernel: string) => ({
  expand: ({ unary: apply }: KernelMath, _node: unknown, [x]: readonly Value[]) => apply(kernel, x),
});
const binary = (kernel: string) => ({ kernel, operands: ["a", "b"], broadcasts: true }) as const;

export const loweringTable = {
  input: { expand: ({ builder, value }, { params: { name, type } }) => value(builder.input(name, type)) },
  constant: {
    expand: ({ builder, value }, { params: { type, values } }) => value(builder.constant(type, values)),
  },
  iota: {
    expand: ({ builder, value }, { params, type }) => value(builder.constant(type, iotaValues(params))),
  },

  neg: unary("Neg"),
  abs: unary("Abs"),
  sign: unary("Sign"),
  exp: unary("Exp"),
  log: unary("Log"),
  log1p: unary("Log1p"),
  expm1: unary("Expm1"),
  sqrt: unary("Sqrt"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  tan: unary("Tan"),
  tanh: unary("Tanh"),
  sigmoid: unary("Sigmoid"),
  softplus: unary("Softplus"),
  floor: unary("Floor"),
  lgamma: { expand: (math, _node, [x]) => lgamma(math, x) },
  digamma: { expand: (math, _node, [x]) => digamma(math, x) },
  erf: unary("Erf"),
  erfinv: { expand: (math, _node, [x]) => erfinv(math, x) },
  polygamma: { expand: (math, { params: { order } }, [x]) => polygamma(math, order, x) },
  not: unary("LogicalNot"),
  stopGradient: { expand: (_math, _node, [x]) => x },
  // To bool by comparison, as casts to bool differ: 0.5 is true.
  convert: {
    expand: ({ cast, logic }, { params: { dtype } }, [x]) =>
      dtype === "bool" && x.type.dtype !== "bool" ? logic("NotEqual", x, 0) : cast(x, dtype),
  },

  add: binary("Add"),
  sub: binary("Sub"),
  mul: binary("Multiply"),
  div: binary("RealDiv"),
  pow: binary("Pow"),
  min: binary("Minimum"),
  max: binary("Maximum"),
  equal: binary("Equal"),
  less: binary("Less"),
  lessEqual: binary("LessEqual"),
  and: binary("LogicalAnd"),
  or: binary("LogicalOr"),
  select: {
    expand: ({ select }, _node, [condition, whenTrue, whenFalse]) => select(condition, whenTrue, whenFalse),
  },

  reduceSum: {
    kernel: "Sum",
    operands: ["x"],
    attributes: ({ params: { axes } }) => ({ axis: axes, keepDims: false }),
  },
  reduceMax: {
    kernel: "Max",
    operands: ["x"],
    attributes: ({ params: { axes } }) => ({ reductionIndices: axes, keepDims: false }),
  },
  cumsum: { expand: (math, { params }, [x]) => cumulated(math, params, x) },

  reshape: { expand: ({ reshape }, { params: { shape } }, [x]) => reshape(x, shape) },
  transpose: { expand: ({ transpose }, { params: { permutation } }, [x]) => transpose(x, permutation) },
  broadcast: {
    expand({ builder, value, reshape }, { params: { shape, axes }, type }, [x]) {
      const aligned = shape.map((length, axis) => (axes.includes(axis) ? length : 1));
      const reps = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
      const viewed = reshape(x, aligned);
      return reps.every((count) => count === 1)
        ? viewed
        : value(builder.call("Tile", [viewed.id], ["x"], { reps }, type));
    },
  },
  slice: {
    expand: ({ slice }, { params: { start }, type }, [x]) => slice(x, start, type.shape),
  },
  pad: {
    expand: ({ pad }, { params: { before, after } }, [x]) =>
      pad(
        x,
        before.map((count, axis) => [count, after[axis]]),
      ),
  },
  concat: {
    expand: ({ concat }, { params: { axis } }, parts) =>
      concat(
        parts.filter(({ type }) => type.shape[axis] > 0),
        axis,
      ),
  },
  reverse: { expand: ({ reverse }, { params: { axis } }, [x]) => reverse(x, axis) },

  gather: { expand: (math, _node, [table, indices]) => gather(math, table, indices) },
  scatterAdd: {
    expand: (math, { params: { size } }, [indices, updates]) => scatterAdd(math, size, indices, updates),
  },

  matmul: {
    kernel: "BatchMatMul",
    operands: ["a", "b"],
    attributes: ({ params: { transposeLeft, transposeRight } }) => ({
      transposeA: transposeLeft,
      transposeB: transposeRight,
    }),
  },
  cholesky: "expanded",
  triangularSolve: "expanded",
  lu: "expanded",
  luSolve: "expanded",
  argsort: "expanded",
  sort: "expanded",
  conv2d: {
    kernel: "Conv2D",
    operands: ["x", "filter"],
    attributes: ({ params: { strides, before, after, dilation } }) => ({
      strides,
      pad: [
        [0, 0],
        [before[0], after[0]],
        [before[1], after[1]],
        [0, 0],
      ],
      dataFormat: "NHWC",
      dilations: dilation,
    }),
  },
  cond: "expanded",
  scan: "loop",
} satisfies { readonly [Op in OpName]: Lowering<Op> };

/** The row of one op, with parameters and row tied together. */
export function loweringOf<Op extends OpName>(op: Op): Lowering<Op> {
  return (loweringTable as { readonly [Name in OpName]: Lowering<Name> })[op];
}

/** The ops that the compiler expands, as no kernel does them. */
export const expandedOps = (Object.keys(loweringTable) as OpName[]).filter(
  (op): op is ExpandedOp => loweringTable[op] === "expanded",
);

/**
 * Kernels refuse indices out of range, or read past the table. So indices are brought into range and what they found is
 * replaced. The condition is spelled out for every element: the backends disagree about one per row.
 */
function gather(math: KernelMath, table: Value, indices: Value): Value {
  const { builder, value, reshape, select, arithmetic, cast, logic } = math;
  if (table.type.dtype === "bool") return logic("NotEqual", gather(math, cast(table, "int"), indices), 0);
  const [rows, ...rest] = table.type.shape;
  const count = elementCount(indices.type.shape);
  const shape = [...indices.type.shape, ...rest];
  const outside = table.type.dtype === "float" ? Number.NaN : 0;
  if (rows === 0) return math.splat(outside, { dtype: table.type.dtype, shape });
  const row = (at: Value): Value => {
    const type = { dtype: table.type.dtype, shape: [...at.type.shape, ...rest] };
    return value(
      builder.call("GatherV2", [table.id, at.id], ["x", "indices"], { axis: 0, batchDims: 0 }, type),
    );
  };
  const flat = reshape(indices, [count]);
  if (knownWithin(math, indices, rows)) return reshape(row(flat), shape);
  const inside = withinRange(math, flat, rows);
  const found = row(arithmetic("Maximum", arithmetic("Minimum", flat, rows - 1), 0));
  return reshape(
    select(perRow(math, inside, elementCount(rest)), reshape(found, [count, elementCount(rest)]), outside),
    shape,
  );
}

/** Not the kernel's own `reverse`, which WebGPU gets wrong for the second length used in a process. GPUs take few axes. */
export function cumulated(math: KernelMath, { axis, reverse }: OpParams["cumsum"], x: Value): Value {
  const { shape } = x.type;
  const viewed = math.reshape(x, around(shape, axis));
  const sum = ({ id, type }: Value): Value =>
    math.value(math.builder.call("Cumsum", [id], ["x"], { axis: 1, exclusive: false, reverse: false }, type));
  const result = reverse ? math.reverse(sum(math.reverse(viewed, 1)), 1) : sum(viewed);
  return math.reshape(result, shape);
}

/** Updates whose index is out of range go to one row more than asked for, which is then left out. */
export function scatterAdd(math: KernelMath, size: number, indices: Value, updates: Value): Value {
  const { builder, value, reshape, select, slice } = math;
  const rank = indices.type.shape.length;
  const count = elementCount(indices.type.shape);
  const rest = updates.type.shape.slice(rank);
  const width = elementCount(rest);
  const dtype = updates.type.dtype;
  if (count === 0) return math.splat(0, { dtype, shape: [size, ...rest] });
  const flat = reshape(indices, [count]);
  const isWithin = knownWithin(math, indices, size);
  const target = isWithin ? flat : select(withinRange(math, flat, size), flat, size);
  const rows = isWithin ? size : size + 1;
  const type = { dtype, shape: [rows, width] };
  const sums = builder.call(
    "ScatterNd",
    [reshape(target, [count, 1]).id, reshape(updates, [count, width]).id],
    ["indices", "updates"],
    { shape: type.shape },
    type,
  );
  return reshape(slice(value(sums), [0, 0], [size, width]), [size, ...rest]);
}

function withinRange({ logic }: KernelMath, indices: Value, limit: number): Value {
  return logic("LogicalAnd", logic("Less", indices, limit), logic("Less", -1, indices));
}

/** A bool [N] as [N, width], by looking up rows of a constant: row copies are fast where tiling is not. */
function perRow({ reshape, builder, value, cast }: KernelMath, x: Value, width: number): Value {
  if (width === 1) return reshape(x, [x.type.shape[0], 1]);
  const rows = builder.constant(
    { dtype: "bool", shape: [2, width] },
    Array.from({ length: 2 * width }, (_, at) => (at < width ? 0 : 1)),
  );
  const type = { dtype: "bool", shape: [x.type.shape[0], width] } as const;
  const attributes = { axis: 0, batchDims: 0 };
  return value(builder.call("GatherV2", [rows, cast(x, "int").id], ["x", "indices"], attributes, type));
}

function knownWithin({ builder }: KernelMath, indices: Value, limit: number): boolean {
  const node = builder.nodeOf(indices.id);
  return node.kind === "constant" && node.values.every((index) => index >= 0 && index < limit);
}
