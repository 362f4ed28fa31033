import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adamAscent, cosineRate, startAdam } from "../../src/inference/optimizer.ts";

const slope = fc.double({ min: -1e3, max: 1e3, noNaN: true }).filter((value) => Math.abs(value) > 1e-3);

describe("Adam", () => {
  test("the first step has the length of the rate and the direction of the gradient's signs, whatever its scale", () => {
    fc.assert(
      fc.property(fc.array(slope, { minLength: 1, maxLength: 5 }), (slopes) => {
        const start = new Float64Array(slopes.length);
        const { parameters } = adamAscent(startAdam(start.length), start, Float64Array.from(slopes), 0.1);
        for (const [i, value] of slopes.entries())
          expect(parameters[i]).toBeCloseTo(0.1 * Math.sign(value), 5);
        expect([...start]).toEqual(slopes.map(() => 0));
      }),
    );
  });

  test("two steps, by hand", () => {
    // m₂ = 0.9 · 0.1 · 1 + 0.1 · 3 = 0.39, divided by 1 − 0.81; v₂ = 0.999 · 0.001 + 0.001 · 9, divided by 1 − 0.998001.
    const first = adamAscent(startAdam(1), Float64Array.of(0), Float64Array.of(1), 0.1);
    const second = adamAscent(first.moments, first.parameters, Float64Array.of(3), 0.1);
    const expected = 0.1 + (0.1 * (0.39 / 0.19)) / Math.sqrt(0.009999 / 0.001999);
    expect(second.parameters[0]).toBeCloseTo(expected, 8);
  });

  test("climbs an ill-scaled quadratic to its top", () => {
    let moments = startAdam(2);
    let at: Float64Array = Float64Array.of(-3, 2);
    for (let step = 0; step < 3000; step++) {
      const gradient = Float64Array.of(-(at[0] - 1), -1000 * (at[1] + 2));
      ({ moments, parameters: at } = adamAscent(moments, at, gradient, cosineRate(0.05, step, 3000)));
    }
    expect(at[0]).toBeCloseTo(1, 4);
    expect(at[1]).toBeCloseTo(-2, 4);
  });
});

test("the cosine schedule falls from the rate over half of it to nothing", () => {
  expect([0, 50, 100, 120].map((step) => cosineRate(0.2, step, 100))).toEqual([
    0.2,
    expect.closeTo(0.1, 12),
    0,
    0,
  ]);
});
