/**
 * Our ops in ONNX's, one row per op. What ONNX Runtime's processor kernels cannot do in floats or doubles is a formula in other
 * ops of ours, or left to the compiler's expansions.
 */
import type { Arithmetic } from "../../compiler/arithmetic.ts";
import type { ExpandedOp } from "../../compiler/expand.ts";
import { equalShapes, iotaValues, type NodeId, type NodeOf } from "../../compiler/graph.ts";
import type { OpName, Shape } from "../../compiler/ops.ts";
import type { Precision } from "../engine.ts";
import { conv2d } from "./convolution.ts";
import { gather, scatterAdd } from "./indexing.ts";
import type { OnnxAttributes } from "./model.ts";
import type { Value } from "./onnx-builder.ts";
import type { OnnxMath } from "./onnx-math.ts";
import { argsort, sort } from "./sorting.ts";
import {
  digamma,
  erf,
  erfinv,
  expm1,
  type Formula,
  lgamma,
  log1p,
  polygamma,
  sigmoid,
  softplus,
  tan,
} from "./special-functions.ts";

/**
 * "expanded": gone before lowering, by the compiler's expansions. "loop": an ONNX `Scan`, as its body is lowered by
 * `lower-graph.ts` itself.
 */
export type Lowering<Op extends OpName> =
  | KernelRow
  | ExpansionRow<Op>
  | FormulaRow<Op>
  | (Op extends ExpandedOp ? "expanded" : never)
  | (Op extends "scan" ? "loop" : never);

/** One ONNX op on operands of one shape, given before they are broadcast to it where ONNX stretches them as well. */
export interface KernelRow {
  readonly kernel: string;
  /** In f64 instead, for which there is no kernel. */
  readonly doubles?: Formula;
}

export interface ExpansionRow<Op extends OpName> {
  readonly expand: (math: OnnxMath, node: NodeOf<Op>, operands: readonly Value[]) => Value;
  /** Operands are given before they are broadcast to the shape of the result, one of them in it. */
  readonly stretches?: true;
}

/** In other ops of ours, before lowering. */
export interface FormulaRow<Op extends OpName> {
  readonly formula: (math: Arithmetic, node: NodeOf<Op>, precision: Precision) => NodeId;
}

const kernel = (name: string, doubles?: Formula): KernelRow => ({
  kernel: name,
  ...(doubles !== undefined && { doubles }),
});
const formula = (make: Formula) => ({
  formula: (math: Arithmetic, { inputs }: { readonly inputs: readonly NodeId[] }, precision: Precision) =>
    make(math, inputs[0], precision),
});

