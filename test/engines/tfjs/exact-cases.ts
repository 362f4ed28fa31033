/** Graphs of one op on whole numbers, which every engine must compute exactly, in many shapes. */
import { type RandomSource, randomSource } from "../../../src/base/random.ts";
import { type Builder, createBuilder } from "../../../src/compiler/builder.ts";
import { elementCount, type Graph, type NodeId } from "../../../src/compiler/graph.ts";
import type { DType, Shape } from "../../../src/compiler/ops.ts";

export interface ExactCase {
  readonly graph: Graph;
  readonly inputs: Record<string, Float64Array>;
}

type Typed = readonly [DType, Shape];
type Cases = Generator<ExactCase, void, undefined>;

export const exactCases = {
  "moves, for every element kind and up to seven axes": moves,
  "sums, largest elements and scatters, for numbers and up to six axes": sums,
  "matrix products of all sizes, transposed and in batches": products,
  "scalars, rows and columns in every operand of elementwise ops": spreads,
  "elementwise ops of up to eight axes": manyAxes,
} as const satisfies Readonly<Record<string, (rounds?: number) => Cases>>;

/** An op on operands of the given types, between the bounds. */
function exactly(
  types: readonly Typed[],
  emit: (builder: Builder, operands: readonly NodeId[]) => NodeId,
  random: RandomSource,
): ExactCase {
  const builder = createBuilder();
  const inputs: Record<string, Float64Array> = {};
  const operands = types.map(([dtype, shape], position) => {
    const [count, low] = dtype === "bool" ? [2, 0] : [7, -3];
    inputs[`x${position}`] = new Float64Array(elementCount(shape)).map(
      () => Math.floor(random.uniform() * count) + low,
    );
    return builder.input(`x${position}`, { dtype, shape });
  });
  return { graph: builder.finish({ y: emit(builder, operands) }), inputs };
}

function* moves(rounds = 120): Cases {
  const random = randomSource({ seed: 1, stream: 0 }, 0);
  const below = (n: number): number => Math.floor(random.uniform() * n);
  for (let round = 0; round < rounds; round++) {
    const dtype = (["float", "int", "bool"] as const)[round % 3];
    const shape = Array.from({ length: below(8) }, () => 1 + below(3));
    const rank = shape.length;
    const type = [dtype, shape] as const;
    const permutation = shuffled(rank, random);
    yield exactly([type], (builder, [x]) => builder.emit("transpose", [x], { permutation }), random);
    const kept = shape.map((_, axis) => axis).filter(() => random.uniform() < 0.5);
    const small = [dtype, kept.map((axis) => shape[axis])] as const;
    yield exactly([small], (builder, [x]) => builder.emit("broadcast", [x], { shape, axes: kept }), random);
    const start = shape.map((length) => below(length));
    const limit = shape.map((length, axis) => start[axis] + 1 + below(length - start[axis]));
    yield exactly([type], (builder, [x]) => builder.emit("slice", [x], { start, limit }), random);
    const padding = { before: shape.map(() => below(2)), after: shape.map(() => below(3)) };
    yield exactly([type], (builder, [x]) => builder.emit("pad", [x], padding), random);
    if (rank === 0) continue;
    const axis = below(rank);
    yield exactly([type], (builder, [x]) => builder.emit("reverse", [x], { axis }), random);
    const longer = [dtype, shape.with(axis, 4)] as const;
    yield exactly([type, longer, type], (builder, xs) => builder.emit("concat", xs, { axis }), random);
    const indices = ["int", shape.slice(1)] as const;
    yield exactly([type, indices], (builder, [t, i]) => exactGather(builder, t, i), random);
  }
}

