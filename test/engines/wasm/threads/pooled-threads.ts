/** Worker threads that serve many executables one after the other: tests compile more of them than threads could be started for. */
import { Worker } from "node:worker_threads";
import type { Threads, ThreadTask } from "../../../../src/engines/wasm/threads/threads.ts";

const url = new URL("./pooled-worker.ts", import.meta.url);

export interface PooledThreads extends Threads {
  /** Waits until all workers that were started wait for work. */
  assemble(): void;
  end(): Promise<void>;
}

/** Executables must be disposed of before the next one runs: until then a worker serves one. */
export function pooledThreads(count: number): PooledThreads {
  const workers = Array.from({ length: count - 1 }, () => new Worker(url));
  for (const worker of workers) worker.unref();
  let serving: ThreadTask | undefined;
  return {
    count,
    start(task: ThreadTask) {
      serving = task;
      workers[task.thread - 1].postMessage(task);
      // `dispose` lets the worker go.
      return {
        end() {
          serving = undefined;
        },
      };
    },
    assemble() {
      if (serving === undefined) return;
      const words = new Int32Array(serving.memory.buffer);
      const sleepers = serving.layout.sleepers / 4;
      for (let wait = 0; wait < 10_000; wait++) {
        const asleep = Atomics.load(words, sleepers);
        if (asleep === count - 1) return;
        Atomics.wait(words, sleepers, asleep, 1);
      }
      throw new Error("workers do not come");
    },
    async end() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
