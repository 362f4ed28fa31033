/** What the writers of straight-line code, loops and whole ops share while they write one function. */
import type { Graph } from "../../compiler/graph.ts";
import type { FunctionBuilder, FunctionIndex } from "./assembler/function-builder.ts";
import type { ModuleBuilder } from "./assembler/module-builder.ts";
import type { ElementwiseContext } from "./elementwise-code.ts";
import type { WasmFeatures } from "./features.ts";
import type { LaneFormat } from "./lane-format.ts";
import type { MathContext } from "./math-interface.ts";
import type { MatmulFunctions } from "./matmul/matmul-functions.ts";
import type { MatmulSpec } from "./matmul/matmul-plan.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import type { RowFusion } from "./row-fusion.ts";
import type { Schedule } from "./schedule.ts";
import type { StraightValues } from "./straight-values.ts";
import type { SplitLimits } from "./threads/split-plan.ts";
import type { Team } from "./threads/team.ts";

/** The module being written. */
export interface Program {
  readonly module: ModuleBuilder;
  readonly format: LaneFormat;
  readonly features: WasmFeatures;
  readonly elementwise: ElementwiseContext;
  /** For formulas in the module's floats. */
  mathContext(code: FunctionBuilder): MathContext;
  /** Memory that nothing else uses; returns its address. */
  reserve(bytes: number): number;
  /** Memory that ops use while they run, all the same. */
  scratch(bytes: number): number;
  /** A function that computes the graph's outputs. Inputs with a given address are read there. */
  writeGraph(name: string, graph: Graph, given?: Readonly<Record<string, number>>): WrittenGraph;
  matmul(spec: MatmulSpec): MatmulFunctions;
  /** Where long work is split into chunks. */
  readonly splitting: { readonly team: Team; readonly limits: SplitLimits } | undefined;
  /** Runs chunks where nothing is shared: one after the other. */
  readonly alone: Team;
}

export interface WrittenGraph {
  readonly name: string;
  readonly run: FunctionIndex;
  readonly graph: Graph;
  readonly schedule: Schedule;
  readonly memory: MemoryPlan;
  /** Addresses by name. */
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
}

export interface Emission {
  readonly program: Program;
  readonly code: FunctionBuilder;
  readonly format: LaneFormat;
  readonly schedule: Schedule;
  /** Products that loops take along, by the number of the loop's group. */
  readonly fusions: ReadonlyMap<number, RowFusion>;
  readonly memory: MemoryPlan;
  readonly elementwise: ElementwiseContext;
  readonly straight: StraightValues;
}
