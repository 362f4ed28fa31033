/** Engines by the names users give them, and which one `auto` is. */

import { nearMisses } from "../base/near-miss.ts";
import { ProblemError } from "../base/problem.ts";
import type { Engine, Precision } from "../engines/engine.ts";
import { loadEngine } from "../engines/load.ts";

interface EngineRow {
  readonly precision: Precision;
  /** Rejects where what the engine needs is not installed. */
  readonly load: () => Promise<Engine>;
}

export const engines = {
  wasm: { precision: "f64", load: () => loadEngine("wasm", { precision: "f64" }) },
  "wasm:f32": { precision: "f32", load: () => loadEngine("wasm", { precision: "f32" }) },
  reference: { precision: "f64", load: () => loadEngine("reference") },
  "tfjs:cpu": { precision: "f32", load: () => loadEngine("tfjs", { backend: "cpu" }) },
  "tfjs:wasm": { precision: "f32", load: () => loadEngine("tfjs", { backend: "wasm" }) },
  "tfjs:node": { precision: "f32", load: () => loadEngine("tfjs", { backend: "node" }) },
  onnx: { precision: "f32", load: () => loadEngine("onnx", { precision: "f32" }) },
  "onnx:f64": { precision: "f64", load: () => loadEngine("onnx", { precision: "f64" }) },
} as const satisfies Readonly<Record<string, EngineRow>>;

export type EngineLabel = keyof typeof engines;

export const engineLabels = Object.keys(engines) as readonly EngineLabel[];

export interface EngineChoice {
  readonly label: EngineLabel;
  /** Why, for `--verbose` and reports. */
  readonly reason: string;
}

/**
 * `auto` is the compiled engine: in doubles for everything but training with large matrix products. Throws `ProblemError` for an
 * unknown name, and for single precision where doubles are needed.
 */
export function chooseEngine(asked: string | undefined, purpose: "sampling" | "training"): EngineChoice {
  if (asked !== undefined && asked !== "auto")
    return { label: checkLabel(asked, purpose), reason: "as asked" };
  return purpose === "sampling"
    ? { label: "wasm", reason: "compiled, in double precision" }
    : { label: "wasm:f32", reason: "compiled; training with large matrix products needs no doubles" };
}

export function loadEngineByLabel(label: EngineLabel): Promise<Engine> {
  return engines[label].load();
}

function checkLabel(asked: string, purpose: "sampling" | "training"): EngineLabel {
  const label = engineLabels.find((each) => each === asked);
  const [near] = nearMisses(asked, engineLabels);
  if (label === undefined)
    throw new ProblemError([
      {
        code: "unknown-engine",
        severity: "error",
        message: `there is no engine \`${asked}\``,
        labels: [],
        expected: `auto, ${engineLabels.join(", ")}`,
        help: near === undefined ? "see `ppl doctor`" : `did you mean \`${near}\`?`,
      },
    ]);
  if (purpose === "sampling" && engines[label].precision !== "f64")
    throw new ProblemError([
      {
        code: "engine-precision",
        severity: "error",
        message: `the engine \`${label}\` computes in single precision, which is too little for sampling`,
        labels: [],
        help: "use --engine wasm, or leave it out",
      },
    ]);
  return label;
}
