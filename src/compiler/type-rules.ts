/**
 * The type rules that rows of the op table share. A rule gives the result's type, or says in words what is wrong;
 * `inferType` turns words into a bug with the op and its operand types. The number of operands is checked before.
 */
import { elementCount, equalShapes, type Graph } from "./graph.ts";
import type { DType, OpParams, Shape, TensorType } from "./ops.ts";

export type TypeRule<Params> = (inputs: readonly TensorType[], params: Params) => TensorType | string;

/** Element kinds that have arithmetic. */
export const numbers: readonly DType[] = ["float", "int"];
export const floats: readonly DType[] = ["float"];
export const bools: readonly DType[] = ["bool"];
export const anyKind: readonly DType[] = ["float", "int", "bool"];

/** All operands of one shape and one of the accepted kinds; the result is of their type, or of kind `result`. */
export function elementwise(accepted: readonly DType[], result?: DType): TypeRule<unknown> {
  return (inputs) => {
    const [first] = inputs;
    if (!accepted.includes(first.dtype)) return `takes ${accepted.join(" or ")}`;
    if (inputs.some((input) => input.dtype !== first.dtype)) return "takes operands of one element kind";
    if (inputs.some((input) => !equalShapes(input.shape, first.shape))) return "takes operands of one shape";
    return { dtype: result ?? first.dtype, shape: first.shape };
  };
}

export const leafType: TypeRule<{ readonly type: TensorType }> = (_inputs, { type }) =>
  shapeComplaint(type.shape) ?? type;

export const constantType: TypeRule<OpParams["constant"]> = (_inputs, { type, values }) => {
  const complaint = shapeComplaint(type.shape);
  if (complaint !== undefined) return complaint;
  if (values.length !== elementCount(type.shape)) return `has ${values.length} values for ${showType(type)}`;
  if (type.dtype === "int" && !values.every(Number.isInteger)) return "of kind int takes whole numbers";
  if (type.dtype === "bool" && !values.every((value) => value === 0 || value === 1))
    return "of kind bool takes 0 and 1";
  return type;
};

export const iotaType: TypeRule<OpParams["iota"]> = (_inputs, { shape, axis }) =>
  shapeComplaint(shape) ?? axisComplaint(axis, shape) ?? { dtype: "int", shape };

export const selectType: TypeRule<unknown> = ([condition, whenTrue, whenFalse]) => {
  if (condition.dtype !== "bool") return "takes a bool condition";
  if (whenTrue.dtype !== whenFalse.dtype) return "takes branches of one element kind";
  if (!equalShapes(condition.shape, whenTrue.shape) || !equalShapes(condition.shape, whenFalse.shape))
    return "takes a condition and branches of one shape";
  return whenTrue;
};

export const polygammaType: TypeRule<OpParams["polygamma"]> = (inputs, { order }) =>
  Number.isInteger(order) && order >= 1
    ? elementwise(floats)(inputs, undefined)
    : "takes a whole order of at least 1";

export const reductionType: TypeRule<{ readonly axes: readonly number[] }> = ([input], { axes }) => {
  if (!numbers.includes(input.dtype)) return `takes ${numbers.join(" or ")}`;
  if (!ascendingBelow(axes, input.shape.length))
    return "takes distinct axes of its operand in ascending order";
  return { dtype: input.dtype, shape: input.shape.filter((_, axis) => !axes.includes(axis)) };
};

/** The operand's own type; `axis` must be one of its axes. */
export function alongAxis(accepted: readonly DType[]): TypeRule<{ readonly axis: number }> {
  return ([input], { axis }) =>
    accepted.includes(input.dtype)
      ? (axisComplaint(axis, input.shape) ?? input)
      : `takes ${accepted.join(" or ")}`;
}

export const reshapeType: TypeRule<OpParams["reshape"]> = ([input], { shape }) => {
  const complaint = shapeComplaint(shape);
  if (complaint !== undefined) return complaint;
  if (elementCount(shape) !== elementCount(input.shape)) return "keeps the number of elements";
  return { dtype: input.dtype, shape };
};

export const transposeType: TypeRule<OpParams["transpose"]> = ([input], { permutation }) => {
  const sorted = [...permutation].sort((a, b) => a - b);
  if (permutation.length !== input.shape.length || sorted.some((axis, position) => axis !== position))
    return "takes each axis of its operand once";
  return { dtype: input.dtype, shape: permutation.map((axis) => input.shape[axis]) };
};

