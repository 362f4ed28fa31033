/** Differential equations against solutions in closed form and against numbers of SciPy. */
import { describe, expect, test } from "vitest";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import type { Graph } from "../../../src/compiler/graph.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { loadModel } from "./load-model.ts";

const wasmEngine = await createWasmEngine();

const rates = `
def decay(y: Real, t: Real, k: Real): Real = -k * y
def spring(y: Real[2], t: Real, k: Real): Real[2] = [y[1], -k * y[0]]
def growth(y: Real[2], t: Real, r: Real): Real[2] = r * y * (1 - y)
def forced(y: Real, t: Real): Real = cos(t)
def explosion(y: Real, t: Real, k: Real): Real = k * y ^ 2
def hares(z: Real[2], t: Real, p: Real[4]): Real[2] = [(p[0] - p[1] * z[1]) * z[0], (p[3] * z[0] - p[2]) * z[1]]
`;

const times = [0.5, 1, 1.5, 2, 3, 5];

/** The values of `z = ode(…)`, in which k is a latent variable; and the gradient of their sum by k. */
function solve(
  ode: string,
  k: number,
  total = ode.startsWith("ode(decay") || ode.startsWith("ode(forced") ? "sum(z)" : "sum(sum(z))",
): { z: readonly number[]; slope: number } {
  const loaded = loadModel(
    `${rates} model M[T](ts: Real[T]) { k ~ Normal(0, 1) ; z = ${ode} ; factor ${total} + 0 * k }`,
  );
  const { graph } = lowerLogDensity(
    { ...loaded, sizes: { T: times.length }, knowns: {} },
    { scale: "unconstrained", terms: true },
  );
  const term = Object.keys(graph.outputs).find((name) => name.startsWith("term/factor")) ?? "";
  const outputs = { z: graph.outputs["binding/z"], total: graph.outputs[term] };
  const full = optimize(differentiate({ ...graph, outputs }, { of: "total", wrt: ["q/k"], prefix: "d" }));
  return run(full, k);
}

function run(graph: Graph, k: number): { z: readonly number[]; slope: number } {
  const all: Record<string, readonly number[]> = { "q/k": [k], "data/ts": times };
  const inputs = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, all[name]]));
  const results = referenceEngine.compile(graph).run(inputs);
  const fast = wasmEngine.compile(graph).run(inputs);
  for (const name of Object.keys(results))
    results[name].forEach((each, at) => {
      if (Number.isNaN(each)) expect(fast[name][at]).toBeNaN();
      else expect(Math.abs(fast[name][at] - each)).toBeLessThan(1e-9 * Math.max(1, Math.abs(each)));
    });
  return { z: [...results.z], slope: results["dq/k"][0] };
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((each, at) => {
    expect(Math.abs(each - expected[at]), `at ${at}: ${each}, expected ${expected[at]}`).toBeLessThan(
      tolerance,
    );
  });
}

describe.each([
  ["fixed steps", "steps: 60", 1e-6],
  ["the default tolerances", "max_steps: 20", 2e-5],
  ["tight tolerances", "rtol: 1e-11, atol: 1e-11, max_steps: 120", 1e-9],
])("solutions in closed form, with %s", (_, method, tolerance) => {
  test("exponential decay, and its derivative by the rate", () => {
    const { z, slope } = solve(`ode(decay, 2, ts, k, start: 0, ${method})`, 0.7);
    expectNear(
      z,
      times.map((t) => 2 * Math.exp(-0.7 * t)),
      tolerance,
    );
    expectNear([slope], [times.reduce((sum, t) => sum - 2 * t * Math.exp(-0.7 * t), 0)], 10 * tolerance);
  });

  test("a harmonic oscillator from the first of the times on", () => {
    const w = Math.sqrt(3);
    const { z, slope } = solve(`ode(spring, [1, 0.5], ts, k, ${method})`, 3);
    const x = (t: number): number => Math.cos(w * t) + (0.5 / w) * Math.sin(w * t);
    const v = (t: number): number => -w * Math.sin(w * t) + 0.5 * Math.cos(w * t);
    const since = times.map((t) => t - times[0]);
    expect(z.slice(0, 2)).toEqual([1, 0.5]);
    expectNear(
      z,
      since.flatMap((t) => [x(t), v(t)]),
      tolerance,
    );
    // ∂/∂k = 1 / (2 w) ∂/∂w
    const byW = (t: number): number =>
      -t * Math.sin(w * t) -
      (0.5 / w ** 2) * Math.sin(w * t) +
      ((0.5 * t) / w) * Math.cos(w * t) -
      Math.sin(w * t) -
      w * t * Math.cos(w * t) -
      0.5 * t * Math.sin(w * t);
    expectNear([slope], [since.reduce((sum, t) => sum + byW(t) / (2 * w), 0)], 30 * tolerance);
  });

  test("logistic growth of two populations, and the derivative by where they begin", () => {
    const start = (k: number): readonly number[] => [k, 0.5];
    const { z, slope } = solve(`ode(growth, [k, 0.5], ts, 1.3, start: 0, ${method})`, 0.1);
    const y = (t: number, y0: number): number => 1 / (1 + (1 / y0 - 1) * Math.exp(-1.3 * t));
    expectNear(
      z,
      times.flatMap((t) => start(0.1).map((y0) => y(t, y0))),
      tolerance,
    );
    const byStart = times.map((t) => (y(t, 0.1) / 0.1) ** 2 * Math.exp(-1.3 * t));
    expectNear([slope], [byStart.reduce((sum, each) => sum + each, 0)], 30 * tolerance);
  });

  test("a rate that depends on the time alone, and the derivative by the times", () => {
    const { z, slope } = solve(`ode(forced, 1, ts * k, start: 0, ${method})`, 1.5);
    expectNear(
      z,
      times.map((t) => 1 + Math.sin(1.5 * t)),
      tolerance,
    );
    expectNear([slope], [times.reduce((sum, t) => sum + t * Math.cos(1.5 * t), 0)], 30 * tolerance);
  });
});

