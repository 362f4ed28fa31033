/** Factors and solves by what they are for: products give back the matrix, closed forms of determinants and inverses. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arithmetic } from "../../src/compiler/arithmetic.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { type ExpandedOp, expandOps } from "../../src/compiler/expand.ts";
import { diagonal, logDeterminant, transposed } from "../../src/compiler/linear-algebra.ts";
import { pivotsOf } from "../../src/compiler/lu.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { expectClose } from "../engines/conformance.ts";
import { allCases, sampleValues } from "../engines/op-cases.ts";

const plain = { transposeLeft: false, transposeRight: false };

/** a aᵀ + 1 for some a. */
function positiveDefinite(n: number, seed: number): Float64Array {
  const a = sampleValues("float", [n, n], -2, 2, seed, 0);
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return Array.from({ length: n }, (_, k) => a[i * n + k] * a[j * n + k]).reduce(
      (sum, each) => sum + each,
      Number(i === j),
    );
  });
}

const sizeAndSeed = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(1000));

test("the Cholesky factor is lower triangular and L Lᵀ is the matrix", () => {
  fc.assert(
    fc.property(sizeAndSeed, ([n, seed]) => {
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [n, n] });
      const factor = builder.emit("cholesky", [x], {});
      const product = builder.emit("matmul", [factor, factor], { ...plain, transposeRight: true });
      const values = positiveDefinite(n, seed);
      const results = referenceEngine.compile(builder.finish({ factor, product })).run({ x: values });
      expectClose(results.product, values, { relative: 1e-12, absolute: 1e-11 }, "L Lᵀ");
      results.factor.forEach((value, at) => {
        if (at % n > Math.floor(at / n)) expect(value).toBe(0);
      });
    }),
  );
});

test.each([
  [true, false],
  [true, true],
  [false, false],
  [false, true],
])("a triangular solve is undone by the product; lower %s, transposed %s", (lower, transpose) => {
  fc.assert(
    fc.property(sizeAndSeed, ([n, seed]) => {
      const builder = createBuilder();
      const a = builder.input("a", { dtype: "float", shape: [n, n] });
      const b = builder.input("b", { dtype: "float", shape: [n, 2] });
      const solution = builder.emit("triangularSolve", [a, b], { lower, transpose });
      const product = builder.emit("matmul", [a, solution], { ...plain, transposeLeft: transpose });
      const inputs = {
        // Zeros beside the triangle, so that the product takes all of it.
        a: sampleValues("float", [n, n], -1, 1, seed, 0).map((value, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          return i === j ? 2 + value : i > j === lower ? value : 0;
        }),
        b: sampleValues("float", [n, 2], -1, 1, seed, 1),
      };
      const results = referenceEngine.compile(builder.finish({ product })).run(inputs);
      expectClose(results.product, inputs.b, { relative: 1e-10, absolute: 1e-10 }, "a x");
    }),
  );
});

test("the gradient of the log determinant is the inverse, once over the diagonal and twice beside it", () => {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [2, 2] });
  const y = logDeterminant(arithmetic(builder), builder.emit("cholesky", [x], {}));
  const graph = differentiate(builder.finish({ y }), { of: "y", wrt: ["x"], prefix: "d/" });
  const [a, b, c] = [3, 1, 2];
  const results = referenceEngine.compile(graph).run({ x: [a, Number.NaN, b, c] });
  const determinant = a * c - b * b;
  expect(results.y[0]).toBeCloseTo(Math.log(determinant), 13);
  // Only the lower triangle is read, so that its element stands for both.
  const expected = [c / determinant, 0, (-2 * b) / determinant, a / determinant];
  expectClose(results["d/x"], expected, { relative: 1e-13, absolute: 1e-13 }, "gradient");
});

test("the factors of a matrix give it back, row by row, with the largest pivot first", () => {
  fc.assert(
    fc.property(sizeAndSeed, ([n, seed]) => {
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [n, n] });
      const factors = builder.emit("lu", [x], {});
      const pivots = pivotsOf(arithmetic(builder), factors);
      const values = sampleValues("float", [n, n], -2, 2, seed, 0);
      const results = referenceEngine.compile(builder.finish({ factors, pivots })).run({ x: values });
      const at = (i: number, j: number): number => results.factors[i * n + j];
      let determinant = 1;
      for (let i = 0; i < n; i++) {
        determinant *= results.pivots[i];
        for (let j = 0; j < n; j++) {
          let sum = i <= j ? at(i, j) : 0;
          for (let k = 0; k <= Math.min(i - 1, j); k++) sum += at(i, k) * at(k, j);
          expect(sum).toBeCloseTo(values[at(n, i) * n + j], 12);
          if (i > j) expect(Math.abs(at(i, j))).toBeLessThanOrEqual(1);
        }
      }
      expect(determinant).toBeCloseTo(cofactors(values, n), 10);
    }),
  );
});

/** The determinant along the first column. */
function cofactors(x: ArrayLike<number>, n: number): number {
  if (n === 1) return x[0];
  return Array.from({ length: n }, (_, row) => {
    const minor = Array.from(x).filter((_, at) => Math.floor(at / n) !== row && at % n !== 0);
    return (row % 2 === 0 ? 1 : -1) * x[row * n] * cofactors(minor, n - 1);
  }).reduce((sum, each) => sum + each, 0);
}

test("the gradient of log |det x| is the inverse, transposed", () => {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [2, 2] });
  const math = arithmetic(builder);
  const sizes = builder.emit("abs", [pivotsOf(math, builder.emit("lu", [x], {}))], {});
  const y = math.reduceSum(math.log(sizes), [0]);
  const graph = differentiate(builder.finish({ y }), { of: "y", wrt: ["x"], prefix: "d/" });
  const [a, b, c, d] = [1, -2, 4, 3];
  const results = referenceEngine.compile(graph).run({ x: [a, b, c, d] });
  const determinant = a * d - b * c;
  expect(results.y[0]).toBeCloseTo(Math.log(determinant), 13);
  const expected = [d, -c, -b, a].map((each) => each / determinant);
  expectClose(results["d/x"], expected, { relative: 1e-13, absolute: 1e-13 }, "gradient");
});

test("diagonal and transposed take each matrix of a batch", () => {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [2, 2, 2] });
  const graph = builder.finish({ d: diagonal(builder, x), t: transposed(builder, x) });
  const { d, t } = referenceEngine.compile(graph).run({ x: [1, 2, 3, 4, 5, 6, 7, 8] });
  expect([...d]).toEqual([1, 4, 5, 8]);
  expect([...t]).toEqual([1, 3, 2, 4, 5, 7, 6, 8]);
});

describe("ops in other ops give the same", () => {
  const expanded: readonly ExpandedOp[] = [
    "cholesky",
    "triangularSolve",
    "lu",
    "luSolve",
    "argsort",
    "sort",
    "scan",
  ];
  const cases = allCases().filter(({ op }) => (expanded as readonly string[]).includes(op));
  test.each(cases)("$label", ({ graph, sample }) => {
    const result = expandOps(graph, expanded);
    verifyGraph(result);
    expect(result.nodes.filter(({ op }) => (expanded as readonly string[]).includes(op))).toEqual([]);
    const expected = referenceEngine.compile(graph).run(sample(5)).y;
    const actual = referenceEngine.compile(result).run(sample(5)).y;
    expectClose(actual, expected, { relative: 1e-12, absolute: 1e-13 }, "y");
  });
});
