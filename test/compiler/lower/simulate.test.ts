/** Simulation against closed forms of the prior and posterior predictive, and what refuses to be simulated. */
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { randomSource } from "../../../src/base/random.ts";
import { elementCount } from "../../../src/compiler/graph.ts";
import { findItemPlate } from "../../../src/compiler/lower/item-plate.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { lowerSimulate } from "../../../src/compiler/lower/simulate.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { erf } from "../../../src/compiler/special-functions.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { loadModel } from "./load-model.ts";

type Arrays = Readonly<Record<string, readonly number[]>>;

const draws = 8_000;
/** Means of that many draws lie within this many standard errors, but for one test in 10 000. */
const errors = 4;

/** Each output in all draws: [draw][element]. */
function simulate(
  text: string,
  sizes: Readonly<Record<string, number>>,
  given: Arrays = {},
  data: Arrays = {},
  count = draws,
): Record<string, number[][]> {
  const names = Object.keys(given);
  const { graph, noise } = lowerSimulate({ ...loadModel(text), sizes, knowns: {} }, { given: names });
  const optimized = optimize(graph);
  const executable = referenceEngine.compile(optimized);
  const inputs: Record<string, ArrayLike<number>> = {};
  for (const [name, values] of Object.entries(given)) inputs[`value/${name}`] = values;
  for (const [name, values] of Object.entries(data)) inputs[`data/${name}`] = values;
  const buffers = noise.map((each) => ({ ...each, values: new Float64Array(elementCount(each.shape)) }));
  for (const { input, values } of buffers) inputs[input] = values;
  const results: Record<string, number[][]> = {};
  for (let draw = 0; draw < count; draw++) {
    const random = randomSource({ seed: 11, stream: 0 }, draw);
    for (const { kind, values } of buffers)
      if (kind === "normal") random.fillNormal(values);
      else random.fillUniform(values);
    const needed = Object.keys(optimized.inputs).map((name) => [name, inputs[name]]);
    for (const [name, values] of Object.entries(executable.run(Object.fromEntries(needed)))) {
      results[name] ??= [];
      results[name].push([...values]);
    }
  }
  return results;
}

function column(rows: readonly number[][], at = 0): number[] {
  return rows.map((row) => row[at]);
}

function mean(x: readonly number[]): number {
  return x.reduce((sum, each) => sum + each, 0) / x.length;
}

function covariance(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [mean(x), mean(y)];
  return x.reduce((sum, each, i) => sum + (each - a) * (y[i] - b), 0) / x.length;
}

/** That the mean of these numbers may be `expected`. */
function expectMean(x: readonly number[], expected: number): void {
  const error = Math.sqrt(covariance(x, x) / x.length);
  expect(Math.abs(mean(x) - expected)).toBeLessThan(errors * error);
}

/** That the covariance may be `expected`: the mean of the centred products. */
function expectCovariance(x: readonly number[], y: readonly number[], expected: number): void {
  const [a, b] = [mean(x), mean(y)];
  expectMean(
    x.map((each, i) => (each - a) * (y[i] - b)),
    expected,
  );
}

