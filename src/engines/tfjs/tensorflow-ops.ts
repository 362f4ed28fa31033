/**
 * Kernels of `kernel-program.ts` as TensorFlow ops: names, operands that tfjs takes as attributes, and attributes that TensorFlow
 * wants besides. Source: TensorFlow's op definitions (tensorflow/core/ops). Attributes that came after TensorFlow 2.9, which is what
 * tfjs-node brings, are left out: it refuses nodes with attributes it does not know.
 */
import { bug } from "../../base/bug.ts";
import type { Attribute, CallNode } from "./kernel-program.ts";
import type { ElementType, NodeBuilder, TensorFlowAttributes, TensorRef } from "./tensorflow-graph.ts";

export interface OperandRef {
  readonly ref: TensorRef;
  readonly type: ElementType;
  readonly rank: number;
}

type Lowering = (
  builder: NodeBuilder,
  node: CallNode,
  operands: readonly OperandRef[],
  result: ElementType,
) => TensorRef;

const lowerings: Readonly<Record<string, Lowering>> = {
  ...elementwise("y", {
    Abs: "Abs",
    Atanh: "Atanh",
    Cos: "Cos",
    Erf: "Erf",
    Exp: "Exp",
    Expm1: "Expm1",
    Floor: "Floor",
    Log: "Log",
    Log1p: "Log1p",
    Neg: "Neg",
    Sigmoid: "Sigmoid",
    Sign: "Sign",
    Sin: "Sin",
    Sqrt: "Sqrt",
    Tan: "Tan",
    Tanh: "Tanh",
    Digamma: "Digamma",
    Erfc: "Erfc",
    Erfinv: "Erfinv",
    Lgamma: "Lgamma",
  }),
  ...elementwise("activations", { Softplus: "Softplus" }),
  ...elementwise("z", {
    Add: "AddV2",
    Equal: "Equal",
    Less: "Less",
    LessEqual: "LessEqual",
    Maximum: "Maximum",
    Minimum: "Minimum",
    Multiply: "Mul",
    NotEqual: "NotEqual",
    Polygamma: "Polygamma",
    Pow: "Pow",
    RealDiv: "RealDiv",
    Sub: "Sub",
  }),
  LogicalAnd: (builder, _node, operands) => builder.add("LogicalAnd", refs(operands), "z", {}),
  LogicalOr: (builder, _node, operands) => builder.add("LogicalOr", refs(operands), "z", {}),
  LogicalNot: (builder, _node, operands) => builder.add("LogicalNot", refs(operands), "y", {}),
  // Not SelectV2, which would broadcast and so takes fewer axes.
  Select: (builder, _node, operands, result) =>
    builder.add("Select", refs(operands), "output", { T: type(result) }),
  Cast: (builder, _node, [x], result) =>
    builder.add("Cast", [x.ref], "y", { SrcT: type(x.type), DstT: type(result), Truncate: flag(false) }),

  Sum: (builder, { attributes }, [x]) =>
    builder.add("Sum", [x.ref, ints(builder, attributes.axis)], "output", {
      T: type(x.type),
      Tidx: type("int32"),
      keep_dims: flag(false),
    }),
  Max: (builder, { attributes }, [x]) =>
    builder.add("Max", [x.ref, ints(builder, attributes.reductionIndices)], "output", {
      T: type(x.type),
      Tidx: type("int32"),
      keep_dims: flag(false),
    }),
  Cumsum: (builder, { attributes }, [x]) =>
    builder.add("Cumsum", [x.ref, int(builder, attributes.axis)], "out", {
      T: type(x.type),
      Tidx: type("int32"),
      exclusive: flag(false),
      reverse: flag(attributes.reverse === true),
    }),

  Reshape: (builder, { attributes }, [x]) =>
    builder.add("Reshape", [x.ref, ints(builder, attributes.shape)], "output", {
      T: type(x.type),
      Tshape: type("int32"),
    }),
  Transpose: (builder, { attributes }, [x]) =>
    builder.add("Transpose", [x.ref, ints(builder, attributes.perm)], "y", {
      T: type(x.type),
      Tperm: type("int32"),
    }),
  Tile: (builder, { attributes }, [x]) =>
    builder.add("Tile", [x.ref, ints(builder, attributes.reps)], "output", {
      T: type(x.type),
      Tmultiples: type("int32"),
    }),
  BroadcastTo: (builder, { attributes }, [x]) =>
    builder.add("BroadcastTo", [x.ref, ints(builder, attributes.shape)], "output", {
      T: type(x.type),
      Tidx: type("int32"),
    }),
  Slice: (builder, { attributes }, [x]) =>
    builder.add("Slice", [x.ref, ints(builder, attributes.begin), ints(builder, attributes.size)], "output", {
      T: type(x.type),
      Index: type("int32"),
    }),
  PadV2: (builder, { attributes }, [x]) => {
    const paddings = lists(attributes.paddings);
    const counts = builder.constant("int32", [paddings.length, 2], paddings.flat());
    const zero = builder.constant(x.type, [], [0]);
    return builder.add("PadV2", [x.ref, counts, zero], "output", {
      T: type(x.type),
      Tpaddings: type("int32"),
    });
  },
  Concat: (builder, { attributes }, operands, result) =>
    builder.add("ConcatV2", [...refs(operands), int(builder, attributes.axis)], "output", {
      N: { kind: "int", value: operands.length },
      T: type(result),
      Tidx: type("int32"),
    }),
  Reverse: (builder, { attributes }, [x]) =>
    builder.add("ReverseV2", [x.ref, ints(builder, attributes.dims)], "output", {
      T: type(x.type),
      Tidx: type("int32"),
    }),

  GatherV2: (builder, { attributes }, [table, indices]) =>
    builder.add("GatherV2", [table.ref, indices.ref, int(builder, attributes.axis)], "output", {
      Tparams: type(table.type),
      Tindices: type(indices.type),
      Taxis: type("int32"),
      batch_dims: { kind: "int", value: Number(attributes.batchDims) },
    }),
  ScatterNd: (builder, { attributes }, [indices, updates]) =>
    builder.add("ScatterNd", [indices.ref, updates.ref, ints(builder, attributes.shape)], "output", {
      T: type(updates.type),
      Tindices: type(indices.type),
    }),

  BatchMatMul: (builder, { attributes }, [a, b]) => {
    const transposes = [flag(attributes.transposeA === true), flag(attributes.transposeB === true)];
    return a.rank === 2 && b.rank === 2
      ? builder.add("MatMul", [a.ref, b.ref], "product", {
          T: type(a.type),
          transpose_a: transposes[0],
          transpose_b: transposes[1],
        })
      : builder.add("BatchMatMulV2", [a.ref, b.ref], "output", {
          T: type(a.type),
          adj_x: transposes[0],
          adj_y: transposes[1],
        });
  },
  Conv2D: (builder, { attributes }, [x, filter]) =>
    builder.add("Conv2D", [x.ref, filter.ref], "output", {
      T: type(x.type),
      strides: { kind: "ints", value: [1, ...numbers(attributes.strides), 1] },
      dilations: { kind: "ints", value: [1, ...numbers(attributes.dilations), 1] },
      padding: { kind: "string", value: "EXPLICIT" },
      explicit_paddings: { kind: "ints", value: lists(attributes.pad).flat() },
      data_format: { kind: "string", value: "NHWC" },
      use_cudnn_on_gpu: flag(true),
    }),

  ArgSort: (builder, { type: { shape } }, [x]) => argsort(builder, x, shape[shape.length - 1]),
};

