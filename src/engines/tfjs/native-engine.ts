/**
 * The native tfjs engine: the whole graph as one call of TensorFlow, through the add-on of tfjs-node or tfjs-node-gpu. f32 or f64.
 * `run` is synchronous; nothing stays on TensorFlow's side between runs but the graph.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bug } from "../../base/bug.ts";
import { createBuilder } from "../../compiler/builder.ts";
import { elementCount, type Graph } from "../../compiler/graph.ts";
import { verifyGraph } from "../../compiler/verify.ts";
import type { Engine, Executable, Precision, Values } from "../engine.ts";
import { lowerGraph } from "./lower-graph.ts";
import { loadNativeAddon, type NativeAddon, type NativeArray } from "./native-addon.ts";
import { type NativeGraph, nativeGraph, type Parcel, signatureOf } from "./native-graph.ts";
import { checkInput } from "./run-program.ts";
import { encodeSavedModel, servingTag } from "./saved-model.ts";
import { elementTypes } from "./tensorflow-graph.ts";

export interface TfjsNativeOptions {
  readonly precision: Precision;
  /**
   * Whether XLA compiles graphs, each in its first run, which takes from tenths of a second to seconds; runs become up to a third
   * faster. By default where that pays and TensorFlow has XLA; where it is asked for and not there, the first run throws. In
   * TensorFlow 2.12 its polygamma is that of f32.
   */
  readonly xla?: boolean;
}

/** Runs that take so long together repay the seconds that XLA takes to compile. */
const longUse = 30;

/** Throws a `ProblemError`, `engine-not-installed`, where there is no add-on. */
export function createTfjsNativeEngine(
  { precision, xla }: TfjsNativeOptions,
  addon: NativeAddon = loadNativeAddon(),
): Engine {
  const isGpu = addon.isUsingGpuDevice();
  const float = precision === "f64" ? "float64" : "float32";
  const compile = (graph: Graph, isXla: boolean): Executable => {
    const native = nativeGraph(lowerGraph(graph, "tensorflow"), { float, isGpu, xla: isXla });
    const model = loadFromMemory(addon, encodeSavedModel(native.graph, signatureOf(native)));
    return createExecutable(addon, model, graph, native, precision);
  };
  let foundXla: boolean | undefined;
  const hasXla = (): boolean => {
    foundXla ??= runsWithXla(compile);
    return foundXla;
  };
  return {
    name: "tfjs",
    label: isGpu ? "tfjs (node-gpu)" : "tfjs (node)",
    precisions: [precision],
    compile(graph, use = { seconds: 0 }) {
      verifyGraph(graph);
      return compile(graph, xla ?? (use.seconds >= longUse && hasXla()));
    },
  };
}

/** Whether a small graph runs: TensorFlow may be built without XLA, and XLA may lack what it needs for a GPU. */
function runsWithXla(compile: (graph: Graph, isXla: boolean) => Executable): boolean {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [2] });
  const executable = compile(builder.finish({ y: builder.emit("neg", [x], {}) }), true);
  try {
    return executable.run({ x: [1, 2] }).y[1] === -2;
  } catch {
    return false;
  } finally {
    executable.dispose();
  }
}

/** The add-on loads from folders only. */
function loadFromMemory(addon: NativeAddon, content: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), "ppl-saved-model-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), content);
    return addon.loadSavedModel(folder, servingTag);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function createExecutable(
  addon: NativeAddon,
  model: number,
  { nodes, inputs, outputs }: Graph,
  { inputs: sent, outputs: received }: NativeGraph,
  precision: Precision,
): Executable {
  const lengths = Object.entries(inputs).map(
    ([name, id]) => [name, elementCount(nodes[id].type.shape)] as const,
  );
  const slots = sent.map((parcel) => ({ parcel, staging: stagingOf(parcel) }));
  const inputNames = sent.map(({ tensor }) => tensor).join(",");
  const outputNames = received.map(({ tensor }) => tensor).join(",");
  const empty = Object.fromEntries(
    Object.entries(outputs).map(([name, id]) => [
      name,
      resultArray(nodes[id].type.dtype === "int", precision, 0),
    ]),
  );
  let isDisposed = false;
  return {
    run(values) {
      if (isDisposed) bug("a disposed executable was run");
      for (const [name, length] of lengths) checkInput(name, values[name], length);
      const tensors: number[] = [];
      const results: Record<string, Float32Array | Float64Array> = { ...empty };
      if (received.length === 0) return results;
      try {
        for (const { parcel, staging } of slots) {
          const array = wireArray(parcel, staging, values);
          tensors.push(addon.createTensor(parcel.shape, elementTypes[parcel.wire].number, array));
        }
        const found = addon.runSavedModel(model, tensors, inputNames, outputNames);
        for (const { id } of found) tensors.push(id);
        received.forEach((parcel, at) => {
          read(parcel, addon.tensorDataSync(found[at].id), precision, results);
        });
      } finally {
        for (const tensor of tensors) addon.deleteTensor(tensor);
      }
      return results;
    },
    dispose() {
      if (!isDisposed) addon.deleteSavedModel(model);
      isDisposed = true;
    },
  };
}

/** The array that is handed over, and the same memory as elements. */
interface Staging {
  readonly wire: NativeArray;
  readonly elements: NativeArray | Float64Array;
}

function stagingOf({ type, wire, shape }: Parcel): Staging {
  const length = elementCount(shape);
  const array =
    wire === "float32"
      ? new Float32Array(length)
      : wire === "bool"
        ? new Uint8Array(length)
        : new Int32Array(length);
  return { wire: array, elements: viewAs(array, type) };
}

/** The caller's own array where it is as TensorFlow wants it: the add-on lets go of it when its tensor is deleted. */
function wireArray(
  { type, wire, members }: Parcel,
  staging: Staging,
  values: Readonly<Record<string, Values>>,
): NativeArray {
  if (members.length === 1) {
    const given = values[members[0].name];
    if (given instanceof Float32Array && wire === "float32") return given;
    const isReady =
      (given instanceof Float64Array && type === "float64") ||
      (given instanceof Float32Array && type === "float32");
    if (isReady) return new Int32Array(given.buffer, given.byteOffset, given.byteLength / 4);
  }
  for (const { name, offset } of members) staging.elements.set(values[name], offset);
  return staging.wire;
}

function viewAs(array: NativeArray, type: Parcel["type"]): NativeArray | Float64Array {
  if (type === "float64") return new Float64Array(array.buffer, array.byteOffset, array.length / 2);
  if (type === "float32") return new Float32Array(array.buffer, array.byteOffset, array.length);
  return array;
}

function read(
  { type, members }: Parcel,
  data: NativeArray,
  precision: Precision,
  results: Record<string, Float32Array | Float64Array>,
): void {
  const elements = viewAs(data, type);
  for (const { name, offset, count } of members) {
    const part = members.length === 1 ? elements : elements.subarray(offset, offset + count);
    if (part instanceof Float32Array || part instanceof Float64Array) results[name] = part;
    else {
      results[name] = resultArray(type === "int32", precision, count);
      results[name].set(part);
    }
  }
}

/** Not every int32 is a float32, but every one is a float64. */
function resultArray(isInt: boolean, precision: Precision, count: number): Float32Array | Float64Array {
  return isInt || precision === "f64" ? new Float64Array(count) : new Float32Array(count);
}
