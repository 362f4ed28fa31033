import { describe, test } from "vitest";
import { findNativeAddon } from "../../../src/engines/tfjs/native-addon.ts";
import { createTfjsNativeEngine } from "../../../src/engines/tfjs/native-engine.ts";
import { testEngineAgainstReference } from "../conformance.ts";

/** As for the kernels of tfjs: up to 64 roundings of an expansion, 32 where a result passes through zero. */
const roundings = { f32: 2 ** -24, f64: 2 ** -53 };

const addon = findNativeAddon();
if (addon === undefined)
  test.skip("no native add-on of tfjs-node: build one with scripts/tfjs-native.sh, or set PPL_TFJS_NODE", () => {});
else
  for (const precision of ["f32", "f64"] as const) {
    const engine = createTfjsNativeEngine({ precision });
    const u = roundings[precision];
    describe(`${engine.label}, ${precision}`, () => {
      testEngineAgainstReference(engine, { relative: 64 * u, absolute: 32 * u });
    });
  }
