/** Node: every engine that is installed, worker threads, files. */
import { availableParallelism } from "node:os";
import { loadEngine } from "../engines/load.ts";
import { nodeThreads } from "../engines/node-threads.ts";
import { detectOnnx } from "../engines/onnx/detect.ts";
import { findNativeAddon } from "../engines/tfjs/native-addon.ts";
import { nodeChains } from "./chains/node-chains.ts";
import { engines } from "./choose-engine.ts";
import type { Host } from "./host.ts";
import { openCheckpoint } from "./training/checkpoint.ts";

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

export const nodeHost: Host = {
  loadEngine: (label, threads = 1) => {
    const { name, ...options } = engines[label];
    return loadEngine(name, { ...options, threads: nodeThreads(threads) });
  },
  installedEngines: () => [
    ...(detectOnnx().state === "present" ? (["onnx"] as const) : []),
    ...(findNativeAddon() === undefined ? [] : (["tfjs:node"] as const)),
  ],
  cores: availableParallelism,
  startChains: nodeChains(new URL(`./chains/node-chain-worker.${extension}`, import.meta.url)),
  openCheckpoint,
};
