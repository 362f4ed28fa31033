/** Writes models as ONNX's Protocol Buffers messages, whose field numbers are those of onnx.proto. */
import {
  bytesField,
  encodeMessage,
  type Field,
  messageField,
  stringField,
  varintField,
} from "../protobuf/wire-format.ts";
import {
  elementTypes,
  type OnnxAttributes,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from "./model.ts";

/** The ops are those of this version; ONNX Runtime reads it from 1.17 on. */
const opsetVersion = 20;
/** The version of the format that belongs to it. */
const irVersion = 9;

/** The bytes of an `.onnx` file. */
export function encodeModel({ graph }: OnnxModel): Uint8Array {
  return encodeMessage([
    varintField(1, irVersion),
    stringField(2, "ppl"),
    messageField(7, graphFields(graph)),
    messageField(8, [stringField(1, ""), varintField(2, opsetVersion)]),
  ]);
}

function graphFields(graph: OnnxGraph): Field[] {
  return [
    ...graph.nodes.map((node) => messageField(1, nodeFields(node))),
    stringField(2, graph.name),
    ...graph.initializers.map((tensor) => messageField(5, tensorFields(tensor))),
    ...graph.inputs.map((value) => messageField(11, valueInfoFields(value))),
    ...graph.outputs.map((value) => messageField(12, valueInfoFields(value))),
  ];
}

function nodeFields({ op, inputs, outputs, attributes }: OnnxNode): Field[] {
  return [
    ...inputs.map((name) => stringField(1, name)),
    ...outputs.map((name) => stringField(2, name)),
    stringField(4, op),
    ...Object.entries(attributes).map(([name, value]) => messageField(5, attributeFields(name, value))),
  ];
}

/** Kinds of attributes: 2 a whole number, 3 a word, 5 a graph, 7 whole numbers. */
function attributeFields(name: string, value: OnnxAttributes[string]): Field[] {
  if (typeof value === "number") return [stringField(1, name), varintField(3, value), varintField(20, 2)];
  if (typeof value === "string") return [stringField(1, name), stringField(4, value), varintField(20, 3)];
  if ("nodes" in value)
    return [stringField(1, name), messageField(6, graphFields(value)), varintField(20, 5)];
  return [stringField(1, name), ...value.map((each) => varintField(8, each)), varintField(20, 7)];
}

function valueInfoFields({ name, type, shape }: OnnxValueInfo): Field[] {
  const dimensions = shape.map((length) => messageField(1, [varintField(1, length)]));
  const tensor = [varintField(1, elementTypes[type]), messageField(2, dimensions)];
  return [stringField(1, name), messageField(2, [messageField(1, tensor)])];
}

function tensorFields({ name, type, shape, values }: OnnxTensor): Field[] {
  return [
    ...shape.map((length) => varintField(1, length)),
    varintField(2, elementTypes[type]),
    stringField(8, name),
    bytesField(9, rawData(type, values)),
  ];
}

/** Little-endian, whatever this machine is. */
function rawData(type: OnnxTensor["type"], values: readonly number[]): Uint8Array {
  if (type === "bool") return Uint8Array.from(values);
  const width = type === "float" ? 4 : 8;
  const bytes = new Uint8Array(width * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => {
    if (type === "float") view.setFloat32(at * width, value, true);
    else if (type === "double") view.setFloat64(at * width, value, true);
    else view.setBigInt64(at * width, BigInt(value), true);
  });
  return bytes;
}
