/**
 * Where a backend's kernel is wrong, imprecise or slow, the same op in other kernels. Times on one core of an AMD Zen 4;
 * checked against tfjs 4.22.
 */
import { elementCount, type NodeOf } from "../../compiler/graph.ts";
import type { OpName } from "../../compiler/ops.ts";
import type { KernelMath, Value } from "./kernel-math.ts";
import type { Expansion } from "./lowering-table.ts";
import { erf, log1p, sin, softplus } from "./special-functions.ts";

export type TfjsBackend = "cpu" | "wasm" | "webgl" | "webgpu";

type Overrides = { readonly [Op in OpName]?: Expansion<Op> };

export const cpuOverrides: Overrides = {
  // The kernel is Abramowitz and Stegun 7.1.26: off by 1.5e-7, which is all of a small erf(x).
  erf: (math, _node, [x]) => erf(math, x),
  // Tile computes an index per element, 16 ns; multiplying with ones takes 4 ns and also serves int and bool.
  broadcast: (math, node, [x]) =>
    broadcast(math, node, x, (column, ones) => outerProduct(math, column, ones)),
  // Sum and Max move their axes to the end first, 20 ns per element.
  reduceSum: (math, { params: { axes } }, [x]) => sum(math, x, axes),
  sign: (math, _node, [x]) => sign(math, x),
  // The kernel is `**`, for which powers of ±1 may be NaN.
  pow(math, _node, [x, y]) {
    const { logic, unary, binary, select } = math;
    const isInfinite = logic("Equal", unary("Abs", y), Number.POSITIVE_INFINITY);
    const isMinusOne = logic("LogicalAnd", logic("Equal", x, -1), isInfinite);
    return select(logic("LogicalOr", logic("Equal", x, 1), isMinusOne), 1, binary("Pow", x, y));
  },
};

export const wasmOverrides: Overrides = {
  // The kernel is log(1 + x).
  log1p: (math, _node, [x]) => log1p(math, x),
  softplus: (math, _node, [x]) => softplus(math, x),
  // The kernel is off by 2e-7, which is all of a small sin(x).
  sin: (math, _node, [x]) => sin(math, x),
  sign: (math, _node, [x]) => sign(math, x),
  min: (math, _node, [a, b]) => extreme(math, "Minimum", a, b),
  max: (math, _node, [a, b]) => extreme(math, "Maximum", a, b),
  // The kernel copies four bytes per element, also of bools.
  select: ({ select, logic, not }, _node, [condition, whenTrue, whenFalse]) =>
    whenTrue.type.dtype === "bool"
      ? logic(
          "LogicalOr",
          logic("LogicalAnd", condition, whenTrue),
          logic("LogicalAnd", not(condition), whenFalse),
        )
      : select(condition, whenTrue, whenFalse),
  // The kernel reverses four bytes per element, also of bools.
  reverse(math, { params: { axis } }, [x]) {
    const reversible = x.type.dtype === "bool" ? math.cast(x, "int") : x;
    const reversed = math.reverse(reversible, axis);
    return x.type.dtype === "bool" ? math.logic("NotEqual", reversed, 0) : reversed;
  },
  // Tile takes 30 ns per element, the broadcasting product 0.2 ns.
  broadcast: (math, node, [x]) =>
    x.type.dtype === "float"
      ? broadcast(math, node, x, (column, ones) => product(math, column, ones))
      : broadcastByTile(math, node, x),
  reduceSum: (math, { params: { axes } }, [x]) => sum(math, x, axes),
  matmul: (math, node, operands) => wasmMatmul(math, node, operands),
};

/** The kernel gives 0 for NaN; x < 0 and x > 0 are both false there, so their difference would too. */
function sign({ unary, select, logic }: KernelMath, x: Value): Value {
  return x.type.dtype === "int" ? unary("Sign", x) : select(logic("Equal", x, x), unary("Sign", x), x);
}

/** The kernel compares a < b and so drops a NaN in b. */
function extreme(math: KernelMath, kernel: "Minimum" | "Maximum", a: Value, b: Value): Value {
  const isSafe = ({ id, type }: Value): boolean => {
    const node = math.builder.nodeOf(id);
    return type.dtype === "int" || (node.kind === "constant" && !node.values.some(Number.isNaN));
  };
  if (isSafe(b)) return math.arithmetic(kernel, a, b);
  if (isSafe(a)) return math.arithmetic(kernel, b, a);
  return math.select(math.logic("Equal", b, b), math.arithmetic(kernel, a, b), b);
}

/**
 * New axes one run at a time, the last first: x as [outer, 1, inner], stretched along the middle by `stretch(column, ones)` with
 * ones of shape [1, n, 1]; or, where there is no inner, as [outer, 1] along [1, n].
 */
function broadcast(
  math: KernelMath,
  { params: { shape, axes } }: NodeOf<"broadcast">,
  x: Value,
  stretch: (column: Value, ones: Value) => Value,
): Value {
  const dtype = x.type.dtype;
  let result = x;
  let inner = 1;
  for (const { isChosen, length } of axisRuns(shape, axes).toReversed()) {
    if (!isChosen && length > 1) {
      const outer = elementCount(result.type.shape) / inner;
      const ones = math.splat(1, { dtype, shape: [1, length, 1] });
      result = stretch(math.reshape(result, [outer, 1, inner]), ones);
    }
    inner *= length;
  }
  return math.reshape(result, shape);
}

