import { parentPort } from "node:worker_threads";
import type { ThreadTask } from "../../../../src/engines/wasm/threads/threads.ts";
import { workOnThread } from "../../../../src/engines/wasm/threads/work-on-thread.ts";

parentPort?.on("message", (task: ThreadTask) => workOnThread(task));
