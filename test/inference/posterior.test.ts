import { describe, expect, test } from "vitest";
import { joinChains } from "../../src/inference/join-chains.ts";
import { createPosterior } from "../../src/inference/posterior.ts";
import type { PosteriorData } from "../../src/inference/posterior-data.ts";
import { indexLabels } from "../../src/inference/summary.ts";
import { autoregressive } from "./diagnostics/chains.ts";

/** One chain of NUTS-like draws of a scalar "mu", a constant "N" and "beta" of shape [2, 2]. */
function chain(stream: number, draws = 500, change: Partial<PosteriorData> = {}): PosteriorData {
  const columns = autoregressive(0, 6, draws, stream + 1);
  const beta = Float64Array.from({ length: 4 * draws }, (_, i) => 10 * (i % 4) + columns[i % 4][i >> 2]);
  const base = { dimensions: [], kind: "latent", base: "real" } as const;
  return {
    strategy: "nuts",
    chains: 1,
    draws,
    variables: [
      { ...base, name: "mu", shape: [], values: columns[4] },
      { ...base, name: "beta", shape: [2, 2], values: beta },
      {
        ...base,
        name: "N",
        shape: [],
        kind: "binding",
        base: "int",
        values: new Float64Array(draws).fill(0.1),
      },
    ],
    statistics: {
      logDensity: new Float64Array(draws),
      energy: columns[5],
      treeDepth: new Float64Array(draws).fill(3),
      divergent: new Float64Array(draws),
    },
    sampling: {
      maxTreeDepth: 10,
      targetAccept: 0.8,
      warmupSteps: [100],
      warmupDivergences: [0],
      stepSizes: [0.5],
    },
    ...change,
  };
}

const posteriorOf = (change: Partial<PosteriorData> = {}) =>
  createPosterior(joinChains([0, 1, 2, 3].map((stream) => chain(stream, 500, change))));

describe("summary", () => {
  test("names every scalar with indices from 0 and finds its own column", () => {
    const summary = posteriorOf().summary();
    expect(Object.keys(summary)).toEqual(["mu", "beta[0,0]", "beta[0,1]", "beta[1,0]", "beta[1,1]", "N"]);
    for (const [i, name] of ["beta[0,0]", "beta[0,1]", "beta[1,0]", "beta[1,1]"].entries()) {
      expect(Math.abs(summary[name].mean - 10 * i)).toBeLessThan(5 * summary[name].mcse);
      expect(summary[name].sd).toBeCloseTo(1, 1);
    }
    expect(Math.abs(summary.mu.q95 - 1.645)).toBeLessThan(0.2);
    expect(summary.mu.q50).toBeLessThan(summary.mu.q95);
    expect(summary.mu.q5).toBeLessThan(summary.mu.q50);
  });

  test("of a constant is exact, with nothing to say on convergence", () => {
    expect(posteriorOf().summary().N).toEqual({
      mean: 0.1,
      sd: 0,
      q5: 0.1,
      q50: 0.1,
      q95: 0.1,
      mcse: 0,
      essBulk: Number.NaN,
      essTail: Number.NaN,
      rhat: Number.NaN,
    });
  });

  test("index labels", () => {
    expect(indexLabels([])).toEqual([""]);
    expect(indexLabels([2])).toEqual(["[0]", "[1]"]);
    expect(indexLabels([2, 1, 2])).toEqual(["[0,0,0]", "[0,0,1]", "[1,0,0]", "[1,0,1]"]);
    expect(indexLabels([0])).toEqual([]);
  });
});

describe("joined chains", () => {
  test("keep their order and every number", () => {
    const parts = [chain(0), chain(1)];
    const joined = joinChains(parts);
    expect(joined).toMatchObject({ chains: 2, draws: 500 });
    expect(joined.sampling).toMatchObject({ stepSizes: [0.5, 0.5], warmupSteps: [100, 100] });
    for (const [i, part] of parts.entries()) {
      expect(joined.variables[1].values.subarray(2000 * i, 2000 * (i + 1))).toEqual(part.variables[1].values);
      expect(joined.statistics.energy.subarray(500 * i, 500 * (i + 1))).toEqual(part.statistics.energy);
    }
  });
});

