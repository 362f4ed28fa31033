/** Missing values that other lines compute with: the model is that in which each is a latent of its own. */
import { describe, expect, test } from "vitest";
import type { GivenData } from "../../../src/driver/api-types.ts";
import { infer } from "../../../src/driver/node-driver.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { normals } from "../../compiler/lower/sample-data.ts";
import { programOf } from "../programs.ts";
import { densityOf, refusalOf } from "./density-of.ts";

/** Two programs of the same density, gradients against finite differences, and both engines. */
async function expectSame(
  text: string,
  data: GivenData,
  byHand: string,
  own: GivenData,
  names: Readonly<Record<string, string>>,
): Promise<void> {
  const [some, whole] = [await densityOf(text, data), await densityOf(byHand, own)];
  const compiled = await densityOf(text, data, await createWasmEngine());
  expect(some.names.map((name) => names[name] ?? name).sort()).toEqual(whole.names.toSorted());
  for (const seed of [1, 2, 3]) {
    const values = normals(some.names.length, seed, 0.7);
    const position = new Map(some.names.map((name, at) => [name, values[at]]));
    const renamed = new Map([...position].map(([name, value]) => [names[name] ?? name, value]));
    const [here, there, fast] = [some.at(position), whole.at(renamed), compiled.at(position)];
    expect(Number.isFinite(here.logDensity)).toBe(true);
    expect(here.logDensity).toBeCloseTo(there.logDensity, 9);
    expect(fast.logDensity).toBeCloseTo(here.logDensity, 9);
    for (const [name, slope] of here.gradient) {
      expect(slope, name).toBeCloseTo(there.gradient.get(names[name] ?? name) ?? Number.NaN, 8);
      expect(fast.gradient.get(name), name).toBeCloseTo(slope, 8);
      const moved = (by: number): number =>
        some.at(new Map([...position, [name, (position.get(name) ?? 0) + by]])).logDensity;
      expect((moved(1e-5) - moved(-1e-5)) / 2e-5, name).toBeCloseTo(slope, 5);
    }
  }
}

