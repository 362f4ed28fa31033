/** How the native engine uses the add-on, seen with one that computes nothing. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import type { Graph } from "../../../src/compiler/graph.ts";
import type { Precision } from "../../../src/engines/engine.ts";
import {
  findNativeAddon,
  loadNativeAddon,
  type NativeAddon,
} from "../../../src/engines/tfjs/native-addon.ts";
import { createTfjsNativeEngine } from "../../../src/engines/tfjs/native-engine.ts";
import { messagesAt, readMessage, textsAt } from "../protobuf/read-message.ts";

/** Gives back, for each output, the arrays listed, and keeps count. */
function pretendedAddon(results: readonly (Float32Array | Int32Array)[], isGpu = false) {
  const tensors = new Set<number>();
  const sent: { readonly shape: readonly number[]; readonly dtype: number; readonly values: unknown }[] = [];
  const folders: string[] = [];
  let content = new Uint8Array();
  let next = 0;
  const make = (): number => {
    tensors.add(++next);
    return next;
  };
  const given = new Map<number, Float32Array | Int32Array>();
  const addon: NativeAddon = {
    TF_Version: "2.9.1",
    isUsingGpuDevice: () => isGpu,
    createTensor(shape, dtype, values) {
      sent.push({ shape, dtype, values });
      return make();
    },
    deleteTensor: (tensor) => expect(tensors.delete(tensor)).toBe(true),
    tensorDataSync: (tensor) => given.get(tensor) ?? new Float32Array(),
    loadSavedModel(folder) {
      folders.push(folder);
      content = new Uint8Array(readFileSync(join(folder, "saved_model.pb")));
      return 7;
    },
    deleteSavedModel: (model) => expect(model).toBe(7),
    runSavedModel() {
      if (results.length === 0) throw new Error("TensorFlow refuses");
      return results.map((values) => {
        const id = make();
        given.set(id, values);
        return { id };
      });
    },
    getNumOfTensors: () => tensors.size,
    getNumOfSavedModels: () => 1,
  };
  return { addon, sent, folders, content: () => content };
}

function sumGraph(): Graph {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [2] });
  const y = builder.input("y", { dtype: "float", shape: [] });
  const big = builder.input("big", { dtype: "float", shape: [2000] });
  const total = builder.emit("reduceSum", [big], { axes: [0] });
  const spread = builder.emit("broadcast", [builder.emit("add", [y, total], {})], { shape: [2], axes: [] });
  return builder.finish({ z: builder.emit("add", [x, spread], {}), total });
}

const inputs = { x: [1, 2], y: [3], big: new Float32Array(2000) };
const engineOn = (addon: NativeAddon, precision: Precision = "f32") =>
  createTfjsNativeEngine({ precision }, addon);

test("sends small inputs together and large ones as they are, and takes results apart", () => {
  const { addon, sent } = pretendedAddon([new Float32Array([10, 20, 30])]);
  const found = engineOn(addon).compile(sumGraph()).run(inputs);
  expect(sent).toHaveLength(2);
  expect(sent[0]).toEqual({ shape: [3], dtype: 1, values: new Float32Array([1, 2, 3]) });
  expect(sent[1].values).toBe(inputs.big);
  expect([...found.z, ...found.total]).toEqual([10, 20, 30]);
  expect(addon.getNumOfTensors()).toBe(0);
});

test("sends f64 as pairs of int32, and f32 as int32 to a GPU", () => {
  const pairs = new Int32Array(new Float64Array([0.1, 0.2, 0.3]).buffer);
  const double = pretendedAddon([pairs]);
  const found = engineOn(double.addon, "f64").compile(sumGraph()).run(inputs);
  expect([...found.z, ...found.total]).toEqual([0.1, 0.2, 0.3]);
  expect(double.sent[0]).toEqual({
    shape: [3, 2],
    dtype: 3,
    values: new Int32Array(new Float64Array([1, 2, 3]).buffer),
  });
  const gpu = pretendedAddon([new Int32Array(new Float32Array([1, 2, 3]).buffer)], true);
  const engine = engineOn(gpu.addon);
  expect(engine.label).toBe("tfjs (node-gpu)");
  expect([...engine.compile(sumGraph()).run(inputs).z]).toEqual([1, 2]);
  expect(gpu.sent.map(({ dtype }) => dtype)).toEqual([3, 3]);
});

