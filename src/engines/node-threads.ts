/** Worker threads of Node for the wasm engine. */
import { Worker } from "node:worker_threads";
import type { Threads } from "./wasm/threads/threads.ts";

/** So many threads for each executable that has work for them, the calling one included. */
export function nodeThreads(count: number): Threads {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const url = new URL(`./node-thread-worker.${extension}`, import.meta.url);
  return {
    count,
    start(task, onEnd) {
      const worker = new Worker(url, { workerData: task });
      // Nothing but what a caller waits for keeps the process alive.
      worker.unref();
      worker.on("error", (error) => onEnd(error instanceof Error ? error.message : String(error)));
      worker.on("exit", (code) => onEnd(`exit code ${code}`));
      return { end: () => void worker.terminate() };
    },
  };
}
