/** Hand-written guides, fitted: against posteriors and evidences in closed form. */
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { randomSource } from "../../../src/base/random.ts";
import { lgamma } from "../../../src/compiler/special-functions.ts";
import { outputName } from "../../../src/driver/answers/output-name.ts";
import type { GivenData, Program } from "../../../src/driver/api-types.ts";
import { compile } from "../../../src/driver/compile.ts";
import { planDensity } from "../../../src/driver/density/density-plan.ts";
import { densityTarget } from "../../../src/driver/density/density-target.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { infer, inferWithArtifact, train } from "../../../src/driver/node-driver.ts";
import { planGuide } from "../../../src/driver/training/guide-plan.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { svi } from "../../../src/inference/svi/svi.ts";
import type { DensityTarget, WrittenGuide } from "../../../src/inference/target.ts";
import { runStrategy } from "../../inference/run-strategy.ts";
import { factor, programOf } from "../programs.ts";

function targetOf(program: Program, data: GivenData): DensityTarget & { readonly guide: WrittenGuide } {
  const model = program.model();
  const bound = bindOrThrow(model, data, {});
  const plan = planDensity(program.core, model, bound);
  const guide = planGuide(program.core, model, bound, plan.variables.map(outputName), 1);
  const target = densityTarget({ ...plan, guide }, referenceEngine);
  if (target.guide === undefined) throw new Error("no guide");
  return { ...target, guide: target.guide };
}

const key = { seed: 1, stream: 0 };

function logNormal(x: number, mean: number, variance: number): number {
  return -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));
}

describe("SVI with a guide that holds the posterior finds it, and an ELBO that is the evidence", () => {
  test("a normal mean", async () => {
    const y = [1.2, -0.4, 2.5, 0.3, 1.9, 0.8];
    const program = await programOf(`
      model M[N] { mu ~ Normal(0, 2); plate n in N { observe y[n] ~ Normal(mu, 1) } }
      guide for M { learn m = 0; learn s: Positive = 1; mu ~ Normal(m, s) }
    `);
    const { result } = runStrategy(svi, targetOf(program, { y }), svi.defaults, key);
    const precision = y.length + 1 / 4;
    const mean = y.reduce((sum, value) => sum + value, 0) / precision;
    // p(y) = p(y | μ) p(μ) / p(μ | y) at any μ.
    const evidence =
      y.reduce((sum, value) => sum + logNormal(value, mean, 1), 0) +
      logNormal(mean, 0, 4) -
      logNormal(mean, mean, 1 / precision);
    // The path derivative has no variance at the optimum: nothing is left of noise.
    expect(result.optimization?.elbo).toBeCloseTo(evidence, 4);
    for (const weight of result.logWeights ?? []) expect(weight).toBeCloseTo(evidence, 1);
    const draws = result.variables[0].values;
    const average = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    expect(Math.abs(average - mean)).toBeLessThan(4 / Math.sqrt(precision * draws.length) + 1e-3);
  });

  test("a linear regression, with a full covariance", async () => {
    const x = [0.5, -1.2, 2, 0.3, -0.7];
    const y = [1.1, -2.3, 4.2, 0.9, -0.6];
    const program = await programOf(`
      model Line[N](x: Real[N]) {
        beta: Real[2] ~ Normal(0, 2)
        plate n in N { observe y[n] ~ Normal(beta[0] + beta[1] * x[n], 1) }
      }
      guide for Line {
        learn m: Real[2] = 0
        learn L: CholeskyCov[2] = eye()
        beta ~ MultivariateNormal(m, cholesky: L)
      }
    `);
    const { result } = runStrategy(svi, targetOf(program, { x, y }), svi.defaults, key);
    // Posterior precision A = Xᵀ X + I / 4, mean A⁻¹ Xᵀ y.
    const sum = (of: (n: number) => number): number => x.reduce((total, _, n) => total + of(n), 0);
    const [a, b, c] = [x.length + 0.25, sum((n) => x[n]), sum((n) => x[n] ** 2) + 0.25];
    const determinant = a * c - b * b;
    const [s, t] = [sum((n) => y[n]), sum((n) => x[n] * y[n])];
    const mean = [(c * s - b * t) / determinant, (a * t - b * s) / determinant];
    // p(y) = p(y | β) p(β) / p(β | y) at the mean.
    const evidence =
      sum((n) => logNormal(y[n], mean[0] + mean[1] * x[n], 1)) +
      mean.reduce((total, each) => total + logNormal(each, 0, 4), 0) +
      Math.log(2 * Math.PI) -
      0.5 * Math.log(determinant);
    expect(result.optimization?.elbo).toBeCloseTo(evidence, 3);
  });

  test("a local-level series: a guide along the axis, as long as becomes a loop", async () => {
    const random = randomSource({ seed: 5, stream: 0 }, 0);
    let level = 0;
    const y = Array.from({ length: 24 }, () => {
      level += 0.5 * random.normal();
      return level + random.normal();
    });
    const program = await programOf(`
      model Level[T] {
        x[0] ~ Normal(0, 1)
        for t in 1..T { x[t] ~ Normal(x[t - 1], 0.5) }
        plate t in T { observe y[t] ~ Normal(x[t], 1) }
      }
      guide for Level {
        learn a: Real[T] = 0
        learn b: Real[T] = 0
        learn s: Positive[T] = 1
        x[0] ~ Normal(b[0], s[0])
        for t in 1..T { x[t] ~ Normal(a[t] * x[t - 1] + b[t], s[t]) }
      }
    `);
    const { result } = runStrategy(svi, targetOf(program, { y }), svi.defaults, key);
    // Kalman filter.
    let [mean, variance, evidence] = [0, 1, 0];
    y.forEach((value, t) => {
      if (t > 0) variance += 0.25;
      evidence += logNormal(value, mean, variance + 1);
      const gain = variance / (variance + 1);
      mean += gain * (value - mean);
      variance *= 1 - gain;
    });
    expect(Math.abs((result.optimization?.elbo ?? 0) - evidence)).toBeLessThan(5e-3);
  });
});

