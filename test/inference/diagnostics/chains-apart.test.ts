import { expect, test } from "vitest";
import { chainsApart } from "../../../src/inference/diagnostics/chains-apart.ts";
import { nuts } from "../../../src/inference/nuts/nuts.ts";
import type { PosteriorData } from "../../../src/inference/posterior-data.ts";
import { runChains } from "../run-strategy.ts";
import { diagonalGaussian, vectorTarget } from "../targets.ts";

const of = (...chains: readonly (readonly number[])[]): PosteriorData => ({
  strategy: "nuts",
  chains: chains.length,
  draws: chains[0].length,
  variables: [],
  statistics: { logDensity: Float64Array.from(chains.flat()) },
});

test("chains below all draws of all others, with medians", () => {
  expect(chainsApart(of([-9, -8, -7], [-2, -1, -3], [-30, -20, -25], [-3, -2, -6]))).toEqual({
    lower: { chains: [2], around: -25 },
    others: { chains: [0, 1, 3], around: -3 },
  });
  expect(chainsApart(of([-90, -80], [-2, -1], [-95, -70], [-3, -2]))).toEqual({
    lower: { chains: [0, 2], around: -85 },
    others: { chains: [1, 3], around: -2 },
  });
});

test("none where ranges meet, where all is alike, and for one chain", () => {
  expect(chainsApart(of([-9, -8, -2], [-2, -1, -3]))).toBeUndefined();
  expect(chainsApart(of([0, 0], [0, 0]))).toBeUndefined();
  expect(chainsApart(of([1, 2]))).toBeUndefined();
});

const settings = { ...nuts.defaults, warmup: 200, draws: 200 };

test("the verdict names chains in a lower mode, and none where chains agree", () => {
  // Two normals with sd 0.1 at 1 and −1, the second e⁻¹⁵ as high: too little to pass a start over for.
  const target = vectorTarget(1, (position, gradient) => {
    const [high, low] = [position[0] - 1, position[0] + 1].map((each) => each / 0.1);
    const isHigh = -0.5 * high * high > -15 - 0.5 * low * low;
    gradient[0] = -(isHigh ? high : low) / 0.1;
    return isHigh ? -0.5 * high * high : -15 - 0.5 * low * low;
  });
  const { verdict, reasons } = runChains(nuts, target, settings, 6).quality();
  expect(verdict).toBe("bad");
  expect(reasons.join()).toMatch(
    /chains? [\d, ]+ stayed at log densities around -15, chains? [\d, ]+ around -?0:/,
  );
  expect(
    runChains(nuts, diagonalGaussian([0], [1]), settings, 4)
      .quality()
      .reasons.join(),
  ).not.toContain("stayed");
});
