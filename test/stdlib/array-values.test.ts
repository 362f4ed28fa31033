/** Functions of arrays, matrices and splines against NumPy and SciPy (array-values.py), and their gradients against finite differences. */
import { expect, test } from "vitest";
import cases from "./array-values.json" with { type: "json" };
import { runNet } from "./run-net.ts";

const helpers = "def top_values[N](x: Real[N]): Real[3] {\n  (largest, at) = top_k(x, 3)\n  largest\n}\n";

/** Where knots and points meet there is no derivative, and none at a singular matrix by this way of computing. */
const isSmooth = (call: string): boolean => !call.includes("clamped") && call !== "[determinant(A), 0]";

test.each(cases.map((each, at) => ({ ...each, at })))("$call ($at)", ({ call, types, inputs, value }) => {
  const declared = Object.entries(types).map(([name, shape]) => `${name}: Real[${shape.join(", ")}]`);
  const program = `${helpers}model M(${declared.join(", ")}) { value = ${call} }`;
  const net = runNet(program, { inputs: inputs as unknown as Record<string, number[]> });
  expect(net.value.length).toBe(value.length);
  for (const [i, each] of value.entries())
    expect(Math.abs(net.value[i] - each), `${i}: ${net.value[i]}, not ${each}`).toBeLessThan(
      1e-12 * Math.max(1, ...value.map(Math.abs)),
    );
  if (isSmooth(call)) net.checkGradients();
});