describe("prior moments", () => {
  test("a hierarchy of normals", () => {
    const results = simulate(
      `model M[J] {
        mu ~ Normal(1, 2)
        plate j in J { theta[j] ~ Normal(mu, 3) via noncentered
          d[j] = theta[j] - mu
          observe y[j] ~ Normal(theta[j], 0.5) }
      }`,
      { J: 2 },
    );
    const [first, second] = [0, 1].map((j) => column(results["variable/y"], j));
    expectMean(first, 1);
    expectCovariance(first, first, 4 + 9 + 0.25);
    expectCovariance(first, second, 4);
    expectCovariance(column(results["binding/d"]), column(results["variable/mu"]), 0);
  });

  test("a random walk, step by step", () => {
    const results = simulate(
      `model M[T] {
        x[0] ~ Normal(0, 1)
        for t in 1..T { x[t] ~ Normal(0.5 * x[t-1], 2) }
        plate t in T { observe y[t] ~ Poisson(exp(0.1 * x[t])) }
      }`,
      { T: 3 },
    );
    const x = [0, 1, 2].map((t) => column(results["variable/x"], t));
    const [v1, v2] = [0.25 + 4, 0.25 * (0.25 + 4) + 4];
    expectCovariance(x[1], x[1], v1);
    expectCovariance(x[2], x[2], v2);
    expectCovariance(x[2], x[0], 0.25);
    // E exp(0.1 x) = exp(0.005 Var x)
    expectMean(column(results["variable/y"], 2), Math.exp(0.005 * v2));
  });

  test("a recursion on its own draws", () => {
    const results = simulate(
      `model M[T](s: Positive) {
        h[0] = s ^ 2
        observe y[0] ~ Normal(0, s)
        for t in 1..T {
          h[t] = 0.2 + 0.3 * y[t-1] ^ 2 + 0.4 * h[t-1]
          observe y[t] ~ Normal(0, sqrt(h[t] as Positive))
        }
      }`,
      { T: 3 },
      {},
      { s: [1.5] },
    );
    // E y_t² = h_t with E h_t = 0.2 + 0.7 E h_{t−1}
    const [h1, h2] = [0.2 + 0.7 * 2.25, 0.2 + 0.7 * (0.2 + 0.7 * 2.25)];
    const squares = (t: number): number[] => column(results["variable/y"], t).map((each) => each ** 2);
    expectMean(squares(1), h1);
    expectMean(squares(2), h2);
    expectMean(column(results["binding/h"], 2), h2);
  });

  test("a mixture over a discrete variable, and a match on it", () => {
    const results = simulate(
      `model M[N] {
        plate n in N {
          z[n] ~ Categorical([0.2, 0.3, 0.5])
          observe x[n] ~ Normal([-1, 0, 4][z[n]], 1)
          observe k[n] ~ match z[n] { 0 => Poisson(1), 1 => Poisson(10), _ => Poisson(3) }
        }
      }`,
      { N: 2 },
    );
    expectMean(column(results["variable/x"], 1), 1.8);
    expectMean(column(results["variable/k"], 0), 0.2 + 3 + 1.5);
    expectMean(column(results["variable/z"], 1), 1.3);
    // z of one item has nothing to do with x of the other.
    expectCovariance(column(results["variable/z"], 0), column(results["variable/x"], 1), 0);
  });

  test("rows of simplexes and categories by rows", () => {
    const results = simulate(
      `model M[D] {
        P: Simplex[D, 3] ~ Dirichlet([1, 2, 3])
        observe x: Nat[D] ~ Categorical(P)
        observe y: Nat[D] ~ Categorical(P[0])
        observe b: Bool[D] ~ Bernoulli(P[1, 2])
      }`,
      { D: 2 },
    );
    [1 / 6, 2 / 6, 3 / 6, 1 / 6, 2 / 6, 3 / 6].forEach((share, at) => {
      expectMean(column(results["variable/P"], at), share);
    });
    for (const at of [0, 1]) expectMean(column(results["variable/x"], at), 2 / 6 + 2 * (3 / 6));
    // Var of Dirichlet's third share: α(α₀ − α) / (α₀² (α₀ + 1)) = 9 / (36 · 7); both y come from the same row.
    const last = (at: number): number[] =>
      column(results["variable/y"], at).map((each) => Number(each === 2));
    expectCovariance(last(0), last(1), 9 / (36 * 7));
    expectMean(column(results["variable/b"], 1), 0.5);
  });

  test("ordered draws are sorted draws: the smallest of three has its own distribution", () => {
    const results = simulate(
      "model M[N] { plate n in N { x[n]: Ordered[3] ~ Normal(2, 3) ; observe y[n] ~ Normal(x[n, 0], 1) } }".replace(
        " ; ",
        "\n",
      ),
      { N: 2 },
    );
    for (const row of results["variable/x"]) {
      expect(row[0] < row[1] && row[1] < row[2]).toBe(true);
      expect(row[3] < row[4] && row[4] < row[5]).toBe(true);
    }
    // The expected smallest of three standard normals is −3 / (2 √π) (Godwin 1949).
    expectMean(column(results["variable/x"], 3), 2 - 9 / (2 * Math.sqrt(Math.PI)));
    expectMean(column(results["variable/x"], 1), 2);
  });
});

describe("positive draws in order", () => {
  test("the smallest of two exponential waiting times waits at twice the rate", () => {
    const results = simulate(
      "model M { x: PositiveOrdered[2] ~ Exponential(0.5)\nobserve y ~ Normal(x[0], 1) }",
      {},
    );
    for (const [first, second] of results["variable/x"]) expect(0 < first && first < second).toBe(true);
    expectMean(column(results["variable/x"], 0), 1);
    expectMean(column(results["variable/x"], 1), 1 + 2);
  });

  test("draws from the whole line are cut down to what is positive", () => {
    const results = simulate(
      "model M { x: PositiveOrdered[2] ~ Normal(0, 1)\nobserve y ~ Normal(x[0], 1) }",
      {},
    );
    for (const [first, second] of results["variable/x"]) expect(0 < first && first < second).toBe(true);
    // Both together have the mean of two half-normal draws.
    expectMean(
      results["variable/x"].map(([first, second]) => first + second),
      2 * Math.sqrt(2 / Math.PI),
    );
  });
});