describe("quality", () => {
  test("good draws have no reasons, and constants do not spoil them", () => {
    const quality = posteriorOf().quality();
    expect(quality).toMatchObject({ verdict: "good", reasons: [], divergences: 0, saturated: 0, khat: null });
    expect(quality.maxRhat).toBeLessThan(1.01);
    expect(quality.minEssBulk).toBeGreaterThan(400);
    expect(quality.ebfmi).toBeGreaterThan(1);
  });

  const statistics = chain(0).statistics;
  const flagged = (share: number): Float64Array => new Float64Array(500).fill(1, 0, Math.round(500 * share));

  test.each([
    ["a divergence", { divergent: flagged(0.002) }, "caution", "4 of 2000 transitions diverged"],
    ["many divergences", { divergent: flagged(0.02) }, "bad", "40 of 2000 transitions diverged"],
    [
      "long trajectories",
      { treeDepth: flagged(0.05).map((flag) => 3 + 7 * flag) },
      "caution",
      "5 % of the transitions",
    ],
    ["slow energies", { energy: autoregressive(0.95, 1, 500)[0] }, "caution", "E-BFMI is 0."],
  ])("%s", (_, change, verdict, reason) => {
    const quality = posteriorOf({ statistics: { ...statistics, ...change } }).quality();
    expect(quality.verdict).toBe(verdict);
    expect(quality.reasons).toHaveLength(1);
    expect(quality.reasons[0]).toContain(reason);
  });

  test("chains that disagree a little are a caution", () => {
    // Means 0 and 0.4 in turn: R-hat is √(1 + 0.4² / 3) = 1.026.
    const moved = [0, 1, 2, 3].map((stream) => {
      const data = chain(stream, 2000);
      const values = data.variables[0].values.map((value) => value + 0.4 * (stream % 2));
      return { ...data, variables: [{ ...data.variables[0], values }] };
    });
    const quality = createPosterior(joinChains(moved)).quality();
    expect(quality.reasons.find((reason) => reason.startsWith("R-hat of mu is 1.0"))).toBeDefined();
    expect(quality.maxRhat).toBeGreaterThan(1.01);
    expect(quality.maxRhat).toBeLessThan(1.05);
  });

  test("chains that disagree are bad, and the quantity is named", () => {
    const moved = [0, 1, 2, 3].map((stream) => {
      const data = chain(stream);
      const mu = { ...data.variables[0], values: data.variables[0].values.map((value) => value + stream) };
      return { ...data, variables: [mu, ...data.variables.slice(1)] };
    });
    const quality = createPosterior(joinChains(moved)).quality();
    expect(quality.verdict).toBe("bad");
    expect(quality.reasons.join("\n")).toMatch(/R-hat of mu is 1\.\d+ \(should be below 1\.01\)/);
    expect(quality.reasons.join("\n")).toContain("bulk effective sample size of mu");
  });

  test("too few draws and a single chain are said", () => {
    const few = createPosterior(joinChains([0, 1, 2, 3].map((stream) => chain(stream, 20)))).quality();
    expect(few.reasons.join("\n")).toContain("(should be at least 400)");
    expect(createPosterior(chain(0)).quality().reasons.join()).toContain("only one chain");
  });

  test("values that are not finite are named, not averaged", () => {
    const data = chain(0);
    const broken = {
      ...data.variables[0],
      name: "ratio",
      values: data.variables[0].values.with(7, Number.NaN),
    };
    const quality = createPosterior({ ...data, variables: [...data.variables, broken] }).quality();
    expect(quality.verdict).toBe("bad");
    expect(quality.reasons[0]).toContain("ratio took values that are not finite");
    expect(Number.isNaN(quality.maxRhat)).toBe(false);
  });

  test("constants alone are good, and no draws are bad", () => {
    const constants = posteriorOf({ variables: [chain(0).variables[2]] }).quality();
    expect(constants).toMatchObject({ verdict: "good", maxRhat: null, minEssBulk: null, minEssTail: null });
    expect(createPosterior(chain(0, 0)).quality()).toMatchObject({ verdict: "bad" });
  });

  test("k-hat decides where there are weights", () => {
    const { sampling: _, ...guided } = chain(0);
    const heavy = (k: number): Float64Array =>
      Float64Array.from({ length: 500 }, (_unused, i) => -k * Math.log((i + 0.5) / 500));
    const judged = (k: number) => createPosterior({ ...guided, logWeights: heavy(k) }).quality();
    expect(judged(0.2).verdict).toBe("good");
    expect(judged(0.6)).toMatchObject({ verdict: "caution", divergences: null });
    expect(judged(1.2).verdict).toBe("bad");
    expect(judged(1.2).reasons[0]).toContain("usable below 0.7");
  });
});
