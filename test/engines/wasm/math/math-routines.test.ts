import { describe, expect, it } from "vitest";
import { randomSource } from "../../../../src/base/random.ts";
import * as special from "../../../../src/compiler/special-functions.ts";
import { detectFeatures } from "../../../../src/engines/wasm/features.ts";
import { mathErrors } from "../../../../src/engines/wasm/math/math-errors.ts";
import type { Lanes, MathName } from "../../../../src/engines/wasm/math-interface.ts";
import references from "./reference-values.json" with { type: "json" };
import { routineModule } from "./routine-module.ts";
import { unit, unitsInLastPlace } from "./units-in-last-place.ts";

/** In units of 1, where the value is smaller. */
const statedAtNegative = 12;

const ways = detectFeatures().relaxed ? [false, true] : [false];
const judges: Readonly<Record<Exclude<MathName, "pow" | "polygamma">, (x: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  expm1: Math.expm1,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  sigmoid: special.sigmoid,
  softplus: special.softplus,
  // log Γ(x) is −log |x| there, but the reflection formula's quotient overflows.
  lgamma: (x) => (x < 0 && x > -1e-300 ? -Math.log(-x) : special.lgamma(x)),
  digamma: special.digamma,
  erf: special.erf,
  erfinv: special.erfinv,
};
const judged = Object.entries(judges) as [keyof typeof judges, (x: number) => number][];

/** Reproducible numbers in [0, 1). */
function randomNumbers(): () => number {
  const { uniform } = randomSource({ seed: 3, stream: 1 }, 0);
  return uniform;
}

/** Numbers of all sizes and signs, by random bits. */
function anyBits(format: "f64" | "f32", count: number): Float64Array | Float32Array {
  const random = randomNumbers();
  const words = Uint32Array.from({ length: count * (format === "f64" ? 2 : 1) }, () => random() * 2 ** 32);
  return format === "f64" ? new Float64Array(words.buffer) : new Float32Array(words.buffer);
}

