/** Splines of the library: interpolation against the classical tridiagonal system, and straight lines. */
import { expect, test } from "vitest";
import { runNet } from "./run-net.ts";

const knots = [-1, 0, 0.7, 2];
const x = [-2, -0.6, 0.2, 1.3, 2.5];

/** The value of a call, and its gradients against finite differences: as the value of a net. */
function evaluate(call: string, inputs: Readonly<Record<string, readonly number[]>>): readonly number[] {
  const declared = Object.entries(inputs).map(([name, values]) => `${name}: Real[${values.length}]`);
  const net = runNet(`model M(${declared.join(", ")}) { value = ${call} }`, { inputs });
  net.checkGradients();
  return net.value;
}

/** The natural cubic spline through (0, 0, 1, 0) at the knots, by the equations of its second derivatives. */
function through([y0, y1, y2, y3]: readonly number[], at: number): number {
  const y = [y0, y1, y2, y3];
  const h = knots.slice(1).map((each, i) => each - knots[i]);
  const right = [1, 2].map((i) => 6 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1]));
  const [a, b, c] = [2 * (h[0] + h[1]), h[1], 2 * (h[1] + h[2])];
  const det = a * c - b * b;
  const m = [0, (c * right[0] - b * right[1]) / det, (a * right[1] - b * right[0]) / det, 0];
  const i = Math.max(0, knots.slice(1, -1).filter((each) => each <= at).length);
  const [u, v] = [knots[i + 1] - at, at - knots[i]];
  return (
    (m[i] * u ** 3 + m[i + 1] * v ** 3) / (6 * h[i]) +
    (y[i] / h[i] - (m[i] * h[i]) / 6) * u +
    (y[i + 1] / h[i] - (m[i + 1] * h[i]) / 6) * v
  );
}

test("a combination of the natural basis is the natural spline through its own values at the knots", () => {
  const basis = evaluate("natural_spline(x, knots)", { x, knots });
  const atKnots = evaluate("natural_spline(x, knots)", { x: knots.map((each) => each + 1e-12), knots });
  const weights = [0.5, -1.2, 0.8];
  const sum = (rows: readonly number[], row: number): number =>
    weights.reduce((total, w, k) => total + w * rows[3 * row + k], 0.3);
  const values = knots.map((_, row) => sum(atKnots, row));
  x.forEach((at, row) => {
    if (at > knots[0] && at < knots[3]) expect(sum(basis, row)).toBeCloseTo(through(values, at), 9);
  });
});

test("beyond the outer knots the natural basis is straight", () => {
  const at = [2.5, 3.5, 4.5, -1.5, -2.5, -3.5];
  const basis = evaluate("natural_spline(x, knots)", { x: at, knots });
  for (const from of [0, 3])
    for (let k = 0; k < 3; k++) {
      const [a, b, c] = [0, 1, 2].map((row) => basis[3 * (from + row) + k]);
      expect(a - 2 * b + c).toBeCloseTo(0, 10);
    }
});

test("linear interpolation keeps to the ends beyond them", () => {
  const values = evaluate("interpolate(x, knots, y)", { x, knots, y: [1, 3, -1, 2] });
  const expected = [1, 1.8, 3 - (4 * 0.2) / 0.7, -1 + (3 * 0.6) / 1.3, 2];
  values.forEach((each, at) => {
    expect(each).toBeCloseTo(expected[at], 12);
  });
});