test("releases what it made when TensorFlow refuses to run, and can be disposed twice", () => {
  const { addon } = pretendedAddon([]);
  const executable = engineOn(addon).compile(sumGraph());
  expect(() => executable.run(inputs)).toThrow("TensorFlow refuses");
  expect(addon.getNumOfTensors()).toBe(0);
  executable.dispose();
  executable.dispose();
  expect(() => executable.run(inputs)).toThrow("disposed");
});

test("refuses missing inputs and inputs of another length", () => {
  const { addon } = pretendedAddon([new Float32Array(3)]);
  const executable = engineOn(addon).compile(sumGraph());
  expect(() => executable.run({ x: [1, 2], y: [3] })).toThrow("no values for input big");
  expect(() => executable.run({ ...inputs, x: [1] })).toThrow("input x takes 2 values, given 1");
});

test("leaves no folder behind", () => {
  const { addon, folders } = pretendedAddon([]);
  engineOn(addon).compile(sumGraph());
  expect(folders).toHaveLength(1);
  expect(existsSync(folders[0])).toBe(false);
});

test("writes one graph with the tag and the signature that loaders look for", () => {
  const { addon, content } = pretendedAddon([]);
  engineOn(addon).compile(sumGraph());
  const [metaGraph] = messagesAt(readMessage(content()), 2);
  expect(textsAt(messagesAt(metaGraph, 1)[0], 4)).toEqual(["serve"]);
  const [graph] = messagesAt(metaGraph, 2);
  const nodes = messagesAt(graph, 1);
  const names = nodes.map((node) => textsAt(node, 1)[0]);
  expect(new Set(names).size).toBe(names.length);
  for (const node of nodes)
    for (const input of textsAt(node, 3)) expect(names).toContain(input.replace(/:\d+$/, ""));
  const [signature] = messagesAt(metaGraph, 5);
  expect(textsAt(signature, 1)).toEqual(["serving_default"]);
  const [ports] = messagesAt(signature, 2);
  const tensorsAt = (number: number) =>
    messagesAt(ports, number).map((entry) => textsAt(messagesAt(entry, 2)[0], 1)[0].replace(/:\d+$/, ""));
  expect([tensorsAt(1).length, tensorsAt(2).length]).toEqual([2, 1]);
  for (const tensor of [...tensorsAt(1), ...tensorsAt(2)]) expect(names).toContain(tensor);
});

test("finds the add-on in the folder of a package, for the newest Node-API", () => {
  const folder = mkdtempSync(join(tmpdir(), "ppl-test-"));
  for (const version of ["napi-v3", "napi-v10", "napi-v8"]) {
    mkdirSync(join(folder, "lib", version), { recursive: true });
    writeFileSync(join(folder, "lib", version, "tfjs_binding.node"), "");
  }
  expect(findNativeAddon({ PPL_TFJS_NODE: folder })).toBe(
    join(folder, "lib", "napi-v10", "tfjs_binding.node"),
  );
  rmSync(folder, { recursive: true });
});

test("says how to get an add-on where there is none, or not where it should be", () => {
  expect(findNativeAddon({ PPL_TFJS_NODE: "/nowhere/tfjs_binding.node" })).toBe("/nowhere/tfjs_binding.node");
  const failing = () => loadNativeAddon("/nowhere/tfjs_binding.node");
  expect(failing).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({
          code: "engine-not-installed",
          notes: ["There is no file /nowhere/tfjs_binding.node."],
        }),
      ],
    }),
  );
});
