/** What a kernel of the reference engine is. */
import type { NodeId, NodeOf } from "../../compiler/graph.ts";
import type { OpName, TensorType } from "../../compiler/ops.ts";

/**
 * Values of all nodes by id: row-major, as doubles whatever their kind. A kernel looks its operands up on each run, because an
 * input's values may be the caller's own array.
 */
export type Buffers = Float64Array[];

/** One node's work: reads the buffers of its operands, writes that of the node. */
export type Step = (buffers: Buffers) => void;

export interface KernelContext<Op extends OpName> {
  readonly node: NodeOf<Op>;
  readonly result: NodeId;
  readonly operandTypes: readonly TensorType[];
}

/** "alias": the values are those of the first operand, in the same order. "given": they come with the run. */
export type Kernel<Op extends OpName> = (context: KernelContext<Op>) => Step | "alias" | "given";

export const alias = (): "alias" => "alias";