describe("a declared type that cuts the distribution down", () => {
  /** E x and E x² under the log density between the bounds, by the midpoint rule. */
  test.each([
    ["a: Positive ~ Normal(0.5, 2)", (x: number) => Math.exp(-((x - 0.5) ** 2) / 8), 0, 30],
    ["a: Real(-1, 0.5) ~ Normal(1, 1)", (x: number) => Math.exp(-((x - 1) ** 2) / 2), -1, 0.5],
    ["a: Real(1, 2) ~ HalfNormal(1)", (x: number) => Math.exp(-(x ** 2) / 2), 1, 2],
    ["a: Real(0.5, 2) ~ LogNormal(0, 1)", (x: number) => Math.exp(-(Math.log(x) ** 2) / 2) / x, 0.5, 2],
    ["a: Positive ~ Logistic(-1, 1)", (x: number) => 1 / Math.cosh((x + 1) / 2) ** 2, 0, 60],
    ["a: Real(1, 4) ~ Exponential(0.5)", (x: number) => Math.exp(-x / 2), 1, 4],
    ["a: Real(0.2, 0.5) ~ Uniform(0, 1)", () => 1, 0.2, 0.5],
    ["a: Real(-1, 2) ~ Laplace(1, 0.5)", (x: number) => Math.exp(-2 * Math.abs(x - 1)), -1, 2],
    ["a: Real(-9, 2) ~ Cauchy(1, 0.5)", (x: number) => 1 / (1 + 4 * (x - 1) ** 2), -9, 2],
    ["a: Real(0.5, 20) ~ HalfCauchy(2)", (x: number) => 1 / (1 + (x / 2) ** 2), 0.5, 20],
  ] as const)("%s", (statement, density, low, high) => {
    const cells = 20_000;
    const points = Array.from({ length: cells }, (_, i) => low + ((i + 0.5) / cells) * (high - low));
    const weights = points.map(density);
    const total = weights.reduce((sum, each) => sum + each, 0);
    const expected = (power: number): number =>
      points.reduce((sum, x, i) => sum + x ** power * weights[i], 0) / total;
    const drawn = column(simulate(`model M { ${statement} }`, {})["variable/a"]);
    expect(drawn.every((x) => x >= low && x <= high)).toBe(true);
    expectMean(drawn, expected(1));
    expectMean(
      drawn.map((x) => x ** 2),
      expected(2),
    );
  });
});

describe("draws that round to an end of their support", () => {
  const text = `model M[N] {
    high ~ Normal(5, 1)
    plate n in N {
      share[n] ~ sigmoid(Normal(0, 60))
      most[n] ~ Beta(1, 0.04)
      tiny[n] ~ Gamma(0.003, 1)
      beyond[n] ~ 3 - 2 * exp(Normal(0, 60))
      under[n] ~ high - exp(Normal(0, 60))
      observe seen[n] ~ Censored(Normal(0, 1), high: 0.5)
    }
  }`;

  test("become numbers next to it", () => {
    const results = simulate(text, { N: 20 }, {}, {}, 50);
    const all = (name: string): number[] => results[`variable/${name}`].flat();
    const next = 1 - Number.EPSILON;
    for (const name of ["share", "most"]) {
      expect(Math.max(...all(name))).toBe(next);
      // As many as lie beyond.
      const count = all(name).filter((each) => each === next).length;
      const expected = name === "share" ? 0.5 * (1 - erf(36 / 60 / Math.SQRT2)) : Number.EPSILON ** 0.04;
      const error = Math.sqrt(expected * (1 - expected) * 1000);
      expect(Math.abs(count - 1000 * expected)).toBeLessThan(errors * error);
    }
    expect(Math.min(...all("tiny"))).toBe(Number.MIN_VALUE);
    expect(Math.max(...all("beyond"))).toBe(3 - 3 * Number.EPSILON);
    results["variable/under"].forEach((row, draw) => {
      const [high] = results["variable/high"][draw];
      expect(row.every((each) => each < high)).toBe(true);
      expect(Math.max(...row)).toBeCloseTo(high, 12);
    });
  });

  test("and no end is needed", () => {
    const open = `model M[N] {
      rate ~ Gamma(2, 1)
      plate n in N {
        known[n] ~ TruncatedNormal(0, 1, -infinity, infinity)
        computed[n] ~ TruncatedNormal(0, 1, 0, rate / 0)
      }
    }`;
    const results = simulate(open, { N: 20 }, {}, {}, 5);
    for (const name of ["known", "computed"]) {
      expect(results[`variable/${name}`].flat().every(Number.isFinite)).toBe(true);
    }
  });

  test("but for what is censored, which lies at its ends", () => {
    const seen = simulate(text, { N: 20 }, {}, {}, 50)["variable/seen"].flat();
    expect(Math.max(...seen)).toBe(0.5);
  });
});

