/** Builds ONNX graphs call by call. Equal calls and constants are made once. */
import type { DType, TensorType } from "../../compiler/ops.ts";
import type { Precision } from "../engine.ts";
import type { ElementType, OnnxAttributes, OnnxGraph, OnnxNode, OnnxTensor, OnnxValueInfo } from "./model.ts";

/** A value of the graph being built, or of one around it. */
export interface Value {
  readonly name: string;
  readonly type: TensorType;
  /** Of a constant. */
  readonly values?: readonly number[];
  /** Of a loop's flat result: what was joined. */
  readonly parts?: readonly Value[];
  /** Of a node's first result. */
  readonly madeBy?: { readonly op: string; readonly operands: readonly Value[] };
}

export interface OnnxBuilder {
  readonly precision: Precision;
  /** A node with one result, of that type. */
  call(op: string, inputs: readonly Value[], attributes: OnnxAttributes, type: TensorType): Value;
  /** A node with a result of each type. */
  callMany(
    op: string,
    inputs: readonly Value[],
    attributes: OnnxAttributes,
    types: readonly TensorType[],
  ): readonly Value[];
  constant(type: TensorType, values: readonly number[]): Value;
  /** An input of the graph; without a name, one that nothing else has. */
  input(type: TensorType, name?: string): Value;
  /** For a graph inside a node. */
  inner(): OnnxBuilder;
  /** What the outputs need and no more. Named outputs get their names, the others fresh ones. */
  finish(name: string, outputs: readonly Output[]): OnnxGraph;
}

export interface Output {
  readonly value: Value;
  readonly name?: string;
}

/** No name that starts with `prefix` may be given from outside. */
export function createOnnxBuilder(precision: Precision, prefix: string): OnnxBuilder {
  let made = 0;
  const freshName = (): string => `${prefix}${made++}`;
  return createNested(precision, freshName);
}

function createNested(precision: Precision, freshName: () => string): OnnxBuilder {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValueInfo[] = [];
  const known = new Map<string, readonly Value[]>();

  const infoOf = ({ name, type }: Value): OnnxValueInfo => ({
    name,
    type: elementTypeOf(type.dtype, precision),
    shape: type.shape,
  });

  const builder: OnnxBuilder = {
    precision,
    call: (op, operands, attributes, type) => builder.callMany(op, operands, attributes, [type])[0],
    callMany(op, operands, attributes, types) {
      const isPlain = Object.values(attributes).every(
        (each) => typeof each !== "object" || !("nodes" in each),
      );
      const names = operands.map(({ name }) => name);
      const key = isPlain ? `${op}|${names.join(",")}|${JSON.stringify(attributes)}` : undefined;
      const existing = key === undefined ? undefined : known.get(key);
      if (existing !== undefined) return existing;
      const results = types.map(
        (type, at): Value => ({ name: freshName(), type, ...(at === 0 && { madeBy: { op, operands } }) }),
      );
      nodes.push({ op, inputs: names, outputs: results.map(({ name }) => name), attributes });
      if (key !== undefined) known.set(key, results);
      return results;
    },
    constant(type, values) {
      const key = values.length <= mostCompared ? constantKey(type, values) : undefined;
      const [existing] = key === undefined ? [] : (known.get(key) ?? []);
      if (existing !== undefined) return existing;
      const value: Value = { name: freshName(), type, values };
      initializers.push({ ...infoOf(value), values });
      if (key !== undefined) known.set(key, [value]);
      return value;
    },
    input(type, name = freshName()) {
      const value: Value = { name, type };
      inputs.push(infoOf(value));
      return value;
    },
    inner: () => createNested(precision, freshName),
    finish(name, outputs) {
      const results = new Set(nodes.flatMap((node) => node.outputs));
      const renamed = new Map<string, string>();
      const copies: OnnxNode[] = [];
      const ends = outputs.map(({ value, name: wanted }) => {
        // ONNX Runtime takes no output that is an input, a constant, a value from around or another output.
        if (!results.delete(value.name)) {
          const copy = wanted ?? freshName();
          copies.push({ op: "Identity", inputs: [value.name], outputs: [copy], attributes: {} });
          return infoOf({ name: copy, type: value.type });
        }
        renamed.set(value.name, wanted ?? value.name);
        return infoOf({ name: wanted ?? value.name, type: value.type });
      });
      const used = new Set([...renamed.keys(), ...copies.flatMap(({ inputs: [copied] }) => copied)]);
      const needed = nodes.toReversed().filter((node) => {
        if (!node.outputs.some((output) => used.has(output))) return false;
        for (const read of namesRead(node)) used.add(read);
        return true;
      });
      return {
        name,
        nodes: [...needed.toReversed(), ...copies].map((node) => withNames(node, renamed)),
        initializers: initializers.filter((tensor) => used.has(tensor.name)),
        inputs,
        outputs: ends,
      };
    },
  };
  return builder;
}

/** Longer constants are not compared with those made before. */
const mostCompared = 64;

function constantKey({ dtype, shape }: TensorType, values: readonly number[]): string {
  const shown = values.map((value) => (Object.is(value, -0) ? "-0" : String(value)));
  return `${dtype}[${shape.join(",")}]=${shown.join(",")}`;
}

/** The node with other names for values, also in the graphs inside it. */
function withNames(node: OnnxNode, renamed: ReadonlyMap<string, string>): OnnxNode {
  const rename = (name: string): string => renamed.get(name) ?? name;
  const attributes = Object.entries(node.attributes).map(([key, value]) => [
    key,
    typeof value === "object" && "nodes" in value
      ? { ...value, nodes: value.nodes.map((inner) => withNames(inner, renamed)) }
      : value,
  ]);
  return {
    op: node.op,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: Object.fromEntries(attributes),
  };
}

/** All names that a node reads, also in the graphs inside it. */
function namesRead({ inputs, attributes }: OnnxNode): readonly string[] {
  const inner = Object.values(attributes).flatMap((value) =>
    typeof value === "object" && "nodes" in value ? value.nodes.flatMap(namesRead) : [],
  );
  return [...inputs, ...inner];
}

export function elementTypeOf(dtype: DType, precision: Precision): ElementType {
  if (dtype === "float") return precision === "f64" ? "double" : "float";
  return dtype === "int" ? "int64" : "bool";
}
