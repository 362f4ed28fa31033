import { describe, expect, test } from "vitest";
import { randomSource } from "../../src/base/random.ts";
import { correlatedGaussian, diagonalGaussian, eightSchools, funnel } from "./targets.ts";

describe("gradients of the targets that tests are built on agree with finite differences", () => {
  test.each([
    ["diagonal", diagonalGaussian([1, -2, 3], [0.5, 1, 4])],
    ["correlated", correlatedGaussian([1, -2], [0.5, 3], 0.9)],
    ["eight schools", eightSchools("noncentered")],
    ["eight schools, centred", eightSchools("centered")],
    ["funnel", funnel()],
  ])("%s", (_, target) => {
    const position = new Float64Array(target.dimension);
    randomSource({ seed: 3, stream: 0 }, 0).fillNormal(position);
    const gradient = new Float64Array(target.dimension);
    target.logDensityAndGradient(position, gradient);
    const unused = new Float64Array(target.dimension);
    for (let i = 0; i < target.dimension; i++) {
      const at = (shift: number): number => {
        const moved = position.slice();
        moved[i] += shift;
        return target.logDensityAndGradient(moved, unused);
      };
      expect(gradient[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 4);
    }
  });
});
