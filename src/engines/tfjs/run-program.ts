/** Runs a prepared kernel program on a loaded backend: inputs in, steps, outputs out, and everything released. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { bug } from "../../base/bug.ts";
import { elementCount } from "../../compiler/graph.ts";
import type { TensorType } from "../../compiler/ops.ts";
import type { Executable, Outputs, Values } from "../engine.ts";
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

  const results: Outputs = Object.fromEntries(outputSlots.map(({ name, values }) => [name, values]));

  let isDisposed = false;
  let isRunning = false;
  /** Inputs in and all kernels called: the outputs are there to be read. */
  const submit = (values: Parameters<Executable["run"]>[0]): void => {
    for (const slot of inputSlots) writeInput(slot, values[slot.name], loaded);
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
  };
  const check = (values: Parameters<Executable["run"]>[0]): void => {
    if (isDisposed) bug("a disposed executable was run");
    if (isRunning) bug("an executable was run before its last run had ended");
    for (const [name, length] of lengths) checkInput(name, values[name], length);
  };
  const releaseOutputs = (): void => {
    for (const tensor of releasedAfterReading) release(tensor);
  };
  return {
    run(values) {
      check(values);
      if (!loaded.readsAtOnce) bug(`${loaded.name} gives its results later: call runAsync`);
      const endRun = loaded.startRun();
      submit(values);
      for (const slot of outputSlots) slot.values.set(backend.readSync(slot.tensor.dataId) as DeviceArray);
      releaseOutputs();
      endRun();
      return results;
    },
    ...(loaded.watchDevice !== undefined && {
      async runAsync(values: Parameters<Executable["run"]>[0]) {
        check(values);
        isRunning = true;
        const failure = loaded.watchDevice?.();
        try {
          submit(values);
          const read = await Promise.all(
            outputSlots.map(({ tensor }) => backend.read(tensor.dataId)),
          ).finally(releaseOutputs);
          outputSlots.forEach((slot, at) => {
            slot.values.set(read[at] as DeviceArray);
          });
        } finally {
          isRunning = false;
          await failure?.();
        }
        return results;
      },
    }),
    dispose() {
      if (!isDisposed) prepared.dispose();
      isDisposed = true;
    },
  };
}

/**
 * Always a new tensor, not new values in the old one: the wasm backend keeps, per tensor, a packed copy of the right operand of
 * a matrix product. GPUs' backends hold on to the array until its values are needed.
 */
function writeInput({ tensor, staging }: InputSlot, values: Values, loaded: LoadedBackend): void {
  const isReady =
    loaded.watchDevice === undefined && values instanceof Float32Array && staging instanceof Float32Array;
  if (!isReady) staging.set(values);
  tensor.dataId = loaded.backend.write(isReady ? values : staging, tensor.shape, tensor.dtype);
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