/** log of the mean importance weight over draws of the guide as it starts: the evidence, whatever the guide. */
function logEvidence({ guide }: { readonly guide: WrittenGuide }, draws: number): number {
  const random = randomSource({ seed: 3, stream: 0 }, 0);
  const noise = new Float64Array(guide.noiseLength);
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) {
    random.fillNormal(noise);
    const { logDensity, logGuide } = guide.draw(guide.initialParameters, noise);
    sum += Math.exp(logDensity - logGuide);
  }
  return Math.log(sum / draws);
}

describe("draws and densities of a guide belong together: importance weights have the evidence as their mean", () => {
  const logBeta = (a: number, b: number): number => lgamma(a) + lgamma(b) - lgamma(a + b);

  test.each([
    {
      name: "via bijector, a probability",
      text: `
        model M[N] { p ~ Beta(2, 3); plate n in N { observe y[n] ~ Bernoulli(p) } }
        guide for M { p ~ Normal(0.2, 0.9) via bijector }`,
      data: { y: [1, 0, 1, 1] },
      expected: logBeta(5, 4) - logBeta(2, 3),
    },
    {
      name: "via bijector, a simplex",
      text: `
        model M[N, K = 3] {
          p ~ Dirichlet(2 * ones(K))
          plate n in N { observe y[n] ~ Categorical(p) }
        }
        guide for M { learn m: Real[K - 1] = 0; p ~ Normal(m, 1) via bijector }`,
      data: { y: [0, 0, 2] },
      expected: lgamma(6) - 3 * lgamma(2) - (lgamma(9) - lgamma(4) - lgamma(2) - lgamma(3)),
    },
    {
      name: "via bijector, a simplex from dependent coordinates",
      text: `
        model M[N, K = 3] {
          p ~ Dirichlet(2 * ones(K))
          plate n in N { observe y[n] ~ Categorical(p) }
        }
        guide for M {
          learn m: Real[K - 1] = 0
          learn L: CholeskyCov[K - 1] = eye()
          p ~ MultivariateNormal(m, cholesky: L) via bijector
        }`,
      data: { y: [0, 0, 2] },
      expected: lgamma(6) - 3 * lgamma(2) - (lgamma(9) - lgamma(4) - lgamma(2) - lgamma(3)),
    },
    {
      name: "a distribution of one's own, by its quantile",
      text: `
        /// Kumaraswamy (1980).
        dist Kuma(a: Positive, b: Positive) on Unit {
          logpdf(x) = log(a * b) + (a - 1) * log(x) + (b - 1) * log1p(-(x ^ a))
          quantile(u) = (1 - (1 - u) ^ (1 / b)) ^ (1 / a)
        }
        model M[N] { p ~ Beta(2, 3); plate n in N { observe y[n] ~ Bernoulli(p) } }
        guide for M { learn a: Positive = 2; p ~ Kuma(a, 2) }`,
      data: { y: [1, 0, 1, 1] },
      expected: logBeta(5, 4) - logBeta(2, 3),
    },
    {
      name: "via bijector, an interval with given ends",
      text: `
        model M[N](high: Positive) { x ~ Uniform(1, high); plate n in N { observe y[n] ~ Exponential(x) } }
        guide for M { x ~ Normal(0, 1.3) via bijector }`,
      data: { y: [0.5, 0.2], high: 3 },
      // ∫₁³ x² exp(−0.7 x) dx / 2
      expected: Math.log(
        [1, 3]
          .map((x) => -Math.exp(-0.7 * x) * (x ** 2 / 0.7 + (2 * x) / 0.49 + 2 / 0.343))
          .reduce((low, high) => high - low) / 2,
      ),
    },
    {
      name: "ordered",
      text: `
        model M[K = 2] { x: Ordered[K] ~ Normal(0, 1); observe y ~ Normal(x[1], 1) }
        guide for M { learn m: Real[K] = -0.3; x ~ Normal(m, 0.8) via bijector }`,
      data: { y: 0.4 },
      // ∫ N(x; 0, 1) Φ(x) N(y; x, 1) dx: densities on the ordered half are not scaled up.
      expected: Math.log(
        Array.from({ length: 1200 }, (_, i) => -6 + 0.01 * i)
          .map((at) => Math.exp(logNormal(at, 0, 1) + logNormal(0.4, at, 1)) * cumulative(at))
          .reduce((sum, value) => sum + 0.01 * value, 0),
      ),
    },
    ...["LogNormal(0.1, 0.9)", "Exponential(1.5)", "HalfNormal(1)", "HalfCauchy(0.7)"].map((guide) => ({
      name: guide,
      text: `
        model M { rate ~ Exponential(2); observe y ~ Poisson(rate) }
        guide for M { rate ~ ${guide} }`,
      data: { y: 1 },
      // Poisson with an exponential rate is geometric.
      expected: Math.log((2 / 3) * (1 / 3)),
    })),
    ...["Laplace(0.3, 1)", "Logistic(0.2, 0.8)", "Cauchy(0, 1)", "Normal(0.5, 1.2)"].map((guide) => ({
      name: guide,
      text: `
        model M { x ~ Normal(0, 1); observe y ~ Normal(x, 1) }
        guide for M { x ~ ${guide} }`,
      data: { y: 1 },
      expected: logNormal(1, 0, 2),
    })),
  ])("$name", async ({ text, data, expected }) => {
    const target = targetOf(await programOf(text), data);
    const estimate = logEvidence(target, 40_000);
    expect(Math.abs(estimate - expected)).toBeLessThan(0.03);
  });
});

