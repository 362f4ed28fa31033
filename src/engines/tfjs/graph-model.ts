/**
 * A graph as a GraphModel of tfjs: what `tf.loadGraphModel` loads, `model.json` and its weights, to be written into one folder.
 * f32, int32, bool. Source of the format: tfjs-converter, README and src/data/compiled_api.ts.
 */
import { bug } from "../../base/bug.ts";
import { elementCount, type Graph } from "../../compiler/graph.ts";
import { hasScan } from "../../compiler/scan.ts";
import { verifyGraph } from "../../compiler/verify.ts";
import { elementTypeOf, emitProgram } from "./graph-def.ts";
import { kernelDType } from "./kernel-math.ts";
import { lowerGraph } from "./lower-graph.ts";
import { constantBytes, graphVersion } from "./saved-model.ts";
import {
  createTensorFlowGraph,
  type ElementType,
  elementTypes,
  type TensorFlowAttribute,
  type TensorFlowConstant,
  type TensorFlowNode,
} from "./tensorflow-graph.ts";

export interface GraphModel {
  /** Ready for `JSON.stringify`, the content of `model.json`. */
  readonly model: GraphModelJson;
  /** Files beside it. */
  readonly weights: readonly { readonly path: string; readonly content: Uint8Array }[];
  /** Models with loops run with `model.executeAsync` only, others with `execute` and `predict` too. */
  readonly isAsync: boolean;
}

export interface GraphModelJson {
  readonly format: "graph-model";
  readonly generatedBy: string;
  readonly convertedBy: null;
  readonly signature: {
    readonly inputs: Readonly<Record<string, JsonPort>>;
    readonly outputs: Readonly<Record<string, JsonPort>>;
  };
  /** Makes `predict` return outputs by name. */
  readonly userDefinedMetadata: { readonly structuredOutputKeys: readonly string[] };
  readonly modelTopology: {
    readonly node: readonly JsonNode[];
    readonly library: { readonly function: readonly JsonFunction[] };
    readonly versions: { readonly producer: number; readonly minConsumer: number };
  };
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly dtype: "float32" | "int32" | "bool";
    }[];
  }[];
}

interface JsonPort {
  readonly name: string;
  readonly dtype: string;
  readonly tensorShape: JsonShape;
}

interface JsonShape {
  readonly dim: readonly { readonly size: string }[];
}

interface JsonNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, JsonAttribute>>;
}

type JsonAttribute = Readonly<Record<string, unknown>>;

interface JsonFunction {
  readonly signature: {
    readonly name: string;
    readonly inputArg: readonly { readonly name: string; readonly type: string }[];
    readonly outputArg: readonly { readonly name: string; readonly type: string }[];
  };
  readonly nodeDef: readonly JsonNode[];
  readonly ret: Readonly<Record<string, string>>;
}

/** Loaders fetch files of up to this many bytes in parallel, and browsers cache them. */
const shardBytes = 2 ** 22;

/** One value for more elements than this is repeated when the model runs. */
const mostRepeated = 64;

/**
 * Inputs and outputs keep their names in the signature, which is how `execute`, `executeAsync` and `predict` of tfjs take and give
 * them. Throws if the graph does not verify, and a `ProblemError`, `engine-lacks-kernel`, where tfjs cannot run it.
 */