/** The op's one result. `operands` are in the node's order. */
export function emitKernel(
  builder: NodeBuilder,
  node: CallNode,
  operands: readonly OperandRef[],
  result: ElementType,
): TensorRef {
  const lowering = lowerings[node.kernel] ?? bug(`no TensorFlow op for kernel ${node.kernel}`);
  return lowering(builder, node, operands, result);
}

/**
 * TopKV2 gives the largest first and of equal ones the first first. So the keys fall as x grows: the bits of |x| below zero, their
 * complement from zero on; ±0 have one key, and NaN, being above infinity in its bits, the last.
 */
function argsort(builder: NodeBuilder, x: OperandRef, length: number): TensorRef {
  const top = (key: TensorRef, keyType: ElementType): TensorRef => {
    const k = builder.constant("int32", [], [length]);
    const { node } = builder.add("TopKV2", [key, k], "values", { T: type(keyType), sorted: flag(true) });
    return { node, index: 1, result: "indices" };
  };
  const complement = (bits: TensorRef, bitsType: ElementType): TensorRef =>
    builder.add("Invert", [bits], "y", { T: type(bitsType) });
  if (x.type === "int32") return top(complement(x.ref, "int32"), "int32");
  const bitsType = x.type === "float64" ? "int64" : "int32";
  const T = type(x.type);
  const isNumber = builder.add("Equal", [x.ref, x.ref], "z", { T });
  const size = builder.add("Abs", [x.ref], "y", { T });
  const oneNaN = builder.constant(x.type, [], [Number.NaN]);
  const canonical = builder.add("SelectV2", [isNumber, size, oneNaN], "output", { T });
  const bits = builder.add("Bitcast", [canonical], "output", { T, type: type(bitsType) });
  const isBelow = builder.add("Less", [x.ref, builder.constant(x.type, [], [0])], "z", { T });
  const branches = [isBelow, bits, complement(bits, bitsType)];
  return top(builder.add("SelectV2", branches, "output", { T: type(bitsType) }), bitsType);
}

/** Ops whose one type `T` is that of their operands. */
function elementwise(
  resultName: string,
  ops: Readonly<Record<string, string>>,
): Readonly<Record<string, Lowering>> {
  return Object.fromEntries(
    Object.entries(ops).map(([kernel, op]): [string, Lowering] => [
      kernel,
      (builder, _node, operands) =>
        builder.add(op, refs(operands), resultName, { T: type(operands[0].type) }),
    ]),
  );
}

function refs(operands: readonly OperandRef[]): readonly TensorRef[] {
  return operands.map(({ ref }) => ref);
}

function type(value: ElementType): TensorFlowAttributes[string] {
  return { kind: "type", value };
}

function flag(value: boolean): TensorFlowAttributes[string] {
  return { kind: "bool", value };
}

function int(builder: NodeBuilder, value: Attribute): TensorRef {
  return builder.constant("int32", [], [Number(value)]);
}

function ints(builder: NodeBuilder, value: Attribute): TensorRef {
  const values = numbers(value);
  return builder.constant("int32", [values.length], values);
}

function numbers(value: Attribute): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : bug(`not a list of numbers: ${value}`);
}

function lists(value: Attribute): readonly (readonly number[])[] {
  return Array.isArray(value) ? value.map((item) => numbers(item)) : bug(`not a list of lists: ${value}`);
}
