import { describe, expect, test } from "vitest";
import {
  type LbfgsState,
  lbfgsDefaults,
  type Objective,
  startLbfgs,
  stepLbfgs,
} from "../../../src/inference/maximize/lbfgs.ts";

function climb(objective: Objective, from: readonly number[], maxSteps = 2000): LbfgsState {
  const start = startLbfgs(objective, Float64Array.from(from));
  if (start === undefined) throw new Error("no start");
  let state = start;
  while (state.ended === undefined && state.steps < maxSteps)
    state = stepLbfgs(objective, state, lbfgsDefaults);
  return state;
}

describe("L-BFGS", () => {
  test("finds the maximum of a curved valley (Rosenbrock 1960) in few steps", () => {
    const { position, value, ended, steps } = climb(
      {
        dimension: 2,
        valueAndGradient([x, y], gradient) {
          gradient[0] = 2 * (1 - x) + 400 * x * (y - x * x);
          gradient[1] = -200 * (y - x * x);
          return -((1 - x) ** 2) - 100 * (y - x * x) ** 2;
        },
      },
      [-1.2, 1],
    );
    expect(ended).toBe("maximum");
    expect(steps).toBeLessThan(60);
    expect(value).toBeCloseTo(0, 12);
    expect(position[0]).toBeCloseTo(1, 6);
    expect(position[1]).toBeCloseTo(1, 6);
  });

  test("solves an ill-conditioned quadratic of fifty dimensions", () => {
    const dimension = 50;
    const { position, ended } = climb(
      {
        dimension,
        valueAndGradient(x, gradient) {
          let value = 0;
          for (let i = 0; i < dimension; i++) {
            const curvature = 10 ** ((4 * i) / dimension);
            gradient[i] = -curvature * (x[i] - i);
            value -= 0.5 * curvature * (x[i] - i) ** 2;
          }
          return value;
        },
      },
      Array.from({ length: dimension }, () => 0),
    );
    expect(ended).toBeDefined();
    for (let i = 0; i < dimension; i++) expect(position[i]).toBeCloseTo(i, 4);
  });

  test("stays where the objective is finite: log x − x from far away", () => {
    const objective: Objective = {
      dimension: 1,
      valueAndGradient([x], gradient) {
        gradient[0] = 1 / x - 1;
        return Math.log(x) - x;
      },
    };
    for (const from of [1e-4, 0.5, 300]) expect(climb(objective, [from]).position[0]).toBeCloseTo(1, 6);
    expect(startLbfgs(objective, Float64Array.of(-1))).toBeUndefined();
  });

  test("each step goes up, and states are left as they were", () => {
    const objective: Objective = {
      dimension: 1,
      valueAndGradient([x], gradient) {
        gradient[0] = -Math.tanh(x - 2);
        return -Math.log(Math.cosh(x - 2));
      },
    };
    const first = startLbfgs(objective, Float64Array.of(-5));
    if (first === undefined) throw new Error("no start");
    const before = structuredClone(first);
    const second = stepLbfgs(objective, first, lbfgsDefaults);
    expect(second.value).toBeGreaterThan(first.value);
    expect(first).toEqual(before);
    expect(stepLbfgs(objective, first, lbfgsDefaults)).toEqual(second);
  });

  test("what grows until numbers run out ends there, with its gradient", () => {
    const objective: Objective = {
      dimension: 1,
      valueAndGradient([x], gradient) {
        gradient[0] = 1;
        return x < 700 ? x : Number.POSITIVE_INFINITY;
      },
    };
    const { ended, gradient, value } = climb(objective, [0]);
    expect([ended, gradient[0]]).toEqual(["stuck", 1]);
    expect(value).toBeCloseTo(700, 6);
  });
});
