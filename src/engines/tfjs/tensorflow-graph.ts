/**
 * TensorFlow graphs as plain data, and a builder of them. `saved-model.ts` writes them as Protocol Buffers, `graph-model.ts` as the
 * JSON of tfjs. Names, types and numbers are those of tensorflow/core/framework/{graph,node_def,attr_value,function,types}.proto.
 */
import { elementCount } from "../../compiler/graph.ts";
import type { Shape } from "../../compiler/ops.ts";

export type ElementType = "float32" | "float64" | "int32" | "int64" | "bool" | "variant";

export type TensorFlowAttribute =
  | { readonly kind: "type"; readonly value: ElementType }
  | { readonly kind: "types"; readonly value: readonly ElementType[] }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "shape"; readonly value: Shape }
  | { readonly kind: "shapes"; readonly value: readonly Shape[] }
  | { readonly kind: "function"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: TensorFlowConstant };

/** Row-major values; a single value stands for all elements. */
export interface TensorFlowConstant {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly values: readonly number[];
}

export type TensorFlowAttributes = Readonly<Record<string, TensorFlowAttribute>>;

export interface TensorFlowNode {
  readonly name: string;
  readonly op: string;
  /** In a function as functions spell them: `name:result:index`, or the name of an argument. */
  readonly inputs: readonly string[];
  readonly attributes: TensorFlowAttributes;
}

export interface TensorFlowFunction {
  readonly name: string;
  readonly parameters: readonly FunctionPort[];
  /** `from` is the tensor given back. */
  readonly results: readonly (FunctionPort & { readonly from: string })[];
  readonly nodes: readonly TensorFlowNode[];
}

export interface FunctionPort {
  readonly name: string;
  readonly type: ElementType;
}

export interface TensorFlowGraph {
  readonly nodes: readonly TensorFlowNode[];
  readonly functions: readonly TensorFlowFunction[];
}

/** One result of a node, or, where it has no `result`, an argument of the function that is being built. */
export interface TensorRef {
  readonly node: string;
  /** Its position among all that the node gives, by which graphs refer to it. */
  readonly index: number;
  /** What the op calls the result and the position in it, if that is a list, by which functions refer to it. */
  readonly result?: string;
  readonly within?: number;
}

/** Builds the nodes of a graph, or of one function of it. */
export interface NodeBuilder {
  add(
    op: string,
    inputs: readonly TensorRef[],
    result: string,
    attributes: TensorFlowAttributes,
    name?: string,
  ): TensorRef;
  constant(type: ElementType, shape: Shape, values: readonly number[]): TensorRef;
  /** A function of the graph; `build` gives its results. Returns its name. */
  addFunction(
    parameterTypes: readonly ElementType[],
    resultTypes: readonly ElementType[],
    build: (body: NodeBuilder, parameters: readonly TensorRef[]) => readonly TensorRef[],
  ): string;
  /** A name that no other node or function of the graph has, starting as asked where TensorFlow allows that. */
  freeName(wish: string): string;
}

/** Constants of more values than this are not compared with others. */
const comparedValues = 64;

export interface TensorFlowGraphOptions {
  /** One value for more elements than this becomes a node that repeats it; for readers whose constants hold every element. */
  readonly mostRepeated?: number;
}

/** The graph grows as the builder is used. */
export function createTensorFlowGraph({
  mostRepeated = Number.POSITIVE_INFINITY,
}: TensorFlowGraphOptions = {}): {
  readonly builder: NodeBuilder;
  readonly graph: TensorFlowGraph;
} {
  const nodes: TensorFlowNode[] = [];
  const functions: TensorFlowFunction[] = [];
  const taken = new Set<string>();
  const freeName = (wish: string): string => {
    // What TensorFlow allows, without the slash, which would make scopes.
    const allowed = wish.replace(/[^A-Za-z0-9_.]/g, "_").replace(/^[^A-Za-z0-9.]/, "x_");
    let name = allowed;
    for (let next = 1; taken.has(name); next++) name = `${allowed}_${next}`;
    taken.add(name);
    return name;
  };

  const createNodeBuilder = (into: TensorFlowNode[], spell: (ref: TensorRef) => string): NodeBuilder => {
    const constants = new Map<string, TensorRef>();
    const builder: NodeBuilder = {
      freeName,
      add(op, inputs, result, attributes, name) {
        const node = name ?? freeName(`${op}_${taken.size}`);
        into.push({ name: node, op, inputs: inputs.map(spell), attributes });
        return { node, result, index: 0 };
      },
      constant(type, shape, values) {
        const spelled = values.map((value) => (Object.is(value, -0) ? "-0" : String(value))).join(",");
        const key = values.length > comparedValues ? undefined : `${type}|${shape.join(",")}|${spelled}`;
        const known = key === undefined ? undefined : constants.get(key);
        if (known !== undefined) return known;
        const isRepeated = values.length === 1 && elementCount(shape) > mostRepeated;
        const made = isRepeated
          ? builder.add(
              "Fill",
              [builder.constant("int32", [shape.length], shape), builder.constant(type, [], values)],
              "output",
              { T: { kind: "type", value: type }, index_type: { kind: "type", value: "int32" } },
            )
          : builder.add("Const", [], "output", {
              dtype: { kind: "type", value: type },
              value: { kind: "tensor", value: { type, shape, values } },
            });
        if (key !== undefined) constants.set(key, made);
        return made;
      },
      addFunction(parameterTypes, resultTypes, build) {
        const name = freeName(`function_${functions.length}`);
        const parameters = parameterTypes.map((type, at) => ({ name: `argument_${at}`, type }));
        const body: TensorFlowNode[] = [];
        const results = build(
          createNodeBuilder(body, spellInFunction),
          parameters.map((parameter) => ({ node: parameter.name, index: 0 })),
        );
        functions.push({
          name,
          parameters,
          results: results.map((ref, at) => ({
            name: `result_${at}`,
            type: resultTypes[at],
            from: spellInFunction(ref),
          })),
          nodes: body,
        });
        return name;
      },
    };
    return builder;
  };
  return { builder: createNodeBuilder(nodes, spellInGraph), graph: { nodes, functions } };
}

/** How nodes outside functions, and callers of the graph, refer to a tensor. */
export function spellInGraph({ node, index }: TensorRef): string {
  return index === 0 ? node : `${node}:${index}`;
}

function spellInFunction({ node, result, within = 0 }: TensorRef): string {
  return result === undefined ? node : `${node}:${result}:${within}`;
}

/** The `DataType` of types.proto: its number, and its name without `DT_`. */
export const elementTypes: Readonly<Record<ElementType, { readonly number: number; readonly name: string }>> =
  {
    float32: { number: 1, name: "FLOAT" },
    float64: { number: 2, name: "DOUBLE" },
    int32: { number: 3, name: "INT32" },
    int64: { number: 9, name: "INT64" },
    bool: { number: 10, name: "BOOL" },
    variant: { number: 21, name: "VARIANT" },
  };
