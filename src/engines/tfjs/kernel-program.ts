/**
 * A graph in TensorFlow's words: calls of tfjs kernels in order, plain data. A kernel's operands may be smaller than its
 * result only as TensorFlow broadcasts them, and here only by leading axes: a shape is a suffix of the result's.
 */
import type { TensorType } from "../../compiler/ops.ts";

/** Position of a node in `KernelProgram.nodes`. */
export type ValueId = number;

export type KernelNode = InputNode | ConstantNode | CallNode | LoopNode;

export interface InputNode {
  readonly kind: "input";
  readonly name: string;
  readonly type: TensorType;
}

/** Row-major values; a single value stands for all elements. */
export interface ConstantNode {
  readonly kind: "constant";
  readonly type: TensorType;
  readonly values: readonly number[];
}

export interface CallNode {
  readonly kind: "call";
  readonly kernel: string;
  readonly operands: readonly ValueId[];
  /** What tfjs calls the operands, in order; "list" for a kernel that takes a list. */
  readonly operandNames: readonly string[] | "list";
  readonly attributes: Attributes;
  readonly type: TensorType;
}

/**
 * A scan as the graph has it: the body's inputs and outputs have the names that scans give them (inputs that it does not need
 * are missing), the operands are in their order, and the result is flat.
 */
export interface LoopNode {
  readonly kind: "loop";
  readonly operands: readonly ValueId[];
  readonly body: KernelProgram;
  readonly length: number;
  readonly reverse: boolean;
  readonly carries: number;
  readonly xs: number;
  readonly type: TensorType;
}

export type Attributes = Readonly<Record<string, Attribute>>;
export type Attribute = number | boolean | string | readonly number[] | readonly (readonly number[])[];

export interface KernelProgram {
  readonly nodes: readonly KernelNode[];
  readonly outputs: Readonly<Record<string, ValueId>>;
}

/** The program without the nodes that no output needs. */
export function withoutUnused({ nodes, outputs }: KernelProgram): KernelProgram {
  const needed = new Set<ValueId>(Object.values(outputs));
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id];
    if (needed.has(id) && "operands" in node) for (const operand of node.operands) needed.add(operand);
  }
  const renamed = new Map<ValueId, ValueId>();
  const rename = (id: ValueId): ValueId => renamed.get(id) ?? 0;
  const kept: KernelNode[] = [];
  nodes.forEach((node, id) => {
    if (!needed.has(id)) return;
    renamed.set(id, kept.length);
    kept.push("operands" in node ? { ...node, operands: node.operands.map(rename) } : node);
  });
  return {
    nodes: kept,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, id]) => [name, rename(id)])),
  };
}

/**
 * Per node, the values that nothing after it reads: calls, loops and inputs only, as constants stay, and no outputs, as those
 * are released once they are read.
 */
export function lastUses({ nodes, outputs }: KernelProgram): readonly (readonly ValueId[])[] {
  const releases = nodes.map((): ValueId[] => []);
  const seen = new Set<ValueId>(Object.values(outputs));
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id];
    if (!("operands" in node)) continue;
    for (const operand of node.operands) {
      if (seen.has(operand) || nodes[operand].kind === "constant") continue;
      seen.add(operand);
      releases[id].push(operand);
    }
  }
  return releases;
}
