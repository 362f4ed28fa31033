/** What the writers of straight-line code, loops and whole ops share while they write one function. */
import type { FunctionBuilder } from "./assembler/function-builder.ts";
import type { ElementwiseContext } from "./elementwise-code.ts";
import type { LaneFormat } from "./lane-format.ts";
import type { MemoryPlan } from "./memory-plan.ts";
import type { Schedule } from "./schedule.ts";
import type { StraightValues } from "./straight-values.ts";

export interface Emission {
  readonly code: FunctionBuilder;
  readonly format: LaneFormat;
  readonly schedule: Schedule;
  readonly memory: MemoryPlan;
  readonly elementwise: ElementwiseContext;
  readonly straight: StraightValues;
}
