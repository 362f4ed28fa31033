/** What the jobs of a loop have in common: each does something to every vector of the innermost loop. */
import type { NodeId } from "../../compiler/graph.ts";
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import type { Frame } from "./loop-frame.ts";
import type { LoopShape } from "./loop-shape.ts";
import type { LoopValues } from "./loop-values.ts";
import { fillMemory } from "./vector-code.ts";
import { positionsOf } from "./view.ts";

/** What a job does to one vector of the innermost loop. */
export type Sink = (frame: Frame, values: LoopValues) => void;

/** The loop that a sink belongs to. */
export interface SinkContext {
  /** Of the code that the loops are written into. */
  readonly emission: Emission;
  readonly shape: LoopShape;
  /** Vectors that an iteration handles. */
  readonly unroll: number;
  /** To be written behind all loops. */
  readonly finish: (() => void)[];
  /** Where the outermost loop is split into chunks. */
  readonly split: SplitLoop | undefined;
}

/** A loop of which chunks run in any order, some at the same time. */
export interface SplitLoop {
  /** Of the code before and behind all chunks. */
  readonly around: Emission;
  /** In the code of a chunk: its number. */
  readonly chunk: LocalIndex;
  readonly chunks: number;
  /** To be written behind all chunks, with `around`. */
  readonly join: (() => void)[];
}

/** Where a job of the loop adds up results. */
export interface ResultHome {
  readonly address: number;
  /** Added to the address: each chunk has a place of its own. */
  readonly base: LocalIndex | undefined;
  /** Bytes from one chunk's place to the next. */
  readonly spacing: number;
}

/**
 * The home of a node's results, filled with what is pushed where that is given. Where `isMet`, iterations of the outermost loop
 * add to the same results: then each chunk of a split loop has a home of its own, and they are joined later.
 */
export function resultHome(
  { emission, split }: SinkContext,
  id: NodeId,
  isMet: boolean,
  count: number,
  push?: (code: FunctionBuilder) => void,
): ResultHome {
  const { code, format, memory, program } = emission;
  if (split === undefined || !isMet) {
    const outside = (split?.around ?? emission).code;
    const address = memory.address(id);
    if (push !== undefined) fillMemory(outside, format, address, count, () => push(outside));
    return { address, base: undefined, spacing: 0 };
  }
  const spacing = homeSpacing * Math.ceil((count * format.bytes) / homeSpacing);
  const address = program.reserve(split.chunks * spacing);
  const base = code.local("i32");
  code.get(split.chunk);
  code.i32(spacing);
  code.op("i32.mul");
  code.set(base);
  if (push !== undefined) fillMemory(code, format, address, count, () => push(code), base);
  return { address, base, spacing };
}

/** Bytes: no two chunks write to the same pair of cache lines. */
const homeSpacing = 128;

/** Position of each component in memory with those strides per axis. */
export function componentPlaces({ schedule }: Emission, id: NodeId, strides: readonly number[]): number[] {
  const { componentAxes } = schedule.accesses.spaces[id];
  const { shape } = schedule.graph.nodes[id].type;
  return positionsOf(
    componentAxes.map((axis) => shape[axis]),
    { offset: 0, strides: componentAxes.map((axis) => strides[axis]) },
  );
}

/** The sum of the addresses in the locals; 0 where there is none. */
export function pushPointer(code: FunctionBuilder, pointer: LocalIndex | undefined, base?: LocalIndex): void {
  if (pointer === undefined) {
    if (base === undefined) code.i32(0);
    else code.get(base);
    return;
  }
  code.get(pointer);
  if (base === undefined) return;
  code.get(base);
  code.op("i32.add");
}
