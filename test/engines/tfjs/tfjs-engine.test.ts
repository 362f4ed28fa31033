import { describe, expect, test } from "vitest";
import { type RandomSource, randomSource } from "../../../src/base/random.ts";
import { type Builder, createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { elementCount, type Graph, type NodeId } from "../../../src/compiler/graph.ts";
import type { DType, Shape } from "../../../src/compiler/ops.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { findNativeAddon, loadNativeAddon } from "../../../src/engines/tfjs/native-addon.ts";
import { createTfjsNativeEngine } from "../../../src/engines/tfjs/native-engine.ts";
import { createTfjsEngine } from "../../../src/engines/tfjs/tfjs-engine.ts";
import { expectClose, testEngineAgainstReference } from "../conformance.ts";

/** Unit roundoff of f32. */
const u = 2 ** -24;

/**
 * One op rounds its operands and its result, an expansion each of its up to thirty steps; op cases stay below 10 with
 * condition numbers around one, so 64 roundings relative, and 32 absolute where a result passes through zero.
 */
const opTolerance = { relative: 64 * u, absolute: 32 * u };

type Inputs = Record<string, Float64Array>;

const addon = findNativeAddon();
const engines = [
  await createTfjsEngine({ backend: "cpu" }),
  await createTfjsEngine({ backend: "wasm" }),
  ...(addon === undefined ? [] : [createTfjsNativeEngine({ precision: "f32" }, loadNativeAddon(addon))]),
];

for (const engine of engines) {
  const agree = (graph: Graph, inputs: Inputs, tolerance = opTolerance, note = ""): void => {
    const expected = referenceEngine.compile(graph).run(inputs);
    const executable = engine.compile(graph);
    const actual = executable.run(inputs);
    for (const name of Object.keys(graph.outputs))
      expectClose(actual[name], expected[name], tolerance, `${note} ${name}`);
    executable.dispose();
  };

  /** A graph of one op on operands of the given types, run on whole numbers, which every engine must give exactly. */
  const exactly = (
    types: readonly (readonly [DType, Shape])[],
    emit: (builder: Builder, operands: readonly NodeId[]) => NodeId,
    random: RandomSource,
    [low, high]: readonly [number, number] = [-3, 3],
  ): void => {
    const builder = createBuilder();
    const inputs: Inputs = {};
    const operands = types.map(([dtype, shape], position) => {
      const span = dtype === "bool" ? 2 : high - low + 1;
      inputs[`x${position}`] = new Float64Array(elementCount(shape)).map(
        () => Math.floor(random.uniform() * span) + (dtype === "bool" ? 0 : low),
      );
      return builder.input(`x${position}`, { dtype, shape });
    });
    const graph = builder.finish({ y: emit(builder, operands) });
    agree(graph, inputs, { relative: 0, absolute: 0 }, JSON.stringify(graph.nodes.at(-1)));
  };

  describe(engine.label, () => {
    testEngineAgainstReference(engine, opTolerance);

    test("moves elements exactly, for every element kind and up to seven axes", () => {
      const random = randomSource({ seed: 1, stream: 0 }, 0);
      const below = (n: number): number => Math.floor(random.uniform() * n);
      for (let round = 0; round < 120; round++) {
        const dtype = (["float", "int", "bool"] as const)[round % 3];
        const shape = Array.from({ length: below(8) }, () => 1 + below(3));
        const rank = shape.length;
        const type = [dtype, shape] as const;
        const permutation = shuffled(rank, random);
        exactly([type], (builder, [x]) => builder.emit("transpose", [x], { permutation }), random);
        const kept = shape.map((_, axis) => axis).filter(() => random.uniform() < 0.5);
        const small = [dtype, kept.map((axis) => shape[axis])] as const;
        exactly([small], (builder, [x]) => builder.emit("broadcast", [x], { shape, axes: kept }), random);
        const start = shape.map((length) => below(length));
        const limit = shape.map((length, axis) => start[axis] + 1 + below(length - start[axis]));
        exactly([type], (builder, [x]) => builder.emit("slice", [x], { start, limit }), random);
        const padding = { before: shape.map(() => below(2)), after: shape.map(() => below(3)) };
        exactly([type], (builder, [x]) => builder.emit("pad", [x], padding), random);
        if (rank === 0) continue;
        const axis = below(rank);
        exactly([type], (builder, [x]) => builder.emit("reverse", [x], { axis }), random);
        const longer = [dtype, shape.with(axis, 4)] as const;
        exactly([type, longer, type], (builder, xs) => builder.emit("concat", xs, { axis }), random);
        const indices = ["int", shape.slice(1)] as const;
        exactly([type, indices], (builder, [t, i]) => exactGather(builder, t, i), random);
      }
    });

    test("reduces, accumulates and scatters exactly, for numbers and up to six axes", () => {
      const random = randomSource({ seed: 2, stream: 0 }, 0);
      const below = (n: number): number => Math.floor(random.uniform() * n);
      for (let round = 0; round < 100; round++) {
        const dtype = (["float", "int"] as const)[round % 2];
        const shape = Array.from({ length: 1 + below(6) }, () => 1 + below(4));
        const type = [dtype, shape] as const;
        const axes = shape.map((_, axis) => axis).filter(() => random.uniform() < 0.5);
        exactly([type], (builder, [x]) => builder.emit("reduceSum", [x], { axes }), random);
        exactly([type], (builder, [x]) => builder.emit("reduceMax", [x], { axes }), random);
        const along = { axis: below(shape.length), reverse: round % 4 < 2 };
        exactly([type], (builder, [x]) => builder.emit("cumsum", [x], along), random);
        const indices = ["int", shape.slice(0, below(shape.length + 1))] as const;
        exactly([indices, type], (builder, xs) => builder.emit("scatterAdd", xs, { size: 3 }), random);
      }
    });

    test("multiplies matrices of all sizes, transposed and in batches", () => {
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
            exactly([left, right], (builder, xs) => builder.emit("matmul", xs, params), random);
          }
    });

    test("sums a hundred thousand terms to within rounding of their size", () => {
      for (const shape of [[100_003], [100_000, 2], [2, 50_000]]) {
        const builder = createBuilder();
        const x = builder.input("x", { dtype: "float", shape });
        const axes = [shape.indexOf(Math.max(...shape))];
        const graph = builder.finish({ y: builder.emit("reduceSum", [x], { axes }) });
        agree(graph, { x: new Float64Array(elementCount(shape)).fill(0.1) }, opTolerance, `${shape}`);
      }
    });

    test("broadcasts scalars, rows and columns into every operand of elementwise ops", () => {
      const random = randomSource({ seed: 4, stream: 0 }, 0);
      const shape = [3, 4];
      const spreads: readonly (readonly [Shape, readonly number[]])[] = [
        [[], []],
        [[4], [1]],
        [[3], [0]],
        [shape, [0, 1]],
      ];
      for (const op of ["sub", "max", "min", "less", "lessEqual", "equal", "mul", "add"] as const)
        for (const dtype of ["float", "int"] as const)
          for (const [leftShape, leftAxes] of spreads)
            for (const [rightShape, rightAxes] of spreads)
              exactly(
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
    });

    test("takes elementwise ops of up to eight axes", () => {
      const random = randomSource({ seed: 6, stream: 0 }, 0);
      const shape = [2, 1, 3, 2, 1, 2, 2, 2];
      const axes = shape.map((_, axis) => axis).slice(2);
      for (const op of ["add", "sub", "mul", "min", "max", "less", "equal"] as const)
        for (const dtype of ["float", "int"] as const) {
          const full = [dtype, shape] as const;
          const part = [dtype, shape.slice(2)] as const;
          exactly([full, full], (builder, operands) => builder.emit(op, operands, {}), random);
          exactly(
            [full, part],
            (builder, [x, y]) => builder.emit(op, [x, builder.emit("broadcast", [y], { shape, axes })], {}),
            random,
          );
        }
      for (const op of ["neg", "abs", "sign"] as const)
        exactly([["float", shape]], (builder, operands) => builder.emit(op, operands, {}), random);
      exactly(
        [
          ["bool", shape],
          ["float", shape],
          ["float", shape],
        ],
        (builder, operands) => builder.emit("select", operands, {}),
        random,
      );
    });

    test("gives NaN where any operand of min, max, reduceMax and sign is NaN", () => {
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [3] });
      const y = builder.input("y", { dtype: "float", shape: [3] });
      const graph = builder.finish({
        min: builder.emit("min", [x, y], {}),
        max: builder.emit("max", [x, y], {}),
        maxOfScalar: builder.emit("max", [builder.fill(0, [3]), y], {}),
        reduceMax: builder.emit("reduceMax", [x], { axes: [0] }),
        sign: builder.emit("sign", [x], {}),
      });
      agree(graph, { x: new Float64Array([Number.NaN, 1, -2]), y: new Float64Array([1, Number.NaN, 3]) });
    });

    test("agrees in value and gradient of a two-layer network, again and again as weights change", () => {
      const random = randomSource({ seed: 5, stream: 0 }, 0);
      const graph = networkLoss({ batch: 16, input: 40, hidden: 48, output: 10 });
      const gradient = differentiate(graph, { of: "loss", wrt: ["w1", "b1", "w2", "b2"], prefix: "d/" });
      const executable = engine.compile(gradient);
      const judge = referenceEngine.compile(gradient);
      for (let step = 0; step < 4; step++) {
        const inputs = Object.fromEntries(
          Object.entries(gradient.inputs).map(([name, id]) => {
            const values = new Float64Array(elementCount(gradient.nodes[id].type.shape));
            random.fillNormal(values);
            return [name, values.map((value) => Math.fround(value / 6))];
          }),
        );
        const expected = judge.run(inputs);
        const actual = executable.run(inputs);
        // Sums of up to 48 terms below one, twice over.
        for (const name of Object.keys(gradient.outputs))
          expectClose(actual[name], expected[name], { relative: 64 * u, absolute: 64 * u }, name);
      }
      executable.dispose();
    });

    test("gives whole numbers beyond 2²⁴ exactly", () => {
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "int", shape: [2] });
      const executable = engine.compile(builder.finish({ y: builder.emit("add", [x, x], {}) }));
      expect([...executable.run({ x: [16_777_217, -1_000_000_001] }).y]).toEqual([
        33_554_434, -2_000_000_002,
      ]);
      executable.dispose();
    });

    test("refuses missing inputs, inputs of another length and runs after dispose", () => {
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [2] });
      const executable = engine.compile(builder.finish({ y: builder.emit("exp", [x], {}) }));
      expect(() => executable.run({})).toThrow("no values for input x");
      expect(() => executable.run({ x: [1] })).toThrow("input x takes 2 values, given 1");
      executable.dispose();
      expect(() => executable.run({ x: [1, 2] })).toThrow("disposed");
    });
  });
}

