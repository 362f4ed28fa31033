/** Builtin special functions against values computed with 50 digits, and their gradients against differences. */
import { expect, test } from "vitest";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { loadModel } from "./load-model.ts";
import values from "./values/special-functions.json" with { type: "json" };

/** Value and gradient of `f(a, …)` at a point, through the whole compiler. */
function compile(
  name: string,
  count: number,
): (point: readonly number[]) => { value: number; slopes: number[] } {
  const names = ["a", "b", "c"].slice(0, count);
  const draws = names.map((each) => `${each} ~ Flat()`).join("\n");
  const loaded = loadModel(`model M {\n${draws}\nfactor ${name}(${names.join(", ")})\n}`);
  const { graph } = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "constrained" });
  const wrt = names.map((each) => `value/${each}`);
  const density = { ...graph, outputs: { logDensity: graph.outputs.logDensity } };
  const whole = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
  const executable = referenceEngine.compile(whole);
  return (point) => {
    const results = executable.run(Object.fromEntries(wrt.map((each, at) => [each, [point[at]]])));
    return {
      value: results.logDensity[0],
      slopes: wrt.map((each) => results[`gradient/${each}`][0]),
    };
  };
}

const cases = Object.entries(values) as unknown as [string, [number[], number][]][];

/** How much a relative change of an argument changes the result. Incomplete integrals are computed from differences of their arguments. */
function sensitivity(name: string, point: readonly number[]): number {
  return isIncomplete(name) ? 0.1 : Math.max(1, ...point.map(Math.abs));
}

function isIncomplete(name: string): boolean {
  return /log_(gamma|beta)_/.test(name);
}

test.each(cases)("%s", (name, rows) => {
  const at = compile(name, rows[0][0].length);
  for (const [point, expected] of rows) {
    const { value, slopes } = at(point);
    expect(Math.abs(value - expected), `${name}(${point}) = ${value}`).toBeLessThan(
      1e-13 * Math.max(1e-290, Math.abs(expected)) * (1 + 20 * sensitivity(name, point)),
    );
    point.forEach((x, position) => {
      // One-sided points such as the ends of a domain have no central difference.
      const room = ["asin", "acos", "erfinv"].includes(name) ? 1 - x * x : 1;
      const step = 1e-6 * Math.min(Math.max(Math.abs(x), 0.01), Math.max(1e-9, room));
      const moved = (by: number): number =>
        at(point.map((each, i) => (i === position ? each + by : each))).value;
      const slope = (moved(step) - moved(-step)) / (2 * step);
      if (Number.isFinite(slope) && Math.abs(slope) > 1e-3 && Math.abs(slope) < 1e3 && Math.abs(x) < 100)
        expect(
          Math.abs(slopes[position] - slope) / Math.abs(slope),
          `slope of ${name} at ${point}`,
        ).toBeLessThan(1e-4);
    });
  }
});

test("rounding, steps and remainders", () => {
  const of = (call: string, x: number): number => {
    const loaded = loadModel(`model M {\nx ~ Flat()\nfactor 1.0 * ${call}\n}`);
    const { graph } = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "constrained" });
    return referenceEngine.compile(graph).run({ "value/x": [x] }).logDensity[0];
  };
  expect([-1.5, -0.2, 0.5, 1.2, 2].map((x) => of("ceil(x)", x))).toEqual([-1, 0, 1, 2, 2]);
  expect([-1.5, -0.2, 0.5, 1.2, 2].map((x) => of("round(x)", x))).toEqual([-1, 0, 1, 1, 2]);
  expect([-1, 0, 2].map((x) => of("step(x)", x))).toEqual([0, 1, 1]);
  expect([-7, 7, 7.5].map((x) => of("mod(x, 3)", x))).toEqual([2, 1, 1.5]);
  expect([-7, 7].map((x) => of("quotient(x, 3)", x))).toEqual([-3, 2]);
  expect([-7, 0.5, 7].map((x) => of("clip(x, -1, 2)", x))).toEqual([-1, 0.5, 2]);
  expect([-7, 7].map((x) => of("where(x > 0, 10, 20)", x))).toEqual([20, 10]);
});
