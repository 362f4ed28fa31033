import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { learnMass, resumeAdaptation } from "../../../src/inference/nuts/adaptation.ts";
import {
  resumeAveraging,
  startDualAveraging,
  updateDualAveraging,
} from "../../../src/inference/nuts/dual-averaging.ts";
import { phasePoint } from "../../../src/inference/nuts/leapfrog.ts";
import { findStepSize, largestStepSize, smallestStepSize } from "../../../src/inference/nuts/step-size.ts";
import { warmUpSchedule } from "../../../src/inference/nuts/warm-up.ts";
import {
  regularizedVariance,
  resumeWelford,
  startWelford,
  updateWelford,
} from "../../../src/inference/nuts/welford.ts";
import { diagonalGaussian, vectorTarget } from "../targets.ts";

describe("warmUpSchedule", () => {
  test("is Stan's for 1000 steps: windows of 25, 50, 100, 200 and what is left", () => {
    const schedule = warmUpSchedule(1000);
    expect([schedule.windowsStart, schedule.windowsEnd]).toEqual([75, 950]);
    expect(schedule.windowLast).toEqual([99, 149, 249, 449, 949]);
  });

  test("a short warm-up is one window between 15 % and the last 10 %", () => {
    expect(warmUpSchedule(100)).toEqual({ windowsStart: 15, windowsEnd: 90, windowLast: [89] });
    expect(warmUpSchedule(19).windowLast).toEqual([]);
  });

  test("windows partition their stretch for every length, and none is shorter than the first", () => {
    fc.assert(
      fc.property(fc.integer({ min: 150, max: 20_000 }), (warmup) => {
        const { windowsStart, windowsEnd, windowLast } = warmUpSchedule(warmup);
        expect(windowLast.at(-1)).toBe(windowsEnd - 1);
        const starts = [windowsStart, ...windowLast.slice(0, -1).map((last) => last + 1)];
        const lengths = windowLast.map((last, i) => last - starts[i] + 1);
        for (const [i, length] of lengths.entries()) {
          if (i < lengths.length - 1) expect(length).toBe(25 * 2 ** i);
          else expect(length).toBeGreaterThanOrEqual(25 * 2 ** i);
        }
        expect(warmup - windowsEnd).toBe(50);
      }),
    );
  });
});

/** Positions of one coordinate, one per row. */
const rowsOf = (...values: readonly number[]) => ({
  values: Float64Array.from(values),
  count: values.length,
  start: 0,
  length: 1,
});

describe("learnMass", () => {
  test("learns from several rows at once what it learns from one after the other", () => {
    const schedule = warmUpSchedule(200);
    const [atOnce, singly] = [0, 1].map(() => resumeWelford(startWelford(1)));
    const values = Array.from({ length: schedule.windowLast[0] + 1 }, (_, step) => Math.sin(step));
    const masses = values.map((value, step) => learnMass(singly, step, rowsOf(value), schedule, "diagonal"));
    expect(masses.at(-1)).toBeDefined();
    expect(learnMass(atOnce, 0, rowsOf(...values.slice(0, 80)), schedule, "diagonal")).toBeUndefined();
    expect(atOnce.count).toBe(80 - schedule.windowsStart);
    expect(learnMass(atOnce, 80, rowsOf(...values.slice(80)), schedule, "diagonal")).toEqual(masses.at(-1));
  });

  test("counts only the draws of a window, gives a mass matrix at its end and starts afresh", () => {
    const schedule = warmUpSchedule(200);
    const adaptation = resumeAdaptation({ averaging: startDualAveraging(1), window: startWelford(1) }, 0.8);
    const ends: number[] = [];
    for (let step = 0; step < 200; step++) {
      const mass = learnMass(
        adaptation.window,
        step,
        rowsOf(step < 75 ? 1e6 : step % 2),
        schedule,
        "diagonal",
      );
      if (step === 74) expect(adaptation.window.count).toBe(0);
      if (mass === undefined) continue;
      ends.push(step);
      // Of zeros and ones in turn the variance is n / 4 (n − 1), one side shorter by one where n is odd.
      expect(mass[0]).toBeCloseTo(0.25, 1);
      expect(adaptation.window.count).toBe(0);
    }
    expect(ends).toEqual(schedule.windowLast);
  });
});

describe("dual averaging", () => {
  test("finds the step size whose acceptance is the target", () => {
    const acceptance = (stepSize: number): number => Math.exp(-stepSize);
    const state = resumeAveraging(startDualAveraging(1), 0.8);
    for (let i = 0; i < 5000; i++) updateDualAveraging(state, acceptance(state.stepSize));
    expect(acceptance(Math.exp(state.meanLogStepSize))).toBeCloseTo(0.8, 2);
  });

  test("the first update, by hand", () => {
    // H̄ = 0.3 / 11, log ε = log 10 − √1 / 0.05 · H̄, and the mean takes it with weight one.
    const state = resumeAveraging(startDualAveraging(1), 0.8);
    updateDualAveraging(state, 0.5);
    expect(state.stepSize).toBe(Math.exp(state.logStepSize));
    expect(state.meanError).toBeCloseTo(0.3 / 11, 14);
    expect(state.logStepSize).toBeCloseTo(Math.log(10) - (20 * 0.3) / 11, 14);
    expect(state.meanLogStepSize).toBe(state.logStepSize);
  });
});

describe("Welford", () => {
  test("gives the two-pass variance, shrunk, also far from zero", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 50 }),
        (values) => {
          const shifted = values.map((value) => 1e6 + value);
          const state = resumeWelford(startWelford(1));
          for (const value of shifted) updateWelford(state, [value]);
          const n = shifted.length;
          const mean = shifted.reduce((sum, value) => sum + value, 0) / n;
          const variance = shifted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
          expect(regularizedVariance(state)[0]).toBeCloseTo((n * variance + 5e-3) / (n + 5), 8);
        },
      ),
    );
  });
});

describe("findStepSize", () => {
  const find = (target = diagonalGaussian([0], [1])): number => {
    const start = phasePoint(1);
    start.position[0] = 0.5;
    start.logDensity = target.logDensityAndGradient(start.position, start.gradient);
    return findStepSize(target, start, Float64Array.of(1), 1, randomSource({ seed: 1, stream: 0 }, 0));
  };

  test("scales with the target", () => {
    for (const sd of [1e-6, 1e-3, 1, 1e3]) {
      const ratio = find(diagonalGaussian([0.5], [sd])) / sd;
      expect(ratio).toBeGreaterThan(0.1);
      expect(ratio).toBeLessThan(20);
    }
  });

  test("stops at its bounds where no step is acceptable, or every one is", () => {
    let calls = 0;
    expect(find(vectorTarget(1, () => -1e6 * calls++))).toBe(smallestStepSize);
    expect(find(vectorTarget(1, () => 0))).toBe(largestStepSize);
  });
});
