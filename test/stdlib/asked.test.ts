/** Quantiles, means and variances that programs ask: SciPy's values (`asked-values.py`), closed forms, ends, and slopes. */
import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../src/compiler/lower/log-density.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { loadModel } from "../compiler/lower/load-model.ts";
import arrayValues from "./asked-array-values.json" with { type: "json" };
import values from "./asked-values.json" with { type: "json" };

/** What an expression in the numbers `a` gives at each of these. */
function answers(expression: string, at: readonly number[]): number[] {
  const loaded = loadModel(
    `model M[N](a: Unit[N]) {\n  value = [${expression} for n in N]\n  observe y ~ Normal(0, 1)\n}`,
  );
  const lowered = lowerLogDensity(
    { ...loaded, sizes: { N: at.length }, knowns: {} },
    { scale: "constrained" },
  );
  const graph = { ...lowered.graph, outputs: { value: lowered.graph.outputs["binding/value"] } };
  return [...referenceEngine.compile(optimize(graph)).run({ "data/a": at, "data/y": [0] }).value];
}

function expectClose(found: number, wanted: number, what: string): void {
  const error = Object.is(found, wanted) ? 0 : Math.abs(found - wanted) / Math.max(Math.abs(wanted), 1e-3);
  expect(error, `${what}: ${found} for ${wanted}`).toBeLessThan(1e-9);
}

describe.each(values)("$use", ({ use, shares, quantiles, mean, variance }) => {
  test("quantiles", () => {
    answers(`quantile(${use}, a[n])`, shares).forEach((found, at) => {
      expectClose(found, quantiles[at], `at ${shares[at]}`);
    });
  });
  test("mean, variance and sd", () => {
    const [found] = answers(`mean(${use}) + 0 * a[n]`, [0]);
    expectClose(found, mean, "mean");
    expectClose(answers(`variance(${use}) + 0 * a[n]`, [0])[0], variance, "variance");
    expectClose(answers(`sd(${use}) + 0 * a[n]`, [0])[0], Math.sqrt(variance), "sd");
  });
});

describe.each(arrayValues)("$use", ({ use, mean, variance }) => {
  test.each([
    ["mean", mean],
    ["variance", variance],
    ["sd", variance.map(Math.sqrt)],
  ])("%s", (asked, wanted) => {
    const value = `${asked}(${use})`;
    const flat = use.includes("Wishart") ? `flatten(${value})` : value;
    wanted.forEach((each, at) => {
      expectClose(answers(`${flat}[${at}] + 0 * a[n]`, [0])[0], each, `${asked} at ${at}`);
    });
  });
});

describe("quantiles undo distribution functions", () => {
  test.each([
    ["Horseshoe(2)", 0.01],
    ["Horseshoe(2)", 0.9],
    ["VonMises(0.7, 2)", 0.3],
    ["LogitNormal(0.4, 0.8)", 0.2],
    ["RelaxedBernoulli(0.3, 0.5)", 0.7],
    ["3 - 2 * Gamma(2.5, 2)", 0.2],
    ["exp(-StudentT(3, 0, 1))", 0.99],
    ["Mixture([0.3, 0.7] as Simplex[2], Normal(-5, 1), Laplace(2, 0.1))", 0.4],
    ["if 1 < 2 then Gamma(2, 1) else Exponential(3)", 0.4],
  ])("%s at %s", (use, p) => {
    expectClose(answers(`cdf(${use}, quantile(${use}, a[n]))`, [p])[0], p, "p");
  });
});

describe("whole numbers: the smallest k with F(k) ≥ p", () => {
  test.each([
    ["Mixture([0.5, 0.5] as Simplex[2], Poisson(2), Binomial(4000, 0.5))"],
    ["Categorical([0.2, 0, 0.3, 0.5])"],
    ["OrderedLogistic(0.4, [-1, 0.2, 1.5] as Ordered)"],
    ["ZeroInflatedPoisson(0.2, 3)"],
  ])("%s", (use) => {
    const shares = [0.001, 0.19, 0.2, 0.4, 0.6, 0.999];
    const found = answers(`quantile(${use}, a[n])`, shares);
    const at = (k: string): number[] => answers(`cdf(${use}, ${k})`, shares);
    const [upTo, before] = [at(`quantile(${use}, a[n])`), at(`quantile(${use}, a[n]) - 1`)];
    shares.forEach((p, position) => {
      expect(Number.isInteger(found[position])).toBe(true);
      expect(upTo[position]).toBeGreaterThanOrEqual(p - 1e-12);
      expect(before[position]).toBeLessThan(p);
    });
  });
});

