/** Which elements of flat tensors are read: loops and choices give all their results in one. */
import { elementCount, type Graph, type NodeId } from "../graph.ts";
import type { Part } from "../scan.ts";

export interface Range {
  readonly start: number;
  readonly limit: number;
}

/** Per node what is read of its elements. */
export function readRanges({ nodes, outputs }: Graph): readonly (readonly Range[])[] {
  const ranges = nodes.map((): Range[] => []);
  const all = (id: NodeId) => ranges[id].push({ start: 0, limit: Number.POSITIVE_INFINITY });
  Object.values(outputs).forEach(all);
  for (const node of nodes)
    if (node.op === "slice" && node.params.start.length === 1)
      ranges[node.inputs[0]].push({ start: node.params.start[0], limit: node.params.limit[0] });
    else node.inputs.forEach(all);
  return ranges;
}

export function isRangeRead(ranges: readonly Range[], { start, shape }: Part): boolean {
  return ranges.some((range) => range.start < start + elementCount(shape) && start < range.limit);
}
