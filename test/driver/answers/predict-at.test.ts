import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import type { DrawnVariable, Posterior, Predictions } from "../../../src/driver/api-types.ts";
import { infer } from "../../../src/driver/node-driver.ts";
import { eightSchools, eightSchoolsData, programOf } from "../programs.ts";

const few = { draws: 200, warmup: 200, chains: 2, seed: 3, parallel: 0 };

function valuesOf({ variables }: Posterior | Predictions, name: string): DrawnVariable {
  const found = variables.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function moments(values: Float64Array): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length) };
}

/** The codes of the problems that a call ends in. */
async function problemsOf(call: Promise<unknown>): Promise<readonly string[]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ProblemError) return error.problems.map(({ code }) => code);
    throw error;
  }
  return [];
}

test("a conjugate regression at new covariates has the closed-form predictive distribution", async () => {
  const program = await programOf(`model M[N](x: Real[N]) {
    b ~ Normal(0, 1)
    plate n in N { m[n] = b * x[n]; observe y[n] ~ Normal(m[n], 1) }
  }`);
  const [x, y] = [
    [1, 2, 2],
    [1, 1, 3],
  ];
  const posterior = await infer(program, { x, y }, { seed: 4, parallel: 0 });
  const predictions = await posterior.predictAt({ x: [5, -2] });
  // b | y ~ N(Σxy / (Σx² + 1), 1 / (Σx² + 1)); y' | y ~ N(x' mean, x'² variance + 1).
  const [mean, variance] = [9 / 10, 1 / 10];
  const predicted = valuesOf(predictions, "y");
  expect(predicted.shape).toEqual([2]);
  expect(predictions.anew).toEqual([]);
  [5, -2].forEach((at, column) => {
    const found = moments(predicted.values.filter((_, i) => i % 2 === column));
    const sd = Math.sqrt(at * at * variance + 1);
    expect(Math.abs(found.mean - at * mean)).toBeLessThan((4 * sd) / Math.sqrt(2000));
    expect(Math.abs(found.sd / sd - 1)).toBeLessThan(0.06);
  });
  // Bindings at the new data are exactly what the draws say.
  const b = valuesOf(posterior, "b").values;
  valuesOf(predictions, "m").values.forEach((m, i) => {
    expect(m).toBeCloseTo(b[Math.floor(i / 2)] * (i % 2 === 0 ? 5 : -2), 10);
  });
});

describe("items", () => {
  test("of a plate of the same size are the same; of another size they are new ones", async () => {
    const posterior = await infer(await programOf(eightSchools), eightSchoolsData, few);
    const sigma = new Array(8).fill(1e-6);
    const same = await posterior.predictAt({ sigma });
    expect(same.anew).toEqual([]);
    const theta = valuesOf(posterior, "theta").values;
    valuesOf(same, "y").values.forEach((y, i) => {
      expect(y).toBeCloseTo(theta[i], 4);
    });

    const others = await posterior.predictAt({ sigma: sigma.slice(0, 3) });
    expect(others.anew).toEqual(["theta"]);
    const [mu, tau] = [valuesOf(posterior, "mu").values, valuesOf(posterior, "tau").values];
    const z = valuesOf(others, "y").values.map((y, i) => {
      const draw = Math.floor(i / 3);
      return (y - mu[draw]) / tau[draw];
    });
    expect(moments(z).mean).toBeCloseTo(0, 0);
    expect(moments(z).sd).toBeCloseTo(1, 1);

    const asked = await posterior.predictAt({ sigma }, { anew: ["J"] });
    expect(asked.anew).toEqual(["theta"]);
  });

  test("what depends on new items is new", async () => {
    const program = await programOf(`model M[J, N](group: Int[N]) {
      plate j in J { a[j] ~ Normal(0, 1) }
      plate n in N { b[n] ~ Normal(a[group[n]], 1); observe y[n] ~ Normal(b[n], 1) }
    }`);
    const posterior = await infer(program, { group: [0, 1], y: [1, 2], J: 2 }, few);
    const { anew } = await posterior.predictAt({ group: [0, 2], J: 3 });
    expect(anew).toEqual(["a", "b"]);
    expect((await posterior.predictAt({ group: [0, 1], J: 2 })).anew).toEqual([]);
  });
});

test("the member of a family stays the one of the posterior", async () => {
  const program = await programOf(`family F[N](x: Real[N]) {
    vary noise in { small, large }
    vary slope: Real ~ Normal(0, 1)
    a ~ Normal(0, 1)
    plate n in N {
      observe y[n] ~ match noise {
        small => Normal(a + slope * x[n], 0.001)
        large => Normal(a + slope * x[n], 1000)
      }
    }
  }`);
  const member = { noise: "small", slope: 3 };
  const posterior = await infer(program, { x: [0, 1], y: [1, 4] }, { ...few, member });
  const { mean, sd } = moments(valuesOf(await posterior.predictAt({ x: [10] }), "y").values);
  expect(mean).toBeCloseTo(31, 1);
  expect(sd).toBeLessThan(0.1);
});

describe("refused", () => {
  test("a series of another length, except as another series", async () => {
    const program = await programOf(`model M[T] {
      x[0] ~ Normal(0, 1)
      for t in 1..T { x[t] ~ Normal(x[t-1], 1) }
      plate t in T { observe y[t] ~ Normal(x[t], 1) }
    }`);
    const posterior = await infer(program, { y: [1, 2, 3] }, few);
    expect(await problemsOf(posterior.predictAt({ T: 5 }))).toEqual(["cannot-predict"]);
    const { anew, variables } = await posterior.predictAt({ T: 5 }, { anew: ["T"] });
    expect(anew).toEqual(["x"]);
    expect(variables[0].shape).toEqual([5]);
  });

  test("a vector of another length, missing inputs, and sizes that do not exist", async () => {
    const program = await programOf(`model M[N, P](X: Real[N, P]) {
      b: Real[P] ~ Normal(0, 1)
      plate n in N { observe y[n] ~ Normal(dot(X[n], b), 1) }
    }`);
    const posterior = await infer(program, { X: [[1, 2]], y: [1] }, few);
    expect(await problemsOf(posterior.predictAt({ X: [[1, 2, 3]] }))).toEqual(["cannot-predict"]);
    expect(await problemsOf(posterior.predictAt({ X: [[1, 2]] }, { anew: ["n"] }))).toEqual(["no-such-size"]);
    expect(await problemsOf(posterior.predictAt({ y: [1] }))).not.toEqual([]);
  });
});
