/** Worker thread of Node: works for one executable of the wasm engine until that is disposed of. */
import { workerData } from "node:worker_threads";
import type { ThreadTask } from "./wasm/threads/threads.ts";
import { tellFailure, workOnThread } from "./wasm/threads/work-on-thread.ts";

const task = workerData as ThreadTask;
process.on("exit", () => tellFailure(task));
workOnThread(task);
