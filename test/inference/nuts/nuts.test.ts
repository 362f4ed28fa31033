import { describe, expect, test } from "vitest";
import { chainsOf } from "../../../src/inference/diagnostics/chains.ts";
import { mean, standardDeviation } from "../../../src/inference/diagnostics/moments.ts";
import { nuts } from "../../../src/inference/nuts/nuts.ts";
import type { Posterior } from "../../../src/inference/posterior.ts";
import { runChains, runStrategy, startOf } from "../run-strategy.ts";
import { correlatedGaussian, diagonalGaussian, eightSchools, funnel, vectorTarget } from "../targets.ts";

/** Standard error of a standard deviation: sd √((κ − 1) / 4n), κ the kurtosis, n the number of independent draws. */
function sdError(values: Float64Array, effective: number): number {
  const centre = mean(values);
  const sd = standardDeviation(values);
  const kurtosis = mean(values.map((value) => ((value - centre) / sd) ** 4));
  return sd * Math.sqrt((kurtosis - 1) / (4 * effective));
}

/** Mean and sd within four standard errors of both sides. */
function expectMoments(
  posterior: Posterior,
  quantity: string,
  expected: {
    readonly mean: number;
    readonly sd: number;
    readonly meanError?: number;
    readonly sdError?: number;
  },
): void {
  const row = posterior.summary()[quantity];
  const { meanError = 0 } = expected;
  expect(Math.abs(row.mean - expected.mean)).toBeLessThan(4 * Math.hypot(row.mcse, meanError));
  const [name, index] = quantity.split(/[[\]]/);
  const found = posterior.variables.find((variable) => variable.name === name);
  if (found === undefined) throw new Error(name);
  const stride = found.values.length / (posterior.chains * posterior.draws);
  const values = chainsOf(found.values, 1, posterior.chains * posterior.draws, stride, Number(index ?? 0))[0];
  const error = Math.hypot(sdError(values, Math.min(row.essBulk, row.essTail)), expected.sdError ?? 0);
  expect(Math.abs(row.sd - expected.sd)).toBeLessThan(4 * error);
}

describe("against closed forms", () => {
  test("a standard normal in ten dimensions: moments, quantiles and energies", () => {
    const posterior = runChains(
      nuts,
      diagonalGaussian(Array(10).fill(0), Array(10).fill(1)),
      nuts.defaults,
      4,
    );
    for (let i = 0; i < 10; i++) expectMoments(posterior, `x[${i}]`, { mean: 0, sd: 1 });
    expect(posterior.summary()["x[3]"].q95).toBeCloseTo(1.645, 0);
    // E = (χ²₁₀ + χ²₁₀) / 2 has mean 10 and variance 10.
    expect(mean(posterior.statistics.energy)).toBeCloseTo(10, 0);
    expect(posterior.quality()).toMatchObject({ verdict: "good", reasons: [], divergences: 0 });
  });

  test("scales from a thousandth to a thousand", () => {
    const sds = [1e-3, 1e-2, 0.1, 1, 10, 100, 1000];
    const means = [5, -3, 1, 0, 20, -100, 4000];
    const posterior = runChains(nuts, diagonalGaussian(means, sds), nuts.defaults, 4);
    for (let i = 0; i < 7; i++) expectMoments(posterior, `x[${i}]`, { mean: means[i], sd: sds[i] });
    expect(posterior.quality().verdict).toBe("good");
    // The mass matrix has learned the scales, so that trajectories are short.
    expect(mean(posterior.statistics.leapfrogs)).toBeLessThan(16);
  });

  test("a correlation of 0.99", () => {
    const posterior = runChains(nuts, correlatedGaussian([1, -1], [1, 3], 0.99), nuts.defaults, 4);
    expectMoments(posterior, "x[0]", { mean: 1, sd: 1 });
    expectMoments(posterior, "x[1]", { mean: -1, sd: 3 });
    const { values } = posterior.variables[0];
    const products = Float64Array.from(
      { length: 4000 },
      (_, i) => (values[2 * i] - 1) * (values[2 * i + 1] + 1),
    );
    expect(mean(products) / 3).toBeCloseTo(0.99, 0);
  });

  test("many correlated coordinates want short trajectories with a dense metric, long ones with a diagonal", () => {
    // Σᵢⱼ = sᵢ sⱼ ρ for i ≠ j: Σ⁻¹ is known in closed form.
    const n = 12;
    const rho = 0.9999;
    const sds = Array.from({ length: n }, (_, i) => 1 + i);
    const target = vectorTarget(n, (position, gradient) => {
      const z = Float64Array.from(position, (x, i) => x / sds[i]);
      const sum = z.reduce((total, each) => total + each, 0);
      const common = (rho * sum) / (1 + (n - 1) * rho);
      let logDensity = 0;
      for (let i = 0; i < n; i++) {
        const solved = (z[i] - common) / (1 - rho);
        gradient[i] = -solved / sds[i];
        logDensity -= 0.5 * z[i] * solved;
      }
      return logDensity;
    });
    const dense = runChains(nuts, target, { ...nuts.defaults, metric: "dense" }, 4);
    const diagonal = runChains(nuts, target, { ...nuts.defaults, warmup: 300, draws: 100 }, 1);
    for (const i of [0, 5, 11]) expectMoments(dense, `x[${i}]`, { mean: 0, sd: sds[i] });
    expect(dense.quality().verdict).toBe("good");
    const leapfrogs = (posterior: typeof dense): number => mean(posterior.statistics.leapfrogs);
    expect(leapfrogs(dense)).toBeLessThan(10);
    expect(leapfrogs(diagonal)).toBeGreaterThan(3 * leapfrogs(dense));
  });

  test("eight schools agrees with the published reference posterior", () => {
    const config = { ...nuts.defaults, draws: 2500, targetAccept: 0.9 };
    const posterior = runChains(nuts, eightSchools("noncentered"), config, 4);
    // posteriordb, eight_schools-eight_schools_noncentered: 10 000 nearly independent draws.
    expectMoments(posterior, "mu", { mean: 4.41, sd: 3.31, meanError: 0.033, sdError: 0.025 });
    expectMoments(posterior, "tau", { mean: 3.6, sd: 3.2, meanError: 0.032, sdError: 0.06 });
    expectMoments(posterior, "theta[0]", { mean: 6.1505, sd: 5.6159, meanError: 0.056, sdError: 0.06 });
    expect(posterior.quality().maxRhat).toBeLessThan(1.01);
    expect(posterior.summary().J).toMatchObject({ mean: 8, sd: 0, mcse: 0 });
  });
});

