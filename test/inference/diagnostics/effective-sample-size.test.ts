import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mapChains } from "../../../src/inference/diagnostics/chains.ts";
import {
  bulkEffectiveSampleSize,
  effectiveSampleSize,
  meanEffectiveSampleSize,
  meanStandardError,
  tailEffectiveSampleSize,
} from "../../../src/inference/diagnostics/effective-sample-size.ts";
import { mean } from "../../../src/inference/diagnostics/moments.ts";
import { autoregressive } from "./chains.ts";

describe("against the closed form of AR(1)", () => {
  // τ = 1 + 2 Σ φ^t = (1 + φ) / (1 − φ).
  test.each([-0.5, 0, 0.3, 0.7, 0.9])("φ = %f: ESS = S (1 − φ) / (1 + φ)", (phi) => {
    const chains = autoregressive(phi, 4, 20_000);
    const expected = (80_000 * (1 - phi)) / (1 + phi);
    expect(Math.abs(meanEffectiveSampleSize(chains) / expected - 1)).toBeLessThan(0.1);
    expect(Math.abs(bulkEffectiveSampleSize(chains) / expected - 1)).toBeLessThan(0.12);
    expect(Math.abs(meanStandardError(chains) * Math.sqrt(expected) - 1)).toBeLessThan(0.06);
  });

  test("the standard error is that of the means of many independent chains", () => {
    const means = Float64Array.from(autoregressive(0.8, 400, 500), mean);
    const spread = Math.sqrt(mean(means.map((value) => value * value)));
    const claimed = mean(
      Float64Array.from({ length: 20 }, (_, i) => meanStandardError(autoregressive(0.8, 4, 500, i + 2))),
    );
    // Four chains together; relative error of a standard deviation from 400 values is 3.5 %.
    expect(claimed / (spread / 2)).toBeGreaterThan(0.85);
    expect(claimed / (spread / 2)).toBeLessThan(1.15);
  });

  test("the tail of AR(1) with φ = 0.9 mixes faster than its bulk and slower than independent draws", () => {
    const chains = autoregressive(0.9, 4, 10_000);
    const tail = tailEffectiveSampleSize(chains);
    expect(tail).toBeGreaterThan(bulkEffectiveSampleSize(chains));
    expect(tail).toBeLessThan(20_000);
  });
});

describe("tail ESS", () => {
  // One coordinate sits still for ten draws at a time in one tail only.
  const sticky = (sign: number) =>
    autoregressive(0, 4, 4000).map((chain) =>
      chain.map((value, i) => (sign * chain[i - (i % 10)] > 1.2 ? sign * (1.7 + Math.abs(value)) : value)),
    );

  test("is that of the worse tail, whichever it is", () => {
    for (const sign of [1, -1]) {
      const chains = sticky(sign);
      const sorted = chains.flatMap((chain) => [...chain]).sort((a, b) => a - b);
      const of = (probability: number): number => {
        const limit = sorted[Math.floor((sorted.length - 1) * probability)];
        return meanEffectiveSampleSize(mapChains(chains, (value) => (value <= limit ? 1 : 0)));
      };
      expect(tailEffectiveSampleSize(chains) / Math.min(of(0.05), of(0.95))).toBeCloseTo(1, 2);
      expect(of(sign > 0 ? 0.95 : 0.05)).toBeLessThan(0.5 * of(sign > 0 ? 0.05 : 0.95));
    }
  });
});

describe("laws", () => {
  const chains = autoregressive(0.5, 4, 200);

  test("bulk ESS does not change under increasing transformations, tail ESS neither", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 5, noNaN: true }), (rate) => {
        const moved = mapChains(chains, (value) => Math.exp(rate * value));
        expect(bulkEffectiveSampleSize(moved)).toBe(bulkEffectiveSampleSize(chains));
        expect(tailEffectiveSampleSize(moved)).toBeCloseTo(tailEffectiveSampleSize(chains), 6);
      }),
      { numRuns: 30 },
    );
  });

  test("the plain ESS does not change under shift and scale, nor with the order of the chains", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -10, max: 10, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (shift, scale) => {
          const moved = mapChains(chains, (value) => shift + scale * value)
            .slice()
            .reverse();
          expect(effectiveSampleSize(moved)).toBeCloseTo(effectiveSampleSize(chains), 5);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("agrees with the definition written out with full lists", () => {
    for (const phi of [-0.9, -0.3, 0.2, 0.6, 0.97]) {
      for (const length of [7, 50, 201]) {
        const drawn = autoregressive(phi, 3, length, length);
        expect(effectiveSampleSize(drawn)).toBeCloseTo(writtenOut(drawn), 6);
      }
    }
  });

  test("chains at different places count for little, antithetic ones for at most S log₁₀ S", () => {
    const apart = chains.map((chain, i) => chain.map((value) => value + 10 * i));
    expect(bulkEffectiveSampleSize(apart)).toBeLessThan(10);
    expect(effectiveSampleSize(autoregressive(-0.999, 4, 1000))).toBeCloseTo(4000 * Math.log10(4000), 6);
  });

  test("nothing is said of constants, of values that are not finite, and of too few draws", () => {
    const degenerate = [
      [Float64Array.of(1, 1, 1, 1)],
      [Float64Array.of(1, 2, Number.NaN, 3)],
      [Float64Array.of(1, 2, Number.POSITIVE_INFINITY, 3)],
      [Float64Array.of(1, 2)],
    ];
    for (const quantity of degenerate) {
      expect(bulkEffectiveSampleSize(quantity)).toBeNaN();
      expect(tailEffectiveSampleSize(quantity)).toBeNaN();
    }
    expect(meanStandardError([Float64Array.of(1, 1, 1, 1)])).toBe(0);
  });
});

/** Vehtari et al. (2021), equations 10 to 13 with Geyer's initial monotone sequence, step by step over all lags. */
function writtenOut(chains: readonly Float64Array[]): number {
  const [m, n] = [chains.length, chains[0].length];
  const centres = chains.map((chain) => chain.reduce((sum, value) => sum + value, 0) / n);
  const covariance = (lag: number): number => {
    const each = chains.map((chain, c) => {
      let sum = 0;
      for (let i = 0; i + lag < n; i++) sum += (chain[i] - centres[c]) * (chain[i + lag] - centres[c]);
      return sum / n;
    });
    return each.reduce((sum, value) => sum + value, 0) / m;
  };
  const grand = centres.reduce((sum, value) => sum + value, 0) / m;
  const between = centres.reduce((sum, value) => sum + (value - grand) ** 2, 0) / (m - 1);
  const within = (covariance(0) * n) / (n - 1);
  const overall = ((n - 1) / n) * within + between;
  const rho = Array.from({ length: n }, (_, lag) =>
    lag === 0 ? 1 : 1 - (within - covariance(lag)) / overall,
  );
  const pairs: number[] = [];
  let k = 0;
  while (2 * k < n - 5 && rho[2 * k] + rho[2 * k + 1] > 0) {
    pairs.push(rho[2 * k] + rho[2 * k + 1]);
    k++;
  }
  for (let i = 1; i < pairs.length; i++) pairs[i] = Math.min(pairs[i], pairs[i - 1]);
  const tau = -1 + 2 * pairs.reduce((sum, value) => sum + value, 0) + Math.max(rho[2 * k], 0);
  return (m * n) / Math.max(tau, 1 / Math.log10(m * n));
}
