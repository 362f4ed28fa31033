/** What a worker thread runs. It loads nothing but this: the code it executes is in the module that it is given. */
import { webAssembly } from "../web-assembly.ts";
import { failures } from "./team-layout.ts";
import type { ThreadTask } from "./threads.ts";

/** Works until the thread that owns the task says stop. Throws what goes wrong, after telling that thread. */
export function workOnThread(task: ThreadTask): void {
  try {
    const api = webAssembly();
    if (api === undefined) throw new Error("no WebAssembly");
    const { exports } = new api.Instance(task.module, { env: { memory: task.memory } });
    (exports.work as (thread: number) => void)(task.thread);
  } catch (error) {
    tellFailure(task);
    throw error;
  }
}

/** Whoever waits for a chunk that this thread has taken learns that it will not be done. Nothing once the task has been stopped. */
export function tellFailure({ memory, layout }: ThreadTask): void {
  const words = new Int32Array(memory.buffer);
  if (Atomics.load(words, layout.stopped / 4) !== 0) return;
  Atomics.store(words, layout.failed / 4, failures.thread);
  Atomics.notify(words, layout.done / 4);
}