describe("adaptation", () => {
  test.each([0.6, 0.8, 0.95])("reaches a target acceptance of %f", (targetAccept) => {
    const config = { ...nuts.defaults, targetAccept };
    const target = diagonalGaussian(Array(20).fill(0), Array(20).fill(1));
    const { infos } = runStrategy(nuts, target, config, { seed: 1, stream: 0 });
    const acceptance = (from: number, to: number): number =>
      mean(Float64Array.from(infos.slice(from, to), (info) => info.acceptStat));
    // The longest window of the warm-up, while the step size still moves.
    expect(Math.abs(acceptance(450, 950) - targetAccept)).toBeLessThan(0.03);
    // Afterwards the step size is the average of its logarithm, which lies somewhat on the safe side.
    expect(acceptance(1000, 2000)).toBeGreaterThan(targetAccept - 0.03);
    expect(acceptance(1000, 2000)).toBeLessThan(targetAccept + 0.15);
  });

  test("a dense metric learns the covariance, and goes on from a copied state as if never stopped", () => {
    const config = { ...nuts.defaults, metric: "dense" } as const;
    const target = correlatedGaussian([1, -1], [1, 3], 0.9);
    const key = { seed: 3, stream: 0 };
    const { state } = runStrategy(nuts, target, config, key);
    const [l00, above, l10, l11] = state.inverseMass;
    expect(above).toBe(0);
    expect(l00).toBeCloseTo(1, 0.7);
    expect((l00 * l10) / 2.7).toBeCloseTo(1, 0.7);
    expect((l10 ** 2 + l11 ** 2) / 9).toBeCloseTo(1, 0.7);
    const run = nuts.prepare(target, config);
    const started = run.init(key);
    if (started.kind === "failed" || run.stretches === undefined) throw new Error("no start");
    const whole = run.stretches.run(started.state, key, 400);
    const half = run.stretches.run(started.state, key, 177);
    const copied: typeof half.state = JSON.parse(JSON.stringify(half.state));
    const other = nuts.prepare(target, config);
    const rest = other.stretches?.run(copied, key, 400 - 177);
    expect(rest?.state).toEqual(whole.state);
    expect([...half.rows, ...(rest?.rows ?? [])]).toEqual([...whole.rows]);
  });

  test("the step size is fixed after warm-up and the mass matrix is the posterior variance", () => {
    const { state, result } = runStrategy(nuts, diagonalGaussian([0, 0], [0.01, 50]), nuts.defaults, {
      seed: 1,
      stream: 0,
    });
    expect(new Set(result.statistics.stepSize).size).toBe(1);
    expect(state.adaptation).toBeNull();
    expect(Math.sqrt(state.inverseMass[0])).toBeCloseTo(0.01, 2);
    expect(Math.sqrt(state.inverseMass[1]) / 50).toBeCloseTo(1, 0);
  });
});

