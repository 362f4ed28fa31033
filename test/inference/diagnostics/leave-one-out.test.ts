import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { leaveOneOut } from "../../../src/inference/diagnostics/leave-one-out.ts";

const logNormal = (x: number, mean: number, variance: number): number =>
  -0.5 * Math.log(2 * Math.PI * variance) - (x - mean) ** 2 / (2 * variance);

/** Normal observations of variance 1 with prior Normal(0, 2): posteriors and predictive densities in closed form. */
function conjugate(y: readonly number[], draws: number) {
  const posterior = (given: readonly number[]): { mean: number; variance: number } => {
    const variance = 1 / (given.length + 1 / 4);
    return { mean: variance * given.reduce((sum, each) => sum + each, 0), variance };
  };
  const { mean, variance } = posterior(y);
  const random = randomSource({ seed: 11, stream: 0 }, 0);
  const logLikelihood = new Float64Array(draws * y.length);
  for (let draw = 0; draw < draws; draw++) {
    const mu = mean + Math.sqrt(variance) * random.normal();
    y.forEach((each, at) => {
      logLikelihood[draw * y.length + at] = logNormal(each, mu, 1);
    });
  }
  const exact = y.map((each, at) => {
    const others = posterior(y.filter((_, other) => other !== at));
    return logNormal(each, others.mean, others.variance + 1);
  });
  const whole = y.map((each) => logNormal(each, mean, variance + 1));
  return { logLikelihood, exact, whole };
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

describe("a normal mean", () => {
  const y = [1.5, 0.3, 2.2, 1.1, 0.9, -0.4, 1.8, 0.2];
  const { logLikelihood, exact, whole } = conjugate(y, 20_000);
  const found = leaveOneOut(logLikelihood, y.length, 1);

  test("agrees with leaving out each observation in turn", () => {
    exact.forEach((term, at) => {
      expect(Math.abs(found.pointwise[at] - term)).toBeLessThan(0.01);
    });
    expect(found.elpd).toBeCloseTo(sum(exact), 1);
    expect(found.effectiveParameters).toBeCloseTo(sum(whole) - sum(exact), 1);
    expect(found.observations).toBe(8);
    const mean = sum(exact) / 8;
    const spread = Math.sqrt(8 * (sum(exact.map((term) => (term - mean) ** 2)) / 8));
    expect(found.standardError).toBeCloseTo(spread, 1);
    expect(Math.max(...found.kHats)).toBeLessThan(0.5);
  });
});

test("an observation that decides the posterior alone is pointed out", () => {
  const { logLikelihood } = conjugate([0.1, -0.2, 0.4, -0.1, 0.3, 0, 30], 4000);
  const { kHats } = leaveOneOut(logLikelihood, 7, 1);
  expect(kHats[6]).toBeGreaterThan(0.7);
});
