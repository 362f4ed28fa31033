import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { energyOf, leapfrog, type PhasePoint, phasePoint } from "../../../src/inference/nuts/leapfrog.ts";
import type { DensityTarget } from "../../../src/inference/target.ts";
import { correlatedGaussian, eightSchools, vectorTarget } from "../targets.ts";

const finite = fc.double({ min: -2, max: 2, noNaN: true });

function pointAt(
  target: DensityTarget,
  position: readonly number[],
  momentum: readonly number[],
): PhasePoint {
  const point = phasePoint(target.dimension);
  point.position.set(position);
  point.momentum.set(momentum);
  point.logDensity = target.logDensityAndGradient(point.position, point.gradient);
  return point;
}

describe("leapfrog", () => {
  test("is reversible: back in time, or with the momentum turned around, it returns to where it came from", () => {
    const target = eightSchools("noncentered");
    const mass = Float64Array.from({ length: 10 }, (_, i) => 0.5 + i / 5);
    const vector = fc.array(finite, { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(vector, vector, (position, momentum) => {
        const point = pointAt(target, position, momentum);
        for (let i = 0; i < 7; i++) leapfrog(target, point, mass, 0.1);
        for (let i = 0; i < 7; i++) leapfrog(target, point, mass, -0.1);
        expectClose(point.position, position);
        expectClose(point.momentum, momentum);
        for (let i = 0; i < 7; i++) leapfrog(target, point, mass, 0.1);
        for (let i = 0; i < 10; i++) point.momentum[i] *= -1;
        for (let i = 0; i < 7; i++) leapfrog(target, point, mass, 0.1);
        expectClose(point.position, position);
      }),
      { numRuns: 50 },
    );
  });

  test("has an energy error of order ε² over a fixed time", () => {
    const target = eightSchools("noncentered");
    const mass = new Float64Array(10).fill(1);
    const errorOf = (steps: number): number => {
      const point = pointAt(target, [1, 0.5, 0.1, 0.9, -1, 0.4, 0.3, -0.2, 1.2, -0.7], Array(10).fill(0.8));
      const before = energyOf(point, mass);
      for (let i = 0; i < steps; i++) leapfrog(target, point, mass, 1 / steps);
      return energyOf(point, mass) - before;
    };
    for (const steps of [20, 40, 80]) {
      expect(errorOf(steps) / errorOf(2 * steps)).toBeGreaterThan(3.8);
      expect(errorOf(steps) / errorOf(2 * steps)).toBeLessThan(4.2);
    }
  });

  test("preserves volume: the Jacobian of a step has determinant one", () => {
    const target = correlatedGaussian([0, 1], [1, 2], 0.7);
    const mass = Float64Array.of(0.5, 2);
    const step = (state: readonly number[]): number[] => {
      const point = pointAt(target, state.slice(0, 2), state.slice(2));
      leapfrog(target, point, mass, 0.3);
      return [...point.position, ...point.momentum];
    };
    const at = [0.3, -0.4, 0.9, 0.2];
    const columns = at.map((_, j) => {
      const up = step(at.map((value, i) => (i === j ? value + 1e-5 : value)));
      const down = step(at.map((value, i) => (i === j ? value - 1e-5 : value)));
      return up.map((value, i) => (value - down[i]) / 2e-5);
    });
    expect(determinant(columns)).toBeCloseTo(1, 8);
  });

  test("the energy is infinite where the density is not finite", () => {
    for (const density of [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      const target = vectorTarget(1, () => density);
      expect(energyOf(pointAt(target, [0], [1]), Float64Array.of(1))).toBe(Number.POSITIVE_INFINITY);
    }
  });
});

function expectClose(actual: Float64Array, expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 9);
}

function determinant(matrix: readonly (readonly number[])[]): number {
  if (matrix.length === 1) return matrix[0][0];
  return matrix[0].reduce((sum, value, j) => {
    const minor = matrix.slice(1).map((row) => row.filter((_, column) => column !== j));
    return sum + (j % 2 === 0 ? 1 : -1) * value * determinant(minor);
  }, 0);
}
