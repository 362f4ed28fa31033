/**
 * Prepares a kernel program to run on a loaded backend. What can be decided once is decided here: kernels, attributes, shapes,
 * after which call each value is released, constants on the device and all that follows from constants alone.
 */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { bug } from "../../base/bug.ts";
import { elementCount } from "../../compiler/graph.ts";
import type { TensorType } from "../../compiler/ops.ts";
import type { Executable, Values } from "../engine.ts";
import { kernelDType } from "./kernel-math.ts";
import { type CallNode, type KernelProgram, lastUses, type ValueId } from "./kernel-program.ts";
import type { LoadedBackend } from "./load-backend.ts";

type DeviceArray = Float32Array | Int32Array | Uint8Array;

/** One kernel call. The tensors are the same objects in every run; only the data they point to changes. */
interface Step {
  readonly result: TensorInfo;
  readonly releases: readonly TensorInfo[];
  call(): TensorInfo["dataId"];
}

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
  const tensors = nodes.map(({ type }) => tensorInfo(type));
  const varying = varyingValues(program);
  const steps = prepareSteps(program, tensors, varying, loaded);
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
  const constants = computeConstants(program, tensors, varying, steps, loaded);
  const runSteps = steps.filter((_, id) => varying[id]).filter((step) => step !== undefined);
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
      if (!isDisposed) for (const tensor of constants) release(tensor);
      isDisposed = true;
    },
  };
}

/** Per node its step, for calls. Looks up every kernel, so that a missing one is told before anything is allocated. */
function prepareSteps(
  program: KernelProgram,
  tensors: readonly TensorInfo[],
  varying: readonly boolean[],
  loaded: LoadedBackend,
): readonly (Step | undefined)[] {
  const last = lastUses(program);
  return program.nodes.map((node, id) =>
    node.kind === "call"
      ? {
          result: tensors[id],
          releases: last[id].filter((released) => varying[released]).map((released) => tensors[released]),
          call: prepareCall(node, tensors, loaded),
        }
      : undefined,
  );
}

/** Writes the constants, computes what follows from them alone, and keeps of both what the runs read. */
function computeConstants(
  { nodes, outputs }: KernelProgram,
  tensors: readonly TensorInfo[],
  varying: readonly boolean[],
  steps: readonly (Step | undefined)[],
  { backend }: LoadedBackend,
): readonly TensorInfo[] {
  const read = new Set<ValueId>(Object.values(outputs));
  nodes.forEach((node, id) => {
    if (node.kind === "call" && varying[id]) for (const operand of node.operands) read.add(operand);
  });
  nodes.forEach((node, id) => {
    const { shape, dtype } = tensors[id];
    if (node.kind === "constant")
      tensors[id].dataId = backend.write(constantArray(node.type, node.values), shape, dtype);
    else if (!varying[id]) tensors[id].dataId = steps[id]?.call() ?? bug("a constant without a step");
  });
  return tensors.filter((tensor, id) => {
    if (varying[id]) return false;
    if (!read.has(id)) backend.disposeData(tensor.dataId);
    return read.has(id);
  });
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

function prepareCall(node: CallNode, tensors: readonly TensorInfo[], loaded: LoadedBackend): Step["call"] {
  const kernel = loaded.kernel(node.kernel);
  const operands = node.operands.map((operand) => tensors[operand]);
  const inputs =
    node.operandNames === "list"
      ? operands
      : Object.fromEntries(node.operandNames.map((name, position) => [name, operands[position]]));
  const call = { inputs, attrs: node.attributes, backend: loaded.backend } as Parameters<typeof kernel>[0];
  return () => (kernel(call) as TensorInfo).dataId;
}

function varyingValues({ nodes }: KernelProgram): readonly boolean[] {
  const varying: boolean[] = [];
  for (const node of nodes)
    varying.push(
      node.kind === "input" || (node.kind === "call" && node.operands.some((operand) => varying[operand])),
    );
  return varying;
}

function tensorInfo({ dtype, shape }: TensorType): TensorInfo {
  return { dataId: {}, shape: [...shape], dtype: kernelDType(dtype) };
}

function deviceArray({ dtype, shape }: TensorType): DeviceArray {
  const length = elementCount(shape);
  switch (dtype) {
    case "float":
      return new Float32Array(length);
    case "int":
      return new Int32Array(length);
    case "bool":
      return new Uint8Array(length);
  }
}

function constantArray(type: TensorType, values: readonly number[]): DeviceArray {
  const array = deviceArray(type);
  if (values.length === 1) array.fill(values[0]);
  else array.set(values);
  return array;
}

/** Not every int32 is a float32, but every one is a float64. */
function outputArray({ dtype, shape }: TensorType): Float32Array | Float64Array {
  return dtype === "int" ? new Float64Array(elementCount(shape)) : new Float32Array(elementCount(shape));
}

function checkInput(name: string, values: Values | undefined, length: number): void {
  if (values === undefined) bug(`no values for input ${name}`);
  else if (values.length !== length) bug(`input ${name} takes ${length} values, given ${values.length}`);
}
