/** Chains of NUTS that start where the caller says. */
import { toPlain } from "../../inference/plain-vector.ts";
import { strategies } from "../../inference/registry.ts";
import type { StartingPoints } from "../api-types.ts";
import { startValues } from "../density/start-values.ts";
import { type StartContext, startingPositions } from "../density/starting-points.ts";
import type { ChainTask } from "./run-chain.ts";

/** Throws `ProblemError` for values that cannot be started from. Other strategies start as always. */
export function startWhereTold(
  tasks: readonly ChainTask[],
  init: StartingPoints | undefined,
  context: Omit<StartContext, "radius">,
): readonly ChainTask[] {
  if (init === undefined || tasks[0].strategy !== "nuts") return tasks;
  const values = startValues(init, tasks.length, context.input.model, context.plan.variables);
  const radius = strategies.nuts.defaults.initialRadius;
  const keys = tasks.map(({ key }) => key);
  const positions = startingPositions(values, keys, { ...context, radius });
  return tasks.map((task, chain) => ({
    ...task,
    config: { ...task.config, start: toPlain(positions[chain]) },
  }));
}
