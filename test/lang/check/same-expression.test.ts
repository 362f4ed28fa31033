/** What is the same on both sides of a product, or in a model and its guide, however long it is. */
import { describe, expect, test } from "vitest";
import { loadModel } from "../../compiler/lower/load-model.ts";

const long = (last: string): string =>
  `(a * 0.123456 + tanh(a - 0.98765) * sin(a + 0.24680) - cos(a) + ${last})`;

describe("the same expression twice", () => {
  test.each([
    [
      "scales around a covariance that is a product itself (law of generated programs, program 1766)",
      "observe y: Real[K] ~ MultivariateNormal(0, diag(sqrt(ones(K))) @ (diag(ones(K)) @ eye(K) @ diag(ones(K))) @ diag(sqrt(ones(K))))",
    ],
    [
      "scales with index variables of their own",
      "observe y: Real[K] ~ MultivariateNormal(0, diag([exp(a + k) for k in K]) @ eye(K) @ diag([exp(a + k) for k in K]))",
    ],
    ["a long square", `observe y ~ Normal(0, ${long("1")} * ${long("1")} + 0.1)`],
  ])("is known: %s", (_, statement) => {
    loadModel(`model M[K] {\n  a ~ Normal(0, 1)\n  ${statement}\n}`);
  });

  test.each([
    [
      "other scales",
      "observe y: Real[K] ~ MultivariateNormal(0, diag(ones(K)) @ eye(K) @ diag(2 * ones(K)))",
    ],
    ["a product of other numbers", `observe y ~ Normal(0, ${long("1")} * ${long("2")} + 0.1)`],
  ])("is not found in %s", (_, statement) => {
    expect(() => loadModel(`model M[K] {\n  a ~ Normal(0, 1)\n  ${statement}\n}`)).toThrow(
      "support-not-proven",
    );
  });

  test("is not found in two nets with weights of their own", () => {
    const text =
      "net g(x: Real[2]) -> NonNegative = dense(x, 1)[0] * dense(x, 1)[0]\nmodel M { learn f = g; observe y ~ Normal(f([1, 2]), 1) }";
    expect(() => loadModel(text)).toThrow("nothing shows");
  });

  test("is the end of an interval in a model and its guide (law of generated programs, seed 20240501)", () => {
    loadModel(`
dist Inside(low: Real, high: Real) on Real(low, high) {
  logpdf(x) = log(6) + log(x - low) + log(high - x) - 3 * log(high - low)
}
model M(c: Real) {
  u ~ Inside(tanh(c), tanh(c) + 1)
  observe y ~ Normal(u, 1)
}
guide for M { u ~ Normal(0, 1) via bijector }`);
  });
});
