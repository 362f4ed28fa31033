/** What a kernel of the reference engine is. */
import type { Graph, NodeId, NodeOf } from "../../compiler/graph.ts";
import type { OpName, TensorType } from "../../compiler/ops.ts";

/**
 * Values of all nodes by id: row-major, as doubles whatever their kind. A kernel looks its operands up on each run, because an
 * input's values may be the caller's own array.
 */
export type Buffers = Float64Array[];

/** One node's work: reads the buffers of its operands, writes that of the node. */
export type Step = (buffers: Buffers) => void;

/** A graph's memory and work. Constants are computed already; the inputs' buffers are to be set before a run. */
export interface Program {
  readonly buffers: Buffers;
  readonly steps: readonly Step[];
}

export interface KernelContext<Op extends OpName> {
  readonly node: NodeOf<Op>;
  readonly result: NodeId;
  readonly operandTypes: readonly TensorType[];
  /** For a graph inside the node. */
  readonly prepare: (graph: Graph) => Program;
}

/** "alias": the values are those of the first operand, in the same order. "given": they come with the run. */
export type Kernel<Op extends OpName> = (context: KernelContext<Op>) => Step | "alias" | "given";

export const alias = (): "alias" => "alias";
