import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { type EngineLabel, engineLabels } from "../../../src/driver/choose-engine.ts";
import type { Host } from "../../../src/driver/host.ts";
import { loadTrainingEngine, rankedEngines } from "../../../src/driver/training/choose-training-engine.ts";
import { secondsOfStep } from "../../../src/driver/training/training-cost.ts";
import type { Engine } from "../../../src/engines/engine.ts";

const all: readonly EngineLabel[] = ["onnx", "tfjs:node"];
const notInstalled = new ProblemError([
  { code: "engine-not-installed", severity: "error", message: "not here", labels: [] },
]);

/** A host with those engines, of which some do not load. */
function hostWith(installed: readonly EngineLabel[], broken: readonly EngineLabel[] = []): Host {
  return {
    cores: () => 2,
    installedEngines: () => installed,
    async loadEngine(label) {
      if (broken.includes(label)) throw notInstalled;
      return { label } as Engine;
    },
  };
}

describe("auto", () => {
  test.each([1e3, 2e5])("doubles for %d multiply-adds, whatever is installed", (products) => {
    expect(rankedEngines(products, all).map(({ label }) => label)).toEqual(["wasm"]);
  });

  test("ppl's own engine where calls cost more than they save", () => {
    expect(rankedEngines(1e6, all).map(({ label }) => label)).toEqual(["wasm:f32"]);
  });

  test("native libraries for large networks, the cheapest first, ppl's own last", () => {
    const ranked = rankedEngines(1e8, all).map(({ label }) => label);
    expect(ranked.at(-1)).toBe("wasm:f32");
    expect([...ranked].sort()).toEqual(["onnx", "tfjs:node", "wasm:f32"]);
    const costs = ranked.map((label) => secondsOfStep(label, 1e8));
    expect(costs).toEqual(costs.toSorted((a, b) => a - b));
  });

  test("only what is installed", () => {
    expect(rankedEngines(1e8, []).map(({ label }) => label)).toEqual(["wasm:f32"]);
    expect(rankedEngines(1e8, ["onnx"]).map(({ label }) => label)).toEqual(["onnx", "wasm:f32"]);
  });

  test("goes on to the next one where an installation does not load", async () => {
    const [first, second] = rankedEngines(1e8, all);
    const chosen = await loadTrainingEngine("auto", 1e8, hostWith(all, [first.label]));
    expect(chosen.label).toBe(second.label);
    expect(chosen.reason).toContain("a step, wasm:f32 about");
    expect((await loadTrainingEngine(undefined, 1e8, hostWith(all, all))).label).toBe("wasm:f32");
  });
});

test("an engine that is asked for is loaded or refused", async () => {
  expect((await loadTrainingEngine("onnx", 10, hostWith([]))).reason).toBe("as asked");
  await expect(loadTrainingEngine("onnx", 10, hostWith([], ["onnx"]))).rejects.toThrow(
    "engine-not-installed",
  );
  await expect(loadTrainingEngine("onyx", 10, hostWith([]))).rejects.toThrow("unknown-engine");
});

test("every engine costs something per step and per multiply-add", () => {
  for (const label of engineLabels) {
    expect(secondsOfStep(label, 0)).toBeGreaterThan(0);
    expect(secondsOfStep(label, 1e6)).toBeGreaterThan(secondsOfStep(label, 0));
  }
});
