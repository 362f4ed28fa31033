import { describe, expect, test } from "vitest";
import { type Problem, ProblemError } from "../../src/base/problem.ts";
import { renderProblems } from "../../src/base/render-problem.ts";
import type { InferOptions, Posterior } from "../../src/driver/api-types.ts";
import { infer } from "../../src/driver/node-driver.ts";
import { golden } from "../golden.ts";
import { eightSchools, eightSchoolsData, factor, normalMean, programOf } from "./programs.ts";

const short: InferOptions = { warmup: 200, draws: 100, seed: 7 };

function valuesOf(posterior: Posterior, name: string): Float64Array {
  return posterior.variables.find((variable) => variable.name === name)!.values;
}

async function problemsOf(promise: Promise<unknown>): Promise<readonly string[]> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProblemError) return error.problems.map((problem) => problem.code);
    throw error;
  }
  return [];
}

describe("draws", () => {
  test("the same seed gives the same draws, whatever runs in parallel", async () => {
    const program = await programOf(eightSchools);
    const four = await infer(program, eightSchoolsData, { ...short, chains: 4, parallel: 2 });
    const again = await infer(program, eightSchoolsData, { ...short, chains: 4, parallel: 2 });
    const here = await infer(program, eightSchoolsData, { ...short, chains: 4, parallel: 0 });
    const one = await infer(program, eightSchoolsData, { ...short, chains: 1, parallel: 1 });
    for (const name of ["mu", "tau", "theta"]) {
      expect(valuesOf(again, name)).toEqual(valuesOf(four, name));
      expect(valuesOf(here, name)).toEqual(valuesOf(four, name));
      const own = valuesOf(one, name);
      expect(own).toEqual(valuesOf(four, name).slice(0, own.length));
    }
  });

  test("another seed gives other draws", async () => {
    const program = await programOf(normalMean);
    const data = { y: [1, 2] };
    const first = await infer(program, data, { ...short, chains: 1, parallel: 0 });
    const second = await infer(program, data, { ...short, seed: 8, chains: 1, parallel: 0 });
    expect(valuesOf(first, "mu")).not.toEqual(valuesOf(second, "mu"));
  });

  test.each(["nuts", "svi"] as const)("%s finds a conjugate posterior", async (strategy) => {
    const y = [1.5, 0.3, 2.2, 1.1, 0.9];
    const precision = y.length + 1 / 4;
    const mean = y.reduce((sum, each) => sum + each, 0) / precision;
    const sd = 1 / Math.sqrt(precision);
    const program = await programOf(normalMean);
    const posterior = await infer(program, { y }, { strategy, seed: 3, parallel: 0 });
    const [row] = posterior.summary;
    // Four Monte Carlo standard errors, with at least 800 effective draws.
    expect(Math.abs(row.mean - mean)).toBeLessThan((4 * sd) / Math.sqrt(800));
    expect(row.sd / sd).toBeGreaterThan(0.9);
    expect(row.sd / sd).toBeLessThan(1.1);
    expect(posterior.quality.verdict).toBe("good");
  });

  test("predictions have the posterior predictive's mean and spread", async () => {
    const program = await programOf(normalMean);
    const posterior = await infer(program, { y: [1, 2, 3] }, { seed: 5, parallel: 0 });
    const { predictive } = await posterior.predict();
    expect(predictive.map((variable) => variable.name)).toEqual(["y"]);
    const { values } = predictive[0];
    expect(values.length).toBe(4 * 1000 * 3);
    const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
    const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length;
    // mu | y ~ N(6 / 3.25, 1 / 3.25) and unit noise on top
    expect(mean).toBeCloseTo(6 / 3.25, 1);
    expect(variance).toBeGreaterThan(0.9 * (1 + 1 / 3.25));
    expect(variance).toBeLessThan(1.1 * (1 + 1 / 3.25));
  });

  test("a binding without indices is the expression itself", async () => {
    const data = { y: [1, 2, 1.5, 0.7, 0.2, 0.4] };
    const program = (body: string): string => `
      model M[T] {
        a ~ Normal(0, 1)
        s ~ HalfNormal(1)
        for t in 1..T { ${body} }
      }`;
    const named = await programOf(program("m = a * y[t-1]; observe y[t] ~ Normal(m, s)"));
    const inline = await programOf(program("observe y[t] ~ Normal(a * y[t-1], s)"));
    const ours = await infer(named, data, { ...short, chains: 1, parallel: 0 });
    const theirs = await infer(inline, data, { ...short, chains: 1, parallel: 0 });
    expect(valuesOf(ours, "a")).toEqual(valuesOf(theirs, "a"));
    expect(ours.summary.map((row) => row.name)).toEqual(["a", "s"]);
  });

  test("an abort keeps the draws that are there", async () => {
    const program = await programOf(eightSchools);
    const controller = new AbortController();
    const posterior = await infer(program, eightSchoolsData, {
      seed: 1,
      chains: 2,
      warmup: 200,
      draws: 1_000_000,
      parallel: 2,
      signal: controller.signal,
      onProgress(progress) {
        if (Math.min(...(progress.chains ?? [])) * 1_000_200 > 400) controller.abort();
      },
    });
    expect(posterior.interrupted).toBe(true);
    expect(posterior.draws).toBeGreaterThan(100);
    expect(posterior.draws).toBeLessThan(1_000_000);
    expect(valuesOf(posterior, "mu").length).toBe(posterior.chains * posterior.draws);
  });

  test("an abort before the first kept draw is an error", async () => {
    const program = await programOf(normalMean);
    const controller = new AbortController();
    controller.abort();
    const run = infer(program, { y: [1] }, { signal: controller.signal, parallel: 0 });
    await expect(run).rejects.toBeInstanceOf(ProblemError);
    const problems = await run.catch((error: ProblemError) => error.problems);
    await golden("inference/interrupted.txt", {
      command: "ppl infer model.ppl --data data.json, and Ctrl-C at once",
      message: renderProblems(problems as readonly Problem[], [], { color: false }),
    });
  });
});

