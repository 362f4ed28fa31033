/** Worker thread of Node: runs the chains that it is started with. */
import { parentPort, workerData } from "node:worker_threads";
import { bug } from "../../base/bug.ts";
import { nodeHost } from "../node-host.ts";
import { type ChainWork, serveChains } from "./serve-chains.ts";

const port = parentPort ?? bug("the chain worker runs in a worker thread only");
await serveChains(workerData as ChainWork, nodeHost.loadEngine, (message, transfer) =>
  port.postMessage(message, transfer),
);
