import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { elementCount, type Graph, type NodeId } from "../../../src/compiler/graph.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { installedPackages } from "../../../src/engines/tfjs/installed-packages.ts";
import { findNativeAddon, loadNativeAddon } from "../../../src/engines/tfjs/native-addon.ts";
import { createTfjsNativeEngine } from "../../../src/engines/tfjs/native-engine.ts";
import { createTfjsEngine } from "../../../src/engines/tfjs/tfjs-engine.ts";
import { randomGraphs } from "../../compiler/random-graph.ts";
import { expectClose, testEngineAgainstReference } from "../conformance.ts";
import { exactCases } from "./exact-cases.ts";

/** Unit roundoff of f32. */
const u = 2 ** -24;

/**
 * One op rounds its operands and its result, an expansion each of its up to thirty steps; op cases stay below 10 with
 * condition numbers around one, so 64 roundings relative, and 32 absolute where a result passes through zero.
 */
const opTolerance = { relative: 64 * u, absolute: 32 * u };

/** Up to forty ops one after the other, some of which take differences. */
const graphTolerance = { relative: 2e-3, absolute: 2e-3 };

type Inputs = Readonly<Record<string, Float64Array>>;

const addon = findNativeAddon();
const engines = [
  await createTfjsEngine({ backend: "cpu" }, installedPackages),
  await createTfjsEngine({ backend: "wasm" }, installedPackages),
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

  describe(engine.label, () => {
    testEngineAgainstReference(engine, opTolerance);

    test("random graphs", () => {
      const law = fc.property(randomGraphs(), ({ graph, inputs }) => agree(graph, inputs, graphTolerance));
      fc.assert(law, { numRuns: 60, seed: 1 });
    });

    test.each(Object.entries(exactCases))("is exact: %s", (_what, cases) => {
      for (const { graph, inputs } of cases())
        agree(graph, inputs, { relative: 0, absolute: 0 }, JSON.stringify(graph.nodes.at(-1)));
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
