/** What is worth being split among threads, by an estimate of the time it takes, and into how many chunks. */
import type { GraphNode } from "../../../compiler/graph.ts";
import type { LaneFormat } from "../lane-format.ts";
import { type Group, operandAccesses, type Schedule } from "../schedule.ts";
import { mostChunks } from "./team.ts";

/** Nanoseconds. Shorter work is not worth waking others for. */
export interface SplitLimits {
  /** Of a loop or an op from which on it is split. */
  readonly worth: number;
  /** Of a chunk, at least. */
  readonly chunk: number;
}

/** A meeting of threads costs 0.3 µs where they are awake, and some 10 µs of a chunk of work where they are not. */
export const usualSplitLimits: SplitLimits = { worth: 20_000, chunk: 4_000 };

/** Chunks of a loop at most: enough for eight threads to end at about the same time. */
const mostLoopChunks = 32;

/** Nanoseconds that a fused loop takes, about. */
export function loopTime({ graph, accesses }: Schedule, group: Group, { lanes }: LaneFormat): number {
  const { nodes } = graph;
  let perVector = 0;
  for (const id of group.members) {
    const reads = operandAccesses(nodes[id], id, accesses).filter(({ kind }) => kind === "memory").length;
    perVector += accesses.spaces[id].components * (opTime(nodes[id]) + reads * memoryTime);
  }
  for (const { kind, node, part } of group.jobs) {
    const { inputs } = nodes[node];
    const walked = kind === "value" ? node : kind === "part" ? inputs[part] : inputs[inputs.length - 1];
    perVector += accesses.spaces[walked].components * (kind === "scatter" ? 8 * memoryTime : memoryTime);
  }
  return (perVector * group.loops.reduce((product, length) => product * length, 1)) / lanes;
}

/** Nanoseconds for 16 bytes from or to the larger caches. */
const memoryTime = 0.7;

/** Nanoseconds for a vector. */
function opTime({ op }: GraphNode): number {
  switch (op) {
    case "div":
    case "sqrt":
      return 2;
    case "exp":
    case "expm1":
    case "log":
    case "log1p":
    case "tanh":
    case "sigmoid":
    case "softplus":
      return 6;
    case "sin":
    case "cos":
    case "tan":
    case "erf":
    case "erfinv":
    case "pow":
      return 12;
    case "lgamma":
    case "digamma":
    case "polygamma":
      return 30;
    case "gather":
      return 4;
    default:
      return 0.3;
  }
}

/**
 * Into how many chunks work of that estimated time is split, at most `pieces` (what cannot be split further). The same for every number
 * of threads.
 */
export function chunksFor(time: number, pieces: number, limits: SplitLimits): number {
  if (time < limits.worth) return 1;
  const wanted = limits.chunk > 0 ? Math.floor(time / limits.chunk) : pieces;
  return Math.max(1, Math.min(wanted, pieces, mostLoopChunks));
}

/** Nanoseconds of a product of matrices: at 55 GFLOP/s in f32, and of one with a vector: reading the matrix at 20 GB/s. */
export function productTime({
  m,
  k,
  n,
  batch,
  precision,
}: Record<"m" | "k" | "n" | "batch", number> & { precision: "f32" | "f64" }): number {
  const multiplied = m * k * n * batch;
  if (m === 1 || n === 1) return (multiplied * (precision === "f32" ? 4 : 8)) / 20;
  return (2 * multiplied) / (precision === "f32" ? 55 : 27);
}

/**
 * Pieces that go into a chunk of a product, of `count` pieces that take `time` together. Products are the same bits however they
 * are split, so this is for that number of threads: they end together as nearly as possible, and each has several turns.
 */
export function piecesPerChunk(
  count: number,
  time: number,
  threads: number,
  limits: SplitLimits,
  fewest: number,
): number {
  const smallest = Math.max(
    fewest,
    Math.ceil((count * limits.chunk) / Math.max(time, 1)),
    Math.ceil(count / mostChunks),
  );
  let best = count;
  let lowest = Number.POSITIVE_INFINITY;
  for (let pieces = smallest; pieces <= count; pieces++) {
    const turns = Math.ceil(Math.ceil(count / pieces) / threads);
    // The longest thread's pieces, and what beginning a chunk costs.
    const cost =
      turns * pieces * threads + (turns < 4 ? (4 - turns) * 0.03 * count : 0) + turns * threads * 0.2;
    if (cost >= lowest) continue;
    lowest = cost;
    best = pieces;
    if (pieces > 4096) break;
  }
  return best;
}
