/** Engines by name, each loaded only when asked for. */
import type { Engine, EngineName, Precision } from "./engine.ts";
import type { TfjsBackend } from "./tfjs/backend-overrides.ts";
import type { Threads } from "./wasm/threads/threads.ts";

export interface EngineOptions {
  /** What tfjs computes on; its own choice when absent. */
  readonly backend?: TfjsBackend | "node";
  /** What wasm, onnx and native tfjs compute in; when absent f64 (wasm) or f32 (the others). */
  readonly precision?: Precision;
  /** What wasm shares large graphs among; without, it computes in the calling thread. */
  readonly threads?: Threads;
}

/** Rejects where the engine's library is not installed. */
export async function loadEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  switch (name) {
    case "reference":
      return (await import("./reference/reference-engine.ts")).referenceEngine;
    case "wasm":
      return (await import("./wasm/wasm-engine.ts")).createWasmEngine({
        precision: options.precision ?? "f64",
        ...(options.threads && { threads: options.threads }),
      });
    case "tfjs": {
      if (options.backend === "node") {
        const { createTfjsNativeEngine } = await import("./tfjs/native-engine.ts");
        return createTfjsNativeEngine({ precision: options.precision ?? "f32" });
      }
      const { createTfjsEngine } = await import("./tfjs/tfjs-engine.ts");
      const { installedPackages } = await import("./tfjs/installed-packages.ts");
      return createTfjsEngine({ backend: options.backend ?? "wasm" }, installedPackages);
    }
    case "onnx":
      return (await import("./onnx/onnx-engine.ts")).createOnnxEngine({ precision: options.precision });
  }
}
