/** Whole numbers that are moved and multiplied: what they may be, their probabilities, draws, distribution functions, ends and slopes. */
import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../src/compiler/lower/log-density.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { infer } from "../../src/driver/node-driver.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { loadModel } from "../compiler/lower/load-model.ts";
import { programOf } from "../driver/programs.ts";
import { drawsOf, logDensities, tailOf } from "./evaluate-distribution.ts";

/** A use, what goes in, and what a whole number that is drawn becomes. */
const cases: readonly (readonly [string, string, (k: number) => number, number])[] = [
  ["1 + Poisson(3)", "Poisson(3)", (k) => 1 + k, 60],
  ["2 * Poisson(3)", "Poisson(3)", (k) => 2 * k, 60],
  ["10 - Binomial(10, 0.3)", "Binomial(10, 0.3)", (k) => 10 - k, 10],
  ["-Geometric(0.3)", "Geometric(0.3)", (k) => -k, 200],
  ["3 - 2 * (1 + BetaBinomial(9, 2, 0.5))", "BetaBinomial(9, 2, 0.5)", (k) => 1 - 2 * k, 9],
  ["5 + Categorical([0.2, 0.3, 0.5])", "Categorical([0.2, 0.3, 0.5])", (k) => 5 + k, 2],
];

const drawCount = 2_000;

describe.each(cases)("%s", (use, inside, f, top) => {
  const ks = Array.from({ length: top + 1 }, (_, k) => k);
  const images = ks.map(f);
  const [low, high] = [Math.min(...images) - 3, Math.max(...images) + 3];
  const all = Array.from({ length: high - low + 1 }, (_, at) => low + at);
  const masses = [...logDensities(use, all)].map(Math.exp);

  test("probabilities are those of what goes in, and others are 0", () => {
    const wanted = logDensities(inside, ks);
    const found = logDensities(use, images);
    ks.forEach((_, at) => {
      expect(Math.abs(found[at] - wanted[at])).toBeLessThan(1e-12);
    });
    // Of those without an end, more than are looked at may be drawn.
    const others = all.filter((y) => !images.includes(y));
    if (top < 60) for (const p of logDensities(use, others)) expect(p).toBe(-Infinity);
    expect(masses.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
  });

  test("distribution functions and draws are their sums", () => {
    const [below, above] = [tailOf(use, "below"), tailOf(use, "above")];
    const draws = drawsOf(use, drawCount);
    let sum = 0;
    all.forEach((y, at) => {
      sum += masses[at];
      expect(Math.abs(Math.exp(below(y)) - sum), `up to ${y}`).toBeLessThan(1e-9);
      expect(Math.abs(Math.exp(above(y)) - (1 - sum)), `above ${y}`).toBeLessThan(1e-9);
      const share = draws.filter((each) => each <= y).length / drawCount;
      expect(Math.abs(share - sum)).toBeLessThan(2.3 / Math.sqrt(drawCount));
    });
    expect(draws.every((y) => images.includes(y))).toBe(true);
  });
});

test("censored, in mixtures, and by numbers of each item, with slopes", () => {
  const text = `model M[N](c: Nat[N]) {
  s ~ LogNormal(0, 1)
  plate n in N {
    observe y[n] ~ c[n] + Poisson(s)
    observe z[n] ~ Censored(1 + Poisson(s), high: 3)
    observe w[n] ~ Mixture([0.3, 0.7] as Simplex[2], 2 * Poisson(s), 1 + Poisson(1))
  }
}`;
  const lowered = lowerLogDensity(
    { ...loadModel(text), sizes: { N: 2 }, knowns: {} },
    { scale: "unconstrained" },
  );
  const density = { ...lowered.graph, outputs: { logDensity: lowered.graph.outputs.logDensity } };
  const gradient = differentiate(density, { of: "logDensity", wrt: ["q/s"], prefix: "gradient/" });
  const executable = referenceEngine.compile(optimize(gradient));
  const data = { "data/c": [2, 0], "data/y": [3, 0], "data/z": [2, 3], "data/w": [1, 4] };
  const at = (s: number) => executable.run({ ...data, "q/s": [Math.log(s)] });
  const log = (k: number, s: number): number =>
    k * Math.log(s) - s - [0, 0, Math.log(2), Math.log(6), Math.log(24)][k];
  const s = 1.3;
  const p = (k: number, rate: number): number => Math.exp(log(k, rate));
  const prior = -0.5 * Math.log(s) ** 2 - 0.5 * Math.log(2 * Math.PI);
  const mixed = Math.log(0.7 * p(0, 1)) + Math.log(0.3 * p(2, s) + 0.7 * p(3, 1));
  const wanted = prior + log(1, s) + log(0, s) + log(1, s) + Math.log(1 - p(0, s) - p(1, s)) + mixed;
  expect(at(s).logDensity[0]).toBeCloseTo(wanted, 10);
  const found = at(s)["gradient/q/s"][0];
  const [above, below] = [1e-5, -1e-5].map((by) => at(s * Math.exp(by)).logDensity[0]);
  const slope = (above - below) / 2e-5;
  expect(Math.abs(found - slope)).toBeLessThan(1e-6);
});

test("inference: the posterior is that of what goes in", async () => {
  const program = await programOf(
    "model M[N] {\n  s ~ Gamma(2, 1)\n  plate n in N { observe y[n] ~ 1 + Poisson(s) }\n}",
  );
  const { summary } = await infer(program, { y: [3, 5, 4, 2] }, { seed: 3, parallel: 0, draws: 1_000 });
  const { mean, sd, ess } = summary.find(({ name }) => name === "s") ?? { mean: 0, sd: 0, ess: 1 };
  expect(Math.abs(mean - (2 + 10) / (1 + 4))).toBeLessThan((4 * sd) / Math.sqrt(ess));
});

test("what cannot be is refused with the data", async () => {
  const program = await programOf("model M {\n  s ~ Gamma(2, 1)\n  observe y ~ 1 + Poisson(s)\n}");
  await expect(infer(program, { y: 0 }, { parallel: 0 })).rejects.toMatchObject({
    problems: [{ code: "data-out-of-support" }],
  });
});
