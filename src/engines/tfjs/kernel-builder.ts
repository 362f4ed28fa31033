/** Builds kernel programs; equal calls are made once. */
import type { TensorType } from "../../compiler/ops.ts";
import type { Attributes, KernelNode, KernelProgram, LoopNode, ValueId } from "./kernel-program.ts";

export interface KernelBuilder {
  call(
    kernel: string,
    operands: readonly ValueId[],
    operandNames: readonly string[] | "list",
    attributes: Attributes,
    type: TensorType,
  ): ValueId;
  loop(node: Omit<LoopNode, "kind">): ValueId;
  input(name: string, type: TensorType): ValueId;
  /** Row-major values, or one value for all elements. */
  constant(type: TensorType, values: readonly number[]): ValueId;
  typeOf(id: ValueId): TensorType;
  nodeOf(id: ValueId): KernelNode;
  finish(outputs: Readonly<Record<string, ValueId>>): KernelProgram;
}

/** Constants of more values than this are not compared with others. */
const comparedValues = 64;

export function createKernelBuilder(): KernelBuilder {
  const nodes: KernelNode[] = [];
  const known = new Map<string, ValueId>();
  const add = (node: KernelNode, key?: string): ValueId => {
    const existing = key === undefined ? undefined : known.get(key);
    if (existing !== undefined) return existing;
    const id = nodes.push(node) - 1;
    if (key !== undefined) known.set(key, id);
    return id;
  };
  return {
    call: (kernel, operands, operandNames, attributes, type) =>
      add(
        { kind: "call", kernel, operands, operandNames, attributes, type },
        `${kernel}|${operands.join(",")}|${JSON.stringify(attributes)}`,
      ),
    loop: (node) => add({ kind: "loop", ...node }),
    input: (name, type) => add({ kind: "input", name, type }, `input|${name}`),
    constant(type, values) {
      const node: KernelNode = { kind: "constant", type, values };
      if (values.length > comparedValues) return add(node);
      // Not JSON, which has no NaN or infinity; and -0 is not 0.
      const spelled = values.map((value) => (Object.is(value, -0) ? "-0" : String(value)));
      return add(node, `constant|${type.dtype}|${type.shape.join(",")}|${spelled.join(",")}`);
    },
    typeOf: (id) => nodes[id].type,
    nodeOf: (id) => nodes[id],
    finish: (outputs) => ({ nodes: [...nodes], outputs: { ...outputs } }),
  };
}
