/** Runs a prepared kernel program on a loaded backend: inputs in, steps, outputs out, and everything released. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { bug } from "../../base/bug.ts";
import { elementCount } from "../../compiler/graph.ts";
import type { TensorType } from "../../compiler/ops.ts";
import type { Executable, Values } from "../engine.ts";
import type { KernelProgram } from "./kernel-program.ts";
import type { LoadedBackend } from "./load-backend.ts";
import { type DeviceArray, deviceArray, prepareSteps, type Step } from "./program-steps.ts";

interface InputSlot {
  readonly tensor: TensorInfo;
  readonly name: string;
  readonly staging: DeviceArray;
}

interface OutputSlot {
  readonly tensor: TensorInfo;
  readonly name: string;
  readonly values: Float32Array | Float64Array;
}

/** `inputs` are all inputs of the graph, also those that the program does not need: their lengths are checked too. */
export function prepareProgram(
  program: KernelProgram,
  inputs: Readonly<Record<string, TensorType>>,
  loaded: LoadedBackend,
): Executable {
  const { backend } = loaded;
  const { nodes, outputs } = program;
  const prepared = prepareSteps(program, loaded);
  const { tensors, varying, steps: runSteps } = prepared;
  const inputSlots = nodes.flatMap((node, id): InputSlot[] =>
    node.kind === "input" ? [{ tensor: tensors[id], name: node.name, staging: deviceArray(node.type) }] : [],
  );
  const outputSlots = Object.entries(outputs).map(
    ([name, id]): OutputSlot => ({ tensor: tensors[id], name, values: outputArray(nodes[id].type) }),
  );
  const releasedAfterReading = [...new Set(Object.values(outputs))]
    .filter((id) => varying[id])
    .map((id) => tensors[id]);
  const lengths = Object.entries(inputs).map(([name, { shape }]) => [name, elementCount(shape)] as const);
  const release = (tensor: TensorInfo): void => {
    backend.disposeData(tensor.dataId);
  };

  let isDisposed = false;
  return {
    run(values) {
      if (isDisposed) bug("a disposed executable was run");
      for (const [name, length] of lengths) checkInput(name, values[name], length);
      const endRun = loaded.startRun();
      for (const slot of inputSlots) writeInput(slot, values[slot.name], backend);
      let at = 0;
      try {
        for (; at < runSteps.length; at++) {
          const { result, releases, call } = runSteps[at];
          result.dataId = call();
          for (let i = 0; i < releases.length; i++) release(releases[i]);
        }
      } catch (error) {
        for (const tensor of aliveBefore(at, inputSlots, runSteps)) release(tensor);
        throw error;
      }
      const results: Record<string, Float32Array | Float64Array> = {};
      for (const slot of outputSlots) {
        slot.values.set(backend.readSync(slot.tensor.dataId) as DeviceArray);
        results[slot.name] = slot.values;
      }
      for (const tensor of releasedAfterReading) release(tensor);
      endRun();
      return results;
    },
    dispose() {
      if (!isDisposed) prepared.dispose();
      isDisposed = true;
    },
  };
}

/**
 * Always a new tensor, not new values in the old one: the wasm backend keeps, per tensor, a packed copy of the right operand of
 * a matrix product.
 */
function writeInput({ tensor, staging }: InputSlot, values: Values, backend: LoadedBackend["backend"]): void {
  const isReady = values instanceof Float32Array && staging instanceof Float32Array;
  if (!isReady) staging.set(values);
  tensor.dataId = backend.write(isReady ? values : staging, tensor.shape, tensor.dtype);
}

/** What a run has to release when step `at` throws. */
function aliveBefore(
  at: number,
  inputs: readonly InputSlot[],
  steps: readonly Step[],
): ReadonlySet<TensorInfo> {
  const alive = new Set(inputs.map(({ tensor }) => tensor));
  for (const { result, releases } of steps.slice(0, at)) {
    alive.add(result);
    for (const released of releases) alive.delete(released);
  }
  return alive;
}

/** Not every int32 is a float32, but every one is a float64. */
function outputArray({ dtype, shape }: TensorType): Float32Array | Float64Array {
  return dtype === "int" ? new Float64Array(elementCount(shape)) : new Float32Array(elementCount(shape));
}

export function checkInput(name: string, values: Values | undefined, length: number): void {
  if (values === undefined) bug(`no values for input ${name}`);
  else if (values.length !== length) bug(`input ${name} takes ${length} values, given ${values.length}`);
}