function* sums(rounds = 100): Cases {
  const random = randomSource({ seed: 2, stream: 0 }, 0);
  const below = (n: number): number => Math.floor(random.uniform() * n);
  for (let round = 0; round < rounds; round++) {
    const dtype = (["float", "int"] as const)[round % 2];
    const shape = Array.from({ length: 1 + below(6) }, () => 1 + below(4));
    const type = [dtype, shape] as const;
    const axes = shape.map((_, axis) => axis).filter(() => random.uniform() < 0.5);
    yield exactly([type], (builder, [x]) => builder.emit("reduceSum", [x], { axes }), random);
    yield exactly([type], (builder, [x]) => builder.emit("reduceMax", [x], { axes }), random);
    const along = { axis: below(shape.length), reverse: round % 4 < 2 };
    yield exactly([type], (builder, [x]) => builder.emit("cumsum", [x], along), random);
    const indices = ["int", shape.slice(0, below(shape.length + 1))] as const;
    yield exactly([indices, type], (builder, xs) => builder.emit("scatterAdd", xs, { size: 3 }), random);
  }
}

function* products(): Cases {
  const random = randomSource({ seed: 3, stream: 0 }, 0);
  for (const [batch, m, k, n] of [
    [[], 1, 1, 1],
    [[], 3, 5, 2],
    [[], 33, 70, 41],
    [[3], 40, 41, 42],
    [[2, 2], 2, 3, 4],
    [[2, 1, 3], 36, 32, 35],
  ] as const)
    for (const transposeLeft of [false, true])
      for (const transposeRight of [false, true]) {
        const left = ["float", [...batch, ...(transposeLeft ? [k, m] : [m, k])]] as const;
        const right = ["float", [...batch, ...(transposeRight ? [n, k] : [k, n])]] as const;
        const params = { transposeLeft, transposeRight };
        yield exactly([left, right], (builder, xs) => builder.emit("matmul", xs, params), random);
      }
}

function* spreads(): Cases {
  const random = randomSource({ seed: 4, stream: 0 }, 0);
  const shape = [3, 4];
  const ways: readonly (readonly [Shape, readonly number[]])[] = [
    [[], []],
    [[4], [1]],
    [[3], [0]],
    [shape, [0, 1]],
  ];
  for (const op of ["sub", "max", "min", "less", "lessEqual", "equal", "mul", "add"] as const)
    for (const dtype of ["float", "int"] as const)
      for (const [leftShape, leftAxes] of ways)
        for (const [rightShape, rightAxes] of ways)
          yield exactly(
            [
              [dtype, leftShape],
              [dtype, rightShape],
            ],
            (builder, [x, y]) =>
              builder.emit(
                op,
                [
                  builder.emit("broadcast", [x], { shape, axes: leftAxes }),
                  builder.emit("broadcast", [y], { shape, axes: rightAxes }),
                ],
                {},
              ),
            random,
          );
}

function* manyAxes(): Cases {
  const random = randomSource({ seed: 6, stream: 0 }, 0);
  const shape = [2, 1, 3, 2, 1, 2, 2, 2];
  const axes = shape.map((_, axis) => axis).slice(2);
  for (const op of ["add", "sub", "mul", "min", "max", "less", "equal"] as const)
    for (const dtype of ["float", "int"] as const) {
      const full = [dtype, shape] as const;
      const part = [dtype, shape.slice(2)] as const;
      yield exactly([full, full], (builder, operands) => builder.emit(op, operands, {}), random);
      yield exactly(
        [full, part],
        (builder, [x, y]) => builder.emit(op, [x, builder.emit("broadcast", [y], { shape, axes })], {}),
        random,
      );
    }
  for (const op of ["neg", "abs", "sign"] as const)
    yield exactly([["float", shape]], (builder, operands) => builder.emit(op, operands, {}), random);
  yield exactly(
    [
      ["bool", shape],
      ["float", shape],
      ["float", shape],
    ],
    (builder, operands) => builder.emit("select", operands, {}),
    random,
  );
}

/** Looks up with whole numbers that are partly out of range, NaN made visible as −100. */
function exactGather(builder: Builder, table: NodeId, indices: NodeId): NodeId {
  const found = builder.emit("gather", [table, indices], {});
  const { dtype, shape } = builder.typeOf(found);
  if (dtype !== "float") return found;
  const isNumber = builder.emit("equal", [found, found], {});
  return builder.emit("select", [isNumber, found, builder.fill(-100, shape)], {});
}

function shuffled(length: number, random: RandomSource): readonly number[] {
  return Array.from({ length }, (_, axis) => ({ axis, key: random.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ axis }) => axis);
}