export const loweringTable = {
  input: { expand: ({ builder }, { params: { type, name } }) => builder.input(type, name) },
  constant: { expand: ({ builder }, { params: { type, values } }) => builder.constant(type, values) },
  iota: {
    expand: ({ builder }, { params, type }) => builder.constant(type, iotaValues(params)),
  },

  neg: kernel("Neg"),
  abs: kernel("Abs"),
  // The kernel gives 0 for NaN.
  sign: {
    expand({ elementwise, where }, { type }, [x]) {
      const sign = elementwise("Sign", [x]);
      return type.dtype === "int" ? sign : where(elementwise("IsNaN", [x], "bool"), x, sign);
    },
  },
  exp: kernel("Exp"),
  log: kernel("Log"),
  log1p: formula(log1p),
  expm1: formula(expm1),
  sqrt: kernel("Sqrt"),
  sin: kernel("Sin"),
  cos: kernel("Cos"),
  tan: kernel("Tan", tan),
  tanh: kernel("Tanh"),
  // The kernels of the next two lose small values: they are absolutely right only.
  sigmoid: formula(sigmoid),
  softplus: formula(softplus),
  floor: kernel("Floor"),
  lgamma: formula(lgamma),
  digamma: formula(digamma),
  erf: kernel("Erf", erf),
  erfinv: formula(erfinv),
  polygamma: {
    formula: (math, { inputs: [x], params: { order } }, precision) => polygamma(math, order, x, precision),
  },
  not: kernel("Not"),
  stopGradient: { expand: (_math, _node, [x]) => x },
  convert: { expand: ({ cast }, { params: { dtype } }, [x]) => cast(x, dtype) },

  add: kernel("Add"),
  sub: kernel("Sub"),
  mul: kernel("Mul"),
  // ONNX Runtime 1.30 turns (1 / x) y into y / x, and makes an invalid model where y is 1 · z.
  div: {
    stretches: true,
    expand: ({ elementwise }, { type }, [x, y]) =>
      x.values?.length === 1 && x.values[0] === 1 && equalShapes(y.type.shape, type.shape)
        ? elementwise("Reciprocal", [y])
        : elementwise("Div", [x, y]),
  },
  pow: kernel("Pow"),
  min: kernel("Min"),
  max: kernel("Max"),
  equal: kernel("Equal"),
  less: kernel("Less"),
  lessEqual: kernel("LessOrEqual"),
  and: kernel("And"),
  or: kernel("Or"),
  select: { stretches: true, expand: ({ where }, _node, [condition, x, y]) => where(condition, x, y) },

  // Σ x x in one pass.
  reduceSum: {
    expand(math, node, [x]) {
      const { op, operands } = x.madeBy ?? { op: undefined, operands: [] };
      const isSquare =
        op === "Mul" && operands[0] === operands[1] && equalShapes(operands[0].type.shape, x.type.shape);
      return isSquare && x.type.dtype === "float"
        ? reduction("ReduceSumSquare").expand(math, node, [operands[0]])
        : reduction("ReduceSum").expand(math, node, [x]);
    },
  },
  // The kernel drops NaN.
  reduceMax: {
    expand(math, node, [x]) {
      const { elementwise, cast, scalar, where } = math;
      const largest = reduction("ReduceMax").expand(math, node, [x]);
      if (x.type.dtype === "int" || node.params.axes.length === 0) return largest;
      const isMissing = cast(elementwise("IsNaN", [x], "bool"), "float");
      const isAnyMissing = cast(reduction("ReduceMax").expand(math, node, [isMissing]), "bool");
      return where(isAnyMissing, scalar(Number.NaN, "float"), largest);
    },
  },
  cumsum: {
    expand: ({ call, scalar }, { params: { axis, reverse }, type }, [x]) =>
      call("CumSum", [x, scalar(axis, "int")], { reverse: Number(reverse) }, type),
  },

  reshape: { expand: ({ reshape }, { params: { shape } }, [x]) => reshape(x, shape) },
  transpose: { expand: ({ transpose }, { params: { permutation } }, [x]) => transpose(x, permutation) },
  broadcast: {
    expand: ({ expand, reshape }, { params: { shape, axes } }, [x]) =>
      expand(reshape(x, alignedShape(shape, axes)), shape),
  },
  slice: { expand: ({ slice }, { params: { start, limit } }, [x]) => slice(x, start, limit) },
  pad: {
    // The kernel refuses single numbers.
    expand: ({ call, numbers }, { params: { before, after }, type }, [x]) => {
      const amounts = [...before, ...after];
      return amounts.some((amount) => amount > 0) ? call("Pad", [x, numbers(amounts)], {}, type) : x;
    },
  },
  concat: {
    expand: ({ concat }, { params: { axis } }, parts) =>
      concat(
        parts.filter(({ type }) => type.shape[axis] > 0),
        axis,
      ),
  },
  reverse: {
    expand({ call, numbers }, { params: { axis }, type }, [x]) {
      // Down to the one before the first, which ends any axis.
      const [from, to] = [numbers([type.shape[axis] - 1]), numbers([-type.shape[axis] - 1])];
      return call("Slice", [x, from, to, numbers([axis]), numbers([-1])], {}, type);
    },
  },

  gather: { expand: (math, _node, [table, indices]) => gather(math, table, indices) },
  scatterAdd: {
    expand: (math, { params: { size } }, [indices, updates]) => scatterAdd(math, size, indices, updates),
  },
  argsort: { expand: (math, _node, [x]) => argsort(math, x) },
  sort: { expand: (math, _node, [x]) => sort(math, x) },

  matmul: {
    expand({ call, transpose }, { params: { transposeLeft, transposeRight }, type }, [left, right]) {
      const isPlain = !transposeLeft && !transposeRight;
      if (type.shape.length === 2 && !isPlain)
        return call(
          "Gemm",
          [left, right],
          { transA: Number(transposeLeft), transB: Number(transposeRight) },
          type,
        );
      const axes = type.shape.map((_, axis) => axis);
      const swapped = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
      const read = (x: Value, isTransposed: boolean): Value => (isTransposed ? transpose(x, swapped) : x);
      return call("MatMul", [read(left, transposeLeft), read(right, transposeRight)], {}, type);
    },
  },
  cholesky: "expanded",
  triangularSolve: "expanded",
  lu: "expanded",
  luSolve: "expanded",
  conv2d: {
    expand: (math, { params, type }, [images, filters]) => conv2d(math, params, type, images, filters),
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

/** What a broadcast reads, with axes of length 1 where it stretches, but for leading ones. */
export function alignedShape(shape: Shape, axes: readonly number[]): Shape {
  const [first = shape.length] = axes;
  return shape.slice(first).map((length, axis) => (axes.includes(first + axis) ? length : 1));
}

function reduction(op: string): ExpansionRow<"reduceSum" | "reduceMax"> {
  return {
    expand({ call, numbers }, { params: { axes }, type }, [x]) {
      if (axes.length === 0) return x;
      const attributes: OnnxAttributes = { keepdims: 0 };
      return call(op, [x, numbers(axes)], attributes, type);
    },
  };
}
