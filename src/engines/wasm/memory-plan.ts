/** Addresses: fixed ones for inputs, constants and outputs; intermediate results share memory where their lifetimes allow. */

import { bug } from "../../base/bug.ts";
import { elementCount, type NodeId } from "../../compiler/graph.ts";
import type { Schedule } from "./schedule.ts";

export interface MemoryPlan {
  /** Address of a node that lies in memory. */
  address(id: NodeId): number;
  /** Whether other arrays may lie at that address before or after the one that does. */
  isShared(address: number): boolean;
  /** The first address behind all arrays. */
  readonly end: number;
}

/** Arrays start at multiples of this: a cache line. */
export const alignment = 64;

/** Arrays lie from `begin` on, except inputs whose addresses are given. */
export function planMemory(
  { graph, groups, buffers, accesses }: Schedule,
  bytesPerNumber: number,
  begin: number,
  given: Readonly<Record<string, number>>,
): MemoryPlan {
  const addresses = new Map<NodeId, number>();
  let end = begin;
  const size = (id: NodeId): number =>
    alignment * Math.ceil((elementCount(graph.nodes[id].type.shape) * bytesPerNumber) / alignment);
  const append = (id: NodeId): void => {
    if (addresses.has(id)) return;
    addresses.set(id, end);
    end += size(id);
  };
  for (const [name, id] of Object.entries(graph.inputs))
    if (Object.hasOwn(given, name)) addresses.set(id, given[name]);
    else append(id);
  const lasting = new Set(Object.values(graph.outputs).map((id) => accesses.view(id).base));
  for (const id of buffers.keys()) if (graph.nodes[id].op === "constant" || lasting.has(id)) append(id);

  const temporary = [...buffers]
    .filter(([id]) => !addresses.has(id))
    .sort(([, a], [, b]) => a.first - b.first);
  const placed: { from: number; to: number; last: number }[] = [];
  const start = end;
  for (const [id, { first, last }] of temporary) {
    if (groups[first] === undefined) bug(`%${id} is read and never written`);
    const busy = placed.filter((other) => other.last >= first).sort((a, b) => a.from - b.from);
    let from = start;
    for (const other of busy) if (other.from < from + size(id)) from = Math.max(from, other.to);
    addresses.set(id, from);
    placed.push({ from, to: from + size(id), last });
    end = Math.max(end, from + size(id));
  }
  return {
    address: (id) => addresses.get(id) ?? bug(`%${id} has no memory`),
    isShared: (address) => address >= start && address < end,
    end,
  };
}