export const broadcastType: TypeRule<OpParams["broadcast"]> = ([input], { shape, axes }) => {
  const complaint = shapeComplaint(shape);
  if (complaint !== undefined) return complaint;
  if (axes.length !== input.shape.length || !ascendingBelow(axes, shape.length))
    return "takes one output axis per input axis, in ascending order";
  if (axes.some((axis, position) => shape[axis] !== input.shape[position]))
    return "keeps the length of input axes";
  return { dtype: input.dtype, shape };
};

export const sliceType: TypeRule<OpParams["slice"]> = ([input], { start, limit }) => {
  if (start.length !== input.shape.length || limit.length !== input.shape.length)
    return "takes start and limit per axis";
  if (
    !start.every((from, axis) => naturals([from]) && from <= limit[axis] && limit[axis] <= input.shape[axis])
  )
    return "takes 0 ≤ start ≤ limit ≤ length";
  return shapeComplaint(limit) ?? { dtype: input.dtype, shape: limit.map((to, axis) => to - start[axis]) };
};

export const padType: TypeRule<OpParams["pad"]> = ([input], { before, after }) => {
  if (before.length !== input.shape.length || after.length !== input.shape.length)
    return "takes before and after per axis";
  if (!naturals(before) || !naturals(after)) return "takes whole amounts of at least 0";
  return {
    dtype: input.dtype,
    shape: input.shape.map((length, axis) => before[axis] + length + after[axis]),
  };
};

export const concatType: TypeRule<OpParams["concat"]> = (inputs, { axis }) => {
  if (inputs.length === 0) return "takes at least one operand";
  const [first] = inputs;
  const complaint = axisComplaint(axis, first.shape);
  if (complaint !== undefined) return complaint;
  if (inputs.some((input) => input.dtype !== first.dtype)) return "takes operands of one element kind";
  const withoutAxis = (shape: Shape) => shape.toSpliced(axis, 1);
  if (inputs.some((input) => !equalShapes(withoutAxis(input.shape), withoutAxis(first.shape))))
    return "takes operands that differ along its axis only";
  const total = inputs.reduce((sum, input) => sum + input.shape[axis], 0);
  return { dtype: first.dtype, shape: first.shape.with(axis, total) };
};

export const gatherType: TypeRule<unknown> = ([table, indices]) => {
  if (table.shape.length === 0) return "takes a table of at least one axis";
  if (indices.dtype !== "int") return "takes int indices";
  return { dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] };
};

export const scatterAddType: TypeRule<OpParams["scatterAdd"]> = ([indices, updates], { size }) => {
  if (indices.dtype !== "int") return "takes int indices";
  if (!numbers.includes(updates.dtype)) return `takes updates of ${numbers.join(" or ")}`;
  if (!naturals([size])) return "takes a whole size of at least 0";
  const rank = indices.shape.length;
  if (!equalShapes(indices.shape, updates.shape.slice(0, rank)))
    return "takes updates whose shape starts with that of the indices";
  return { dtype: updates.dtype, shape: [size, ...updates.shape.slice(rank)] };
};

/** The operand's shape as int positions along its last axis. */
export const argsortType: TypeRule<unknown> = (inputs) => {
  const type = sortType(inputs, undefined);
  return typeof type === "string" ? type : { dtype: "int", shape: type.shape };
};

export const sortType: TypeRule<unknown> = ([input]) => {
  if (!numbers.includes(input.dtype)) return `takes ${numbers.join(" or ")}`;
  return input.shape.length === 0 ? "takes at least one axis" : input;
};

export const choleskyType: TypeRule<unknown> = ([input]) => squareComplaint(input) ?? input;

export const triangularSolveType: TypeRule<unknown> = ([matrix, right]) => {
  const complaint = squareComplaint(matrix);
  if (complaint !== undefined) return complaint;
  if (right.dtype !== "float") return "takes float";
  if (right.shape.length !== matrix.shape.length) return "takes operands of one rank";
  if (!equalShapes(matrix.shape.slice(0, -1), right.shape.slice(0, -1)))
    return "takes equal batch shapes and as many rows on the right";
  return right;
};

