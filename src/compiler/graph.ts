/**
 * The tensor IR: straight-line, plain data, static shapes. Nodes are in order: a node's inputs have smaller ids.
 * A graph prints, hashes, diffs and crosses a worker boundary as it is.
 */
import type { OpName, OpParams, Shape, TensorType } from "./ops.ts";

/** Position of a node in `Graph.nodes`. */
export type NodeId = number;

export type GraphNode = { readonly [Op in OpName]: NodeOf<Op> }[OpName];

export interface NodeOf<Op extends OpName> {
  readonly op: Op;
  readonly inputs: readonly NodeId[];
  readonly params: OpParams[Op];
  readonly type: TensorType;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly inputs: Readonly<Record<string, NodeId>>;
  readonly outputs: Readonly<Record<string, NodeId>>;
}

/** The graphs inside a node: the body of a loop, the branches of a choice. */
export function innerGraphs(node: GraphNode): readonly Graph[] {
  switch (node.op) {
    case "scan":
      return [node.params.body];
    case "cond":
      return [node.params.yes, node.params.no];
    default:
      return [];
  }
}

export function elementCount(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** What `iota` gives. */
export function iotaValues({ shape, axis }: OpParams["iota"]): readonly number[] {
  const inner = elementCount(shape.slice(axis + 1));
  return Array.from({ length: elementCount(shape) }, (_, at) => Math.floor(at / inner) % shape[axis]);
}

export function equalShapes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
