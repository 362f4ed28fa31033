/**
 * What of a kernel program can be decided before it runs: kernels, attributes, shapes, after which step each value is released,
 * constants on the device and all that follows from constants alone.
 */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { bug } from "../../base/bug.ts";
import { elementCount } from "../../compiler/graph.ts";
import type { TensorType } from "../../compiler/ops.ts";
import { kernelDType } from "./kernel-math.ts";
import { type CallNode, type KernelProgram, lastUses, type ValueId } from "./kernel-program.ts";
import type { LoadedBackend } from "./load-backend.ts";
import { prepareLoop } from "./loop-step.ts";

export type DeviceArray = Float32Array | Int32Array | Uint8Array;

/** One kernel call, or one loop. The tensors are the same objects in every run; only the data they point to changes. */
export interface Step {
  readonly result: TensorInfo;
  readonly releases: readonly TensorInfo[];
  call(): TensorInfo["dataId"];
  /** Releases what it holds between runs. */
  dispose?(): void;
}

export interface PreparedProgram {
  /** One per node; the same objects in every run. */
  readonly tensors: readonly TensorInfo[];
  /** Per node whether it depends on an input. */
  readonly varying: readonly boolean[];
  /** What a run has to do, in order. */
  readonly steps: readonly Step[];
  /** Releases what it holds between runs. */
  dispose(): void;
}

export function prepareSteps(program: KernelProgram, loaded: LoadedBackend): PreparedProgram {
  const tensors = program.nodes.map(({ type }) => tensorInfo(type));
  const varying = varyingValues(program);
  const steps = stepsOf(program, tensors, varying, loaded);
  const constants = computeConstants(program, tensors, varying, steps, loaded);
  return {
    tensors,
    varying,
    steps: steps.filter((_, id) => varying[id]).filter((step) => step !== undefined),
    dispose() {
      for (const tensor of constants) loaded.backend.disposeData(tensor.dataId);
      for (const step of steps) step?.dispose?.();
    },
  };
}

/** Per node its step, for calls and loops. Looks up every kernel, so that a missing one is told before anything is allocated. */
function stepsOf(
  program: KernelProgram,
  tensors: readonly TensorInfo[],
  varying: readonly boolean[],
  loaded: LoadedBackend,
): readonly (Step | undefined)[] {
  const last = lastUses(program);
  return program.nodes.map((node, id) => {
    if (!("operands" in node)) return undefined;
    const releases = last[id].filter((released) => varying[released]).map((released) => tensors[released]);
    const work =
      node.kind === "call"
        ? { call: prepareCall(node, tensors, loaded) }
        : prepareLoop(node, tensors, prepareSteps(node.body, loaded), loaded);
    return { result: tensors[id], releases, ...work };
  });
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
    if ("operands" in node && varying[id]) for (const operand of node.operands) read.add(operand);
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
      node.kind === "input" || ("operands" in node && node.operands.some((operand) => varying[operand])),
    );
  return varying;
}

function tensorInfo({ dtype, shape }: TensorType): TensorInfo {
  return { dataId: {}, shape: [...shape], dtype: kernelDType(dtype) };
}

export function deviceArray({ dtype, shape }: TensorType): DeviceArray {
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