describe.each(ways)("with relaxed SIMD: %s", (relaxed) => {
  describe("f64 against 60 digits", () => {
    it.each(Object.entries(references))("%s", (key, rows) => {
      const order = Number(/\d$/.exec(key)?.[0] ?? 0);
      const isNegative = key.endsWith("neg");
      const name = (key.startsWith("polygamma") ? "polygamma" : key.replace("neg", "")) as MathName;
      const { apply } = routineModule(name, "f64x2", { relaxed, order });
      const arguments_ = [0, 1].map((column) => rows.map((row) => row[column]));
      const found = apply(arguments_[0], name === "pow" ? arguments_[1] : undefined);
      const errors = rows.map((row, i) => {
        const [value, rest] = row.slice(-2);
        const error = unitsInLastPlace(found[i], value, rest, "f64");
        return isNegative ? error * Math.min(1, unit(value, "f64") / unit(1, "f64")) : error;
      });
      expect(Math.max(...errors)).toBeLessThanOrEqual(isNegative ? statedAtNegative : mathErrors[name].f64);
    });
  });

  describe("f32 over all bit patterns, against f64", () => {
    it.each(judged)("%s", (name, judge) => {
      const { apply } = routineModule(name, "f32x4", { relaxed });
      const random = randomNumbers();
      const bits = anyBits("f32", 1 << 14);
      // Half of them of moderate size, where most functions have their shape.
      const x = bits.map((pattern, i) => (i % 2 === 0 ? pattern : (random() - 0.5) * 20));
      const found = apply(x);
      const bad = [...x].filter((each, i) => {
        const value = judge(each);
        const isOverflow = Math.abs(value) > 3.4028235e38;
        if (!Number.isFinite(value) || isOverflow) return !Object.is(found[i], Math.fround(value));
        // Beside zeros at negative arguments f64 has absolute errors only.
        const size = each < 0 && name.endsWith("gamma") ? unit(1, "f32") : 0;
        return Math.abs(found[i] - value) > mathErrors[name].f32 * Math.max(unit(value, "f32"), size);
      });
      expect(bad).toEqual([]);
    });
  });

  describe("f64 over all bit patterns, against Math and the reference engine's functions", () => {
    it.each(judged)("%s", (name, judge) => {
      const { apply } = routineModule(name, "f64x2", { relaxed });
      const x = anyBits("f64", 1 << 13);
      const found = apply(x);
      // The judge's own error is below 1e-14 of the value.
      const bad = [...x].filter((each, i) => {
        const value = judge(each);
        if (!Number.isFinite(value)) return !Object.is(found[i], value);
        return Math.abs(found[i] - value) > 1e-14 * Math.abs(value) + 2 ** -1073;
      });
      expect(bad).toEqual([]);
    });
  });

  const edges = [
    0,
    -0,
    1,
    -1,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    5e-324,
    -5e-324,
    1e-310,
    -1e-310,
    2 ** -1022,
    2 ** -149,
    -(2 ** -149),
    1.7976931348623157e308,
    -1.7976931348623157e308,
    1e-20,
    -1e-20,
    0.5,
    -0.5,
    2,
    -2,
    -3,
    709.9,
    -745.1,
    -746,
    -800,
    800,
    1e16,
    1e22,
    -1e22,
    3.4028234663852886e38,
  ];

  it.each(judged)("%s of zeros, poles, infinities and NaN", (name, judge) => {
    for (const lanes of ["f64x2", "f32x4"] as const) {
      const x = lanes === "f64x2" ? Float64Array.from(edges) : Float32Array.from(edges);
      const found = routineModule(name, lanes, { relaxed }).apply(x);
      const round = lanes === "f64x2" ? (value: number) => value : Math.fround;
      [...x].forEach((each, i) => {
        const value = round(judge(each));
        const tolerance =
          (lanes === "f64x2" ? 1e-14 : 3e-7) * Math.abs(value) + (lanes === "f64x2" ? 2 ** -1073 : 2 ** -148);
        if (value === 0 || !Number.isFinite(value)) expect(found[i], `${name} ${each}`).toBe(value);
        else expect(Math.abs(found[i] - value), `${name} ${each}`).toBeLessThanOrEqual(tolerance);
      });
    }
  });

  it("polygamma at its poles and infinity, and of higher orders against the reference", () => {
    for (const order of [1, 2, 3, 4, 7]) {
      const { apply } = routineModule("polygamma", "f64x2", { relaxed, order });
      const [zero, minusTwo, infinity, nan] = apply([0, -2, Number.POSITIVE_INFINITY, Number.NaN]);
      const pole = order % 2 === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
      expect([zero, minusTwo]).toEqual([pole, pole]);
      expect(Math.abs(infinity)).toBe(0);
      expect(nan).toBeNaN();
      const x = [0.01, 0.3, 1, 2.5, 7.7, 30, 1e5, -0.3, -2.2, -7.8];
      apply(x).forEach((value, i) => {
        const judge = special.polygamma(order, x[i]);
        expect(Math.abs(value - judge)).toBeLessThan(1e-13 * Math.abs(judge));
      });
    }
  });

  it("pow as IEEE 754 has it, also of zeros, infinities, NaN, denormal and negative numbers", () => {
    const numbers = [...edges, 3, -5, 0.25, 1.5, -7, 1e10, 2 ** 53, 2 ** 53 - 1, -(2 ** 53 - 1)];
    const x = numbers.flatMap((each) => numbers.map(() => each));
    const y = numbers.flatMap(() => numbers);
    const found = routineModule("pow", "f64x2", { relaxed }).apply([...x, 1], [...y, 1]);
    x.forEach((each, i) => {
      const value = special.pow(each, y[i]);
      const label = `${each}^${y[i]}`;
      if (value === 0 || !Number.isFinite(value)) expect(found[i], label).toBe(value);
      else expect(Math.abs(found[i] - value) / unit(value, "f64"), label).toBeLessThanOrEqual(2.5);
    });
  });

  it("sin and cos where most digits of the reduction cancel", () => {
    // The double that is nearest to a multiple of π/2, relative to itself (Muller 2006, section 11.1), and
    // its cosine to 60 digits.
    const hardest = 6381956970095103 * 2 ** 797;
    const cosine = -4.687165924254628e-19;
    const x = [hardest, -hardest, 2 ** 1023, Number.MAX_VALUE, 2 ** 20, 2 ** 20 + 2 ** -32, 1e6 * Math.PI];
    const cosines = routineModule("cos", "f64x2", { relaxed }).apply([...x, 0]);
    const sines = routineModule("sin", "f64x2", { relaxed }).apply([...x, 0]);
    expect(Math.abs(cosines[0] - cosine) / unit(cosine, "f64")).toBeLessThanOrEqual(1);
    expect([cosines[1], sines[0], sines[1]]).toEqual([cosines[0], 1, -1]);
    x.slice(2).forEach((each, i) => {
      // V8's own are fdlibm's, below one unit.
      for (const [found, judge] of [
        [cosines, Math.cos],
        [sines, Math.sin],
      ] as const) {
        const value = judge(each);
        expect(Math.abs(found[i + 2] - value) / unit(value, "f64")).toBeLessThanOrEqual(2);
      }
    });
  });

  it("lanes do not depend on each other", () => {
    const mixed = [
      0.3,
      -2.7,
      Number.NaN,
      1e300,
      1e-310,
      7.5,
      Number.POSITIVE_INFINITY,
      0.9,
      -1e20,
      2.2,
      40,
      -0,
    ];
    for (const [name] of [...judged, ["polygamma"], ["pow"]] as [MathName][])
      for (const lanes of ["f64x2", "f32x4"] as Lanes[]) {
        const { apply } = routineModule(name, lanes, { relaxed, order: 1 });
        const y = mixed.toReversed();
        const together = apply(mixed, y);
        mixed.forEach((x, i) => {
          const alone = apply([x, x, x, x], [y[i], y[i], y[i], y[i]])[0];
          expect(together[i], `${name} ${lanes} ${x}`).toBe(alone);
        });
      }
  });
});
