/** The loops of one group as they run: neighbouring loops that every access walks through evenly become one. */
import { elementCount, type NodeId } from "../../compiler/graph.ts";
import type { Access } from "./access.ts";
import { partLayout } from "./parts.ts";
import { type Group, operandAccesses, type Schedule } from "./schedule.ts";
import { rowMajor } from "./view.ts";

export interface LoopShape {
  /** Lengths, outermost first. */
  readonly lengths: readonly number[];
  /** Strides per original loop → strides per loop that runs. */
  merge(strides: readonly number[]): readonly number[];
}

export function loopShape(schedule: Schedule, group: Group, number: number): LoopShape {
  const all = collectStrides(schedule, group, number);
  const { loops } = group;
  /** Innermost original loop of each merged one. */
  const kept: number[] = [];
  const lengths: number[] = [];
  loops.forEach((length, loop) => {
    const last = kept.length - 1;
    if (loop > 0 && all.every((strides) => strides[loop - 1] === strides[loop] * length)) {
      kept[last] = loop;
      lengths[last] *= length;
    } else {
      kept.push(loop);
      lengths.push(length);
    }
  });
  return { lengths, merge: (strides) => kept.map((loop) => strides[loop]) };
}

function collectStrides(schedule: Schedule, group: Group, number: number): (readonly number[])[] {
  const { accesses, graph } = schedule;
  const { nodes } = graph;
  const all: (readonly number[])[] = [];
  const collect = (access: Access): void => {
    if (access.kind === "memory") all.push(access.strides);
    else if (access.kind === "fused" && !isComputedIn(schedule, access.node, number))
      all.push(ownStrides(schedule, access.node));
  };
  for (const id of group.members) {
    for (const access of operandAccesses(nodes[id], id, accesses)) collect(access);
    if (nodes[id].op === "gather") all.push(rowStrides(schedule, id, id));
  }
  for (const { kind, node, part } of group.jobs) {
    const { inputs } = nodes[node];
    if (kind === "value") all.push(ownStrides(schedule, node));
    else if (kind === "part") {
      collect(accesses.access(inputs[part]));
      all.push(partStrides(schedule, node, part));
    } else {
      for (const operand of inputs) collect(accesses.access(operand));
      all.push(kind === "reduce" ? reducedStrides(schedule, node) : rowStrides(schedule, inputs[1], node));
    }
  }
  return all;
}

/** Whether a value of the loop's space is computed in that group, rather than read from memory. */
export function isComputedIn(schedule: Schedule, id: NodeId, number: number): boolean {
  return schedule.groupOf(id) === number || schedule.isCheap(id);
}

/** Strides, per loop, of a node's own memory. */
export function ownStrides({ accesses, graph }: Schedule, id: NodeId): number[] {
  const { strides } = rowMajor(graph.nodes[id].type.shape);
  return accesses.spaces[id].loopAxes.map((axis) => strides[axis]);
}

export function partStrides({ accesses, graph }: Schedule, id: NodeId, part: number): number[] {
  const node = graph.nodes[id];
  const { strides } = partLayout(graph, node, part);
  return accesses.spaces[node.inputs[part]].loopAxes.map((axis) => strides[axis]);
}

/** Strides in a reduction's result, per loop of its operand: 0 where the loop is reduced. */
export function reducedStrides({ accesses, graph }: Schedule, id: NodeId): number[] {
  const node = graph.nodes[id];
  if (node.op !== "reduceSum" && node.op !== "reduceMax") return [];
  const { axes } = node.params;
  const kept = graph.nodes[node.inputs[0]].type.shape
    .map((_, axis) => axis)
    .filter((axis) => !axes.includes(axis));
  const { strides } = rowMajor(node.type.shape);
  return accesses.spaces[node.inputs[0]].loopAxes.map((axis) => strides[kept.indexOf(axis)] ?? 0);
}

/** Where the loops of `id` walk along rows of a table (gather) or of the result (scatterAdd): strides within one row. */
export function rowStrides({ accesses, graph }: Schedule, id: NodeId, indexing: NodeId): number[] {
  const { shape } = graph.nodes[id].type;
  const { strides } = rowMajor(shape);
  const indexRank = shape.length - rowRank({ graph }, indexing);
  return accesses.spaces[id].loopAxes.map((axis) => (axis >= indexRank ? strides[axis] : 0));
}

function rowRank({ graph }: Pick<Schedule, "graph">, id: NodeId): number {
  const node = graph.nodes[id];
  return (node.op === "gather" ? graph.nodes[node.inputs[0]].type.shape : node.type.shape).length - 1;
}

/** Numbers in one row of a gather's table or a scatterAdd's result. */
export function rowLength({ graph }: Pick<Schedule, "graph">, id: NodeId): number {
  const node = graph.nodes[id];
  return elementCount(
    (node.op === "gather" ? graph.nodes[node.inputs[0]].type.shape : node.type.shape).slice(1),
  );
}
