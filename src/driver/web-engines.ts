/** The engines that a page has without further packages. */
import { ProblemError } from "../base/problem.ts";
import type { Engine } from "../engines/engine.ts";
import { referenceEngine } from "../engines/reference/reference-engine.ts";
import { createWasmEngine } from "../engines/wasm/wasm-engine.ts";
import type { EngineLabel } from "./choose-engine.ts";

/** Rejects with `ProblemError` for all others. */
export async function loadWebEngine(label: EngineLabel): Promise<Engine> {
  switch (label) {
    case "wasm":
      return createWasmEngine({ precision: "f64" });
    case "wasm:f32":
      return createWasmEngine({ precision: "f32" });
    case "reference":
      return referenceEngine;
    default:
      throw new ProblemError([
        {
          code: "engine-not-in-pages",
          severity: "error",
          message: `a page has no engine \`${label}\` of its own`,
          labels: [],
          expected: "wasm, wasm:f32 or reference, or one that the option `engines` holds",
          help: 'engine: "wasm"',
        },
      ]);
  }
}
