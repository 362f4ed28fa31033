/** Mixtures: their mass, their tails, their draws, and the same density as with a category that is summed out. */
import { expect, test } from "vitest";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { drawsOf, logDensities } from "../../stdlib/evaluate-distribution.ts";
import { loadModel } from "./load-model.ts";

const two = "Mixture([0.3, 0.7] as Simplex[2], Normal([-2, 1], [0.5, 2]))";
const kinds = "Mixture(logits: [0, 1, -1], Normal(0, 1), Logistic(3, 0.5), StudentT(3, -4, 1))";

const grid = Array.from({ length: 40_001 }, (_, i) => -100 + 0.005 * i);

test.each([two, kinds])("%s integrates to one, and draws follow it", (use) => {
  const masses = [...logDensities(use, grid)].map((log) => 0.005 * Math.exp(log));
  const cumulative: number[] = [];
  masses.reduce((sum, mass, at) => {
    cumulative[at] = sum + mass / 2;
    return sum + mass;
  }, 0);
  expect(cumulative[cumulative.length - 1]).toBeCloseTo(1, 5);
  const count = 4000;
  const draws = drawsOf(use, count);
  const distance = Math.max(
    ...draws
      .filter((draw) => Math.abs(draw) < 99)
      .map((draw, rank) => Math.abs((rank + 0.5) / count - cumulative[Math.round((draw + 100) / 0.005)])),
  );
  // Kolmogorov: beyond 1.95 / √n with probability 0.001.
  expect(distance).toBeLessThan(1.95 / Math.sqrt(count));
});

test("far out the widest component is all there is, also where the others underflow", () => {
  const [far] = logDensities(two, [400]);
  const wide = Math.log(0.7) - 0.5 * (399 / 2) ** 2 - Math.log(2) - 0.5 * Math.log(2 * Math.PI);
  expect(Math.abs(far / wide - 1)).toBeLessThan(1e-14);
  // A component without weight.
  const [sure] = logDensities("Mixture([0, 1] as Simplex[2], Normal([0, 1], 1))", [1]);
  expect(sure).toBeCloseTo(-0.5 * Math.log(2 * Math.PI), 14);
});

test("three values of the formula, computed elsewhere", () => {
  // Python: math.log(.3 * norm(x, -2, .5) + .7 * norm(x, 1, 2)) at -2, 0, 5
  const found = logDensities(two, [-2, 0, 5]);
  [-1.25633148454804, -2.093109220292721, -3.9687606577033505].forEach((value, at) => {
    expect(found[at]).toBeCloseTo(value, 12);
  });
});

test("a category summed out gives the same density", () => {
  const data = { "data/x": [0.3, -1.2, 2.5, 0.9] };
  const inputs = { "q/p": [0.2, -0.4], "q/mu": [0.1, 0.3, -0.2], "q/s": [0.2, -0.1, 0.4] };
  const priors = "p ~ Dirichlet(ones(3)); mu: Ordered[3] ~ Normal(0, 10); s: Positive[3] ~ HalfNormal(2)";
  const [mixed, summed] = [
    `model M[N] { ${priors}; plate n in N { observe x[n] ~ Mixture(p, Normal(mu, s)) } }`,
    `model M[N] { ${priors}; plate n in N { z[n] ~ Categorical(p); observe x[n] ~ Normal(mu[z[n]], s[z[n]]) } }`,
  ].map((text) => {
    const input = { ...loadModel(text), sizes: { N: 4 }, knowns: {} };
    const { graph } = lowerLogDensity(input, { scale: "unconstrained" });
    return referenceEngine.compile(optimize(graph)).run({ ...data, ...inputs }).logDensity[0];
  });
  expect(Math.abs(mixed - summed)).toBeLessThan(1e-12);
});
