/** Engines by the names users give them, and which one `auto` is. */

import { nearMisses } from "../base/near-miss.ts";
import { ProblemError } from "../base/problem.ts";
import type { EngineName, Precision } from "../engines/engine.ts";

interface EngineRow {
  readonly name: EngineName;
  readonly precision: Precision;
  readonly backend?: "cpu" | "wasm" | "webgl" | "webgpu" | "node";
  /** How long it takes for a training step, in times of `wasm:f32`, about. */
  readonly pace: number;
}

export const engines = {
  wasm: { name: "wasm", precision: "f64", pace: 2 },
  "wasm:f32": { name: "wasm", precision: "f32", pace: 1 },
  reference: { name: "reference", precision: "f64", pace: 100 },
  "tfjs:cpu": { name: "tfjs", precision: "f32", backend: "cpu", pace: 60 },
  "tfjs:wasm": { name: "tfjs", precision: "f32", backend: "wasm", pace: 5 },
  "tfjs:webgl": { name: "tfjs", precision: "f32", backend: "webgl", pace: 1 },
  "tfjs:webgpu": { name: "tfjs", precision: "f32", backend: "webgpu", pace: 1 },
  "tfjs:node": { name: "tfjs", precision: "f32", backend: "node", pace: 1 },
  onnx: { name: "onnx", precision: "f32", pace: 1 },
  "onnx:f64": { name: "onnx", precision: "f64", pace: 2 },
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
