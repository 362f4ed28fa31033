/** Engines by the names users give them: "reference", "tfjs:cpu", "tfjs:wasm". */

import { nearMisses } from "../base/near-miss.ts";
import { ProblemError } from "../base/problem.ts";
import type { Engine } from "../engines/engine.ts";
import { loadEngine } from "../engines/load.ts";

export const engineLabels = ["reference", "tfjs:cpu", "tfjs:wasm"] as const;

export type EngineLabel = (typeof engineLabels)[number];

export interface EngineChoice {
  readonly label: EngineLabel;
  /** Why, for `--verbose` and reports. */
  readonly reason: string;
}

/** For posteriors: doubles are wanted, and of the engines here only the reference has them. */
export function chooseEngine(asked: string | undefined, purpose: "sampling" | "training"): EngineChoice {
  if (asked !== undefined && asked !== "auto")
    return { label: checkLabel(asked, purpose), reason: "as asked" };
  return purpose === "sampling"
    ? { label: "reference", reason: "sampling needs double precision" }
    : { label: "tfjs:wasm", reason: "training is mostly matrix products in single precision" };
}

export function loadEngineByLabel(label: string): Promise<Engine> {
  if (label === "tfjs:cpu") return loadEngine("tfjs", { backend: "cpu" });
  if (label === "tfjs:wasm") return loadEngine("tfjs", { backend: "wasm" });
  return loadEngine("reference");
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
  if (purpose === "sampling" && label !== "reference")
    throw new ProblemError([
      {
        code: "engine-precision",
        severity: "error",
        message: `the engine \`${label}\` computes in single precision, which is too little for sampling`,
        labels: [],
        help: "use --engine reference, or leave it out",
      },
    ]);
  return label;
}
