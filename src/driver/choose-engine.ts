/** Engines by the names users give them, and which one `auto` is. */

import { nearMisses } from "../base/near-miss.ts";
import { ProblemError } from "../base/problem.ts";
import type { EngineName, Precision } from "../engines/engine.ts";

interface EngineRow {
  readonly name: EngineName;
  readonly precision: Precision;
  readonly backend?: "cpu" | "wasm" | "webgl" | "webgpu" | "node";
  /**
   * Seconds of a training step, about: of each step, and per multiply-add of its products, forwards. Measured on two cores with
   * `npm run bench -- --only training`; their ratios choose engines, so other machines do.
   */
  readonly step: number;
  readonly multiplyAdd: number;
}

export const engines = {
  wasm: { name: "wasm", precision: "f64", step: 3e-5, multiplyAdd: 2e-10 },
  "wasm:f32": { name: "wasm", precision: "f32", step: 2e-5, multiplyAdd: 1e-10 },
  reference: { name: "reference", precision: "f64", step: 3e-3, multiplyAdd: 1e-8 },
  "tfjs:cpu": { name: "tfjs", precision: "f32", backend: "cpu", step: 2e-3, multiplyAdd: 6e-9 },
  "tfjs:wasm": { name: "tfjs", precision: "f32", backend: "wasm", step: 1e-3, multiplyAdd: 5e-10 },
  "tfjs:webgl": { name: "tfjs", precision: "f32", backend: "webgl", step: 1e-2, multiplyAdd: 1e-10 },
  "tfjs:webgpu": { name: "tfjs", precision: "f32", backend: "webgpu", step: 1e-2, multiplyAdd: 1e-10 },
  "tfjs:node": { name: "tfjs", precision: "f32", backend: "node", step: 2.4e-4, multiplyAdd: 5e-11 },
  onnx: { name: "onnx", precision: "f32", step: 3e-4, multiplyAdd: 6.5e-11 },
  "onnx:f64": { name: "onnx", precision: "f64", step: 4e-4, multiplyAdd: 1.3e-10 },
} as const satisfies Readonly<Record<string, EngineRow>>;

export type EngineLabel = keyof typeof engines;

export const engineLabels = Object.keys(engines) as readonly EngineLabel[];

export interface EngineChoice {
  readonly label: EngineLabel;
  /** Why, for `--verbose` and reports. */
  readonly reason: string;
}

/** `auto` is the compiled engine. Throws `ProblemError` for an unknown name, and for single precision. */
export function chooseSamplingEngine(asked: string | undefined): EngineChoice {
  return isGiven(asked)
    ? { label: checkLabel(asked, "sampling"), reason: "as asked" }
    : { label: "wasm", reason: "compiled, in double precision" };
}

/** Throws `ProblemError` for an unknown name. Undefined for `auto`. */
export function askedTrainingEngine(asked: string | undefined): EngineChoice | undefined {
  return isGiven(asked) ? { label: checkLabel(asked, "training"), reason: "as asked" } : undefined;
}

function isGiven(asked: string | undefined): asked is string {
  return asked !== undefined && asked !== "auto";
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
