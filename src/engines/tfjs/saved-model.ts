/**
 * TensorFlow's SavedModel, written without TensorFlow: one Protocol Buffers file, `saved_model.pb`. Field numbers are those of
 * tensorflow/core/protobuf/{saved_model,meta_graph}.proto and tensorflow/core/framework/*.proto.
 */
import {
  bytesField,
  encodeMessage,
  type Field,
  messageField,
  packedVarintsField,
  stringField,
  varintField,
} from "../protobuf/wire-format.ts";
import {
  type ElementType,
  elementTypes,
  type FunctionPort,
  type TensorFlowAttribute,
  type TensorFlowConstant,
  type TensorFlowFunction,
  type TensorFlowGraph,
  type TensorFlowNode,
} from "./tensorflow-graph.ts";

/** An input or output of a signature: the node, spelled as graphs do, that holds it. */
export interface SignaturePort {
  readonly node: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface Signature {
  readonly inputs: Readonly<Record<string, SignaturePort>>;
  readonly outputs: Readonly<Record<string, SignaturePort>>;
}

/** The tag under which the graph is found. */
export const servingTag = "serve";

/**
 * The `GraphDef` version from which on TensorFlow reads what is written here: that of TensorFlow 2.0. Older ones refuse it, newer
 * ones keep its meaning.
 */
export const graphVersion = { producer: 134, least: 12 };

/** The content of `saved_model.pb`: the graph with the tag `serve` and the signature `serving_default`, no variables. */
export function encodeSavedModel(graph: TensorFlowGraph, signature: Signature): Uint8Array {
  return encodeMessage([
    varintField(1, 1),
    messageField(2, [
      messageField(1, [stringField(4, servingTag)]),
      messageField(2, graphFields(graph)),
      mapEntry(5, "serving_default", signatureFields(signature)),
    ]),
  ]);
}

function graphFields({ nodes, functions }: TensorFlowGraph): readonly Field[] {
  return [
    ...nodes.map((node) => messageField(1, nodeFields(node))),
    messageField(
      2,
      functions.map((each) => messageField(1, functionFields(each))),
    ),
    messageField(4, [varintField(1, graphVersion.producer), varintField(2, graphVersion.least)]),
  ];
}

function nodeFields({ name, op, inputs, attributes }: TensorFlowNode): readonly Field[] {
  return [
    stringField(1, name),
    stringField(2, op),
    ...inputs.map((input) => stringField(3, input)),
    ...Object.entries(attributes).map(([key, value]) => mapEntry(5, key, attributeFields(value))),
  ];
}

function functionFields({ name, parameters, results, nodes }: TensorFlowFunction): readonly Field[] {
  const port = (number: number, { name: portName, type }: FunctionPort): Field =>
    messageField(number, [stringField(1, portName), varintField(3, elementTypes[type].number)]);
  return [
    messageField(1, [
      stringField(1, name),
      ...parameters.map((parameter) => port(2, parameter)),
      ...results.map((result) => port(3, result)),
    ]),
    ...nodes.map((node) => messageField(3, nodeFields(node))),
    ...results.map((result) => messageField(4, [stringField(1, result.name), stringField(2, result.from)])),
  ];
}

/** The fields of an `AttrValue`. */
function attributeFields(attribute: TensorFlowAttribute): readonly Field[] {
  switch (attribute.kind) {
    case "string":
      return [stringField(2, attribute.value)];
    case "int":
      return [varintField(3, attribute.value)];
    case "bool":
      return [varintField(5, attribute.value)];
    case "type":
      return [varintField(6, elementTypes[attribute.value].number)];
    case "shape":
      return [messageField(7, shapeFields(attribute.value))];
    case "tensor":
      return [messageField(8, tensorFields(attribute.value))];
    case "function":
      return [messageField(10, [stringField(1, attribute.value)])];
    case "ints":
      return [messageField(1, [packedVarintsField(3, attribute.value)])];
    case "types":
      return [
        messageField(1, [
          packedVarintsField(
            6,
            attribute.value.map((type) => elementTypes[type].number),
          ),
        ]),
      ];
    case "shapes":
      return [
        messageField(
          1,
          attribute.value.map((shape) => messageField(7, shapeFields(shape))),
        ),
      ];
  }
}

function shapeFields(shape: readonly number[]): readonly Field[] {
  return shape.map((length) => messageField(2, [varintField(1, length)]));
}

/** A `TensorProto`: the bytes of all elements, or of the one that stands for all, which it then is by its own rule. */
function tensorFields({ type, shape, values }: TensorFlowConstant): readonly Field[] {
  const head = [varintField(1, elementTypes[type].number), messageField(2, shapeFields(shape))];
  const bytes = constantBytes(type, values);
  const count = shape.reduce((product, length) => product * length, 1);
  if (values.length !== 1 || count === 1) return [...head, bytesField(4, bytes)];
  switch (type) {
    case "float32":
      return [...head, bytesField(5, bytes)];
    case "float64":
      return [...head, bytesField(6, bytes)];
    default:
      return [...head, packedVarintsField(type === "bool" ? 11 : 7, values)];
  }
}

/** Little-endian, as TensorFlow keeps them. */
export function constantBytes(type: ElementType, values: readonly number[]): Uint8Array {
  switch (type) {
    case "float32":
      return new Uint8Array(Float32Array.from(values).buffer);
    case "float64":
      return new Uint8Array(Float64Array.from(values).buffer);
    case "int32":
      return new Uint8Array(Int32Array.from(values).buffer);
    case "int64":
      return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    default:
      return Uint8Array.from(values);
  }
}

function signatureFields({ inputs, outputs }: Signature): readonly Field[] {
  const ports = (number: number, all: Readonly<Record<string, SignaturePort>>): readonly Field[] =>
    Object.entries(all).map(([name, { node, type, shape }]) =>
      mapEntry(number, name, [
        stringField(1, node.includes(":") ? node : `${node}:0`),
        varintField(2, elementTypes[type].number),
        messageField(3, shapeFields(shape)),
      ]),
    );
  return [...ports(1, inputs), ...ports(2, outputs), stringField(3, "tensorflow/serving/predict")];
}

function mapEntry(number: number, key: string, value: readonly Field[]): Field {
  return messageField(number, [stringField(1, key), messageField(2, value)]);
}
