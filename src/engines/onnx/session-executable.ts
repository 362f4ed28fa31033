/** Runs a session: numbers of a graph's inputs in, numbers of its outputs out. */
import { bug } from "../../base/bug.ts";
import { elementCount, type Graph } from "../../compiler/graph.ts";
import type { TensorType } from "../../compiler/ops.ts";
import type { Executable, Precision, Values } from "../engine.ts";
import type { OnnxSession, RuntimeTensor } from "./load-runtime.ts";

/** The graph's inputs and outputs as the session's. */
export function sessionExecutable(
  session: OnnxSession,
  graph: Graph,
  precision: Precision,
  outputNames: Readonly<Record<string, string>>,
): Executable {
  const inputs = Object.entries(graph.inputs).map(([name, id]) => {
    const { type } = graph.nodes[id];
    return { name, type, tensor: createTensor(type, precision), own: createData(type, precision) };
  });
  const outputs = Object.entries(graph.outputs).map(([name, id]) => ({
    name,
    runtimeName: outputNames[name],
    type: graph.nodes[id].type,
    /** Of results that are not floats, as numbers. */
    numbers: new Float64Array(
      graph.nodes[id].type.dtype === "float" ? 0 : elementCount(graph.nodes[id].type.shape),
    ),
  }));
  const feeds = Object.fromEntries(inputs.map(({ name, tensor }) => [name, tensor]));
  const fetches = Object.fromEntries(outputs.map(({ runtimeName }) => [runtimeName, null]));
  let isDisposed = false;
  return {
    run(values) {
      if (isDisposed) return bug("a run of a disposed executable");
      for (const { name, type, tensor, own } of inputs)
        tensor.data = inputData(name, values[name], type, own);
      const found = session.run(feeds, fetches, {});
      const results: Record<string, Float64Array | Float32Array> = {};
      for (const { name, runtimeName, numbers } of outputs)
        results[name] = asNumbers(found[runtimeName].data, numbers);
      return results;
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      session.dispose();
    },
  };
}

type TensorData = RuntimeTensor["data"];

function createTensor(type: TensorType, precision: Precision): RuntimeTensor {
  const kinds = { float: precision === "f64" ? "float64" : "float32", int: "int64", bool: "bool" } as const;
  return {
    type: kinds[type.dtype],
    dims: type.shape,
    data: createData(type, precision),
    location: "cpu",
  };
}

function createData({ dtype, shape }: TensorType, precision: Precision): TensorData {
  const length = elementCount(shape);
  if (dtype === "int") return new BigInt64Array(length);
  if (dtype === "bool") return new Uint8Array(length);
  return precision === "f64" ? new Float64Array(length) : new Float32Array(length);
}

/** The caller's own array where it is of the type needed, else a copy in ours. */
function inputData(
  name: string,
  values: Values | undefined,
  { dtype, shape }: TensorType,
  own: TensorData,
): TensorData {
  const length = elementCount(shape);
  if (values === undefined) return bug(`no values for input ${name}`);
  if (values.length !== length) return bug(`input ${name} takes ${length} values, given ${values.length}`);
  if (own instanceof BigInt64Array) writeWhole(own, values);
  else if (dtype === "float" && isKindOf(values, own)) return values;
  else own.set(values);
  return own;
}

/** Shared memory is refused by the runtime. */
function isKindOf(values: Values, own: TensorData): values is Float32Array | Float64Array {
  return (
    values.constructor === own.constructor &&
    !(
      "buffer" in values &&
      typeof SharedArrayBuffer !== "undefined" &&
      values.buffer instanceof SharedArrayBuffer
    )
  );
}

/** Through pairs of 32 bits, which takes no big integers. */
function writeWhole(to: BigInt64Array, values: Values): void {
  const halves = new Int32Array(to.buffer, to.byteOffset, 2 * to.length);
  for (let i = 0; i < values.length; i++) {
    halves[2 * i] = values[i] % 2 ** 32;
    halves[2 * i + 1] = Math.floor(values[i] / 2 ** 32);
  }
}

function asNumbers(data: TensorData, numbers: Float64Array): Float64Array | Float32Array {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  for (let i = 0; i < data.length; i++) numbers[i] = Number(data[i]);
  return numbers;
}
