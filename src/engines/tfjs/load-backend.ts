/**
 * Loads tfjs and one of its backends, without touching which backend tfjs itself considers current.
 *
 * Kernels are called directly, `getKernel(name, backend).kernelFunc({ inputs, attrs, backend })`: no tape, no `tidy`, no global
 * backend. There is one backend object per process, tfjs's own in `engine().registry`, shared by all engines and by an application
 * that uses tfjs next to us: the wasm kernels are bound to one WebAssembly instance by their set-up functions, so a second
 * instance would take them away from the first.
 */
import type { KernelBackend, KernelConfig } from "@tensorflow/tfjs-core";
import { type Problem, ProblemError } from "../../base/problem.ts";
import type { TfjsBackend } from "./backend-overrides.ts";

export interface LoadedBackend {
  readonly name: TfjsBackend;
  readonly backend: KernelBackend;
  /** Throws a `ProblemError`, `engine-lacks-kernel`, where the backend has no such kernel. */
  kernel(name: string): KernelConfig["kernelFunc"];
  /** Call before something that releases all it allocates, and the result after. See `rewindingIds`. */
  startRun(): () => void;
  /** Whether results can be read while the thread waits. */
  readonly readsAtOnce: boolean;
  /** Where results can be read later, while the thread goes on: call before a run, and the result, which rejects if it failed, after. */
  readonly watchDevice?: () => () => Promise<void>;
}

/** What is used of tfjs-core. */
export type TfjsCore = Pick<
  typeof import("@tensorflow/tfjs-core"),
  "engine" | "getKernel" | "getKernelsForBackend" | "version_core"
>;

/** How the packages are found: by import in Node (`installed-packages.ts`), by what a page has loaded itself in pages. */
export interface TfjsPackages {
  core(): Promise<TfjsCore>;
  /** Resolves once the backend has registered itself. */
  backend(name: TfjsBackend): Promise<unknown>;
}

/** Throws a `ProblemError`, `engine-not-installed`, when a package cannot be found or loaded. */
export async function loadBackend(name: TfjsBackend, packages: TfjsPackages): Promise<LoadedBackend> {
  const core = await orNotInstalled("@tensorflow/tfjs-core", packages.core());
  await orNotInstalled(`@tensorflow/tfjs-backend-${name}`, packages.backend(name));
  const backend = await registeredBackend(core, name);
  // tfjs-cpu greets the first tensor in Node with a suggestion to install tfjs-node.
  if ("firstUse" in backend) backend.firstUse = false;
  for (const kernel of core.getKernelsForBackend(name)) kernel.setupFunc?.(backend);
  const watchDevice = watchOf(name, backend);
  return {
    name,
    backend,
    startRun: rewindingIds(backend),
    readsAtOnce: name !== "webgpu",
    ...(watchDevice !== undefined && { watchDevice }),
    kernel(kernelName) {
      const config = core.getKernel(kernelName, name);
      if (config === null || config === undefined)
        throw new ProblemError([missingKernel(kernelName, name, core.version_core)]);
      return config.kernelFunc;
    },
  };
}

/** The process's backend object of that name, made if it is not there. */
async function registeredBackend(core: TfjsCore, name: TfjsBackend): Promise<KernelBackend> {
  const { registry } = core.engine();
  if (Object.hasOwn(registry, name)) return registry[name];
  const factory = core.engine().findBackendFactory(name);
  if (factory === null) throw new ProblemError([notHere(name, "it did not register itself")]);
  try {
    const made = await withoutNewProcessListeners(async () => factory());
    // Another caller may have come first while this one waited.
    if (!Object.hasOwn(registry, name)) registry[name] = made;
  } catch (error) {
    throw new ProblemError([notHere(name, String(error))]);
  }
  return registry[name];
}

/**
 * The wasm backend numbers its tensors from 1 and its WebAssembly side keeps the numbers in 32 bits, so that some days of
 * running would give new tensors the numbers of living ones. What a run has allocated is gone when it ends: its numbers are
 * given back.
 */
function rewindingIds(backend: KernelBackend): LoadedBackend["startRun"] {
  if (!("dataIdNextNumber" in backend)) return () => () => {};
  const counter: { dataIdNextNumber: unknown } = backend;
  return () => {
    const next = counter.dataIdNextNumber;
    return () => {
      counter.dataIdNextNumber = next;
    };
  };
}

