/** What a thread does with the chains it is given: compiles the plan and runs them one after the other, telling in batches. */
import { ProblemError } from "../../base/problem.ts";
import type { Engine } from "../../engines/engine.ts";
import type { EngineLabel } from "../choose-engine.ts";
import type { DensityPlan } from "../density/density-plan.ts";
import { densityTarget } from "../density/density-target.ts";
import { turnTaker } from "../turn-taker.ts";
import { type ChainMessage, type ChainTask, runChain } from "./run-chain.ts";

/** Plain data: it crosses to the thread. */
export interface ChainWork {
  readonly plan: DensityPlan;
  readonly engine: EngineLabel;
  /** Threads of a graph. */
  readonly threads: number;
  readonly tasks: readonly ChainTask[];
}

/** Seldom: nobody waits for this thread's event loop, and in pages a turn may take 4 ms. */
const turnMilliseconds = 500;

/** Posts messages, with the buffers that go along; the last is "done" or "failed" of the last chain, or "crashed". Never rejects. */
export async function serveChains(
  { plan, engine, threads, tasks }: ChainWork,
  loadEngine: (label: EngineLabel, threads: number) => Promise<Engine>,
  post: (message: ChainMessage, transfer: ArrayBuffer[]) => void,
): Promise<void> {
  const turn = turnTaker(turnMilliseconds);
  let current = tasks[0]?.chain ?? 0;
  try {
    const target = densityTarget(plan, await loadEngine(engine, threads));
    for (const task of tasks) {
      current = task.chain;
      for (const message of runChain(target, task)) {
        post(message, message.kind === "rows" ? [message.rows.buffer as ArrayBuffer] : []);
        await turn();
      }
    }
    target.dispose();
  } catch (error) {
    if (error instanceof ProblemError) {
      post({ kind: "failed", chain: current, problem: error.problems[0] }, []);
      return;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    post({ kind: "crashed", chain: current, stack }, []);
  }
}