/** Looks up with indices from the test's range of whole numbers, partly out of range, NaN made visible as −100. */
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

/** Mean over the batch of ½ |tanh(x w₁ + b₁) w₂ + b₂ − y|². */
function networkLoss(size: { batch: number; input: number; hidden: number; output: number }): Graph {
  const builder = createBuilder();
  const floats = (name: string, ...shape: number[]): NodeId => builder.input(name, { dtype: "float", shape });
  const layer = (x: NodeId, w: NodeId, b: NodeId): NodeId => {
    const product = builder.emit("matmul", [x, w], { transposeLeft: false, transposeRight: false });
    const shape = builder.typeOf(product).shape;
    return builder.emit("add", [product, builder.emit("broadcast", [b], { shape, axes: [1] })], {});
  };
  const x = floats("x", size.batch, size.input);
  const y = floats("y", size.batch, size.output);
  const hidden = layer(x, floats("w1", size.input, size.hidden), floats("b1", size.hidden));
  const active = builder.emit("tanh", [hidden], {});
  const output = layer(active, floats("w2", size.hidden, size.output), floats("b2", size.output));
  const error = builder.emit("sub", [output, y], {});
  const total = builder.emit("reduceSum", [builder.emit("mul", [error, error], {})], { axes: [0, 1] });
  return builder.finish({ loss: builder.emit("mul", [total, builder.fill(0.5 / size.batch, [])], {}) });
}