describe("what a guide reads", () => {
  const text = `
    model Groups[N, J](group: Int(0, J - 1)[N], start: Real) {
      mu ~ Normal(0, 1)
      plate n in N { observe y[n] ~ Normal(mu, 1) }
    }
    guide for Groups {
      learn a: Real[J] = 0
      mu ~ Normal(start + a[group[0]], 1)
    }`;

  test("counts as use of an input", async () => {
    const { problems } = await compile(text);
    expect(problems).toEqual([]);
  });

  test("is checked where data give an index", async () => {
    const program = await programOf(text.replace("Int(0, J - 1)", "Nat"));
    const data = { group: [2, 0], y: [1, 2], start: 0 };
    const posterior = await infer(program, data, { strategy: "svi", draws: 200, sizes: { J: 3 } });
    expect(posterior.summary).toHaveLength(1);
    const refused = infer(program, data, { strategy: "svi", sizes: { J: 2 } });
    await expect(refused).rejects.toBeInstanceOf(ProblemError);
  });
});

describe("training with a guide", () => {
  const random = randomSource({ seed: 1, stream: 1 }, 0);
  const loadings = [
    [1, 0],
    [0.5, 1],
    [-1, 0.5],
    [0, -1],
  ];
  const x = Array.from({ length: 200 }, () => {
    const z = [random.normal(), random.normal()];
    return loadings.map((row) => row[0] * z[0] + row[1] * z[1] + 0.5 * random.normal());
  });

  test("a linear encoder reaches the ELBO of the derived one", async () => {
    const guided = `${factor}
      guide for Factor {
        learn f = dense[D](O: Z)
        learn s: Positive[Z] = 1
        plate n in N { z[n] ~ Normal(f(x[n]), s) }
      }`;
    const options = { steps: 3000, seed: 2 };
    const [derived, own] = await Promise.all(
      [factor, guided].map(async (text) => train(await programOf(text), { x }, options)),
    );
    expect(own.encoder).toEqual({ hidden: [], head: "written" });
    expect(Object.keys(own.tensors)).toEqual(
      expect.arrayContaining(["guide/f/W", "guide/f/b", "guide/s", "learn/W"]),
    );
    expect(Math.abs(own.elbo - derived.elbo)).toBeLessThan(0.03);
  });

  test("gives an answer in closed form for new items", async () => {
    const program = await programOf(`
      model Items[N] {
        learn noise: Positive = 1
        plate n in N {
          z[n] ~ Normal(0, 1)
          observe x[n] ~ Normal(z[n], noise)
        }
      }
      guide for Items {
        learn a = 0
        learn s: Positive = 1
        plate n in N { z[n] ~ Normal(a * x[n], s) }
      }
    `);
    const items = { x: Array.from({ length: 400 }, (_, n) => Math.SQRT2 * quantile((n + 0.5) / 400)) };
    const trained = await train(program, items, { steps: 2000, seed: 4 });
    // Var x = 2 = 1 + noise² at the maximum of the likelihood.
    const noise = Math.exp(trained.tensors["learn/noise"][0]);
    expect(noise).toBeCloseTo(1, 1);
    const posterior = await inferWithArtifact(trained, { x: [1, -2] }, { draws: 4000 });
    const [first, second] = posterior.summary;
    expect(first.mean).toBeCloseTo(0.5, 1);
    expect(second.mean).toBeCloseTo(-1, 1);
    expect(first.sd).toBeCloseTo(Math.SQRT1_2, 1);
    expect(posterior.quality.verdict).toBe("good");
  });

  test("refuses a guide that looks at other items", async () => {
    const program = await programOf(`
      model Items[N] { plate n in N { z[n] ~ Normal(0, 1); observe x[n] ~ Normal(z[n], 1) } }
      guide for Items { plate n in N { z[n] ~ Normal(x[n] - mean(x), 1) } }
    `);
    const failure = train(program, { x: [1, 2, 3] }, { steps: 5 });
    await expect(failure).rejects.toBeInstanceOf(ProblemError);
    await failure.catch(({ problems }: ProblemError) => expect(problems[0].code).toBe("not-amortizable"));
    // With all data at once it may.
    const posterior = await infer(program, { x: [1, 2, 3] }, { strategy: "svi", draws: 500 });
    expect(posterior.summary).toHaveLength(3);
  });
});

