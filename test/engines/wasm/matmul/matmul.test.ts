import { describe, expect, it } from "vitest";
import { randomSource } from "../../../../src/base/random.ts";
import { detectFeatures } from "../../../../src/engines/wasm/features.ts";
import { type MatmulSpec, planMatmul } from "../../../../src/engines/wasm/matmul/matmul-plan.ts";
import { type MatmulModule, matmulModule } from "./matmul-module.ts";

type Numbers = MatmulModule["a"];

/** Vectors, small products, cut tiles on every side, several blocks of k and of rows. */
const shapes = [
  [1, 1, 1],
  [1, 7, 9],
  [9, 7, 1],
  [1, 300, 33],
  [33, 300, 1],
  [2, 3, 5],
  [8, 8, 8],
  [13, 17, 19],
  [33, 34, 35],
  [13, 1, 40],
  [50, 300, 9],
  [101, 257, 30],
];
const ways = detectFeatures().relaxed ? [false, true] : [false];
const bools = [false, true];
const base: MatmulSpec = {
  m: 1,
  k: 1,
  n: 1,
  transposeLeft: false,
  transposeRight: false,
  precision: "f64",
  accumulate: false,
  batch: 1,
  relaxed: false,
};

function fill(seed: number, ...arrays: readonly Numbers[]): void {
  const { normal } = randomSource({ seed, stream: 0 }, 0);
  for (const array of arrays) for (let i = 0; i < array.length; i++) array[i] = normal();
}

/** The definition, and the sum of the terms' sizes, which bounds the rounding error. */
function product(spec: MatmulSpec, { a, b, c }: MatmulModule): { values: Float64Array; sizes: Float64Array } {
  const { m, k, n, batch } = spec;
  const values = spec.accumulate ? Float64Array.from(c) : new Float64Array(c.length);
  const sizes = values.map(Math.abs);
  for (let q = 0; q < batch; q++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++)
        for (let p = 0; p < k; p++) {
          const left = a[q * m * k + (spec.transposeLeft ? p * m + i : i * k + p)];
          const right = b[q * k * n + (spec.transposeRight ? j * k + p : p * n + j)];
          values[(q * m + i) * n + j] += left * right;
          sizes[(q * m + i) * n + j] += Math.abs(left * right);
        }
  return { values, sizes };
}

/**
 * Largest error against the bound k u Σ |a b| of any order of summation (Higham 2002, section 3.1): at most
 * 1.
 */
function worstError(spec: MatmulSpec, found: Numbers, { values, sizes }: ReturnType<typeof product>): number {
  const roundoff = spec.precision === "f32" ? 2 ** -24 : 2 ** -53;
  return Math.max(
    ...values.map((value, i) => {
      const bound = (spec.k + 2) * roundoff * sizes[i];
      return Math.abs(found[i] - value) / (bound + 2 ** -1000);
    }),
  );
}

describe.each(ways)("with relaxed SIMD: %s", (relaxed) => {
  describe.each(["f32", "f64"] as const)("%s", (precision) => {
    it.each(shapes)("%i × %i × %i: every transposition, added or not, in batches", (m, k, n) => {
      for (const transposeLeft of bools)
        for (const transposeRight of bools)
          for (const accumulate of bools)
            for (const batch of [1, 2]) {
              const spec = { m, k, n, transposeLeft, transposeRight, precision, accumulate, batch, relaxed };
              const module = matmulModule(spec);
              fill(m + k + n, module.a, module.b, module.c);
              for (const guard of module.guards) guard.fill(7);
              const expected = product(spec, module);
              module.whole();
              expect(worstError(spec, module.c, expected)).toBeLessThan(1);
              for (const guard of module.guards) expect([...guard]).toEqual([...guard].fill(7));
            }
    });
  });

  it("a right side that is packed for its size alone", () => {
    const spec: MatmulSpec = { ...base, m: 101, k: 300, n: 130, relaxed };
    expect(planMatmul(spec).way).toBe("packed");
    const module = matmulModule(spec);
    fill(2, module.a, module.b);
    module.whole();
    expect(worstError(spec, module.c, product(spec, module))).toBeLessThan(1);
  });

  it("ranges of rows put together are the whole, bit by bit", () => {
    for (const [m, k, n] of [
      [101, 257, 30],
      [250, 20, 20],
      [11, 5, 7],
      [33, 9, 1],
      [40, 300, 1],
    ])
      for (const transposeLeft of bools) {
        const spec: MatmulSpec = { ...base, m, k, n, transposeLeft, precision: "f32", relaxed };
        const module = matmulModule(spec);
        fill(1, module.a, module.b);
        module.whole();
        const whole = module.c.slice();
        module.c.fill(Number.NaN);
        const { rowStep, columnStep } = planMatmul(spec);
        const cut = rowStep * Math.floor(m / 2 / rowStep);
        const half = columnStep === 0 ? 0 : columnStep * Math.floor(n / 2 / columnStep);
        module.prepare(half, n);
        module.prepare(0, half);
        module.rows(cut, m);
        module.rows(cut, cut);
        expect(module.c.subarray(0, cut * n).every(Number.isNaN)).toBe(true);
        module.rows(0, cut);
        expect([...module.c]).toEqual([...whole]);
      }
  });
});

it("infinities and NaN reach their own row and column only", () => {
  for (const [m, k, n] of [
    [7, 5, 6],
    [53, 40, 41],
    [1, 9, 6],
    [9, 5, 1],
  ]) {
    const spec: MatmulSpec = { ...base, m, k, n };
    const module = matmulModule(spec);
    module.a.fill(1);
    module.b.fill(1);
    module.a[(m - 1) * k + 2] = Number.NaN;
    module.b[3 * n + n - 1] = Number.POSITIVE_INFINITY;
    module.whole();
    const expected = Array.from({ length: m * n }, (_, at) => {
      if (Math.floor(at / n) === m - 1) return Number.NaN;
      return at % n === n - 1 ? Number.POSITIVE_INFINITY : k;
    });
    expect([...module.c]).toEqual(expected);
  }
});

it("the kinds of products take the ways made for them", () => {
  const way = (m: number, k: number, n: number): string => planMatmul({ ...base, m, k, n }).way;
  expect([way(512, 1024, 1024), way(8, 8, 8), way(50, 60, 1), way(1, 60, 50)]).toEqual([
    "packed",
    "direct",
    "dotRows",
    "sumOfRows",
  ]);
});
