/** What all steps of a sum over discrete variables share, and how they refuse. */
import { bug } from "../../base/bug.ts";
import type { Span } from "../../base/span.ts";
import { fail } from "./context.ts";
import type { Reduction } from "./reduce-axis.ts";
import type { Cost, ReductionStep } from "./sum-order.ts";
import type { Summed } from "./sum-tables.ts";
import type { Algebra, Axis } from "./value.ts";

export interface SumState {
  readonly algebra: Algebra;
  readonly variables: ReadonlyMap<string, Summed>;
  /** The lines that are kept, as the plates that they are. */
  readonly keep: ReadonlyMap<string, Axis>;
  readonly cost: Cost;
  readonly reduction: (step: ReductionStep, passes: number | undefined) => Reduction;
}

export function variableOf({ variables }: SumState, name: string): Summed {
  return variables.get(name) ?? bug(`${name} is not summed out`);
}

/** `span`: the term that cannot be summed. */
export function refuse(state: SumState, variable: string, span: Span, reason: string, help: string): never {
  const { span: drawn } = variableOf(state, variable);
  return fail({
    code: "cannot-sum-out",
    message: `\`${variable}\` cannot be summed out: ${reason}`,
    labels: [
      { span, text: "depends on it" },
      ...(span.start === drawn.start ? [] : [{ span: drawn, text: "drawn here" }]),
    ],
    help,
  });
}
