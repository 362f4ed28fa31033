/** One chain of a strategy on a target, told in batches: the loop that the workers and the single-threaded run share. */

import type { Problem } from "../../base/problem.ts";
import type { RandomKey } from "../../base/random.ts";
import { type PosteriorStrategy, type StrategyName, strategies } from "../../inference/registry.ts";
import type { DensityTarget } from "../../inference/target.ts";

/** What one chain is asked to do. Plain data. */
export interface ChainTask {
  readonly chain: number;
  readonly strategy: StrategyName;
  readonly config: object;
  readonly key: RandomKey;
  /** To go on from; absent at the start. */
  readonly state?: unknown;
}

export type ChainMessage =
  | {
      readonly kind: "batch";
      readonly chain: number;
      readonly infos: readonly unknown[];
      readonly state: unknown;
    }
  /** Infos as the strategy packs them. */
  | { readonly kind: "rows"; readonly chain: number; readonly rows: Float64Array; readonly state: unknown }
  | { readonly kind: "done"; readonly chain: number }
  | { readonly kind: "failed"; readonly chain: number; readonly problem: Problem }
  /** Our own bug, as text. */
  | { readonly kind: "crashed"; readonly chain: number; readonly stack: string };

/** Batches last about so long: often enough for progress and for keeping partial draws, seldom enough to cost nothing. */
const batchMilliseconds = 20;
const firstBatch = 50;

/**
 * Yields after every batch, so that the caller may stop, report or give way. Rows of all batches lie one after the other in one array where
 * they are `kept` here, and each batch's in an array of its own where they travel.
 */
export function* runChain(
  target: DensityTarget,
  task: ChainTask,
  kept = false,
): Generator<ChainMessage, void, void> {
  const { chain, key } = task;
  const run = prepareStrategy(target, task);
  const start = task.state === undefined ? run.init(key) : { kind: "ready" as const, state: task.state };
  if (start.kind === "failed") {
    yield { kind: "failed", chain, problem: start.problem };
    return;
  }
  let { state } = start;
  let steps = firstBatch;
  let room: Float64Array | undefined;
  if (kept && task.state === undefined && run.stretches !== undefined)
    room = new Float64Array(stepsOf(task) * run.stretches.rowLength);
  while (!run.isDone(state)) {
    const started = performance.now();
    let message: ChainMessage;
    if (run.stretches === undefined) {
      const infos: unknown[] = [];
      while (!run.isDone(state) && infos.length < steps) {
        const next = run.step(state, key);
        state = next.state;
        infos.push(next.info);
      }
      message = { kind: "batch", chain, infos, state };
    } else {
      const next = run.stretches.run(state, key, steps, room);
      state = next.state;
      room = room?.subarray(next.rows.length);
      message = { kind: "rows", chain, rows: next.rows, state };
    }
    const milliseconds = performance.now() - started;
    if (2 * milliseconds < batchMilliseconds) steps *= 2;
    else if (milliseconds > 2 * batchMilliseconds) steps = Math.max(1, Math.floor(steps / 2));
    yield message;
  }
  yield { kind: "done", chain };
}

/** Steps that a task takes at most. */
export function stepsOf({ strategy, config }: Pick<ChainTask, "strategy" | "config">): number {
  return strategies[strategy].steps(config as never);
}

export function prepareStrategy(
  target: DensityTarget,
  task: Pick<ChainTask, "strategy" | "config">,
): ReturnType<PosteriorStrategy["prepare"]> {
  const strategy: PosteriorStrategy = strategies[task.strategy];
  return strategy.prepare(target, task.config);
}
