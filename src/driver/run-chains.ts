/** Several chains, in worker threads where there are any, with progress and early stopping. The same draws either way. */
import { bug } from "../base/bug.ts";
import { ProblemError } from "../base/problem.ts";
import type { DensityTarget } from "../inference/target.ts";
import type { ChainWorkerData } from "./chain-worker.ts";
import type { DensityPlan } from "./density-plan.ts";
import { type ChainMessage, type ChainTask, prepareStrategy, runChain } from "./run-chain.ts";

export interface ChainResult {
  readonly infos: readonly unknown[];
  readonly state: unknown;
  readonly done: boolean;
}

export interface RunChainsOptions {
  /** Worker threads; 0 runs in this thread, giving way after every batch. */
  readonly parallel: number;
  readonly engine: string;
  readonly signal?: AbortSignal;
  onBatch(results: readonly ChainResult[]): void;
}

/**
 * One result per task, in order. When the signal aborts, the results are what was there by then. Throws `ProblemError`
 * when a chain cannot start.
 */
export async function runChains(
  plan: DensityPlan,
  target: DensityTarget,
  tasks: readonly ChainTask[],
  options: RunChainsOptions,
): Promise<readonly ChainResult[]> {
  const results = tasks.map(() => ({ infos: [] as unknown[], state: undefined as unknown, done: false }));
  const positions = new Map(tasks.map((task, position) => [task.chain, position]));
  const readers = tasks.map((task) => rowReader(target, task));
  const take = (message: ChainMessage): void => {
    const position = positions.get(message.chain) ?? 0;
    const result = results[position];
    switch (message.kind) {
      case "batch":
        for (const info of message.infos) result.infos.push(info);
        result.state = message.state;
        options.onBatch(results);
        return;
      case "rows":
        for (const info of readers[position](message.rows)) result.infos.push(info);
        result.state = message.state;
        options.onBatch(results);
        return;
      case "done":
        result.done = true;
        return;
      case "failed":
        throw new ProblemError([message.problem]);
      case "crashed":
        throw new Error(message.stack);
    }
  };
  if (options.parallel === 0) await runHere(target, tasks, take, options.signal);
  else await runInWorkers(plan, tasks, take, options);
  return results;
}

function rowReader(target: DensityTarget, task: ChainTask): (rows: Float64Array) => readonly unknown[] {
  const { stretches } = prepareStrategy(target, task);
  return (rows) => stretches?.read(rows) ?? bug(`rows from ${task.strategy}, which has none`);
}

async function runHere(
  target: DensityTarget,
  tasks: readonly ChainTask[],
  take: (message: ChainMessage) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const task of tasks)
    for (const message of runChain(target, task)) {
      take(message);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (signal?.aborted) return;
    }
}

async function runInWorkers(
  plan: DensityPlan,
  tasks: readonly ChainTask[],
  take: (message: ChainMessage) => void,
  { parallel, engine, signal }: RunChainsOptions,
): Promise<void> {
  const { Worker } = await import("node:worker_threads");
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const url = new URL(`./chain-worker.${extension}`, import.meta.url);
  const count = Math.min(parallel, tasks.length);
  const shares = Array.from({ length: count }, (_, worker) =>
    tasks.filter((__, position) => position % count === worker),
  );
  const workers = shares.map((share) => {
    const workerData: ChainWorkerData = { plan, engine, tasks: share };
    return new Worker(url, { workerData });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let running = workers.length;
      const stop = (): void => resolve();
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted) stop();
      for (const worker of workers) {
        worker.on("message", (message: ChainMessage) => {
          try {
            take(message);
          } catch (error) {
            reject(error);
          }
        });
        worker.on("error", reject);
        worker.on("exit", () => {
          running -= 1;
          if (running === 0) {
            signal?.removeEventListener("abort", stop);
            resolve();
          }
        });
      }
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
