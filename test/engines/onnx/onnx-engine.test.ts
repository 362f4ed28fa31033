import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import type { Graph, NodeId } from "../../../src/compiler/graph.ts";
import type { Engine, Values } from "../../../src/engines/engine.ts";
import { createOnnxEngine } from "../../../src/engines/onnx/onnx-engine.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { randomGraphs } from "../../compiler/random-graph.ts";
import { floatInputs, type Tolerance } from "../compared.ts";
import { expectClose, testEngineAgainstReference } from "../conformance.ts";
import { onRuntime, runtime } from "./runtime.ts";

/** Unit roundoff of f32. */
const u = 2 ** -24;

/**
 * One op rounds its operands and its result, a formula each of its up to forty steps; op cases stay below 10 with condition
 * numbers around one. f64: the same and the formulas' own errors, some units in the last place.
 */
const opTolerances = {
  f32: { relative: 64 * u, absolute: 32 * u },
  f64: { relative: 1e-14, absolute: 1e-14 },
} as const;
/** Forty nodes, of which each may carry on the errors of those before. */
const graphTolerances = {
  f32: { relative: 2e-3, absolute: 2e-3 },
  f64: { relative: 1e-11, absolute: 1e-11 },
} as const;

test.skipIf(runtime === undefined)(`${onRuntime}the engine says what it is`, async () => {
  if (runtime === undefined) return;
  const found = runtime;
  const engine = await createOnnxEngine({ precision: "f64" }, () => found);
  expect([engine.name, engine.label, engine.precisions]).toEqual(["onnx", "onnx (f64)", ["f64"]]);
  const single = await createOnnxEngine({}, () => found);
  expect([single.label, single.precisions]).toEqual(["onnx (f32)", ["f32"]]);
});

for (const precision of ["f32", "f64"] as const)
  describe.skipIf(runtime === undefined)(`${onRuntime}onnx, ${precision}`, async () => {
    if (runtime === undefined) return;
    const found = runtime;
    const engine = await createOnnxEngine({ precision }, () => found);
    testEngineAgainstReference(engine, opTolerances[precision]);

    test("random graphs", () => {
      const law = fc.property(randomGraphs(), ({ graph, inputs }) => {
        agree(engine, graph, inputs, graphTolerances[precision]);
      });
      fc.assert(law, { numRuns: 60, seed: 1 });
    });

    test("gradients of random graphs", () => {
      const law = fc.property(randomGraphs({ kind: "smooth" }), ({ graph, inputs }) => {
        const of = Object.entries(graph.outputs).find(([, id]) => {
          const { dtype, shape } = graph.nodes[id].type;
          return dtype === "float" && shape.length === 0;
        });
        if (of === undefined) return;
        const gradient = differentiate(graph, { of: of[0], wrt: floatInputs(graph), prefix: "gradient/" });
        agree(engine, gradient, inputs, graphTolerances[precision]);
      });
      fc.assert(law, { numRuns: 80, seed: 2 });
    });

    test("takes what is not a number and what is infinite as IEEE says", () => {
      const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1, -1, 2.5];
      const pairs = special.flatMap((x) => special.map((y) => [x, y] as const));
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [pairs.length] });
      const y = builder.input("y", { dtype: "float", shape: [pairs.length] });
      const unary = ["neg", "abs", "sign", "sqrt", "floor", "exp", "log", "log1p", "expm1"] as const;
      const smooth = ["tanh", "sigmoid", "softplus", "erf", "erfinv"] as const;
      const binary = ["add", "sub", "mul", "div", "min", "max", "equal", "less", "lessEqual"] as const;
      const outputs: Record<string, NodeId> = {};
      for (const op of [...unary, ...smooth]) outputs[op] = builder.emit(op, [x], {});
      for (const op of binary) outputs[op] = builder.emit(op, [x, y], {});
      outputs.select = builder.emit("select", [builder.emit("less", [x, y], {}), x, y], {});
      outputs.reduceMax = builder.emit("reduceMax", [x], { axes: [0] });
      outputs.bool = builder.emit("convert", [x], { dtype: "bool" });
      outputs.order = builder.emit("argsort", [x], {});
      agree(
        engine,
        builder.finish(outputs),
        { x: pairs.map(([first]) => first), y: pairs.map(([, second]) => second) },
        opTolerances[precision],
      );
    });

    test("whole numbers are exact beyond 2³²", () => {
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "int", shape: [4] });
      const graph = builder.finish({ next: builder.emit("add", [x, builder.fill(1, [4], "int")], {}) });
      const executable = engine.compile(graph);
      const values = [2 ** 40, -(2 ** 40) - 7, -2, 3_000_000_000];
      expect([...executable.run({ x: values }).next]).toEqual(values.map((value) => value + 1));
      executable.dispose();
    });

    test("adds up thousands of updates of one row, on two threads", async () => {
      const threaded = await createOnnxEngine({ precision, threads: 2 }, () => found);
      const builder = createBuilder();
      const at = builder.input("at", { dtype: "int", shape: [20_000] });
      const updates = builder.input("updates", { dtype: "float", shape: [20_000, 3] });
      const graph = builder.finish({ sums: builder.emit("scatterAdd", [at, updates], { size: 2 }) });
      const inputs = {
        at: Float64Array.from({ length: 20_000 }, (_, i) => i % 3),
        updates: new Float64Array(60_000).fill(1),
      };
      agree(threaded, graph, inputs, { relative: 0, absolute: 0 });
    });

    test("refuses missing inputs, inputs of another length and runs after dispose", () => {
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [2] });
      const executable = engine.compile(builder.finish({ y: builder.emit("exp", [x], {}) }));
      expect(() => executable.run({})).toThrow("no values for input x");
      expect(() => executable.run({ x: [1] })).toThrow("input x takes 2 values, given 1");
      executable.dispose();
      executable.dispose();
      expect(() => executable.run({ x: [1, 2] })).toThrow("disposed");
    });

    test("keeps memory as it is over many runs", () => {
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [1000] });
      const graph = builder.finish({ y: builder.emit("neg", [x], {}) });
      const executable = engine.compile(graph);
      const inputs = { x: precision === "f64" ? new Float64Array(1000) : new Float32Array(1000) };
      const run = (times: number): void => {
        for (let i = 0; i < times; i++) executable.run(inputs);
      };
      run(20_000);
      const before = process.memoryUsage().rss;
      run(60_000);
      // The results are 240 MB, or twice that in doubles.
      expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
      executable.dispose();
    });
  });

function agree(
  engine: Engine,
  graph: Graph,
  inputs: Readonly<Record<string, Values>>,
  tolerance: Tolerance,
): void {
  const expected = referenceEngine.compile(graph).run(inputs);
  const executable = engine.compile(graph);
  const actual = executable.run(inputs);
  for (const name of Object.keys(graph.outputs)) expectClose(actual[name], expected[name], tolerance, name);
  executable.dispose();
}
