import { describe, expect, test } from "vitest";
import { mapChains } from "../../../src/inference/diagnostics/chains.ts";
import { rankNormalizedRHat, splitRHat } from "../../../src/inference/diagnostics/r-hat.ts";
import { autoregressive } from "./chains.ts";

describe("R-hat", () => {
  const chains = autoregressive(0, 4, 1000);

  test("is one for chains that agree", () => {
    expect(rankNormalizedRHat(chains)).toBeGreaterThan(0.998);
    expect(rankNormalizedRHat(chains)).toBeLessThan(1.01);
  });

  test("of chains with unit variance and means 0, d, 0, d is √(1 + d² / 3)", () => {
    for (const d of [0.5, 1, 3]) {
      const shifted = chains.map((chain, i) => chain.map((value) => value + d * (i % 2)));
      expect(splitRHat(shifted)).toBeCloseTo(Math.sqrt(1 + (d * d) / 3), 1);
    }
  });

  test("one shifted chain of four raises it, the more the further", () => {
    const shifted = (d: number) => [chains[0].map((value) => value + d), ...chains.slice(1)];
    const values = [0, 0.5, 1, 2, 4].map((d) => rankNormalizedRHat(shifted(d)));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values[2]).toBeGreaterThan(1.05);
  });

  test("sees chains that agree in location and differ in scale", () => {
    const scaled = [chains[0].map((value) => value * 5), ...chains.slice(1)];
    expect(splitRHat(scaled)).toBeLessThan(1.01);
    expect(rankNormalizedRHat(scaled)).toBeGreaterThan(1.1);
  });

  test("sees a trend within a single chain, and infinite variance does not blind it", () => {
    expect(rankNormalizedRHat([chains[0].map((value, i) => value + i / 300)])).toBeGreaterThan(1.1);
    const heavy = mapChains(chains, (value) => Math.sign(value) * Math.exp(value * value * 4));
    expect(rankNormalizedRHat(heavy)).toBeLessThan(1.01);
  });

  test("is infinite for chains that stand still at different places, and silent about constants", () => {
    const still = [0, 1].map((place) => new Float64Array(10).fill(place));
    expect(rankNormalizedRHat(still)).toBe(Number.POSITIVE_INFINITY);
    expect(rankNormalizedRHat([new Float64Array(10).fill(3)])).toBeNaN();
  });

  test("two values only, as of a Bernoulli quantity, give a number", () => {
    expect(rankNormalizedRHat(mapChains(chains, (value) => (value > 1 ? 1 : 0)))).toBeLessThan(1.02);
    expect(rankNormalizedRHat(mapChains(chains, (value) => (value > 0 ? 1 : -1)))).toBeLessThan(1.02);
  });
});