/** Of the standard normal, by bisection of its cumulative function. */
function quantile(p: number): number {
  let [low, high] = [-8, 8];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (cumulative(middle) < p) low = middle;
    else high = middle;
  }
  return low;
}

function cumulative(x: number): number {
  let sum = 0;
  const steps = 400;
  for (let i = 0; i < steps; i++) {
    const at = -8 + ((i + 0.5) * (x + 8)) / steps;
    sum += Math.exp(-0.5 * at * at);
  }
  return (sum * (x + 8)) / steps / Math.sqrt(2 * Math.PI);
}

describe("the guide of a family", () => {
  const x = [1, 2, -1, 0.5];
  const y = [2.1, 3.9, -1.6, 1.2];
  const family = `
    family F[N](x: Real[N]) {
      vary wide: Positive ~ LogNormal(0, 1)
      vary noise in { small, large }
      vary prior in { Normal(0, wide), Laplace(0, wide) }
      beta ~ prior
      plate n in N { observe y[n] ~ Normal(beta * x[n], match noise { small => 0.2, large => 1 }) }
    }
    guide for F {
      learn m = 0
      learn s: Positive = 1
      beta ~ Normal(m, match noise { small => s * wide, large => 2 * s * wide })
    }`;
  const member = `
    model M[N](x: Real[N]) {
      beta ~ Normal(0, 2)
      plate n in N { observe y[n] ~ Normal(beta * x[n], 1) }
    }
    guide for M { learn m = 0; learn s: Positive = 1; beta ~ Normal(m, 4 * s) }`;

  test("is that of the program written for the member", async () => {
    const options = { strategy: "svi", seed: 3 } as const;
    const described = { wide: 2, noise: "large", prior: "Normal" };
    const of = await infer(await programOf(family), { x, y }, { ...options, member: described });
    const written = await infer(await programOf(member), { x, y }, options);
    expect(of.summary).toEqual(written.summary);
  });

  test("may leave out an option that it does not choose by, which is summed out", async () => {
    const options = { strategy: "svi", seed: 3, member: { wide: 2, noise: "large" } } as const;
    const { summary } = await infer(await programOf(family), { x, y }, options);
    const nuts = await infer(await programOf(family), { x, y }, { ...options, strategy: "nuts" });
    for (const name of ["beta", "P(prior = Laplace)"]) {
      const [ours, theirs] = [summary, nuts.summary].map((rows) => rows.find((row) => row.name === name));
      expect(ours?.mean, name).toBeCloseTo(theirs?.mean ?? Number.NaN, 1);
    }
  });

  test.each([
    ["a number", { noise: "small" }],
    ["an option that it chooses by", { wide: 1 }],
  ])("wants %s", async (_what, given) => {
    const asked = infer(await programOf(family), { x, y }, { strategy: "svi", member: given });
    await expect(asked).rejects.toThrow("guide-needs-description");
  });
});
