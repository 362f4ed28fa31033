/** Incomplete gamma and beta functions over their range: values and slopes with 280 digits (`values/incomplete.py`), and finite in single precision. */
import { expect, test } from "vitest";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import type { Engine } from "../../../src/engines/engine.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { loadModel } from "./load-model.ts";
import values from "./values/incomplete.json" with { type: "json" };

const single = await createWasmEngine({ precision: "f32" });

/** Value, and slopes in all arguments. */
function at(name: string, engine: Engine, names: readonly string[]): (point: readonly number[]) => number[] {
  const draws = names.map((each) => `  ${each} ~ Flat()\n`).join("");
  const loaded = loadModel(`model M {\n${draws}  factor ${name}(${names.join(", ")})\n}`);
  const { graph } = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "constrained" });
  const wrt = names.map((each) => `value/${each}`);
  const density = { ...graph, outputs: { logDensity: graph.outputs.logDensity } };
  const whole = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
  const executable = engine.compile(whole);
  return (point) => {
    const results = executable.run(Object.fromEntries(wrt.map((each, i) => [each, [point[i]]])));
    return [results.logDensity[0], ...wrt.map((each) => results[`gradient/${each}`][0])];
  };
}

const cases = [
  ["log_gamma_cdf", values.gamma.map(([point, below, , slopes]) => [point, below, slopes])],
  ["log_gamma_survival", values.gamma.map(([point, , above]) => [point, above])],
  ["log_beta_cdf", values.beta.map(([point, below]) => [point, below])],
  ["log_beta_survival", values.beta.map(([point, , above]) => [point, above])],
] as [string, [number[], number, number[]?][]][];

test.each(cases)("%s", (name, rows) => {
  const names = ["a", "b", "c"].slice(0, rows[0][0].length);
  const exact = at(name, referenceEngine, names);
  const rough = at(name, single, names);
  for (const [point, value, slopes] of rows) {
    const [found, ...moved] = exact(point);
    expect(Math.abs(found - value), `${name}(${point})`).toBeLessThan(2e-13 * Math.abs(value) + 2e-15);
    slopes?.forEach((slope, i) => {
      expect(Math.abs(moved[i] - slope), `slope ${i} at ${point}`).toBeLessThan(
        1e-9 * Math.abs(slope) + 1e-13,
      );
    });
    for (const each of rough(point)) expect(Number.isFinite(each), `${name}(${point}) in f32`).toBe(true);
  }
});
