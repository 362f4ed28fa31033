/** The workers of one executable, as the thread that owns them sees them. */
import { ProblemError } from "../../../base/problem.ts";
import type { WasmMemory, WasmModule } from "../web-assembly.ts";
import { failures, type TeamLayout } from "./team-layout.ts";
import type { ThreadHandle, Threads } from "./threads.ts";

export interface Crew {
  /** Runs what offers work to the crew. Throws `ProblemError` where a worker has ended, and whatever happens from then on. */
  guard(run: () => void): void;
  dispose(): void;
}

/** The workers start with the first run, and come to work while that is on its way. */
export function createCrew(
  { count, start }: Threads,
  module: WasmModule,
  memory: WasmMemory,
  layout: TeamLayout,
): Crew {
  const words = new Int32Array(memory.buffer);
  words[layout.maySleep / 4] = maySleep() ? 1 : 0;
  let workers: readonly ThreadHandle[] | undefined;
  let isStopped = false;
  let ended: string | undefined;
  const startAll = (): ThreadHandle[] =>
    Array.from({ length: count - 1 }, (_, index) =>
      start({ module, memory, layout, thread: index + 1 }, (reason) => {
        if (!isStopped) ended ??= reason;
      }),
    );
  const check = (): void => {
    if (isStopped) throw new Error("this executable has been disposed of");
    if (ended !== undefined) throw workerEnded(`has ended: ${ended}`);
    const failure = Atomics.load(words, layout.failed / 4);
    if (failure === failures.thread) throw workerEnded("has failed");
    if (failure === failures.silence) throw workerEnded("has not answered for two minutes");
  };
  return {
    guard(run) {
      check();
      workers ??= startAll();
      try {
        run();
      } catch (error) {
        check();
        throw error;
      }
    },
    dispose() {
      isStopped = true;
      Atomics.store(words, layout.stopped / 4, 1);
      Atomics.add(words, layout.turn / 4, 1);
      Atomics.notify(words, layout.turn / 4);
      for (const worker of workers ?? []) worker.end();
      workers = [];
    },
  };
}

function workerEnded(what: string): ProblemError {
  const message = `a worker thread of the wasm engine ${what}`;
  return new ProblemError([{ code: "worker-ended", severity: "error", message, labels: [] }]);
}

/** The main thread of a page may not. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
