import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { type Builder, createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { elementCount, type Graph, type NodeId } from "../../../src/compiler/graph.ts";
import { copyInto, emitSame } from "../../../src/compiler/rebuild.ts";
import { emitScan } from "../../../src/compiler/scan.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import {
  findNativeAddon,
  loadNativeAddon,
  type NativeAddon,
} from "../../../src/engines/tfjs/native-addon.ts";
import { createTfjsNativeEngine } from "../../../src/engines/tfjs/native-engine.ts";
import { expectClose, testEngineAgainstReference } from "../conformance.ts";
import { allCases } from "../op-cases.ts";

const roundings = { f32: 2 ** -24, f64: 2 ** -53 };
const file = findNativeAddon();

if (file === undefined)
  test.skip("TensorFlow is not tested: there is no add-on of tfjs-node; scripts/tfjs-native.sh builds one", () => {});
else {
  const addon = loadNativeAddon(file);
  for (const precision of ["f32", "f64"] as const) {
    const engine = createTfjsNativeEngine({ precision }, addon);
    const u = roundings[precision];
    describe(`${engine.label}, ${precision}`, () => {
      // As for the kernels of tfjs, where f32 is tested: up to 64 roundings, 32 where a result passes through zero.
      if (precision === "f64") testEngineAgainstReference(engine, { relative: 64 * u, absolute: 32 * u });

      test("takes and gives every bit of what it is handed", () => {
        const builder = createBuilder();
        const x = builder.input("x", { dtype: "float", shape: [6] });
        const count = builder.input("count", { dtype: "int", shape: [2] });
        const flag = builder.input("flag", { dtype: "bool", shape: [2] });
        const none = builder.input("none", { dtype: "float", shape: [0, 2] });
        const executable = engine.compile(builder.finish({ x, count, flag, none }));
        const values = [Math.PI, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, -1 / 3];
        const round = precision === "f64" ? (value: number) => value : Math.fround;
        const given = { x: values, count: [16_777_217, -2_147_483_648], flag: [1, 0], none: [] };
        const found = executable.run(given);
        expect([...found.x]).toEqual(values.map(round));
        expect([...found.count]).toEqual(given.count);
        expect([...found.flag]).toEqual(given.flag);
        expect(found.none).toHaveLength(0);
        executable.dispose();
      });

      test("runs a block of steps in one call as it does one by one", () => {
        const step = engine.compile(descentStep());
        const block = engine.compile(descentBlock(5));
        const x = noise(64 * 8, 1);
        const y = noise(64, 2);
        let w = new Float64Array(8);
        const norms: number[] = [];
        for (let at = 0; at < 5; at++) {
          const found = step.run({ x, y, w });
          w = Float64Array.from(found.w);
          norms.push(found.loss[0]);
        }
        const found = block.run({ x, y, w: new Float64Array(8) });
        expectClose(found.w, w, { relative: 64 * u, absolute: 64 * u }, "w");
        expectClose(found.loss, Float64Array.from(norms), { relative: 64 * u, absolute: 64 * u }, "loss");
        step.dispose();
        block.dispose();
      });

      test("agrees with the reference when XLA compiles all ops and a block of steps", () => {
        const { graph, inputs } = allOpsAtOnce();
        const compiled = createTfjsNativeEngine({ precision, xla: true }, addon).compile(graph);
        const expected = referenceEngine.compile(graph).run(inputs);
        const found = compiled.run(inputs);
        for (const name of Object.keys(graph.outputs))
          expectClose(found[name], expected[name], { relative: 256 * u, absolute: 256 * u }, name);
        compiled.dispose();
      });
    });
  }

  describe("XLA by itself", () => {
    const inputs = { x: noise(64 * 8, 1), y: noise(64, 2), w: new Float64Array(8) };
    const { w: expected } = referenceEngine.compile(descentBlock(3)).run(inputs);
    const inUse = (seconds: number, refuses: boolean): boolean => {
      const watched = watchedAddon(addon, refuses);
      const executable = createTfjsNativeEngine({ precision: "f32" }, watched).compile(descentBlock(3), {
        seconds,
      });
      const isXla = watched.isXla();
      expectClose(executable.run(inputs).w, expected, { relative: 1e-5, absolute: 1e-5 }, "w");
      executable.dispose();
      return isXla;
    };

    test("compiles what will run long, where it is there", () => {
      expect(inUse(1, false)).toBe(false);
      expect(inUse(100, false)).toBe(true);
      expect(inUse(100, true)).toBe(false);
    });
  });

  describe("memory of TensorFlow", () => {
    const memory = () => [addon.getNumOfTensors(), addon.getNumOfSavedModels()];

    test("holds nothing but graphs between runs and nothing after dispose", () => {
      const engine = createTfjsNativeEngine({ precision: "f64" }, addon);
      const before = memory();
      const executable = engine.compile(descentBlock(3));
      expect(memory()).toEqual([before[0], before[1] + 1]);
      const inputs = { x: noise(64 * 8, 1), y: noise(64, 2), w: new Float64Array(8) };
      for (let run = 0; run < 10; run++) executable.run(inputs);
      expect(memory()).toEqual([before[0], before[1] + 1]);
      executable.dispose();
      executable.dispose();
      expect(memory()).toEqual(before);
    });

    test("does not grow from run to run", () => {
      const executable = createTfjsNativeEngine({ precision: "f64" }, addon).compile(descentStep());
      const inputs = { x: noise(64 * 8, 1), y: noise(64, 2), w: new Float64Array(8) };
      const memoryAfter = (runs: number): number => {
        for (let run = 0; run < runs; run++) executable.run(inputs);
        collectGarbage();
        const { rss, heapTotal } = process.memoryUsage();
        return rss - heapTotal;
      };
      memoryAfter(10_000);
      // Allocators take and give back pages now and then; what leaks does so in every round, 2 MB by a hundred bytes a run.
      const rounds = Array.from({ length: 5 }, () => memoryAfter(20_000));
      const growth = rounds.slice(1).map((after, at) => after - rounds[at]);
      expect(Math.min(...growth)).toBeLessThan(2e6);
      executable.dispose();
    });
  });
}