test("ends", () => {
  expect(answers("quantile(Normal(0, 1), a[n])", [0, 1])).toEqual([-Infinity, Infinity]);
  expect(answers("quantile(Gamma(2, 1), a[n])", [0, 1])).toEqual([0, Infinity]);
  expect(answers("quantile(Uniform(-1, 3), a[n])", [0, 1])).toEqual([-1, 3]);
  expect(answers("quantile(Binomial(9, 0.3), a[n])", [0, 1])).toEqual([0, 9]);
  expect(answers("quantile(2 - Gamma(2, 1), a[n])", [0, 1])).toEqual([-Infinity, 2]);
});

describe("moments", () => {
  test.each([
    ["mean(Categorical([0.2, 0.3, 0.5]))", 1.3],
    ["variance(Categorical([0.2, 0.3, 0.5]))", 0.61],
    ["mean(3 - 2 * Gamma(2, 4))", 2],
    ["variance((3 - 2 * Gamma(2, 4)) / 4)", 0.03125],
    ["variance(Mixture([0.3, 0.7] as Simplex[2], Normal([0, 3], [1, 2])))", 0.3 + 0.7 * 4 + 9 * 0.21],
    ["mean(if 1 < 2 then Gamma(2, 4) else Exponential(1))", 0.5],
    ["sum(mean(MultivariateNormal([1, 2], [[2, 0.5], [0.5, 1]] as Covariance)))", 3],
    ["sum(variance(MultivariateNormal(0, precision: [[2, 0], [0, 4]] as Covariance)))", 0.75],
    ["sum(variance(MultivariateNormal(0, cholesky: [[1, 0], [1, 2]] as CholeskyCov)))", 6],
    ["dot([1, 10, 100], mean(Dirichlet([1, 2, 5])))", 65.125],
    ["dot([0, 0, 1], variance(Dirichlet([1, 2, 5])))", 15 / (64 * 9)],
    ["mean(Pareto(2, 1))", Infinity],
    ["variance(StudentT(2, 0, 1))", Infinity],
    ["mean(HalfCauchy(2))", Infinity],
    ["variance(HalfCauchy(2))", Infinity],
    ["sum(mean(MultivariateStudentT(1, 0, eye(2))))", Number.NaN],
    ["sum(variance(MultivariateStudentT(2, 0, cholesky: [[1, 0], [1, 2]] as CholeskyCov)))", Infinity],
    ["sum(variance(MultivariateStudentT(4, 0, cholesky: [[1, 0], [1, 2]] as CholeskyCov)))", 12],
    ["mean(InverseWishart(3, eye(2)))[0, 0]", Infinity],
    ["mean(InverseWishart(3, eye(2)))[0, 1]", Number.NaN],
    ["variance(InverseWishart(5, eye(2)))[0, 1]", Infinity],
  ])("%s", (expression, wanted) => {
    expectClose(answers(`${expression} + 0 * a[n]`, [0])[0], wanted, "value");
  });
});

test.each([
  "quantile(Gamma(exp(a), exp(b)), sigmoid(a + b))",
  "quantile(Normal(a, exp(b)), 0.2)",
  "quantile(Weibull(exp(a), exp(b)), 0.7)",
  "quantile(-2 * SkewNormal(a, exp(b), a), 0.3)",
  "sd(Beta(exp(a), exp(b))) + mean(Mixture([0.3, 0.7] as Simplex[2], Exponential(exp(a)), Gamma(2, exp(b))))",
])("slopes of %s", (expression) => {
  const loaded = loadModel(`model M {\n  a ~ Normal(0, 1)\n  b ~ Normal(0, 1)\n  factor ${expression}\n}`);
  const lowered = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "unconstrained" });
  const density = { ...lowered.graph, outputs: { logDensity: lowered.graph.outputs.logDensity } };
  const wrt = ["q/a", "q/b"];
  const graph = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
  const executable = referenceEngine.compile(graph);
  const run = (moved: string, by: number) =>
    executable.run({ "q/a": [0.3 + (moved === "q/a" ? by : 0)], "q/b": [-0.2 + (moved === "q/b" ? by : 0)] });
  const gradient = wrt.map((input) => run("", 0)[`gradient/${input}`][0]);
  wrt.forEach((input, at) => {
    const [above, below] = [1e-5, -1e-5].map((by) => run(input, by).logDensity[0]);
    expect(Math.abs(gradient[at] - (above - below) / 2e-5)).toBeLessThan(1e-6);
  });
});
