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
  const last = lastUses(program);
  const release = (tensor: TensorInfo): void => {
    backend.disposeData(tensor.dataId);
  };

  const kept: TensorInfo[] = [];
  const inputSlots: InputSlot[] = [];
  const steps: Step[] = [];
  const neededLater = (id: ValueId): boolean =>
    Object.values(outputs).includes(id) ||
    nodes.some((node, user) => node.kind === "call" && varying[user] && node.operands.includes(id));
  nodes.forEach((node, id) => {
    const tensor = tensors[id];
    if (node.kind === "constant") {
      tensor.dataId = backend.write(constantArray(node.type, node.values), tensor.shape, tensor.dtype);
      kept.push(tensor);
    } else if (node.kind === "input") {
      inputSlots.push({ tensor, name: node.name, staging: deviceArray(node.type) });
    } else {
      const call = prepareCall(node, tensors, loaded);
      const releases = last[id].filter((released) => varying[released]).map((released) => tensors[released]);
      if (varying[id]) steps.push({ result: tensor, releases, call });
      else {
        tensor.dataId = call();
        kept.push(tensor);
      }
    }
  });
  // Of the constant part, only what the runs read stays.
  const constants = kept.filter((tensor) => {
    const stays = neededLater(tensors.indexOf(tensor));
    if (!stays) release(tensor);
    return stays;
  });
  const outputSlots = Object.entries(outputs).map(
    ([name, id]): OutputSlot => ({ tensor: tensors[id], name, values: outputArray(nodes[id].type) }),
  );
  const releasedAfterReading = [...new Set(Object.values(outputs))]
    .filter((id) => varying[id])
    .map((id) => tensors[id]);
  const lengths = Object.entries(inputs).map(([name, { shape }]) => [name, elementCount(shape)] as const);

  /** After a kernel has thrown at step `at`: releases what is alive. */
  const releaseAfterFailure = (at: number): void => {
    const alive = new Set(inputSlots.map(({ tensor }) => tensor));
    for (const { result, releases } of steps.slice(0, at)) {
      alive.add(result);
      for (const released of releases) alive.delete(released);
    }
    for (const tensor of alive) release(tensor);
  };

  let isDisposed = false;
  return {
    run(values) {
      if (isDisposed) bug("a disposed executable was run");
      for (const [name, length] of lengths) checkInput(name, values[name], length);
      const endRun = loaded.startRun();
      for (const { tensor, name, staging } of inputSlots) {
        const given = values[name];
        // Always a new tensor: the wasm backend keeps a packed copy of a matrix product's right operand per tensor.
        const isReady = given instanceof Float32Array && staging instanceof Float32Array;
        if (!isReady) staging.set(given);
        tensor.dataId = backend.write(isReady ? given : staging, tensor.shape, tensor.dtype);
      }
      let at = 0;
      try {
        for (; at < steps.length; at++) {
          const { result, releases, call } = steps[at];
          result.dataId = call();
          for (let i = 0; i < releases.length; i++) release(releases[i]);
        }
      } catch (error) {
        releaseAfterFailure(at);
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
