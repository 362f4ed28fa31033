import { expect, test } from "vitest";
import { type Arithmetic, arithmetic } from "../../../src/compiler/arithmetic.ts";
import { createBuilder } from "../../../src/compiler/builder.ts";
import type { NodeId } from "../../../src/compiler/graph.ts";
import * as scalar from "../../../src/compiler/special-functions.ts";
import * as formulas from "../../../src/engines/onnx/special-functions.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";

/** The formula's values in doubles. */
function evaluate(
  formula: (math: Arithmetic, x: NodeId) => NodeId,
  values: readonly number[],
): readonly number[] {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [values.length] });
  const graph = builder.finish({ y: formula(arithmetic(builder), x) });
  return [...referenceEngine.compile(graph).run({ x: values }).y];
}

const range = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
const positive = [...range(1e-3, 12, 400), 1e-300, 1e-9, 2.5, 7, 8, 100, 1e6, 1e300];
const negative = range(-9.97, -0.03, 200);
const logarithmic = range(-300, 2, 200).map((exponent) => 10 ** exponent);

/** Relative to the value, and absolute where it passes through zero. */
const cases: readonly (readonly [
  string,
  (math: Arithmetic, x: NodeId) => NodeId,
  (x: number) => number,
  readonly number[],
  number,
])[] = [
  [
    "log1p",
    (m, x) => formulas.log1p(m, x, "f64"),
    Math.log1p,
    [...logarithmic, ...range(-0.99, 1, 99)],
    1e-15,
  ],
  ["expm1", (m, x) => formulas.expm1(m, x, "f64"), Math.expm1, [...range(-40, 40, 401), 1e-200], 2e-15],
  ["softplus", (m, x) => formulas.softplus(m, x, "f64"), scalar.softplus, range(-700, 700, 301), 1e-15],
  ["sigmoid", (m, x) => formulas.sigmoid(m, x, "f64"), scalar.sigmoid, range(-700, 700, 301), 1e-15],
  ["tan", (m, x) => formulas.tan(m, x, "f64"), Math.tan, range(-1.5, 1.5, 101), 1e-15],
  ["lgamma", (m, x) => formulas.lgamma(m, x, "f64"), scalar.lgamma, [...positive, ...negative], 2e-14],
  ["digamma", (m, x) => formulas.digamma(m, x, "f64"), scalar.digamma, [...positive, ...negative], 2e-14],
  ["erf", (m, x) => formulas.erf(m, x, "f64"), scalar.erf, [...range(-7, 7, 401), 1e-300], 2e-15],
  ["erfinv", (m, x) => formulas.erfinv(m, x, "f64"), scalar.erfinv, range(-0.999999, 0.999999, 401), 1e-14],
  ...[1, 2, 3, 5].map(
    (order) =>
      [
        `polygamma ${order}`,
        (m: Arithmetic, x: NodeId) => formulas.polygamma(m, order, x, "f64"),
        (x: number) => scalar.polygamma(order, x),
        [...range(1e-3, 40, 400), ...range(-3.9, -0.1, 41)],
        1e-13,
      ] as const,
  ),
];

test.each(cases)("%s in doubles", (_, formula, expected, values, tolerance) => {
  evaluate(formula, values).forEach((value, i) => {
    const right = expected(values[i]);
    const error = Math.abs(value - right) / Math.max(Math.abs(right), values[i] < 0 ? 1 : 0.1);
    if (!Object.is(value, right))
      expect(error, `at ${values[i]}: ${value}, not ${right}`).toBeLessThan(tolerance);
  });
});

test("sigmoid, softplus and log1p keep the digits of tiny results", () => {
  expect(evaluate((m, x) => formulas.sigmoid(m, x, "f64"), [-300])[0] / Math.exp(-300)).toBeCloseTo(1, 14);
  expect(evaluate((m, x) => formulas.softplus(m, x, "f64"), [-300])[0] / Math.exp(-300)).toBeCloseTo(1, 14);
  expect(evaluate((m, x) => formulas.log1p(m, x, "f64"), [1e-300, -1e-300, 0])).toEqual([1e-300, -1e-300, 0]);
});

// Abramowitz and Stegun (1964), tables 6.1 and 7.1, and closed forms.
test.each([
  ["lgamma(1/2) = log √π", formulas.lgamma, 0.5, 0.5 * Math.log(Math.PI)],
  ["ψ(1) = −γ", formulas.digamma, 1, -0.5772156649015329],
  ["ψ′(1) = π² / 6", (m: Arithmetic, x: NodeId) => formulas.polygamma(m, 1, x, "f64"), 1, Math.PI ** 2 / 6],
  ["erf(1/2)", formulas.erf, 0.5, 0.5204998778130465],
  ["erf⁻¹(1/2)", formulas.erfinv, 0.5, 0.4769362762044699],
] as const)("%s", (_, formula, x, expected) => {
  expect(evaluate((m, id) => formula(m, id, "f64"), [x])[0]).toBeCloseTo(expected, 14);
});

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
test.each([
  ["log1p", formulas.log1p, [-1, -2, infinity, nan], [-infinity, nan, infinity, nan]],
  ["expm1", formulas.expm1, [-infinity, infinity, nan], [-1, infinity, nan]],
  ["softplus", formulas.softplus, [-infinity, infinity, nan], [0, infinity, nan]],
  ["sigmoid", formulas.sigmoid, [-infinity, infinity, nan], [0, 1, nan]],
  ["lgamma", formulas.lgamma, [0, -1, -2, infinity, nan], [infinity, infinity, infinity, infinity, nan]],
  ["digamma", formulas.digamma, [0, -1, infinity, nan], [nan, nan, infinity, nan]],
  ["erf", formulas.erf, [-infinity, infinity, nan], [-1, 1, nan]],
  ["erfinv", formulas.erfinv, [-1, 1, 1.5, nan], [-infinity, infinity, nan, nan]],
] as const)("%s at its ends and poles", (_, formula, values, expected) => {
  for (const precision of ["f32", "f64"] as const)
    expect(evaluate((m, x) => formula(m, x, precision), values)).toEqual(expected);
});
