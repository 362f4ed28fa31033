/** Worker thread: compiles the plan it is given and runs chains one after the other, telling the parent in batches. */
import { parentPort, workerData } from "node:worker_threads";
import { bug } from "../base/bug.ts";
import { type EngineLabel, loadEngineByLabel } from "./choose-engine.ts";
import type { DensityPlan } from "./density-plan.ts";
import { densityTarget } from "./density-target.ts";
import { type ChainTask, runChain } from "./run-chain.ts";

export interface ChainWorkerData {
  readonly plan: DensityPlan;
  readonly engine: EngineLabel;
  readonly tasks: readonly ChainTask[];
}

const port = parentPort ?? bug("the chain worker runs in a worker thread only");
const { plan, engine, tasks } = workerData as ChainWorkerData;
let current = tasks[0]?.chain ?? 0;
try {
  const target = densityTarget(plan, await loadEngineByLabel(engine));
  for (const task of tasks) {
    current = task.chain;
    for (const message of runChain(target, task))
      port.postMessage(message, message.kind === "rows" ? [message.rows.buffer as ArrayBuffer] : []);
  }
} catch (error) {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  port.postMessage({ kind: "crashed", chain: current, stack });
}
