/** Node: every engine that is installed, worker threads, files. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { loadEngine } from "../engines/load.ts";
import { nodeThreads } from "../engines/node-threads.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { engines } from "./choose-engine.ts";
import type { ChainThread, Host } from "./host.ts";
import type { ChainMessage } from "./run-chain.ts";
import type { ChainWork } from "./serve-chains.ts";

export const nodeHost: Host = {
  loadEngine: (label, threads = 1) => {
    const { name, ...options } = engines[label];
    return loadEngine(name, { ...options, threads: nodeThreads(threads) });
  },
  cores: availableParallelism,
  startChains,
  openCheckpoint,
};

function startChains(work: ChainWork, take: (message: ChainMessage) => void): ChainThread {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./node-chain-worker.${extension}`, import.meta.url), {
    workerData: work,
  });
  const ended = new Promise<void>((resolve, reject) => {
    worker.on("message", (message: ChainMessage) => {
      try {
        take(message);
      } catch (error) {
        reject(error);
      }
    });
    worker.on("error", reject);
    worker.on("exit", () => resolve());
  });
  return {
    ended,
    async stop() {
      await worker.terminate();
    },
  };
}