/** Two more rows than the matrix has. */
export const luType: TypeRule<unknown> = ([input]) => {
  const complaint = squareComplaint(input);
  if (complaint !== undefined) return complaint;
  const rows = input.shape.length - 2;
  return { dtype: "float", shape: input.shape.with(rows, input.shape[rows] + 2) };
};

export const luSolveType: TypeRule<unknown> = ([matrix, factors, right]) => {
  const type = luType([matrix], undefined);
  if (typeof type === "string") return type;
  return equalTypes(type, factors)
    ? triangularSolveType([matrix, right], undefined)
    : "takes factors of its matrix";
};

export const conv2dType: TypeRule<OpParams["conv2d"]> = ([images, filters], params) => {
  const { strides, before, after, dilation } = params;
  if (images.dtype !== "float" || filters.dtype !== "float") return "takes float";
  if (images.shape.length !== 4 || filters.shape.length !== 4) return "takes images and filters of four axes";
  if (images.shape[3] !== filters.shape[2]) return "takes as many channels as its filters have";
  if (![strides, before, after, dilation].every((pair) => pair.length === 2 && naturals(pair)))
    return "takes pairs of whole amounts of at least 0";
  if (![...strides, ...dilation].every((step) => step >= 1))
    return "takes strides and dilation of at least 1";
  if (filters.shape[0] < 1 || filters.shape[1] < 1) return "takes filters of at least one element";
  const [rows, columns] = [0, 1].map((axis) => {
    const extent = (filters.shape[axis] - 1) * dilation[axis] + 1;
    return Math.floor((images.shape[axis + 1] + before[axis] + after[axis] - extent) / strides[axis]) + 1;
  });
  if (rows < 1 || columns < 1) return "takes images, with their padding, as large as its filters";
  return { dtype: "float", shape: [images.shape[0], rows, columns, filters.shape[3]] };
};

export const condType: TypeRule<OpParams["cond"]> = ([condition, ...operands], { yes, no }) => {
  if (condition === undefined || condition.dtype !== "bool" || condition.shape.length > 0)
    return "takes a single bool and what its branches read";
  for (const branch of [yes, no]) {
    if (Object.keys(branch.inputs).length !== operands.length)
      return "takes branches with an input for each operand";
    for (const [at, operand] of operands.entries()) {
      const id = branch.inputs[branchInputName(at)];
      if (id === undefined || !equalTypes(branch.nodes[id].type, operand))
        return `takes branches that read ${branchInputName(at)} of type ${showType(operand)}`;
    }
    if (branchOutputs(branch).length !== Object.keys(branch.outputs).length)
      return "takes branches with outputs out/0 …";
  }
  const [given, other] = [branchOutputs(yes), branchOutputs(no)];
  if (given.length !== other.length || given.some((type, at) => !equalTypes(type, other[at])))
    return "takes branches with the same results";
  if (given.some(({ dtype }) => dtype !== "float")) return "takes branches with float results";
  return { dtype: "float", shape: [given.reduce((sum, { shape }) => sum + elementCount(shape), 0)] };
};

/** What the branches of a choice call the operand at that position, the condition not counted. */
export function branchInputName(at: number): string {
  return `in/${at}`;
}

/** The types of a branch's outputs out/0, out/1, …, as far as they go. */
export function branchOutputs(branch: Graph): readonly TensorType[] {
  return numberedOutputs(branch, "out");
}

export const scanType: TypeRule<OpParams["scan"]> = (operands, { body, length, carries, xs }) => {
  if (!naturals([length, carries, xs]) || carries + xs > operands.length)
    return "takes a whole length and an operand per carry and x";
  const names = operands.map((_, at) => scanInputName(at, { carries, xs }));
  if (
    names.length !== Object.keys(body.inputs).length ||
    !names.every((name) => Object.hasOwn(body.inputs, name))
  )
    return "takes a body with an input for each operand";
  for (const [at, name] of names.entries()) {
    const isRow = at >= carries && at < carries + xs;
    if (isRow && operands[at].shape[0] !== length) return `takes ${name} of its length`;
    const { dtype, shape } = body.nodes[body.inputs[name]].type;
    const given = isRow ? operands[at].shape.slice(1) : operands[at].shape;
    if (dtype !== operands[at].dtype || !equalShapes(shape, given))
      return `takes ${name} of type ${showType({ dtype, shape })}, given ${showType({ dtype: operands[at].dtype, shape: given })}`;
  }
  const results = Object.keys(body.outputs);
  const given = scanOutputs(body);
  if (given.carries.length !== carries || given.carries.length + given.ys.length !== results.length)
    return "takes a body with outputs carry/0 … for its carries and y/0 …";
  if ([...given.carries, ...given.ys].some(({ dtype }) => dtype !== "float"))
    return "takes float carries and y";
  if (
    given.carries.some(
      ({ shape }, at) => operands[at].dtype !== "float" || !equalShapes(shape, operands[at].shape),
    )
  )
    return "takes carries that keep their type";
  return { dtype: "float", shape: [scanSize(given, length)] };
};

