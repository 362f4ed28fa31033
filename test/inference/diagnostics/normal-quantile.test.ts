import { describe, expect, test } from "vitest";
import { normalQuantile } from "../../../src/inference/diagnostics/normal-quantile.ts";
import { rankNormalize } from "../../../src/inference/diagnostics/rank-normalize.ts";

describe("normalQuantile", () => {
  // To 15 digits from tables of the normal distribution; the last is Wichura's own check value.
  test.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.25, -0.674489750196082],
    [0.001, -3.090232306167813],
    [1e-10, -6.361340902404056],
    [1e-20, -9.262340089798409],
  ])("of %f is %f", (probability, expected) => {
    expect(normalQuantile(probability)).toBeCloseTo(expected, 13);
  });

  test("inverts the integral of the density", () => {
    // dΦ⁻¹/dp = √2π exp(x² / 2), in all three regions of the approximation.
    for (const p of [1e-13, 1e-6, 0.01, 0.07, 0.0751, 0.3, 0.6, 0.93]) {
      const h = p * 1e-4;
      const slope = (normalQuantile(p + h) - normalQuantile(p - h)) / (2 * h);
      expect(slope / (Math.sqrt(2 * Math.PI) * Math.exp(normalQuantile(p) ** 2 / 2))).toBeCloseTo(1, 5);
    }
  });

  test("has its limits at 0 and 1 and is odd about one half", () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    for (const p of [0.01, 0.2, 0.45]) expect(normalQuantile(p)).toBeCloseTo(-normalQuantile(1 - p), 12);
    expect(normalQuantile(-0.1)).toBeNaN();
  });
});

test("rank normalisation gives ties their mean rank and keeps each value's place", () => {
  const score = (rank: number): number => normalQuantile((rank - 3 / 8) / (5 + 1 / 4));
  const scores = rankNormalize([Float64Array.of(3, 1, 3), Float64Array.of(2, 9)]);
  expect(scores.map((chain) => [...chain])).toEqual([
    [score(3.5), score(1), score(3.5)],
    [score(2), score(5)],
  ]);
});