describe("the density is that of the model with a latent for each missing value", () => {
  test("a predictor of a regression", () =>
    expectSame(
      `model M[N] { b ~ Normal(0, 1); nu ~ Normal(0, 1)
        plate n in N { observe x[n]: Real? ~ Normal(nu, 2); observe y[n] ~ Normal(b * x[n], 1) } }`,
      { x: [1, null, 2], y: [0.5, 2, -1] },
      `model H(y: Real[3]) { b ~ Normal(0, 1); nu ~ Normal(0, 1)
        observe x0 ~ Normal(nu, 2); x1 ~ Normal(nu, 2); observe x2 ~ Normal(nu, 2)
        observe y0 ~ Normal(b * x0, 1); observe y1 ~ Normal(b * x1, 1); observe y2 ~ Normal(b * x2, 1) }`.replace(
        "(y: Real[3])",
        "",
      ),
      { x0: 1, x2: 2, y0: 0.5, y1: 2, y2: -1 },
      { "x[1]": "x1" },
    ));

  test("between ends, given or inferred, where the density is cut off", () =>
    expectSame(
      `model M[N](low: Real[N]) { mu ~ Normal(0, 1); top: Real(3, 9) ~ Normal(2, 1)
        plate n in N {
          observe x[n]: Real(low[n], infinity)? ~ Normal(mu, 1)
          observe u[n]: Real(0, top)? ~ Normal(mu, 2)
          observe y[n] ~ Normal(x[n] * u[n], 1)
        } }`,
      { low: [0, 1], x: [null, 1.5], u: [0.3, null], y: [1, 2] },
      `model H { mu ~ Normal(0, 1); top: Real(3, 9) ~ Normal(2, 1)
        x0: Positive ~ Normal(mu, 1); observe x1: Real(1, infinity) ~ Normal(mu, 1)
        observe u0: Real(0, top) ~ Normal(mu, 2); u1: Real(0, top) ~ Normal(mu, 2)
        observe y0 ~ Normal(x0 * u0, 1); observe y1 ~ Normal(x1 * u1, 1) }`,
      { x1: 1.5, u0: 0.3, y0: 1, y1: 2 },
      { "x[0]": "x0", "u[1]": "u1" },
    ));

  test("elements of arrays, beside a discrete variable that is summed out", () =>
    expectSame(
      `model M[N] { m ~ Normal(0, 1)
        plate n in N {
          z[n] ~ Bernoulli(0.3)
          observe p[n]: Positive[2]? ~ LogNormal(if z[n] { 1 } else { m }, 1)
          total[n] = p[n, 0] + p[n, 1]
          observe y[n] ~ Normal(total[n], 1)
        } }`,
      {
        p: [
          [1, null],
          [2, 0.5],
        ],
        y: [1, 2],
      },
      `model H { m ~ Normal(0, 1)
        z ~ Bernoulli(0.3); w ~ Bernoulli(0.3)
        observe p00: Positive ~ LogNormal(if z { 1 } else { m }, 1)
        p01: Positive ~ LogNormal(if z { 1 } else { m }, 1)
        observe p10: Positive ~ LogNormal(if w { 1 } else { m }, 1)
        observe p11: Positive ~ LogNormal(if w { 1 } else { m }, 1)
        observe y0 ~ Normal(p00 + p01, 1); observe y1 ~ Normal(p10 + p11, 1) }`,
      { p00: 1, p10: 2, p11: 0.5, y0: 1, y1: 2 },
      { "p[0,1]": "p01" },
    ));

  test("a series that looks back at two elements", () =>
    expectSame(
      `model M[T] { a ~ Normal(0, 1)
        for t in 2..T { observe y[t]: Real? ~ Normal(a * y[t-1] - 0.2 * y[t-2], 1) } }`,
      { y: [1, 2, null, null, 3] },
      `model H { a ~ Normal(0, 1)
        y2 ~ Normal(a * 2 - 0.2, 1); y3 ~ Normal(a * y2 - 0.4, 1)
        observe y4 ~ Normal(a * y3 - 0.2 * y2, 1) }`,
      { y4: 3 },
      { "y[2]": "y2", "y[3]": "y3" },
    ));

  test("a series that rises, taken step by step, whose start is missing", () =>
    expectSame(
      `model M[T] { a ~ Normal(0, 1)
        observe y[0]: Positive? ~ Exponential(1)
        for t in 1..T { observe y[t]: Real(y[t-1], infinity)? ~ Normal(y[t-1] + a, 100) } }`,
      { y: [null, 50, null, 300] },
      `model H { a ~ Normal(0, 1)
        y0 ~ Exponential(1); observe y1: Real(y0, infinity) ~ Normal(y0 + a, 100)
        y2: Real(y1, infinity) ~ Normal(y1 + a, 100); observe y3: Real(y2, infinity) ~ Normal(y2 + a, 100) }`,
      { y1: 50, y3: 300 },
      { "y[0]": "y0", "y[2]": "y2" },
    ));

  test("several series side by side", () =>
    expectSame(
      `model M[I, T] { s ~ HalfNormal(1)
        plate i in I { for t in 1..T { observe y[i, t]: Real? ~ Normal(y[i, t-1], s) } } }`,
      {
        y: [
          [1, null, 2],
          [0.5, 1, null],
        ],
      },
      `model H { s ~ HalfNormal(1)
        a ~ Normal(1, s); observe b ~ Normal(a, s); observe c ~ Normal(0.5, s); d ~ Normal(c, s) }`,
      { b: 2, c: 1 },
      { "y[0,1]": "a", "y[1,2]": "d" },
    ));
});

/** Mean and variance, by a step of Newton's method, which is exact for a normal density. */
async function normalPosterior(text: string, data: GivenData): Promise<{ mean: number; variance: number }> {
  const density = await densityOf(text, data);
  const [name] = density.names;
  const slope = (at: number): number => density.at(new Map([[name, at]])).gradient.get(name) ?? Number.NaN;
  const precision = slope(0) - slope(1);
  return { mean: slope(0) / precision, variance: 1 / precision };
}

