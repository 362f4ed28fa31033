/** A missing value is one that is not there: the posterior is that of the data without it. */
import { describe, expect, test } from "vitest";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { parseCsvData } from "../../../src/data/parse-csv-data.ts";
import type { GivenData } from "../../../src/driver/api-types.ts";
import { dataInputs, loweringInput } from "../../../src/driver/density/density-plan.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { infer } from "../../../src/driver/node-driver.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { normals } from "../../compiler/lower/sample-data.ts";
import { programOf } from "../programs.ts";

/** Log density and gradient at a fixed point. */
async function densityOf(text: string, data: GivenData) {
  const program = await programOf(text);
  const model = program.model();
  const bound = bindOrThrow(model, data, {});
  const { graph, coordinates } = lowerLogDensity(loweringInput(program.core, model, bound), {
    scale: "unconstrained",
  });
  const wrt = coordinates.map(({ input }) => input);
  const density = { ...graph, outputs: { logDensity: graph.outputs.logDensity } };
  const whole = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
  const latents = coordinates.map(({ input, length }, at): [string, Float64Array] => [
    input,
    normals(length, at + 1, 0.5),
  ]);
  const all = { ...dataInputs(bound), ...Object.fromEntries(latents) };
  const given = Object.fromEntries(Object.keys(whole.inputs).map((name) => [name, all[name]]));
  const outputs = referenceEngine.compile(whole).run(given);
  return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, [...values]]));
}

async function expectSame(text: string, missing: GivenData, without: GivenData): Promise<void> {
  const [some, fewer] = [await densityOf(text, missing), await densityOf(text, without)];
  expect(Object.keys(some)).toEqual(Object.keys(fewer));
  for (const [name, values] of Object.entries(fewer))
    for (const [at, value] of values.entries()) expect(some[name][at], name).toBeCloseTo(value, 10);
}

describe("the density is that of the data without the missing ones", () => {
  test("numbers in a plate", () =>
    expectSame(
      `model M[N](x: Real[N]) { a ~ Normal(0, 1); s ~ HalfNormal(1)
        plate n in N { observe y[n]: Real? ~ Normal(a * x[n], s) } }`,
      { x: [1, 2, 3, 4], y: [0.5, null, 2, null] },
      { x: [1, 3], y: [0.5, 2] },
    ));

  test("counts with their own bounds", () =>
    expectSame(
      `model M[N](k: Nat[N]) { p ~ Beta(1, 1); plate n in N { observe y[n]: Nat? ~ Binomial(k[n], p) } }`,
      { k: [5, 4, 7], y: [4, null, 2] },
      { k: [5, 7], y: [4, 2] },
    ));

  test("single elements of arrays of independent numbers", () =>
    expectSame(
      `model M[N](c: Real[N]) { m: Real[3] ~ Normal(0, 1); s: Positive[3] ~ HalfNormal(1)
        plate n in N { observe y[n]: Real[3]? ~ StudentT(4, m * c[n], s) } }`,
      {
        c: [1, 1],
        y: [
          [0.5, Number.NaN, 2],
          [Number.NaN, 1, Number.NaN],
        ],
      },
      { c: [1], y: [[0.5, 1, 2]] },
    ));

  test("rows of vectors drawn as a whole", () =>
    expectSame(
      `model M[N] { a: Positive[3] ~ HalfNormal(5); plate n in N { observe x[n]: Simplex[3]? ~ Dirichlet(a) } }`,
      {
        x: [
          [null, null, null],
          [0.2, 0.3, 0.5],
        ],
      },
      { x: [[0.2, 0.3, 0.5]] },
    ));

  test("values below a discrete variable that is summed out", () =>
    expectSame(
      `model M[N] { m: Ordered[2] ~ Normal(0, 2); w ~ Dirichlet(ones(2))
        plate n in N { z[n] ~ Categorical(w); observe y[n]: Real? ~ Normal(m[z[n]], 1) } }`,
      { y: [0.5, null, -2] },
      { y: [0.5, -2] },
    ));

  test("steps of a series with hidden states", async () => {
    const text = (observed: string): string => `model M[T] { q ~ HalfNormal(1); x[0] ~ Normal(0, 1)
      for t in 1..T { x[t] ~ Normal(x[t-1], q) }
      ${observed} }`;
    const some = text("plate t in T { observe y[t]: Real? ~ Normal(x[t], 1) }");
    const fewer = text(`observe first ~ Normal(x[0], 1)
      observe last ~ Normal(x[T - 1], 1)`);
    const missing = await densityOf(some, { y: [0.3, null, null, 2] });
    const without = await densityOf(fewer, { first: 0.3, last: 2, T: 4 });
    for (const [name, values] of Object.entries(without))
      for (const [at, value] of values.entries()) expect(missing[name][at], name).toBeCloseTo(value, 10);
  });
});

test("all values missing: the prior", () =>
  expectSame(
    "model M[N] { a ~ Normal(0, 1); plate n in N { observe y[n]: Positive? ~ LogNormal(a, 1) } }",
    { y: [null, null] },
    { y: [null] },
  ));

test("NUTS, and cells of a table", async () => {
  const program = await programOf(
    "model M[N] { mu ~ Normal(0, 2); plate n in N { observe y[n]: Real? ~ Normal(mu, 1) } }",
  );
  const { data } = parseCsvData("y,site\n1.5,a\nNA,b\n0.3,c\n,d\n2.2,e\n", "rows.csv");
  if (data === undefined) throw new Error("no data");
  const posterior = await infer(program, data, { seed: 3, parallel: 0 });
  const precision = 3 + 1 / 4;
  const [row] = posterior.summary;
  expect(Math.abs(row.mean - 4 / precision)).toBeLessThan(4 / Math.sqrt(800 * precision));
  expect(row.sd * Math.sqrt(precision)).toBeCloseTo(1, 1);
  expect([...posterior.observedData[0].values]).toEqual([1.5, Number.NaN, 0.3, Number.NaN, 2.2]);
  const replicated = await posterior.predict();
  expect(replicated.predictive[0].values.every(Number.isFinite)).toBe(true);
});
