/** Several chains, in worker threads where there are any, with progress and early stopping. The same draws either way. */
import { bug } from "../../base/bug.ts";
import { ProblemError } from "../../base/problem.ts";
import type { PosteriorData } from "../../inference/posterior-data.ts";
import type { DensityTarget } from "../../inference/target.ts";
import type { EngineLabel } from "../choose-engine.ts";
import type { DensityPlan } from "../density/density-plan.ts";
import type { Host } from "../host.ts";
import { turnTaker } from "../turn-taker.ts";
import { type ChainMessage, type ChainTask, prepareStrategy, runChain, stepsOf } from "./run-chain.ts";

export interface ChainResult {
  readonly steps: number;
  /** What is known of the steps: as rows where the strategy has stretches, else as infos. */
  readonly infos: readonly unknown[];
  readonly rows: readonly Float64Array[];
  readonly state: unknown;
  readonly done: boolean;
}

export interface RunChainsOptions {
  /** Worker threads at most; 0 runs in this thread, giving way now and then. */
  readonly parallel: number;
  /** Needed where `parallel` is not 0. */
  readonly startChains?: Host["startChains"];
  /** Milliseconds until workers take over from this thread; about as long as they take to start when absent. */
  readonly patience?: number;
  /** The clock, in milliseconds; `performance.now` when absent. */
  readonly now?: () => number;
  readonly engine: EngineLabel;
  /** Threads of a chain's graph. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  onBatch(results: readonly ChainResult[]): void;
}

/**
 * One result per task, in order, done unless the signal aborts: then the results are what was there by then. Throws `ProblemError`
 * when a chain cannot start, or a worker thread ends before its chains do.
 */
export async function runChains(
  plan: DensityPlan,
  target: DensityTarget,
  tasks: readonly ChainTask[],
  options: RunChainsOptions,
): Promise<readonly ChainResult[]> {
  const results = tasks.map(() => ({
    steps: 0,
    infos: [] as unknown[],
    rows: [] as Float64Array[],
    state: undefined as unknown,
    done: false,
  }));
  const positions = new Map(tasks.map((task, position) => [task.chain, position]));
  const rowLengths = tasks.map((task) => prepareStrategy(target, task).stretches?.rowLength ?? 1);
  const take = (message: ChainMessage): void => {
    const position = positions.get(message.chain) ?? 0;
    const result = results[position];
    switch (message.kind) {
      case "batch":
        for (const info of message.infos) result.infos.push(info);
        result.steps += message.infos.length;
        result.state = message.state;
        options.onBatch(results);
        return;
      case "rows":
        result.rows.push(message.rows);
        result.steps += message.rows.length / rowLengths[position];
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
  const left = await runHere(target, tasks, take, patienceOf(target, tasks, results, options), options);
  if (left.length > 0) await runInWorkers(plan, left, take, options);
  if (!options.signal?.aborted && !results.every(({ done }) => done)) bug("a chain has ended without a word");
  return results;
}

/** What a chain's first `steps` steps come to. */
export function finishChain(
  target: DensityTarget,
  task: ChainTask,
  { infos, rows, state }: ChainResult,
  steps: number,
): PosteriorData {
  const { stretches, finish } = prepareStrategy(target, task);
  if (stretches === undefined) return finish(state, infos.slice(0, steps), task.key);
  return stretches.finish(state, joined(rows, steps * stretches.rowLength), task.key);
}

/** The first `length` numbers of the parts together: in place where they follow each other in memory. */
function joined(parts: readonly Float64Array[], length: number): Float64Array {
  const [first] = parts;
  const follows = (part: Float64Array, i: number): boolean =>
    i === 0 ||
    (part.buffer === first.buffer && part.byteOffset === parts[i - 1].byteOffset + parts[i - 1].byteLength);
  if (first !== undefined && parts.every(follows))
    return new Float64Array(first.buffer, first.byteOffset, length);
  const all = new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    const taken = part.subarray(0, length - at);
    all.set(taken, at);
    at += taken.length;
  }
  return all;
}

function clock(): number {
  return performance.now();
}

/** Milliseconds until workers have loaded and compiled what they need, about. */
const workerStart = 100;
/** Evaluations of the density per step, about. */
const evaluationsPerStep = 10;

/** Whether to go on here after so many milliseconds. */
type Patience = (milliseconds: number) => boolean;

/** Workers take over where all that is left would take longer than they take to start, as it went so far. */
function patienceOf(
  target: DensityTarget,
  tasks: readonly ChainTask[],
  results: readonly { readonly steps: number }[],
  { parallel, patience, now = clock }: RunChainsOptions,
): Patience {
  if (parallel === 0) return () => true;
  if (patience !== undefined) return (milliseconds) => milliseconds < patience;
  if (!seemsShort(target, tasks, now)) return () => false;
  const steps = sum(tasks.map(stepsOf));
  return (milliseconds) => {
    const made = sum(results.map((result) => result.steps));
    return milliseconds < workerStart || milliseconds * (steps - made) < 2 * workerStart * made;
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Whether all chains together may well be done by the time that workers start. */
function seemsShort(target: DensityTarget, tasks: readonly ChainTask[], now: () => number): boolean {
  const evaluate = evaluation(target);
  const steps = sum(tasks.map(stepsOf));
  let fastest = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 3; time++) {
    const started = now();
    evaluate();
    fastest = Math.min(fastest, now() - started);
  }
  // The first evaluations are slow, by a factor of twenty and more where they take microseconds: code that runs often is compiled anew.
  return fastest * steps * evaluationsPerStep < 50 * workerStart;
}

/** One evaluation of what the chains evaluate. */
function evaluation({ dimension, guide, logDensityAndGradient }: DensityTarget): () => void {
  if (guide === undefined) {
    const position = new Float64Array(dimension);
    return () => logDensityAndGradient(position, new Float64Array(dimension));
  }
  const noise = new Float64Array(guide.samples * guide.noiseLength);
  const gradient = new Float64Array(guide.parameterCount);
  return () => guide.elboAndGradient(guide.initialParameters, noise, gradient);
}

/** Runs chains one after the other, as long as patience lasts. Returns what is left to do; nothing when the signal aborts. */
async function runHere(
  target: DensityTarget,
  tasks: readonly ChainTask[],
  take: (message: ChainMessage) => void,
  patience: Patience,
  { signal, now = clock }: RunChainsOptions,
): Promise<readonly ChainTask[]> {
  if (!patience(0)) return tasks;
  const started = now();
  const turn = turnTaker();
  for (const [position, task] of tasks.entries()) {
    for (const message of runChain(target, task, true)) {
      take(message);
      await turn();
      if (signal?.aborted) return [];
      if (patience(now() - started) || !("state" in message)) continue;
      return [{ ...task, state: message.state }, ...tasks.slice(position + 1)];
    }
  }
  return [];
}

async function runInWorkers(
  plan: DensityPlan,
  tasks: readonly ChainTask[],
  take: (message: ChainMessage) => void,
  {
    parallel,
    startChains = bug("there are no threads here"),
    engine,
    threads: each,
    signal,
  }: RunChainsOptions,
): Promise<void> {
  const count = Math.min(parallel, tasks.length);
  const shares = Array.from({ length: count }, (_, worker) =>
    tasks.filter((__, position) => position % count === worker),
  );
  const threads = shares.map((share) => startChains({ plan, engine, threads: each, tasks: share }, take));
  const over = new AbortController();
  const stop = new Promise<void>((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true, signal: over.signal });
  });
  try {
    await Promise.race([Promise.all(threads.map((thread) => thread.ended)), stop]);
  } finally {
    over.abort();
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}
