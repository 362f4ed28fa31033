import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import type { Graph } from "../../../src/compiler/graph.ts";
import { installedPackages } from "../../../src/engines/tfjs/installed-packages.ts";
import { createTfjsEngine } from "../../../src/engines/tfjs/tfjs-engine.ts";
import { allCases } from "../op-cases.ts";

/** What lives on the backend: tensors, and, where it is one, the length of the WebAssembly memory. */
function alive(backend: "cpu" | "wasm"): { tensors: number; bytes: number; nextId: unknown } {
  const state: unknown = tf.engine().registry[backend];
  const { numDataIds, wasm, dataIdNextNumber } = state as {
    numDataIds(): number;
    wasm?: { HEAPU8: Uint8Array };
    dataIdNextNumber?: number;
  };
  return { tensors: numDataIds.call(state), bytes: wasm?.HEAPU8.length ?? 0, nextId: dataIdNextNumber };
}

for (const backend of ["cpu", "wasm"] as const) {
  const engine = await createTfjsEngine({ backend }, installedPackages);

  describe(engine.label, () => {
    test.each(allCases())("releases all it takes: $label", ({ graph, sample }) => {
      const before = alive(backend);
      const executable = engine.compile(graph);
      const compiled = alive(backend);
      for (const seed of [1, 2, 3]) executable.run(sample(seed));
      expect(alive(backend)).toEqual(compiled);
      executable.dispose();
      executable.dispose();
      expect(alive(backend).tensors).toBe(before.tensors);
    });

    test("keeps memory, tensors and tensor numbers as they are over five thousand runs", () => {
      const before = alive(backend).tensors;
      const executable = engine.compile(logisticGradient());
      const inputs = {
        x: new Float64Array(64 * 8).fill(0.5),
        y: new Float64Array(64).fill(1),
        w: new Float64Array(8).fill(0.1),
      };
      for (let run = 0; run < 10; run++) executable.run(inputs);
      const warm = alive(backend);
      for (let run = 0; run < 5000; run++) executable.run(inputs);
      expect(alive(backend)).toEqual(warm);
      executable.dispose();
      expect(alive(backend).tensors).toBe(before);
    });

    test("makes no tensor that tfjs itself counts", () => {
      const before = tf.engine().state.numTensors;
      const executable = engine.compile(logisticGradient());
      executable.run({ x: new Float64Array(512), y: new Float64Array(64), w: new Float64Array(8) });
      expect(tf.engine().state.numTensors).toBe(before);
      executable.dispose();
    });

    test("releases everything when a kernel throws", async () => {
      let isBroken = false;
      const core = {
        ...tf,
        getKernel(name: string, on: string) {
          const config = tf.getKernel(name, on);
          if (name !== "Tanh") return config;
          const kernelFunc: typeof config.kernelFunc = (call) => {
            if (isBroken) throw new Error("broken kernel");
            return config.kernelFunc(call);
          };
          return { ...config, kernelFunc };
        },
      } as typeof tf;
      const breakable = await createTfjsEngine({ backend }, { ...installedPackages, core: async () => core });
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [2] });
      const y = builder.emit("exp", [x], {});
      const late = builder.emit("tanh", [builder.emit("add", [x, y], {})], {});
      const executable = breakable.compile(builder.finish({ y, late }));
      const before = alive(backend).tensors;
      isBroken = true;
      expect(() => executable.run({ x: [1, 2] })).toThrow("broken kernel");
      expect(alive(backend).tensors).toBe(before);
      isBroken = false;
      expect(executable.run({ x: [0, 0] }).late[0]).toBeCloseTo(Math.tanh(1));
      executable.dispose();
    });

    test("keeps on the backend only what runs read: constants, not what follows from them", () => {
      const builder = createBuilder();
      const values = Array.from({ length: 100 }, (_, i) => i);
      const constant = builder.constant(values, [100]);
      const total = builder.emit("reduceSum", [builder.emit("sqrt", [constant], {})], { axes: [0] });
      const x = builder.input("x", { dtype: "float", shape: [] });
      const before = alive(backend).tensors;
      const executable = engine.compile(builder.finish({ y: builder.emit("mul", [x, total], {}) }));
      expect(alive(backend).tensors).toBe(before + 1);
      const expected = values.reduce((sum, value) => sum + Math.sqrt(value), 0);
      expect(executable.run({ x: [2] }).y[0]).toBeCloseTo(2 * expected, 2);
      executable.dispose();
    });
  });
}

/** Gradient in w of Σ softplus((1 − 2y) · x w), 64 rows of 8. */
function logisticGradient(): Graph {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [64, 8] });
  const y = builder.input("y", { dtype: "float", shape: [64] });
  const w = builder.input("w", { dtype: "float", shape: [8] });
  const column = builder.emit("reshape", [w], { shape: [8, 1] });
  const product = builder.emit("matmul", [x, column], { transposeLeft: false, transposeRight: false });
  const score = builder.emit("reshape", [product], { shape: [64] });
  const twice = builder.emit("mul", [y, builder.fill(2, [64])], {});
  const sign = builder.emit("sub", [builder.fill(1, [64]), twice], {});
  const terms = builder.emit("softplus", [builder.emit("mul", [sign, score], {})], {});
  const graph = builder.finish({ loss: builder.emit("reduceSum", [terms], { axes: [0] }) });
  return differentiate(graph, { of: "loss", wrt: ["w"], prefix: "d/" });
}