export function graphModel(graph: Graph): GraphModel {
  verifyGraph(graph);
  const { builder, graph: made } = createTensorFlowGraph({ mostRepeated });
  const program = lowerGraph(graph, "graph-model");
  const inputs = Object.entries(graph.inputs).map(([name, id]) => {
    const { dtype, shape } = graph.nodes[id].type;
    const type = elementTypeOf(dtype, "float32");
    const attributes = {
      dtype: { kind: "type", value: type },
      shape: { kind: "shape", value: shape },
    } as const;
    const ref = builder.add("Placeholder", [], "output", attributes, builder.freeName(name));
    return { name, ref, type, shape };
  });
  const byName = new Map(inputs.map(({ name, ref }) => [name, ref]));
  const results = emitProgram(
    builder,
    program,
    { float: "float32", handsRowsOn: true },
    ({ name }) => byName.get(name) ?? bug(`no tensor for input ${name}`),
  );
  const outputs = Object.entries(program.outputs).map(([name, id]) => {
    const { dtype, shape } = program.nodes[id].type;
    const type = elementTypeOf(dtype, "float32");
    const T = { kind: "type", value: type } as const;
    const ref = builder.add("Identity", [results[name]], "output", { T }, builder.freeName(name));
    return { name, ref, type, shape };
  });
  const port = ({ name, ref, type, shape }: (typeof outputs)[number]): [string, JsonPort] => [
    name,
    { name: `${ref.node}:0`, dtype: typeName(type), tensorShape: jsonShape(shape) },
  ];
  const constants = [made.nodes, ...made.functions.map(({ nodes }) => nodes)].flat().flatMap((node) => {
    const value = constantOf(node);
    return value === undefined ? [] : [{ name: node.name, value }];
  });
  const weights = shardsOf(constants.map(({ value }) => allBytes(value)));
  return {
    isAsync: hasScan(graph),
    weights,
    model: {
      format: "graph-model",
      generatedBy: "ppl",
      convertedBy: null,
      signature: {
        inputs: Object.fromEntries(inputs.map(port)),
        outputs: Object.fromEntries(outputs.map(port)),
      },
      userDefinedMetadata: { structuredOutputKeys: outputs.map(({ name }) => name) },
      modelTopology: {
        node: made.nodes.map(jsonNode),
        library: {
          function: made.functions.map(({ name, parameters, results: given, nodes }) => ({
            signature: {
              name,
              inputArg: parameters.map((each) => ({ name: each.name, type: typeName(each.type) })),
              outputArg: given.map((each) => ({ name: each.name, type: typeName(each.type) })),
            },
            nodeDef: nodes.map(jsonNode),
            ret: Object.fromEntries(given.map((each) => [each.name, each.from])),
          })),
        },
        versions: { producer: graphVersion.producer, minConsumer: graphVersion.least },
      },
      weightsManifest: [
        {
          paths: weights.map(({ path }) => path),
          weights: constants.map(({ name, value: { type, shape } }) => ({
            name,
            shape,
            dtype: kernelDType(type === "int32" ? "int" : type === "bool" ? "bool" : "float"),
          })),
        },
      ],
    },
  };
}

function constantOf({ op, attributes }: TensorFlowNode): TensorFlowConstant | undefined {
  return op === "Const" && attributes.value.kind === "tensor" ? attributes.value.value : undefined;
}

function allBytes({ type, shape, values }: TensorFlowConstant): Uint8Array {
  const count = elementCount(shape);
  const isRepeated = values.length === 1 && count > 1;
  return constantBytes(type, isRepeated ? new Array<number>(count).fill(values[0]) : values);
}

/** The bytes of all one after the other, cut into files. */
function shardsOf(arrays: readonly Uint8Array[]): GraphModel["weights"] {
  const total = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    total.set(array, at);
    at += array.length;
  }
  const count = Math.max(1, Math.ceil(total.length / shardBytes));
  return Array.from({ length: count }, (_, shard) => ({
    path: `group1-shard${shard + 1}of${count}.bin`,
    content: total.slice(shard * shardBytes, (shard + 1) * shardBytes),
  }));
}

function jsonNode({ name, op, inputs, attributes }: TensorFlowNode): JsonNode {
  // The values of constants are in the weights.
  const kept = Object.entries(attributes).filter(([key]) => op !== "Const" || key !== "value");
  return {
    name,
    op,
    input: inputs,
    attr: Object.fromEntries(kept.map(([key, value]) => [key, jsonAttribute(value)])),
  };
}

/** As Protocol Buffers write messages in JSON: 64-bit integers as strings, bytes in base 64. */
function jsonAttribute(attribute: TensorFlowAttribute): JsonAttribute {
  switch (attribute.kind) {
    case "string":
      return { s: btoa(attribute.value) };
    case "int":
      return { i: String(attribute.value) };
    case "bool":
      return { b: attribute.value };
    case "type":
      return { type: typeName(attribute.value) };
    case "shape":
      return { shape: jsonShape(attribute.value) };
    case "tensor":
      return {};
    case "function":
      return { func: { name: attribute.value } };
    case "ints":
      return { list: { i: attribute.value.map(String) } };
    case "types":
      return { list: { type: attribute.value.map(typeName) } };
    case "shapes":
      return { list: { shape: attribute.value.map(jsonShape) } };
  }
}

function jsonShape(shape: readonly number[]): JsonShape {
  return { dim: shape.map((length) => ({ size: String(length) })) };
}

function typeName(type: ElementType): string {
  return `DT_${elementTypes[type].name}`;
}