test("fixed steps are of fourth order", () => {
  const error = (steps: number): number =>
    Math.abs(solve(`ode(spring, [1, 0], ts, k, start: 0, steps: ${steps})`, 4).z[10] - Math.cos(10));
  expect(Math.log2(error(32) / error(64))).toBeCloseTo(4, 0);
  expect(Math.log2(error(64) / error(128))).toBeCloseTo(4, 0);
});

test("the error follows the tolerance", () => {
  const error = (tolerance: string): number =>
    Math.abs(
      solve(`ode(spring, [1, 0], ts, k, start: 0, rtol: ${tolerance}, atol: ${tolerance}, max_steps: 100)`, 4)
        .z[10] - Math.cos(10),
    );
  expect(error("1e-4")).toBeLessThan(1e-2);
  expect(error("1e-7")).toBeLessThan(1e-5);
  expect(error("1e-7")).toBeGreaterThan(1e-10);
  expect(error("1e-10")).toBeLessThan(1e-8);
});

test("hares and lynx, by SciPy 1.17 (solve_ivp, DOP853, rtol 1e-13, atol 1e-13)", () => {
  const expected = [
    41.15216619370822, 6.200672713845057, 49.39010919339775, 7.149241501722396, 58.108730337105385,
    9.134588726234586, 65.74149002357589, 12.903333205546245, 64.83417184942576, 29.579793818668065,
    18.761561213776833, 39.1448875775536,
  ];
  const { z } = solve(
    "ode(hares, [34, k], ts, [0.55, 0.028, 0.8, 0.024], start: 0, rtol: 1e-11, atol: 1e-11, max_steps: 100)",
    5.9,
  );
  expectNear(z, expected, 1e-7);
});

test("how many steps there may be changes nothing once they are enough", () => {
  const at = (steps: number): number[] => {
    const { z, slope } = solve(`ode(spring, [1, 0.5], ts, k, start: 0, max_steps: ${steps})`, 3);
    return [...z, slope];
  };
  expectNear(at(400), at(15), 1e-13);
});

describe("what cannot be reached is not a number", () => {
  test("more steps than there are", () => {
    const { z } = solve("ode(spring, [1, 0], ts, k, start: 0, max_steps: 6)", 100);
    expect(z.slice(-2)).toEqual([Number.NaN, Number.NaN]);
    expect(z.slice(0, 2).every(Number.isFinite)).toBe(true);
  });
  test("times that go back", () => {
    const { z } = solve("ode(decay, 1, [0, 2, k], 1, max_steps: 20)", 1);
    expectNear(z.slice(0, 2), [1, Math.exp(-2)], 1e-5);
    expect(z[2]).toBeNaN();
  });
});

test("a solution that runs off to infinity leaves what came before it alone", () => {
  // y = 1 / (1 − k t): the trials near t = 1 overflow.
  const { z, slope } = solve("ode(explosion, 1, ts, k, start: 0, max_steps: 20)", 1, "z[0]");
  expectNear([z[0], slope], [2, 2], 1e-4);
  expect(z.slice(1)).toEqual(times.slice(1).map(() => Number.NaN));
});
