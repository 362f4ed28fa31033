/** Serves chains as `src/driver/chains/node-chain-worker.ts` does, until it dies: its arguments say how, and after how many messages. */
import { parentPort, workerData } from "node:worker_threads";
import { type ChainWork, serveChains } from "../../../src/driver/chains/serve-chains.ts";
import { nodeHost } from "../../../src/driver/node-host.ts";

const [death, messages] = process.argv.slice(2);

function die(): void {
  switch (death) {
    case "exit":
      process.exit(3);
      break;
    case "success":
      process.exit(0);
      break;
    case "throw":
      throw new Error("no such luck");
    case "reject":
      void Promise.reject(new Error("no such luck"));
      break;
    case "memory": {
      const kept: number[][] = [];
      while (true) kept.push(Array.from({ length: 100_000 }, (_, i) => i));
    }
    case "silence":
      parentPort?.close();
  }
}

let left = Number(messages);
await serveChains(workerData as ChainWork, nodeHost.loadEngine, (message, transfer) => {
  if (left === 0) die();
  if (left > 0) parentPort?.postMessage(message, transfer);
  left -= 1;
});
