import { describe } from "vitest";
import { createTfjsEngine } from "../../../src/engines/tfjs/tfjs-engine.ts";
import { testEngineAgainstReference } from "../conformance.ts";

for (const backend of ["cpu", "wasm"] as const) {
  const engine = await createTfjsEngine({ backend });
  describe(engine.label, () => {
    testEngineAgainstReference(engine, { relative: 4e-6, absolute: 2e-6 });
  });
}