function broadcastByTile(math: KernelMath, { params, type }: NodeOf<"broadcast">, x: Value): Value {
  const { shape, axes } = params;
  const viewed = math.reshape(
    x,
    shape.map((length, axis) => (axes.includes(axis) ? length : 1)),
  );
  const reps = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return math.value(math.builder.call("Tile", [viewed.id], ["x"], { reps }, type));
}

/** [outer, 1, inner] × [1, n, 1] by the matrix product, in the order that has the longer inner loop. */
function outerProduct({ matmul, reshape }: KernelMath, column: Value, ones: Value): Value {
  const [outer, , inner] = column.type.shape;
  const count = ones.type.shape[1];
  if (inner > 1) return matmul(ones, column);
  return matmul(reshape(column, [1, outer, 1]), reshape(ones, [1, 1, count]));
}

/** [outer, 1, inner] · [1, n, 1]: this kernel broadcasts any axis, for floats. */
function product({ builder, value }: KernelMath, column: Value, ones: Value): Value {
  const [outer, , inner] = column.type.shape;
  const type = { dtype: column.type.dtype, shape: [outer, ones.type.shape[1], inner] };
  return value(builder.call("Multiply", [column.id, ones.id], ["a", "b"], {}, type));
}

/** Sums of more terms are taken in blocks, as the wasm kernels add one by one in f32 and lose a digit per factor of ten. */
const longestSum = 256;

/** Sums one run of axes at a time, the last first: along the end by the Sum kernel, elsewhere by a product with ones. */
export function sum(math: KernelMath, x: Value, axes: readonly number[]): Value {
  const shape = x.type.shape;
  let result = x;
  let inner = 1;
  let outer = elementCount(shape);
  for (const { isChosen, length } of axisRuns(shape, axes).toReversed()) {
    outer /= length;
    if (isChosen) result = sumMiddle(math, math.reshape(result, [outer, length, inner]));
    else inner *= length;
  }
  return math.reshape(
    result,
    shape.filter((_, axis) => !axes.includes(axis)),
  );
}

/** [outer, n, inner] → [outer, inner]. */
function sumMiddle(math: KernelMath, x: Value): Value {
  const [outer, length, inner] = x.type.shape;
  const { reshape, matmul, splat } = math;
  if (length === 1) return reshape(x, [outer, inner]);
  if (x.type.dtype !== "float") {
    const type = { dtype: x.type.dtype, shape: [outer, inner] };
    const attributes = { axis: [1], keepDims: false };
    return math.value(math.builder.call("Sum", [x.id], ["x"], attributes, type));
  }
  if (length > longestSum) {
    const block = blockLength(length);
    const blocks = Math.ceil(length / block);
    const padded = math.pad(x, [
      [0, 0],
      [0, blocks * block - length],
      [0, 0],
    ]);
    const partial = sumMiddle(math, reshape(padded, [outer * blocks, block, inner]));
    return sumMiddle(math, reshape(partial, [outer, blocks, inner]));
  }
  if (inner === 1) return reshape(math.sumLast(reshape(x, [outer, length])), [outer, 1]);
  const ones = splat(1, { dtype: "float", shape: [1, 1, length] });
  return reshape(matmul(ones, x), [outer, inner]);
}

/** The largest divisor up to `longestSum`, or else, where none is large, that length, and padding. */
function blockLength(length: number): number {
  for (let block = longestSum; block >= longestSum / 4; block--) if (length % block === 0) return block;
  return longestSum;
}

/**
 * Transposed or batched operands take a plain loop of 0.5 ns per multiplication, single plain matrices 0.045. Making the
 * transposes explicit costs 0.5 ns per element, taking a batch apart about 10 µs and a copy of the batch per matrix.
 */
function wasmMatmul(math: KernelMath, node: NodeOf<"matmul">, [left, right]: readonly Value[]): Value {
  const { reshape, matmul } = math;
  const { transposeLeft, transposeRight } = node.params;
  const [rows, columns] = node.type.shape.slice(-2);
  const inner = left.type.shape.at(transposeLeft ? -2 : -1) ?? 1;
  const batch = elementCount(node.type.shape.slice(0, -2));
  const loopTime = 0.5 * rows * inner * columns;
  const copyTime = batch === 1 ? 0 : 10_000 + 0.4 * batch * inner * (rows + columns);
  const transposeTime =
    (transposeLeft ? 3000 + rows * inner : 0) + (transposeRight ? 3000 + inner * columns : 0);
  if (copyTime + transposeTime > loopTime) return matmul(left, right, transposeLeft, transposeRight);
  const matrix = (x: Value, at: number, isTransposed: boolean): Value => {
    const lengths = x.type.shape.slice(-2);
    const one = math.slice(reshape(x, [batch, ...lengths]), [at, 0, 0], [1, ...lengths]);
    return isTransposed ? math.transpose(reshape(one, lengths), [1, 0]) : reshape(one, lengths);
  };
  const products = Array.from({ length: batch }, (_, at) =>
    matmul(matrix(left, at, transposeLeft), matrix(right, at, transposeRight)),
  );
  return reshape(math.concat(products, 0), node.type.shape);
}

/** Neighbouring axes that are all, or all not, among the chosen ones, as one length each. */
export function axisRuns(
  shape: readonly number[],
  chosen: readonly number[],
): readonly { readonly isChosen: boolean; readonly length: number }[] {
  const runs: { isChosen: boolean; length: number }[] = [];
  shape.forEach((length, axis) => {
    const isChosen = chosen.includes(axis);
    const last = runs.at(-1);
    if (last?.isChosen === isChosen) last.length *= length;
    else runs.push({ isChosen, length });
  });
  return runs;
}
