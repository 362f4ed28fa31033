/** What the engine asks of the place it runs in to have several threads: a way to start workers. */
import type { WasmMemory, WasmModule } from "../web-assembly.ts";
import type { TeamLayout } from "./team-layout.ts";

/** Everything that a worker needs; `postMessage` can carry it. */
export interface ThreadTask {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly layout: TeamLayout;
  /** Its number: from 1 on. */
  readonly thread: number;
}

export interface ThreadHandle {
  /** Ends the worker whatever it does. */
  end(): void;
}

export interface Threads {
  /**
   * Threads that compute together, the calling one included; at least 1. With 1 nothing is shared and no worker starts; results
   * are the same bits for every count.
   */
  readonly count: number;
  /**
   * Starts a worker that calls `workOnThread(task)`, without waiting for it. The worker must not keep the process alive.
   * `onEnd` is called with the reason when it ends, for whatever reason.
   */
  start(task: ThreadTask, onEnd: (reason: string) => void): ThreadHandle;
}