describe("trouble is seen", () => {
  test("Neal's funnel reports divergences and is not called good", () => {
    const posterior = runChains(nuts, funnel(), nuts.defaults, 4);
    const quality = posterior.quality();
    expect(quality.divergences).toBeGreaterThan(0);
    expect(quality.verdict).not.toBe("good");
    expect(quality.reasons.join()).toContain("diverged");
  });

  test("centred eight schools reports divergences", () => {
    const posterior = runChains(nuts, eightSchools("centered"), nuts.defaults, 4);
    expect(posterior.quality().divergences).toBeGreaterThan(0);
    expect(posterior.quality().verdict).not.toBe("good");
  });

  test("two far modes: the chains disagree", () => {
    const target = vectorTarget(1, (position, gradient) => {
      const x = position[0];
      const left = Math.exp(-0.5 * (x + 10) ** 2);
      const right = Math.exp(-0.5 * (x - 10) ** 2);
      gradient[0] = (-left * (x + 10) - right * (x - 10)) / (left + right);
      return Math.log(left + right);
    });
    const quality = runChains(nuts, target, { ...nuts.defaults, initialRadius: 12 }, 6).quality();
    expect(quality.verdict).toBe("bad");
    expect(quality.maxRhat).toBeGreaterThan(1.5);
  });

  test("a density that ends is never left: NaN and −∞ are rejected", () => {
    // Exponential(1) on x > 0, undefined elsewhere, without a change of variable.
    for (const outside of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const target = vectorTarget(1, (position, gradient) => {
        gradient[0] = position[0] > 0 ? -1 : Number.NaN;
        return position[0] > 0 ? -position[0] : outside;
      });
      const posterior = runChains(nuts, target, { ...nuts.defaults, targetAccept: 0.95 }, 2);
      expect(posterior.variables[0].values.every((value) => value > 0)).toBe(true);
      expect(posterior.quality().verdict).not.toBe("good");
    }
  });

  test("no finite density anywhere is a problem, not a run", () => {
    const target = vectorTarget(2, () => Number.NaN);
    const start = nuts.prepare(target, nuts.defaults).init({ seed: 1, stream: 0 });
    expect(start).toMatchObject({ kind: "failed", problem: { code: "initialization-failed" } });
  });

  test("a flat density is called improper", () => {
    const flat = vectorTarget(1, (_, gradient) => {
      gradient[0] = 0;
      return 0;
    });
    const start = nuts.prepare(flat, nuts.defaults).init({ seed: 1, stream: 0 });
    expect(start).toMatchObject({ kind: "failed", problem: { code: "posterior-improper" } });
  });
});

describe("a run", () => {
  const target = correlatedGaussian([0, 0], [1, 1], 0.5);

  test("of one chain does not depend on the others, and chains differ", () => {
    const config = { ...nuts.defaults, warmup: 50, draws: 20 };
    const four = runChains(nuts, target, config, 4);
    const second = runStrategy(nuts, target, config, { seed: 1, stream: 1 }).result;
    expect(four.variables[0].values.slice(40, 80)).toEqual(second.variables[0].values);
    expect(four.variables[0].values.slice(0, 40)).not.toEqual(second.variables[0].values);
  });

  test("without latent variables has constant draws and no complaint but the obvious", () => {
    const constant = {
      ...vectorTarget(0, () => -1),
      constrainedLength: 1,
      constrain: () => Float64Array.of(7),
    };
    const quantities = [{ ...constant.variables[0], name: "c", shape: [] }];
    const config = { ...nuts.defaults, warmup: 10, draws: 10 };
    const posterior = runChains(nuts, { ...constant, variables: quantities }, config, 4);
    expect(posterior.summary().c).toMatchObject({ mean: 7, sd: 0 });
    expect(posterior.quality()).toMatchObject({ verdict: "good", maxRhat: null, minEssBulk: null });
  });

  test("stops trajectories at the largest tree depth and says so", () => {
    const config = { ...nuts.defaults, warmup: 100, draws: 200, maxTreeDepth: 2 };
    const posterior = runChains(nuts, correlatedGaussian([0, 0], [1, 1], 0.99), config, 4);
    expect(Math.max(...posterior.statistics.leapfrogs)).toBe(3);
    expect(posterior.quality().reasons.join()).toContain("largest tree depth of 2");
  });

  test("leaves the states it is given as they were", () => {
    const run = nuts.prepare(target, nuts.defaults);
    const state = startOf(run, { seed: 1, stream: 0 });
    const before = structuredClone(state);
    const once = run.step(state, { seed: 1, stream: 0 });
    run.step(once.state, { seed: 1, stream: 0 });
    expect(state).toEqual(before);
    expect(run.step(state, { seed: 1, stream: 0 })).toEqual(once);
  });
});
