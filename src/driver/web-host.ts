/** Pages: the engines that are part of ppl and those that the page hands over, Web Workers, no files. */
import { ProblemError } from "../base/problem.ts";
import type { Engine } from "../engines/engine.ts";
import { lifeLock, whenFree } from "./chains/life-lock.ts";
import type { ChainMessage } from "./chains/run-chain.ts";
import type { ChainWork } from "./chains/serve-chains.ts";
import { watchChains } from "./chains/watch-chains.ts";
import type { EngineLabel } from "./choose-engine.ts";
import type { ChainThread, Host } from "./host.ts";
import { loadWebEngine } from "./web-engines.ts";

/** What a worker of a page is started with. */
export interface PageWork {
  readonly work: ChainWork;
  /** A lock to hold, so that the page learns of the worker's end. */
  readonly lock: string | undefined;
}

/** "alive" once the worker holds that lock. */
export type PageMessage = ChainMessage | { readonly kind: "alive" };

/** What is used of a page's `Worker`. */
export interface PageWorker {
  postMessage(message: unknown): void;
  addEventListener(
    type: "message" | "messageerror",
    listener: (event: { readonly data: unknown }) => void,
  ): void;
  addEventListener(type: "error", listener: (event: { readonly message?: string }) => void): void;
  terminate(): void;
}

/** What the functions of `ppl/web` take beyond the options they have in Node. */
export interface WebOptions {
  /** Makes a worker from `ppl/web/worker`; when absent, from `web-chain-worker.js` beside the file that ppl is in. */
  readonly worker?: () => PageWorker;
  /** Engines that are no part of ppl, by the label they go under; see `ppl/web/tfjs`. */
  readonly engines?: Readonly<Partial<Record<EngineLabel, () => Promise<Engine>>>>;
}

declare const Worker: (new (url: URL, options: { readonly type: "module" }) => PageWorker) | undefined;
declare const navigator: { readonly hardwareConcurrency?: number } | undefined;

export function webHost({ worker, engines = {} }: WebOptions): Host {
  return {
    loadEngine: (label) => (engines[label] ?? (() => loadWebEngine(label)))(),
    cores: () => (typeof navigator === "undefined" ? 1 : (navigator.hardwareConcurrency ?? 1)),
    ...((worker !== undefined || typeof Worker !== "undefined") && {
      startChains: (work, take) => startChains(work, take, worker ?? ownWorker),
    }),
  };
}

/** Written so that bundlers which know `new Worker(new URL(…, import.meta.url))` find the file. */
function ownWorker(): PageWorker {
  if (typeof Worker === "undefined") throw new Error("there are no workers here");
  return new Worker(new URL("./web-chain-worker.js", import.meta.url), { type: "module" });
}

function startChains(
  work: ChainWork,
  take: (message: ChainMessage) => void,
  createWorker: () => PageWorker,
): ChainThread {
  const worker = made(createWorker);
  const watch = watchChains(work.tasks, take);
  const lock = lifeLock();
  let started = false;
  worker.addEventListener("message", ({ data }) => {
    started = true;
    const message = data as PageMessage;
    if (message.kind !== "alive") watch.hear(message);
    else if (lock !== undefined) void whenFree(lock).then(() => watch.gone("it said nothing"));
  });
  worker.addEventListener("messageerror", () => watch.gone("a message that cannot be read"));
  worker.addEventListener("error", ({ message = "" }) =>
    started ? watch.gone(message) : watch.fail(notStarted(message)),
  );
  const task: PageWork = { work, lock };
  worker.postMessage(task);
  return { ended: watch.ended, stop: async () => worker.terminate() };
}

/** Some content policies make the constructor throw, others the worker report an error. */
function made(createWorker: () => PageWorker): PageWorker {
  try {
    return createWorker();
  } catch (error) {
    throw notStarted(error instanceof Error ? error.message : String(error));
  }
}

function notStarted(reason: string | undefined): ProblemError {
  return new ProblemError([
    {
      code: "worker-not-started",
      severity: "error",
      message: "the worker that was to run chains did not start",
      labels: [],
      notes: [
        ...(reason === undefined || reason === "" ? [] : [reason]),
        "it is made from the file `web-chain-worker.js` beside ppl's own, or by the option `worker`",
      ],
      help: "parallel: 0",
    },
  ]);
}
