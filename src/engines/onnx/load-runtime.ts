/**
 * Loads ONNX Runtime from the package onnxruntime-node, an optional peer. Its documented interface answers later, by promises
 * around a binding that computes at once; engines answer at once, so the binding itself is used.
 */
import { type Problem, ProblemError } from "../../base/problem.ts";
import { placeOfRuntime, requireOfRuntime, runtimeVariable } from "./detect.ts";

const install = "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node";

export interface OnnxRuntime {
  readonly InferenceSession: new () => OnnxSession;
}

/** The binding's session. Both throw `Error`s in ONNX Runtime's words. */
export interface OnnxSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: SessionOptions): void;
  /** Outputs by name; null asks for one. Tensors are read where they lie, and results are copies. */
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: Readonly<Record<string, null>>,
    options: object,
  ): Readonly<Record<string, RuntimeTensor>>;
  dispose(): void;
}

export interface SessionOptions {
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly executionMode: "sequential";
  readonly graphOptimizationLevel: "all" | "disabled";
  /** 0 (all) to 4 (only what ends the process). */
  readonly logSeverityLevel: number;
  /** Entries of ONNX Runtime's own configuration, nested by the dots in their names. */
  readonly extra: object;
}

export interface RuntimeTensor {
  readonly type: "float32" | "float64" | "int64" | "bool";
  readonly dims: readonly number[];
  data: Float32Array | Float64Array | BigInt64Array | Uint8Array;
  readonly location: "cpu";
}

/** How a module is found; tests give another way. */
export type Require = (module: string) => unknown;

/** Throws a `ProblemError`, `engine-not-installed`, when the package cannot be found or is not as known. */
export function loadRuntime(require: Require = requireOfRuntime()): OnnxRuntime {
  const { binding, initOrt } = requireBinding(require);
  if (typeof initOrt === "function") initOrt();
  if (isRuntime(binding)) return binding;
  throw new ProblemError([notInstalled("this version of onnxruntime-node has no binding as known")]);
}

function requireBinding(require: Require): { readonly binding?: unknown; readonly initOrt?: unknown } {
  try {
    const loaded = require("onnxruntime-node/dist/binding.js");
    return typeof loaded === "object" && loaded !== null ? loaded : {};
  } catch (error) {
    throw new ProblemError([notInstalled(error)]);
  }
}

function isRuntime(binding: unknown): binding is OnnxRuntime {
  if (typeof binding !== "object" || binding === null || !("InferenceSession" in binding)) return false;
  const { InferenceSession } = binding;
  if (typeof InferenceSession !== "function") return false;
  const methods: unknown = InferenceSession.prototype;
  return (
    typeof methods === "object" &&
    methods !== null &&
    ["loadModel", "run", "dispose"].every((name) => name in methods)
  );
}

/** The problem `engine-not-installed`, with what was found wrong. */
export function notInstalled(
  cause: unknown,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Problem {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const place = placeOfRuntime(environment);
  return {
    code: "engine-not-installed",
    severity: "error",
    message: "the onnx engine needs the package onnxruntime-node, which is missing or does not work here",
    labels: [],
    notes: [reason.split("\n")[0], ...(place ? [place] : [])],
    help: place
      ? `name a folder with node_modules/onnxruntime-node in ${runtimeVariable}, or unset it and install the package: ${install}`
      : install,
  };
}
