/** Chains in worker threads of Node. */
import { Worker, type WorkerOptions } from "node:worker_threads";
import type { Host } from "../host.ts";
import type { ChainMessage } from "./run-chain.ts";
import { watchChains } from "./watch-chains.ts";

/** `script` serves chains as `node-chain-worker.ts` does. */
export function nodeChains(
  script: URL,
  options: Pick<WorkerOptions, "argv" | "resourceLimits"> = {},
): NonNullable<Host["startChains"]> {
  return (work, take) => {
    const worker = new Worker(script, { ...options, workerData: work });
    const watch = watchChains(work.tasks, take);
    worker.on("message", (message: ChainMessage) => watch.hear(message));
    worker.on("messageerror", (error) => watch.fail(error));
    worker.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ERR_WORKER_OUT_OF_MEMORY" ? watch.gone("it ran out of memory") : watch.fail(error),
    );
    // What was posted before has been heard by then.
    worker.on("exit", (code) => watch.gone(`exit code ${code}`));
    return {
      ended: watch.ended,
      async stop() {
        await worker.terminate();
      },
    };
  };
}
