import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomSource, threefry2x32 } from "../../src/base/random.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });

describe("threefry2x32", () => {
  // The file kat_vectors of Random123 1.14 (D. E. Shaw Research), threefry2x32 with 20 rounds.
  test.each([
    { key: [0, 0], counter: [0, 0], out: [0x6b200159, 0x99ba4efe] },
    {
      key: [0xffffffff, 0xffffffff],
      counter: [0xffffffff, 0xffffffff],
      out: [0x1cb996fc, 0xbb002be7],
    },
    {
      key: [0x13198a2e, 0x03707344],
      counter: [0x243f6a88, 0x85a308d3],
      out: [0xc4923a9c, 0x483df7a0],
    },
  ])("known answer for counter $counter", ({ key, counter, out }) => {
    const words = new Uint32Array(4);
    threefry2x32(key[0], key[1], counter[0], counter[1], words, 1);
    expect([...words]).toEqual([0, ...out, 0]);
  });

  test("is a bijection of the counter: no two counters give one block", () => {
    const seen = new Set<bigint>();
    const words = new Uint32Array(2);
    for (let counter = 0; counter < 20_000; counter++) {
      threefry2x32(7, 1, counter % 100, Math.floor(counter / 100), words, 0);
      seen.add((BigInt(words[0]) << 32n) | BigInt(words[1]));
    }
    expect(seen.size).toBe(20_000);
  });
});

describe("randomSource", () => {
  test("a number depends on seed, stream, step and position, and on nothing else", () => {
    fc.assert(
      fc.property(word, word, word, (seed, stream, step) => {
        const first = randomSource({ seed, stream }, step);
        const second = randomSource({ seed, stream }, step);
        const filled = new Float64Array(5);
        second.fillUniform(filled);
        expect([...filled]).toEqual(Array.from({ length: 5 }, () => first.uniform()));
        expect(randomSource({ seed: seed ^ 1, stream }, step).uniform()).not.toBe(filled[0]);
        expect(randomSource({ seed, stream: stream ^ 1 }, step).uniform()).not.toBe(filled[0]);
        expect(randomSource({ seed, stream }, step ^ 1).uniform()).not.toBe(filled[0]);
      }),
    );
  });

  test("uniforms follow the uniform distribution", () => {
    const values = new Float64Array(40_000);
    randomSource({ seed: 1, stream: 2 }, 3).fillUniform(values);
    expect(values.every((value) => value > 0 && value < 1)).toBe(true);
    expect(kolmogorovSmirnov(values, (x) => x)).toBeLessThan(atRisk1e6(values.length));
    expectMoments(values, [1 / 2, 1 / 3, 1 / 4, 1 / 5], [1 / 12, 4 / 45, 9 / 112, 16 / 225]);
  });

  test("normals follow the standard normal distribution", () => {
    const values = new Float64Array(40_001);
    randomSource({ seed: 1, stream: 2 }, 4).fillNormal(values);
    expect(kolmogorovSmirnov(values, normalCdf)).toBeLessThan(atRisk1e6(values.length));
    expectMoments(values, [0, 1, 0, 3], [1, 2, 15, 96]);
  });

  test("the two normals of a pair, and neighbouring streams and steps, are uncorrelated", () => {
    const count = 20_000;
    const columns = [0, 1, 2, 3].map(() => new Float64Array(count));
    for (let step = 0; step < count; step++) {
      const here = randomSource({ seed: 9, stream: 0 }, step);
      columns[0][step] = here.normal();
      columns[1][step] = here.normal();
      columns[2][step] = randomSource({ seed: 9, stream: 1 }, step).normal();
      columns[3][step] = randomSource({ seed: 9, stream: 0 }, step + 1).normal();
    }
    for (const column of columns.slice(1)) {
      const correlation = column.reduce((sum, value, i) => sum + value * columns[0][i], 0) / count;
      expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(count));
    }
  });
});

/** Largest distance between the empirical and the given distribution function. */
function kolmogorovSmirnov(values: Float64Array, cdf: (x: number) => number): number {
  const sorted = values.slice().sort();
  let distance = 0;
  for (const [i, value] of sorted.entries()) {
    const below = cdf(value) - i / sorted.length;
    distance = Math.max(distance, below, 1 / sorted.length - below);
  }
  return distance;
}

/** The distance that true draws pass with probability 10⁻⁶: 2 exp(−2 n d²) = 10⁻⁶. */
function atRisk1e6(count: number): number {
  return Math.sqrt(Math.log(2e6) / (2 * count));
}

/** Raw moments 1 to 4 within five standard errors; `variances` are those of x, x², x³, x⁴. */
function expectMoments(values: Float64Array, moments: readonly number[], variances: readonly number[]): void {
  for (const [i, moment] of moments.entries()) {
    const mean = values.reduce((sum, value) => sum + value ** (i + 1), 0) / values.length;
    expect(Math.abs(mean - moment)).toBeLessThan(5 * Math.sqrt(variances[i] / values.length));
  }
}

/** Φ by Simpson's rule from 0, error below 1e-8 on (−6, 6). */
function normalCdf(x: number): number {
  const pieces = 40;
  const width = x / pieces;
  let sum = 0;
  for (let i = 0; i <= pieces; i++) {
    const weight = i === 0 || i === pieces ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((i * width) ** 2) / 2);
  }
  return 0.5 + (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}