describe("refusals", () => {
  test.each([
    ["nothing-to-infer", "model M[N] { plate n in N { observe y[n] ~ Normal(0, 1) } }", { y: [1] }, {}],
    ["unknown-engine", normalMean, { y: [1] }, { engine: "tfsj:wasm" }],
    ["engine-precision", normalMean, { y: [1] }, { engine: "tfjs:wasm" }],
    ["data-missing", normalMean, {}, {}],
    ["data-unknown-key", normalMean, { y: [1], z: 2 }, {}],
    ["learn-needs-training", factor, { x: [[1, 2]] }, {}],
    ["unknown-model", normalMean, { y: [1] }, { model: "NormalMeen" }],
    [
      "data-index-out-of-range",
      `model M[N, G](g: Nat[N]) {
        a: Real[G] ~ Normal(0, 1)
        plate n in N { observe y[n] ~ Normal(a[g[n]], 1) }
      }`,
      { g: [1, 2, 3], y: [1, 2, 3], G: 3 },
      {},
    ],
  ] as const)("%s", async (code, text, data, options) => {
    const program = await programOf(text);
    const run = infer(program, data, { ...options, parallel: 0 });
    expect(await problemsOf(run)).toContain(code);
  });

  test("a density that is nowhere finite names the statement", async () => {
    const program = await programOf(`
      model M[N](s: Real[N]) {
        mu ~ Normal(0, 1)
        plate n in N { observe y[n] ~ Normal(mu, s[n] as Positive) }
      }`);
    try {
      await infer(program, { s: [1, -1], y: [0, 0] }, { parallel: 0 });
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const [problem] = error.problems;
      expect(problem.code).toBe("initialization-failed");
      expect(problem.labels[0].text).toContain("y[1]");
    }
  });
});