describe("with everything else known, the posterior of a missing value is normal", () => {
  test("a predictor, given what is predicted", async () => {
    const { mean, variance } = await normalPosterior(
      `model M[N] { plate n in N { observe x[n]: Real? ~ Normal(1, 2); observe y[n] ~ Normal(0.5 + 3 * x[n], 4) } }`,
      { x: [0.3, null], y: [1, 7] },
    );
    const precision = 1 / 4 + 9 / 16;
    expect(variance).toBeCloseTo(1 / precision, 10);
    expect(mean).toBeCloseTo((1 / 4 + (3 * 6.5) / 16) / precision, 10);
  });

  test("a gap in an autoregression, as a Kalman smoother fills it", async () => {
    const { mean, variance } = await normalPosterior(
      `model M[T] { for t in 1..T { observe y[t]: Real? ~ Normal(0.8 * y[t-1], 2) } }`,
      { y: [1, 2, null, 5, 4] },
    );
    expect(mean).toBeCloseTo((0.8 * (2 + 5)) / (1 + 0.8 ** 2), 10);
    expect(variance).toBeCloseTo(4 / (1 + 0.8 ** 2), 10);
  });
});

test("draws, their summary, and replicated data, in which what is missing keeps its values", async () => {
  const program = await programOf(
    "model Walk[T] { for t in 1..T { observe y[t]: Real? ~ Normal(y[t-1], 1) } }",
  );
  const said: string[] = [];
  const posterior = await infer(
    program,
    { y: [1, 3, null, null, 6] },
    { seed: 3, parallel: 0, draws: 500, onDecision: ({ choice }) => said.push(choice) },
  );
  expect(said).toContain("2 missing values of y are inferred");
  expect(posterior.summary.map(({ name }) => name)).toEqual(["y[2]", "y[3]"]);
  // A bridge from 3 to 6 in three steps.
  for (const [at, { mean, sd, mcse }] of posterior.summary.entries()) {
    expect(Math.abs(mean - (4 + at))).toBeLessThan(5 * mcse);
    expect(sd).toBeCloseTo(Math.sqrt(2 / 3), 1);
  }
  const [y] = posterior.variables;
  expect(y.elements).toEqual([2, 3]);
  const { predictive } = await posterior.predict();
  const [replicated] = predictive;
  for (let draw = 0; draw < 2000; draw++) {
    const row = (values: Float64Array): Float64Array => values.subarray(5 * draw, 5 * draw + 5);
    const [own, anew] = [row(y.values), row(replicated.values)];
    expect([own[0], own[1], own[4]]).toEqual([1, 3, 6]);
    expect([anew[2], anew[3]]).toEqual([own[2], own[3]]);
    expect(anew[1]).not.toBe(3);
  }
  const { logLikelihood } = await posterior.leaveOneOut();
  expect([...logLikelihood[0].values.subarray(0, 4)].map(Number.isNaN)).toEqual([false, true, true, false]);
});

describe("what is still refused", () => {
  test("under a guide written by hand", async () => {
    const program = await programOf(
      `model M[N] { b ~ Normal(0, 1)
        plate n in N { observe x[n]: Real? ~ Normal(0, 1); observe y[n] ~ Normal(b * x[n], 1) } }
      guide for M { learn m: Real = 0; b ~ Normal(m, 1) }`,
    );
    const fit = infer(program, { x: [1, null], y: [1, 2] }, { strategy: "svi", parallel: 0 });
    await expect(fit).rejects.toThrow("a guide written by hand cannot infer it");
  });

  test.each([
    [
      "vectors drawn as a whole",
      "model M[N] { plate n in N { observe x[n]: Simplex[2]? ~ Dirichlet(ones(2)); observe y[n] ~ Normal(x[n, 0], 1) } }",
      {
        x: [
          [0.5, 0.5],
          [null, null],
        ],
        y: [1, 2],
      },
      "drawn as a whole",
    ],
    [
      "what no line draws",
      "model M[T] { for t in 1..T { observe y[t]: Real? ~ Normal(y[t-1], 1) } }",
      { y: [null, 1] },
      "no line says how it is distributed",
    ],
  ])("%s", async (_, text, data, words) => {
    expect(await refusalOf(text, data)).toContain(words);
  });
});
