/** Engines by name, each loaded only when asked for. */
import type { Engine, EngineName } from "./engine.ts";

export interface EngineOptions {
  /** What tfjs computes on; its own choice when absent. */
  readonly backend?: "cpu" | "wasm";
}

/** Rejects where the engine's library is not installed. */
export async function loadEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  switch (name) {
    case "reference":
      return (await import("./reference/reference-engine.ts")).referenceEngine;
    case "tfjs": {
      const { createTfjsEngine } = await import("./tfjs/tfjs-engine.ts");
      return createTfjsEngine({ backend: options.backend ?? "wasm" });
    }
  }
}