describe("with values given", () => {
  test("posterior predictive of a fixed latent", () => {
    const text = `model M[N] {
      m ~ Normal(0, 1)
      s ~ HalfNormal(1)
      plate n in N { observe y[n] ~ Normal(m, s) }
    }`;
    const results = simulate(text, { N: 2 }, { m: [3], s: [0.5] });
    expect(new Set(column(results["variable/m"]))).toEqual(new Set([3]));
    const [first, second] = [0, 1].map((n) => column(results["variable/y"], n));
    expectMean(first, 3);
    expectCovariance(first, first, 0.25);
    expectCovariance(first, second, 0);
  });

  test("an ordered axis whose variable is given needs no steps", () => {
    const text = `model M[T] {
      x[0] ~ Normal(0, 1)
      for t in 1..T { x[t] ~ Normal(x[t-1], 1) ; observe y[t] ~ Normal(x[t] - x[t-1], 0.1) }
      observe y[0] ~ Normal(0, 0.1)
    }`.replace(" ; ", "\n");
    const sizes = { T: 400 };
    const input = { ...loadModel(text), sizes, knowns: {} };
    expect(lowerSimulate(input, { given: ["x"] }).graph.nodes.length).toBeLessThan(60);
    const x = Array.from({ length: 400 }, (_, t) => t * t * 0.01);
    const results = simulate(text, sizes, { x }, {}, 200);
    expectMean(column(results["variable/y"], 300), 0.01 * (300 ** 2 - 299 ** 2));
  });

  test("first elements that are only looked back at come from the data", () => {
    const text = `model M[T] {
      a ~ Normal(0, 1)
      for t in 2..T { observe y[t] ~ Normal(a * y[t-1] + y[t-2], 0.001) }
    }`;
    const input = { ...loadModel(text), sizes: { T: 4 }, knowns: {} };
    expect(lowerSimulate(input, { given: ["a"] }).initial).toEqual(["y"]);
    expect(lowerSimulate(input, { given: ["a", "y"] }).initial).toEqual([]);
    const results = simulate(text, { T: 4 }, { a: [2] }, { y: [1, 3, 0, 0] }, 50);
    for (const row of results["variable/y"]) {
      expect(row.slice(0, 2)).toEqual([1, 3]);
      expect(row[2]).toBeCloseTo(7, 1);
      expect(row[3]).toBeCloseTo(17, 1);
    }
  });
});