/** WebGPU tells of errors later, WebGL of a lost context only where it is asked; both go on with zeros. */
function watchOf(name: TfjsBackend, backend: KernelBackend): LoadedBackend["watchDevice"] {
  if (name === "webgpu")
    return () => watchQueue((backend as unknown as { readonly device: GpuDevice }).device);
  if (name === "webgl") {
    const { gl } = (backend as unknown as { readonly gpgpu: { readonly gl: GlContext } }).gpgpu;
    return () => async () => {
      if (gl.isContextLost()) throw new ProblemError([deviceFailed(name, "the context was lost")]);
    };
  }
  return undefined;
}

interface GlContext {
  isContextLost(): boolean;
}

const errorKinds = ["out-of-memory", "validation", "internal"] as const;

interface GpuDevice {
  pushErrorScope(kind: (typeof errorKinds)[number]): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
}

function watchQueue(device: GpuDevice): () => Promise<void> {
  for (const kind of errorKinds) device.pushErrorScope(kind);
  return async () => {
    const errors = await Promise.all(errorKinds.map(() => device.popErrorScope()));
    const [first] = errors.flatMap((error) => (error === null ? [] : [error.message]));
    if (first !== undefined) throw new ProblemError([deviceFailed("webgpu", first)]);
  };
}

const needs: Readonly<Record<TfjsBackend, string>> = {
  cpu: "its package, imported",
  wasm: "its package, imported, and WebAssembly",
  webgl: "its package, imported, and a browser with WebGL 2",
  webgpu: "its package, imported, and a browser with WebGPU",
};

function notHere(name: TfjsBackend, reason: string): Problem {
  return {
    code: "engine-not-here",
    severity: "error",
    message: `the ${name} backend of tfjs does not start here`,
    labels: [],
    expected: needs[name],
    notes: [reason.split("\n")[0]],
    help: "use another engine: wasm",
  };
}

function deviceFailed(name: TfjsBackend, reason: string): Problem {
  return {
    code: "engine-failed",
    severity: "error",
    message: `the ${name} backend of tfjs could not run the graph`,
    labels: [],
    notes: [reason.split("\n")[0]],
    help: "use another engine: wasm",
  };
}

/**
 * In Node the wasm module installs handlers for uncaught errors and rejections, which would decide for the whole process
 * what happens to them. They are only there for programs that exit from inside WebAssembly.
 */
async function withoutNewProcessListeners<T>(work: () => Promise<T>): Promise<T> {
  const { process } = globalThis as { readonly process?: Partial<ProcessEvents> };
  const { listeners, removeListener } = process ?? {};
  if (listeners === undefined || removeListener === undefined) return work();
  const events = ["uncaughtException", "unhandledRejection"];
  const before = events.map((event) => new Set(listeners.call(process, event)));
  const result = await work();
  events.forEach((event, at) => {
    for (const listener of listeners.call(process, event))
      if (!before[at].has(listener)) removeListener.call(process, event, listener);
  });
  return result;
}

/** What is used of Node's `process`. */
interface ProcessEvents {
  listeners(event: string): readonly unknown[];
  removeListener(event: string, listener: unknown): void;
}

async function orNotInstalled<T>(packageName: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError([notInstalled(packageName, error)]);
  }
}

function notInstalled(packageName: string, error?: unknown): Problem {
  const isExplained = typeof error === "object" && error !== null && "message" in error;
  const reason = isExplained ? String(error.message).split("\n")[0] : undefined;
  return {
    code: "engine-not-installed",
    severity: "error",
    message: `the tfjs engine needs the package \`${packageName}\`, which could not be loaded`,
    labels: [],
    notes: reason === undefined ? [] : [reason],
    help: `npm install ${packageName}`,
  };
}

function missingKernel(kernel: string, backend: TfjsBackend, version: string): Problem {
  return {
    code: "engine-lacks-kernel",
    severity: "error",
    message: `the ${backend} backend of tfjs ${version} has no kernel \`${kernel}\``,
    labels: [],
    help: `npm install @tensorflow/tfjs-core@^4.22.0 @tensorflow/tfjs-backend-${backend}@^4.22.0`,
  };
}
