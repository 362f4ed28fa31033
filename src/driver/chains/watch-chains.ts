/** What a thread that runs chains has told so far, whatever kind of thread it is: it is done when its last chain is, and not before. */
import { ProblemError } from "../../base/problem.ts";
import type { ChainMessage, ChainTask } from "./run-chain.ts";

export interface ChainWatch {
  /** Resolves with the last chain's end. Rejects with the first of: what `take` throws, a failure, the thread's end before that. */
  readonly ended: Promise<void>;
  hear(message: ChainMessage): void;
  /** The thread cannot go on: `error` says why. */
  fail(error: unknown): void;
  /** The thread is gone. Nothing where its chains are done. */
  gone(reason: string): void;
}

export function watchChains(tasks: readonly ChainTask[], take: (message: ChainMessage) => void): ChainWatch {
  let unfinished = tasks.length;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return {
    ended: promise,
    hear(message) {
      try {
        take(message);
      } catch (error) {
        reject(error);
      }
      if (message.kind === "done") unfinished -= 1;
      if (unfinished === 0) resolve();
    },
    fail: reject,
    gone: (reason) => reject(workerEnded(reason)),
  };
}

function workerEnded(reason: string): ProblemError {
  return new ProblemError([
    {
      code: "worker-ended",
      severity: "error",
      message: "a worker thread ended before its chains were done",
      labels: [],
      found: reason,
      help: "without worker threads: --parallel 0, in TypeScript `parallel: 0`",
    },
  ]);
}
