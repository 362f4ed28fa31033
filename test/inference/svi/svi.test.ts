import { describe, expect, test } from "vitest";
import { createPosterior } from "../../../src/inference/posterior.ts";
import { startPlateau, updatePlateau } from "../../../src/inference/svi/plateau.ts";
import { svi } from "../../../src/inference/svi/svi.ts";
import { runStrategy } from "../run-strategy.ts";
import { correlatedGaussian, diagonalGaussian, eightSchools, vectorTarget } from "../targets.ts";

const key = { seed: 1, stream: 0 };

describe("svi", () => {
  test("finds a diagonal normal: ELBO = log normalising constant, k-hat good", () => {
    const [means, sds] = [
      [3, -1, 0],
      [0.1, 1, 20],
    ];
    const { state, result } = runStrategy(svi, diagonalGaussian(means, sds), svi.defaults, key);
    // An ELBO known to 0.01 nats allows d² / 2 ≤ 0.01 for a location and δ² ≤ 0.01 for the log of a scale.
    for (let i = 0; i < 3; i++) {
      expect(Math.abs(state.parameters[i] - means[i]) / sds[i]).toBeLessThan(0.14);
      expect(Math.abs(state.parameters[3 + i] - Math.log(sds[i]))).toBeLessThan(0.1);
    }
    const logConstant = 1.5 * Math.log(2 * Math.PI) + Math.log(0.1 * 20);
    expect(result.optimization?.elbo).toBeCloseTo(logConstant, 2);
    expect(createPosterior(result).quality()).toMatchObject({ verdict: "good", reasons: [] });
  });

  test("of a correlated normal has the known optimum: right means, sds √(1 − ρ²) too small, ELBO lower by −½ log(1 − ρ²)", () => {
    const rho = 0.8;
    const { result } = runStrategy(svi, correlatedGaussian([1, 2], [1, 3], rho), svi.defaults, key);
    const posterior = createPosterior(result);
    const rows = [posterior.summary()["x[0]"], posterior.summary()["x[1]"]];
    const shrink = Math.sqrt(1 - rho * rho);
    for (const [i, [mean, sd]] of [
      [1, 1],
      [2, 3],
    ].entries()) {
      expect(Math.abs(rows[i].mean - mean)).toBeLessThan(5 * rows[i].mcse + 0.02 * sd);
      expect(rows[i].sd / (sd * shrink)).toBeCloseTo(1, 1);
    }
    const logConstant = Math.log(2 * Math.PI * 3 * shrink);
    const noise = 4 * Math.sqrt((rho * rho) / (svi.defaults.samples * svi.defaults.windowLength));
    expect(Math.abs((result.optimization?.elbo ?? 0) - (logConstant + Math.log(shrink)))).toBeLessThan(noise);
    // The weights are those of a normal with a wider normal: their mean is the normalising constant.
    const weights = result.logWeights ?? new Float64Array();
    const mean = weights.reduce((sum, value) => sum + Math.exp(value), 0) / weights.length;
    expect(Math.log(mean)).toBeCloseTo(logConstant, 0);
  });

  test("log weights are log p − log q of each draw", () => {
    const { result } = runStrategy(svi, eightSchools("noncentered"), { ...svi.defaults, maxSteps: 500 }, key);
    const { logGuide = new Float64Array(), logWeights = new Float64Array() } = result;
    expect(logWeights).toEqual(result.statistics.logDensity.map((value, draw) => value - logGuide[draw]));
    expect(result.variables.map(({ name, values }) => [name, values.length])).toEqual([
      ["mu", 4000],
      ["tau", 4000],
      ["theta", 32_000],
      ["J", 4000],
    ]);
  });

  test("eight schools: near the reference, converged, and k-hat says that the guide is not exact", () => {
    const { result } = runStrategy(svi, eightSchools("noncentered"), svi.defaults, key);
    const posterior = createPosterior(result);
    expect(posterior.summary().mu.mean).toBeCloseTo(4.41, 0);
    expect(result.optimization?.converged).toBe(true);
    expect(posterior.quality().khat).toBeGreaterThan(0.1);
  });

  test("a tail heavier than the guide's gives a large k-hat and a bad verdict", () => {
    // Student-t with one degree of freedom in five dimensions.
    const target = vectorTarget(5, (position, gradient) => {
      let sum = 0;
      for (let i = 0; i < 5; i++) {
        gradient[i] = (-2 * position[i]) / (1 + position[i] ** 2);
        sum -= Math.log1p(position[i] ** 2);
      }
      return sum;
    });
    const quality = createPosterior(runStrategy(svi, target, svi.defaults, key).result).quality();
    expect(quality.khat).toBeGreaterThan(0.7);
    expect(quality.verdict).toBe("bad");
    expect(quality.reasons[0]).toContain("Pareto k-hat");
  });

  test("too few steps are not called converged", () => {
    const config = { ...svi.defaults, maxSteps: 200, coolingSteps: 50 };
    const { result, infos } = runStrategy(svi, diagonalGaussian([100], [1]), config, key);
    expect(infos).toHaveLength(200);
    expect(result.optimization).toMatchObject({ converged: false, steps: 200 });
    expect(createPosterior(result).quality().reasons.join()).toContain("still rising after 200 steps");
  });

  test("samples without a finite density are left out and counted", () => {
    const target = vectorTarget(1, (position, gradient) => {
      gradient[0] = position[0] > 0 ? 1 / position[0] - 1 : Number.NaN;
      return position[0] > 0 ? Math.log(position[0]) - position[0] : Number.NaN;
    });
    const { state, infos } = runStrategy(svi, target, { ...svi.defaults, maxSteps: 2000 }, key);
    expect(infos.some((info) => info.rejected > 0)).toBe(true);
    expect(state.parameters.every(Number.isFinite)).toBe(true);
    expect(
      svi
        .prepare(
          vectorTarget(1, () => Number.NaN),
          svi.defaults,
        )
        .init(key).kind,
    ).toBe("failed");
  });
});

describe("plateau", () => {
  const feed = (values: readonly number[]) =>
    values.reduce((state, value) => updatePlateau(state, value, 10, 0.01), startPlateau);

  test("a rising objective never stalls, a level one stalls once per window after the first", () => {
    expect(feed(Array.from({ length: 100 }, (_, i) => i)).stalled).toBe(0);
    expect(feed(Array(50).fill(3)).stalled).toBe(4);
    expect(feed([...Array(50).fill(3), ...Array(10).fill(4)]).stalled).toBe(0);
  });

  test("skips what is not finite", () => {
    expect(feed([Number.NaN, 1, Number.NEGATIVE_INFINITY])).toMatchObject({ count: 1, sum: 1 });
  });
});
