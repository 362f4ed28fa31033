import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import {
  fitGeneralizedPareto,
  generalizedParetoQuantile,
} from "../../../src/inference/diagnostics/generalized-pareto.ts";
import { smoothWeights } from "../../../src/inference/diagnostics/pareto-smoothing.ts";

const uniforms = (count: number, step: number): Float64Array => {
  const values = new Float64Array(count);
  randomSource({ seed: 5, stream: 0 }, step).fillUniform(values);
  return values;
};

describe("the generalised Pareto fit", () => {
  test.each([-0.3, 0.1, 0.5, 0.9, 1.5])("recovers k = %f and σ from exact draws", (shape) => {
    const draws = uniforms(20_000, 1)
      .map((u) => generalizedParetoQuantile(u, shape, 2))
      .sort();
    const fit = fitGeneralizedPareto(draws);
    // The maximum likelihood estimate has variance (1 + k)² / n for k, and 2 σ² (1 + k) / n for σ.
    expect(Math.abs(fit.shape - shape)).toBeLessThan((5 * (1 + shape)) / Math.sqrt(20_000));
    expect(Math.abs(fit.scale - 2)).toBeLessThan(5 * 2 * Math.sqrt((2 * (1 + shape)) / 20_000));
  });

  test("the quantile inverts the distribution function 1 − (1 + k x / σ)^(−1 / k)", () => {
    for (const shape of [-0.4, 0.2, 1.3]) {
      for (const p of [1e-6, 0.1, 0.5, 0.99]) {
        const x = generalizedParetoQuantile(p, shape, 3);
        expect(1 - (1 + (shape * x) / 3) ** (-1 / shape)).toBeCloseTo(p, 10);
      }
    }
    expect(generalizedParetoQuantile(0.3, 1e-9, 3)).toBeCloseTo(generalizedParetoQuantile(0.3, 0, 3), 6);
  });

  test("few draws are drawn towards one half", () => {
    const draws = uniforms(5, 2)
      .map((u) => generalizedParetoQuantile(u, -0.5, 1))
      .sort();
    const many = uniforms(5000, 2)
      .map((u) => generalizedParetoQuantile(u, -0.5, 1))
      .sort();
    expect(fitGeneralizedPareto(draws).shape).toBeGreaterThan(fitGeneralizedPareto(many).shape);
  });
});

describe("Pareto-smoothed weights", () => {
  // Draws from Exponential(1) for Exponential(rate): the ratio exp((1 − rate) x) is Pareto with k = 1 − rate.
  test.each([0.3, 0.5, 0.8])("k-hat of a ratio with tail index k = %f", (k) => {
    const logRatios = uniforms(50_000, 3).map((u) => k * -Math.log(u));
    expect(Math.abs(smoothWeights(logRatios).kHat - k)).toBeLessThan(0.12);
  });

  test("are normalised, keep the order, do not depend on a constant, and touch the tail only", () => {
    const logRatios = uniforms(1000, 4).map((u) => 0.6 * -Math.log(u) - 700);
    const { logWeights, kHat, effectiveSampleSize } = smoothWeights(logRatios);
    expect(logWeights.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 12);
    const order = [...logRatios.keys()].sort((a, b) => logRatios[a] - logRatios[b]);
    for (let i = 1; i < order.length; i++) {
      expect(logWeights[order[i]]).toBeGreaterThanOrEqual(logWeights[order[i - 1]]);
    }
    const offset = logWeights[order[0]] - logRatios[order[0]];
    const tail = Math.ceil(3 * Math.sqrt(1000));
    for (const at of order.slice(0, -tail)) expect(logWeights[at] - logRatios[at]).toBeCloseTo(offset, 9);
    expect(effectiveSampleSize).toBeGreaterThan(1);
    expect(effectiveSampleSize).toBeLessThan(1000);
    const shifted = smoothWeights(logRatios.map((value) => value + 1234));
    expect(shifted.kHat).toBeCloseTo(kHat, 8);
  });

  test("lower the error of a heavy-tailed mean below that of raw weights", () => {
    // E over Exponential(0.4) of min(x, 5), from draws of Exponential(1): k = 0.6.
    const rate = 0.4;
    const truth = (1 - Math.exp(-5 * rate)) / rate;
    const errors = { raw: 0, smooth: 0 };
    for (let replicate = 0; replicate < 300; replicate++) {
      const draws = uniforms(200, 100 + replicate).map((u) => -Math.log(u));
      const ratios = draws.map((x) => (1 - rate) * x);
      const { logWeights } = smoothWeights(ratios);
      const estimate = (logs: Float64Array): number => {
        const weights = logs.map(Math.exp);
        const total = weights.reduce((sum, value) => sum + value, 0);
        return draws.reduce((sum, x, i) => sum + weights[i] * Math.min(x, 5), 0) / total;
      };
      errors.raw += (estimate(ratios) - truth) ** 2;
      errors.smooth += (estimate(logWeights) - truth) ** 2;
    }
    expect(errors.smooth).toBeLessThan(errors.raw);
  });

  test("equal weights are perfect, up to rounding too", () => {
    const equal = smoothWeights(new Float64Array(100).fill(-3));
    expect(equal.kHat).toBe(0);
    expect(equal.effectiveSampleSize).toBeCloseTo(100, 9);
    expect(smoothWeights(uniforms(100, 5).map((u) => 1e-12 * u)).kHat).toBe(0);
  });

  test("too few draws, no finite weight and NaN cannot be judged", () => {
    expect(smoothWeights(uniforms(20, 6)).kHat).toBe(Number.POSITIVE_INFINITY);
    expect(smoothWeights(new Float64Array(100).fill(Number.NEGATIVE_INFINITY)).kHat).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(smoothWeights(uniforms(100, 7).fill(Number.NaN, 3, 4)).kHat).toBe(Number.POSITIVE_INFINITY);
  });

  test("draws without weight, −∞, stay without", () => {
    const { logWeights, kHat } = smoothWeights(uniforms(200, 8).fill(Number.NEGATIVE_INFINITY, 0, 50));
    expect(logWeights.slice(0, 50).every((value) => value === Number.NEGATIVE_INFINITY)).toBe(true);
    expect(kHat).toBeLessThan(0.7);
  });
});
