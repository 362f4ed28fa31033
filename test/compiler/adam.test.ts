import { describe, expect, test } from "vitest";
import { adamCarries, adamStep } from "../../src/compiler/adam.ts";
import { arithmetic } from "../../src/compiler/arithmetic.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { adamAscent, adamDefaults, startAdam } from "../../src/inference/optimizer.ts";

/** Σ log x − target Σ x² − c², of a vector and a number: its gradient by c is −2c. */
function objective() {
  const builder = createBuilder();
  const math = arithmetic(builder);
  const x = builder.input("x", { dtype: "float", shape: [3] });
  const c = builder.input("c", { dtype: "float", shape: [] });
  const target = builder.input("target", { dtype: "float", shape: [] });
  const sum = math.reduceSum(math.log(x), [0]);
  const squares = math.mul(target, math.reduceSum(math.mul(x, x), [0]));
  const graph = builder.finish({ objective: math.sub(math.sub(sum, squares), math.mul(c, c)) });
  return differentiate(graph, { of: "objective", wrt: ["x", "c"], prefix: "gradient/" });
}

const weights = ["x", "c"];
const step = adamStep({ graph: objective(), weights, ...adamDefaults });
const executable = referenceEngine.compile(optimize(step));
const start: Readonly<Record<string, readonly number[]>> = {
  x: [0.5, 2, 3],
  c: [-1],
  "first/x": [0.1, -0.2, 0.3],
  "first/c": [0],
  "second/x": [0.01, 0.02, 0.03],
  "second/c": [0.5],
  count: [4],
  target: [0.25],
  rate: [0.1],
  maxNorm: [1e9],
  active: [1],
};
const run = (change: Readonly<Record<string, readonly number[]>> = {}) =>
  executable.run({ ...start, ...change });
/** 1/x − 2 target x; −2c. */
const gradient = [0.5, 2, 3].map((x) => 1 / x - 0.5 * x).concat(2);

test("is well-typed", () => verifyGraph(step));

test("is Adam as written for vectors", () => {
  const moments = {
    count: 4,
    first: Float64Array.of(0.1, -0.2, 0.3, 0),
    second: Float64Array.of(0.01, 0.02, 0.03, 0.5),
  };
  const expected = adamAscent(moments, Float64Array.of(0.5, 2, 3, -1), Float64Array.from(gradient), 0.1);
  const found = run();
  const joined = (prefix: string) => [...found[`${prefix}x`], ...found[`${prefix}c`]];
  for (const [i, value] of joined("next/").entries()) expect(value).toBeCloseTo(expected.parameters[i], 13);
  for (const [i, value] of joined("next/first/").entries())
    expect(value).toBeCloseTo(expected.moments.first[i], 14);
  for (const [i, value] of joined("next/second/").entries())
    expect(value).toBeCloseTo(expected.moments.second[i], 14);
  expect(found["next/count"][0]).toBe(5);
  expect(found.gradientNorm[0]).toBeCloseTo(Math.hypot(...gradient), 12);
});

test("the first step is as long as the rate", () => {
  const zeros = { "first/x": [0, 0, 0], "second/x": [0, 0, 0], "first/c": [0], "second/c": [0], count: [0] };
  const found = run(zeros);
  expect(found["next/x"][0]).toBeCloseTo(0.6, 6);
  expect(found["next/c"][0]).toBeCloseTo(-0.9, 6);
  expect(startAdam(1).count).toBe(0);
});

test("a long gradient is scaled down to the norm, a short one is not", () => {
  const norm = Math.hypot(...gradient);
  const half = run({ maxNorm: [norm / 2], "first/c": [0], "second/c": [0] });
  expect(half["next/first/c"][0]).toBeCloseTo(2 * 0.5, 12);
  expect(half.gradientNorm[0]).toBeCloseTo(norm, 12);
  expect(run({ maxNorm: [2 * norm] })["next/x"]).toEqual(run()["next/x"]);
});

describe("leaves everything as it was", () => {
  test.each([
    ["where it is not active", { active: [0] }],
    ["where the objective is not a number", { x: [-1, 2, 3] }],
    ["where the objective is infinite", { x: [0, 2, 3] }],
    ["where the gradient's norm is infinite", { c: [1e200] }],
  ])("%s", (_, change: Readonly<Record<string, readonly number[]>>) => {
    const found = { ...run(change) };
    const given: Readonly<Record<string, readonly number[]>> = { ...start, ...change };
    for (const [name, output] of Object.entries(adamCarries(weights)))
      expect([...found[output]], name).toEqual([...given[name]]);
  });
});
