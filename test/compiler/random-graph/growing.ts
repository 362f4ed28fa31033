/** What the makers of random graphs share: the graph that grows, and how operands are found in it. */
import type { Builder } from "../../../src/compiler/builder.ts";
import { equalShapes, type NodeId } from "../../../src/compiler/graph.ts";
import type { DType, OpName, Shape } from "../../../src/compiler/ops.ts";

/** Where numbers that decide come from: each step has its own few. */
export type Choose = <T>(options: readonly T[]) => T;

export interface Growing {
  readonly builder: Builder;
  readonly nodes: NodeId[];
  /** Roughly how many bits a node's values need, where they are exact. */
  readonly bits: Map<NodeId, number>;
  readonly smooth: boolean;
}

export const inputShapes: readonly Shape[] = [[], [3], [2, 3], [3, 2], [2, 2, 3]];

/** Adds a node or a few, or none where nothing fits. */
export type Maker = (growing: Growing, choose: Choose) => void;

/** Bits that every engine has, also in single precision. */
const mostBits = 24;

export function keep({ nodes, bits }: Growing, id: NodeId, needed?: number): NodeId {
  nodes.push(id);
  if (needed !== undefined && needed <= mostBits) bits.set(id, needed);
  return id;
}

/** A node of whole or exact numbers; not kept where they may need more bits than there are. */
export function keepExact(growing: Growing, id: NodeId, needed: number | undefined): void {
  if (needed !== undefined && needed <= mostBits) keep(growing, id, needed);
}

export function emit({ builder }: Growing, op: OpName, inputs: readonly NodeId[]): NodeId {
  return builder.emit(op, inputs, {} as never);
}

export function pick(growing: Growing, choose: Choose, dtype?: DType): NodeId {
  return choose(
    growing.nodes.filter((id) => dtype === undefined || growing.builder.typeOf(id).dtype === dtype),
  );
}

export function exactNodes({ builder, nodes, bits }: Growing, dtype?: DType): NodeId[] {
  return nodes.filter((id) => bits.has(id) && (dtype === undefined || builder.typeOf(id).dtype === dtype));
}

export function matching(growing: Growing, choose: Choose, x: NodeId): NodeId {
  const type = growing.builder.typeOf(x);
  const alike = growing.nodes.filter(
    (id) => growing.builder.typeOf(id).dtype === type.dtype && sameShape(growing, id, x),
  );
  return choose([...alike, fitted(growing, growing.nodes[0], x)]);
}

/** x in y's shape: itself, or one number of it everywhere. */
export function fitted(growing: Growing, x: NodeId, y: NodeId): NodeId {
  const { builder } = growing;
  if (sameShape(growing, x, y)) return x;
  const { shape } = builder.typeOf(x);
  const one = builder.emit("reduceSum", [x], { axes: shape.map((_, axis) => axis) });
  return builder.emit("broadcast", [one], { shape: builder.typeOf(y).shape, axes: [] });
}

export function like({ builder }: Growing, x: NodeId, value: number): NodeId {
  return builder.fill(value, builder.typeOf(x).shape);
}

export function sameShape({ builder }: Growing, x: NodeId, y: NodeId): boolean {
  return equalShapes(builder.typeOf(x).shape, builder.typeOf(y).shape);
}

export function combined({ bits }: Growing, op: OpName, x: NodeId, y: NodeId): number | undefined {
  const a = bits.get(x);
  const b = bits.get(y);
  if (a === undefined || b === undefined) return undefined;
  return op === "mul" ? a + b : Math.max(a, b) + 1;
}

/** Float matrices (rank 2) or batches of them (rank 3). */
export function matrices({ builder, nodes }: Growing, rank: number): NodeId[] {
  return nodes.filter(
    (id) => builder.typeOf(id).dtype === "float" && builder.typeOf(id).shape.length === rank,
  );
}
