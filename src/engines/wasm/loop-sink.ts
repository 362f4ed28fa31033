/** What the jobs of a loop have in common: each does something to every vector of the innermost loop. */
import type { NodeId } from "../../compiler/graph.ts";
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import type { Frame } from "./loop-frame.ts";
import type { LoopShape } from "./loop-shape.ts";
import type { LoopValues } from "./loop-values.ts";
import { positionsOf } from "./view.ts";

/** What a job does to one vector of the innermost loop. */
export type Sink = (frame: Frame, values: LoopValues) => void;

/** The loop that a sink belongs to. */
export interface SinkContext {
  readonly emission: Emission;
  readonly shape: LoopShape;
  /** Vectors that an iteration handles. */
  readonly unroll: number;
  /** To be written behind all loops. */
  readonly finish: (() => void)[];
}

/** Position of each component in memory with those strides per axis. */
export function componentPlaces({ schedule }: Emission, id: NodeId, strides: readonly number[]): number[] {
  const { componentAxes } = schedule.accesses.spaces[id];
  const { shape } = schedule.graph.nodes[id].type;
  return positionsOf(
    componentAxes.map((axis) => shape[axis]),
    { offset: 0, strides: componentAxes.map((axis) => strides[axis]) },
  );
}

/** The address in the local; 0 where there is none. */
export function pushPointer(code: FunctionBuilder, pointer: LocalIndex | undefined): void {
  if (pointer === undefined) code.i32(0);
  else code.get(pointer);
}
