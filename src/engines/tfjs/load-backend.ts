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
  readonly backend: KernelBackend;
  /** Throws a `ProblemError`, `engine-lacks-kernel`, where the backend has no such kernel. */
  kernel(name: string): KernelConfig["kernelFunc"];
  /** Call before something that releases all it allocates, and the result after. See `rewindingIds`. */
  startRun(): () => void;
}

export type TfjsCore = typeof import("@tensorflow/tfjs-core");

/** How the packages are found; tests give another way. */
export interface TfjsPackages {
  core(): Promise<TfjsCore>;
  cpu(): Promise<unknown>;
  wasm(): Promise<unknown>;
}

export const installedPackages: TfjsPackages = {
  core: () => import("@tensorflow/tfjs-core"),
  cpu: () => import("@tensorflow/tfjs-backend-cpu"),
  wasm: () => import("@tensorflow/tfjs-backend-wasm"),
};

/** Throws a `ProblemError`, `engine-not-installed`, when a package cannot be found or loaded. */
export async function loadBackend(name: TfjsBackend, packages: TfjsPackages): Promise<LoadedBackend> {
  const core = await orNotInstalled("@tensorflow/tfjs-core", packages.core());
  await orNotInstalled(`@tensorflow/tfjs-backend-${name}`, packages[name]());
  const backend = await registeredBackend(core, name);
  // tfjs-cpu greets the first tensor in Node with a suggestion to install tfjs-node.
  if ("firstUse" in backend) backend.firstUse = false;
  for (const kernel of core.getKernelsForBackend(name)) kernel.setupFunc?.(backend);
  return {
    backend,
    startRun: rewindingIds(backend),
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
  if (factory === null) throw new ProblemError([notInstalled(`@tensorflow/tfjs-backend-${name}`)]);
  const made = await orNotInstalled(
    `@tensorflow/tfjs-backend-${name}`,
    withoutNewProcessListeners(async () => factory()),
  );
  // Another caller may have come first while this one waited.
  if (!Object.hasOwn(registry, name)) registry[name] = made;
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

/**
 * In Node the wasm module installs handlers for uncaught errors and rejections, which would decide for the whole process
 * what happens to them. They are only there for programs that exit from inside WebAssembly.
 */
async function withoutNewProcessListeners<T>(work: () => Promise<T>): Promise<T> {
  if (typeof process === "undefined" || typeof process.listeners !== "function") return work();
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as "uncaughtException")));
  const result = await work();
  events.forEach((event, at) => {
    for (const listener of process.listeners(event as "uncaughtException"))
      if (!before[at].has(listener)) process.removeListener(event, listener);
  });
  return result;
}

async function orNotInstalled<T>(packageName: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
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