/** What the body of a scan calls the operand at that position. */
export function scanInputName(
  at: number,
  { carries, xs }: { readonly carries: number; readonly xs: number },
): string {
  if (at < carries) return `carry/${at}`;
  return at < carries + xs ? `x/${at - carries}` : `fixed/${at - carries - xs}`;
}

export interface ScanOutputs {
  readonly carries: readonly TensorType[];
  readonly ys: readonly TensorType[];
}

/** The types of a body's outputs carry/0, carry/1, … and y/0, y/1, …, as far as they go. */
export function scanOutputs(body: Graph): ScanOutputs {
  return { carries: numberedOutputs(body, "carry"), ys: numberedOutputs(body, "y") };
}

function numberedOutputs({ nodes, outputs }: Graph, prefix: string): TensorType[] {
  const types: TensorType[] = [];
  for (let at = 0; Object.hasOwn(outputs, `${prefix}/${at}`); at++)
    types.push(nodes[outputs[`${prefix}/${at}`]].type);
  return types;
}

function scanSize({ carries, ys }: ScanOutputs, length: number): number {
  const total = (types: readonly TensorType[]) =>
    types.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return total(carries) + length * total(ys);
}

function squareComplaint({ dtype, shape }: TensorType): string | undefined {
  if (dtype !== "float") return "takes float";
  return shape.length >= 2 && shape[shape.length - 1] === shape[shape.length - 2]
    ? undefined
    : "takes square matrices";
}

export const matmulType: TypeRule<OpParams["matmul"]> = (
  [left, right],
  { transposeLeft, transposeRight },
) => {
  if (left.dtype !== "float" || right.dtype !== "float") return "takes float";
  if (left.shape.length < 2 || left.shape.length !== right.shape.length)
    return "takes operands of one rank of at least 2";
  if (!equalShapes(left.shape.slice(0, -2), right.shape.slice(0, -2))) return "takes equal batch shapes";
  const [rows, inner] = lastTwo(left.shape, transposeLeft);
  const [innerRight, columns] = lastTwo(right.shape, transposeRight);
  if (inner !== innerRight) return "takes equal inner lengths";
  return { dtype: "float", shape: [...left.shape.slice(0, -2), rows, columns] };
};

/** The last two lengths, swapped where the operand is read transposed. */
export function lastTwo(shape: Shape, transposed: boolean): readonly [number, number] {
  const rows = shape[shape.length - 2];
  const columns = shape[shape.length - 1];
  return transposed ? [columns, rows] : [rows, columns];
}

export function equalTypes(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && equalShapes(a.shape, b.shape);
}

/** "float[8,2]"; "int" for a single number. */
export function showType({ dtype, shape }: TensorType): string {
  return shape.length === 0 ? dtype : `${dtype}[${shape.join(",")}]`;
}

function naturals(values: readonly number[]): boolean {
  return values.every((value) => Number.isInteger(value) && value >= 0);
}

function ascendingBelow(axes: readonly number[], rank: number): boolean {
  return (
    naturals(axes) &&
    axes.every((axis, position) => axis < rank && (position === 0 || axes[position - 1] < axis))
  );
}

function shapeComplaint(shape: Shape): string | undefined {
  return naturals(shape) ? undefined : "takes shapes of whole lengths of at least 0";
}

function axisComplaint(axis: number, shape: Shape): string | undefined {
  return naturals([axis]) && axis < shape.length ? undefined : "takes an axis of its shape";
}