/** The add-on, telling whether XLA is to compile what was loaded last; with one that has no XLA, such graphs do not run. */
function watchedAddon(addon: NativeAddon, refuses: boolean): NativeAddon & { isXla(): boolean } {
  const models = new Map<number, boolean>();
  let last = false;
  return {
    TF_Version: addon.TF_Version,
    isUsingGpuDevice: () => addon.isUsingGpuDevice(),
    createTensor: (...given) => addon.createTensor(...given),
    deleteTensor: (tensor) => addon.deleteTensor(tensor),
    tensorDataSync: (tensor) => addon.tensorDataSync(tensor),
    deleteSavedModel: (model) => addon.deleteSavedModel(model),
    getNumOfTensors: () => addon.getNumOfTensors(),
    getNumOfSavedModels: () => addon.getNumOfSavedModels(),
    loadSavedModel(folder, tags) {
      const model = addon.loadSavedModel(folder, tags);
      last = readFileSync(join(folder, "saved_model.pb")).includes("_XlaMustCompile");
      models.set(model, last);
      return model;
    },
    runSavedModel(model, ...given) {
      if (refuses && models.get(model)) throw new Error("no XLA");
      return addon.runSavedModel(model, ...given);
    },
    isXla: () => last,
  };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
}

function noise(count: number, seed: number): Float64Array {
  const values = new Float64Array(count);
  randomSource({ seed, stream: 0 }, 0).fillNormal(values);
  return values;
}

/** The first case of every op, and a loop of steps. Not polygamma, of which XLA had only f32 in TensorFlow 2.12. */
function allOpsAtOnce(): { graph: Graph; inputs: Record<string, Float64Array> } {
  const builder = createBuilder();
  const outputs: Record<string, NodeId> = {};
  const inputs: Record<string, Float64Array> = {};
  const add = (prefix: string, graph: Graph, values: Readonly<Record<string, Float64Array>>): void => {
    const ids = copyInto(builder, graph, (target, node) =>
      node.op === "input"
        ? target.input(prefix + node.params.name, node.params.type)
        : emitSame(target, node),
    );
    for (const [name, id] of Object.entries(graph.outputs)) outputs[prefix + name] = ids[id];
    for (const [name, array] of Object.entries(values)) inputs[prefix + name] = array;
  };
  const seen = new Set(["polygamma"]);
  for (const { label, graph, sample } of allCases()) {
    const op = label.split(" ")[0];
    if (!seen.has(op)) add(`${op}/`, graph, sample(4));
    seen.add(op);
  }
  const w = new Float64Array(8);
  add("block/", descentBlock(5), { x: noise(64 * 8, 1), y: noise(64, 2), w });
  return { graph: builder.finish(outputs), inputs };
}

/** ½ |x w − y|² / 64 for x of 64 rows of 8, and one step down its gradient in w. */
function descentStep(): Graph {
  const builder = createBuilder();
  const floats = (name: string, ...shape: number[]) => builder.input(name, { dtype: "float", shape });
  return builder.finish(descend(builder, floats("x", 64, 8), floats("y", 64), floats("w", 8)));
}

/** Many of them, the loss of each kept. */
function descentBlock(length: number): Graph {
  const builder = createBuilder();
  const floats = (name: string, ...shape: number[]) => builder.input(name, { dtype: "float", shape });
  const { carries, ys } = emitScan(builder, {
    length,
    carries: [floats("w", 8)],
    fixed: [floats("x", 64, 8), floats("y", 64)],
    body(inner, given) {
      const { w, loss } = descend(inner, given.fixed[0], given.fixed[1], given.carries[0]);
      return { carries: [w], ys: [loss] };
    },
  });
  return builder.finish({ w: carries[0], loss: ys[0] });
}

function descend(builder: Builder, x: NodeId, y: NodeId, w: NodeId): { w: NodeId; loss: NodeId } {
  const graph = differentiate(squaredError(), { of: "loss", wrt: ["w"], prefix: "d/" });
  const given: Readonly<Record<string, NodeId>> = { x, y, w };
  const ids = copyInto(builder, graph, (target, node) =>
    node.op === "input" ? given[node.params.name] : emitSame(target, node),
  );
  const slope = ids[graph.outputs["d/w"]];
  const { shape } = builder.typeOf(slope);
  const move = builder.emit("mul", [builder.fill(0.1, shape), slope], {});
  return { w: builder.emit("sub", [w, move], {}), loss: ids[graph.outputs.loss] };
}

function squaredError(): Graph {
  const builder = createBuilder();
  const floats = (name: string, ...shape: number[]) => builder.input(name, { dtype: "float", shape });
  const column = builder.emit("reshape", [floats("w", 8)], { shape: [8, 1] });
  const params = { transposeLeft: false, transposeRight: false };
  const product = builder.emit("matmul", [floats("x", 64, 8), column], params);
  const prediction = builder.emit("reshape", [product], { shape: [64] });
  const error = builder.emit("sub", [prediction, floats("y", 64)], {});
  const total = builder.emit("reduceSum", [builder.emit("mul", [error, error], {})], { axes: [0] });
  const scale = builder.fill(0.5 / elementCount([64]), []);
  return builder.finish({ loss: builder.emit("mul", [total, scale], {}) });
}