function problemOf(action: () => unknown): { code: string; message: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0];
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("refusals", () => {
  const simulated = (text: string) => () =>
    lowerSimulate({ ...loadModel(text), sizes: { N: 2 }, knowns: {} }, { given: [] });

  test.each([
    ["a factor", "model M { a ~ Normal(0, 1)\nfactor -a ^ 2 }", /factor/],
    ["an improper prior", "model M { a ~ Flat()\nobserve y ~ Normal(a, 1) }", /Flat is improper/],
    [
      "truncation by a bound that is drawn",
      "model M { a ~ Uniform(0, 1)\nb: Real(0, 1 - a) ~ Uniform(0, 1) }",
      /`b`.*bounds depend/,
    ],
    [
      "a truncated distribution without a cdf",
      "dist Quartic() on Real { logpdf(x) = -x ^ 4 }\nmodel M { b: Real(0, 0.5) ~ Quartic() }",
      /`b`.*Quartic.*cdf/,
    ],
    [
      "draws in order from different distributions",
      "model M { a: Ordered[2] ~ Normal([0, 1], 1) }",
      /`a`.*different/,
    ],
    ["ordered rows", "model M { a: Ordered[2, 3] ~ Normal(0, 1)\nobserve y ~ Normal(a[0, 1], 1) }", /`a`/],
  ])("cannot simulate %s", (_, text, message) => {
    const problem = problemOf(simulated(text));
    expect(problem.code).toBe("cannot-simulate");
    expect(problem.message).toMatch(message);
  });

  test("training a model with a factor that belongs to no item", () => {
    const plate = "plate n in N { z[n] ~ Normal(0, 1)\nobserve y[n] ~ Normal(z[n], 1) }";
    const { model } = loadModel(`model M[N] { ${plate}\nfactor -1 }`);
    expect(problemOf(() => findItemPlate(model)).code).toBe("not-amortizable");
    expect(findItemPlate(loadModel(`model M[N] { ${plate} }`).model).size).toBe("N");
  });

  test("an empty plate", () => {
    const text = "model M[N] { a ~ Normal(0, 1)\nplate n in N { observe y[n] ~ Normal(a, 1) } }";
    const lowered = () =>
      lowerLogDensity({ ...loadModel(text), sizes: { N: 0 }, knowns: {} }, { scale: "unconstrained" });
    expect(problemOf(lowered).code).toBe("axis-empty");
  });

  const sumOut = (text: string, sizes: Record<string, number>) => () =>
    lowerLogDensity({ ...loadModel(text), sizes, knowns: {} }, { scale: "unconstrained" });

  test.each([
    [
      "every pair of elements of one plate",
      `model M[N] { plate n in N { z[n] ~ Bernoulli(0.5) }
      plate i in N { plate j in N { observe y[i, j] ~ Normal(if z[i] == z[j] then 1 else 0, 1) } } }`,
      /two places that vary independently/,
    ],
    [
      "every pair of elements of two plates",
      `model M[N] { plate n in N { a[n] ~ Bernoulli(0.5) }
      plate n in 3 { b[n] ~ Bernoulli(0.5) }
      plate i in N { plate j in 3 { observe y[i, j] ~ Normal(if a[i] == b[j] then 1 else 0, 1) } } }`,
      /plates that do not lie in each other/,
    ],
    [
      "one element at a fixed place and all others",
      `model M[T] { z[0] ~ Bernoulli(0.5)
      for t in 1..T { z[t] ~ Bernoulli(if z[0] then 0.9 else 0.1) } }`,
      /fixed place/,
    ],
    [
      "chains along two axes",
      `model M[S, T] { plate s in S { z[0, s] ~ Bernoulli(0.5) }
      for t in 1..T { plate s in S { z[t, s] ~ Bernoulli(if z[t-1, s] then 0.9 else 0.1) } }
      for t in T { plate s in 1..S { factor if z[t, s] == z[t, s-1] then 1 else 0 } } }`,
      /along two axes at once/,
    ],
    [
      "a chain per item that depends on a chain of all",
      `model M[T] { z[0] ~ Bernoulli(0.5)
      plate j in 3 { b[0, j] ~ Bernoulli(0.5) }
      for t in 1..T {
        z[t] ~ Bernoulli(if z[t-1] then 0.9 else 0.1)
        plate j in 3 { b[t, j] ~ Bernoulli(if b[t-1, j] && z[t] then 0.9 else 0.1) }
      } }`,
      /chain for each element of a plate/,
    ],
    [
      "two elements at places that data give",
      `model M[N, S](a: Nat[N], b: Nat[N]) { plate s in S { z[s] ~ Bernoulli(0.5) }
      plate n in N { observe y[n] ~ Normal(if z[a[n]] && z[b[n]] then 1 else 0, 1) } }`,
      /two elements of it, at places that data give/,
    ],
    [
      "an element at a place that data give, and one of the plate",
      `model M[N, S](g: Nat[N]) { plate s in S { z[s] ~ Bernoulli(0.5) }
      plate n in N { c[n] ~ Bernoulli(if z[g[n]] then 0.2 else 0.6) ; observe y[n] ~ Normal(if c[n] then 1 else 0, 1) } }`,
      /`c` cannot be summed out: this term depends on it along a plate/,
    ],
    [
      "places of a variable of another length",
      `model M[N, S, T](g: Nat[N]) { plate s in S { z[s] ~ Bernoulli(0.5) }
      plate t in T { c[t] ~ Bernoulli(0.5) }
      plate n in N { observe y[n] ~ Normal(if z[g[n]] && c[g[n]] then 1 else 0, 1) } }`,
      /places of a variable of another length/,
    ],
  ])("cannot sum out: %s", (_, text, message) => {
    const problem = problemOf(sumOut(text, { N: 4, S: 3, T: 4 }));
    expect(problem.code).toBe("cannot-sum-out");
    expect(problem.message).toMatch(message);
  });

  test("a sum that is too large", () => {
    const text = `model M[N, K] { z[0] ~ Categorical(ones(K) / K)
    for t in 1..9 { z[t] ~ Categorical(ones(K) / K) }
    observe y ~ Normal(z[0] * z[8], 1) }`;
    const problem = problemOf(sumOut(text, { N: 4, K: 10 }));
    expect(problem.code).toBe("sum-too-large");
    expect(problem.message).toContain("the most is 67 108 864");
  });
});
