import { describe } from "vitest";
import { createOnnxEngine } from "../../../src/engines/onnx/onnx-engine.ts";
import { testEngineAgainstReference } from "../conformance.ts";
import { onRuntime, runtime } from "./runtime.ts";

/** Unit roundoff of f32. */
const u = 2 ** -24;

const tolerances = {
  f32: { relative: 64 * u, absolute: 32 * u },
  f64: { relative: 1e-13, absolute: 1e-13 },
} as const;

for (const precision of ["f32", "f64"] as const)
  describe.skipIf(runtime === undefined)(`${onRuntime}onnx, ${precision}`, async () => {
    if (runtime === undefined) return;
    const engine = await createOnnxEngine({ precision }, () => runtime);
    testEngineAgainstReference(engine, tolerances[precision]);
  });
