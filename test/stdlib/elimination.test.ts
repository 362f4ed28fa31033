/** Systems and determinants: larger matrices against NumPy (elimination-values.py), Hilbert's against its inverse in whole numbers. */
import { expect, test } from "vitest";
import cases from "./elimination-values.json" with { type: "json" };
import { runNet } from "./run-net.ts";

const program = (value: string): string => `model M[N](A: Real[N, N], b: Real[N]) { value = ${value} }`;

/** A linear congruence, between −0.5 and 0.5. */
function numbers(seed: number, count: number): number[] {
  let current = seed;
  return Array.from({ length: count }, () => {
    current = (current * 48271) % 2147483647;
    return current / 2147483647 - 0.5;
  });
}

test.each(cases)("a matrix of $n rows", ({ n, solution, sign, log, condition }) => {
  const inputs = { A: numbers(n, n * n), b: numbers(n + 1, n) };
  const run = (value: string) => runNet(program(value), { sizes: { N: n }, inputs });
  const solved = run("concat(solve(A, b), inverse(A) @ b)").value;
  const largest = Math.max(...solution.map(Math.abs));
  for (const [at, value] of solved.entries())
    expect(Math.abs(value - solution[at % n])).toBeLessThan(1e-15 * condition * largest);
  const [logarithm, signed] = run("[log_abs_det(A), sign(determinant(A))]").value;
  expect(logarithm).toBeCloseTo(log, 10);
  expect(signed).toBe(sign);
});

test("gradients of many pivots that change places", () => {
  const A = numbers(3, 100);
  for (let i = 0; i < 10; i++) A[10 * i + ((i + 3) % 10)] += 3;
  const inputs = { A, b: numbers(4, 10) };
  runNet(program("concat([log_abs_det(A), determinant(A) / 10000], solve(A, b))"), {
    sizes: { N: 10 },
    inputs,
  }).checkGradients();
});

/** Of 8 rows its condition is 1.5e10; its inverse has whole numbers (Choi 1983). */
test("the matrix of Hilbert", () => {
  const n = 8;
  const choose = (of: number, k: number): number => (k === 0 ? 1 : (choose(of - 1, k - 1) * of) / k);
  const inverse = (i: number, j: number): number =>
    (-1) ** (i + j) *
    (i + j + 1) *
    choose(n + i, n - j - 1) *
    choose(n + j, n - i - 1) *
    choose(i + j, i) ** 2;
  const A = Array.from({ length: n * n }, (_, at) => 1 / (Math.floor(at / n) + (at % n) + 1));
  const b = Array.from({ length: n }, () => 1);
  const found = runNet(program("inverse(A)"), { sizes: { N: n }, inputs: { A, b } }).value;
  for (const [at, value] of found.entries())
    expect(Math.abs(value / inverse(Math.floor(at / n), at % n) - 1)).toBeLessThan(1e-16 * 1.5e10 * 10);
  // What is found solves the system to the last digits even so.
  const x = runNet(program("solve(A, b)"), { sizes: { N: n }, inputs: { A, b } }).value;
  const scale = Math.max(...x.map(Math.abs));
  for (let i = 0; i < n; i++)
    expect(Math.abs(x.reduce((sum, each, j) => sum + A[i * n + j] * each, -1))).toBeLessThan(1e-15 * scale);
});

test("a singular matrix has determinant 0 and no solution", () => {
  const inputs = { A: [1, 2, 3, 2, 4, 6, 1, 0, 1], b: [1, 1, 1] };
  const run = (value: string) => runNet(program(value), { sizes: { N: 3 }, inputs });
  expect(Math.abs(run("[determinant(A)]").value[0])).toBe(0);
  expect(run("[log_abs_det(A)]").value).toEqual([Number.NEGATIVE_INFINITY]);
  expect(run("solve(A, b)").value.every(Number.isFinite)).toBe(false);
});

test("matrices of whole numbers, and one matrix for many systems", () => {
  const text = `model M[N, P](A: Int[P, N, N], B: Real[P, N]) {
    value = [[dot(solve(A[0], B[p]), B[p]), dot(solve(A[p], B[0]), B[p]), determinant(A[p])] for p in P]
  }`;
  const inputs = { A: [0, 2, 1, 1, 2, 1, 4, 3], B: [4, 3, 1, -1] };
  const { value } = runNet(text, { sizes: { N: 2, P: 2 }, inputs });
  // A₀⁻¹ (4, 3) = (1, 2), A₀⁻¹ (1, −1) = (−1.5, 0.5); A₁⁻¹ (4, 3) = (4.5, −5)
  expect(value).toEqual([10, 10, -2, -2, 9.5, 2]);
});
