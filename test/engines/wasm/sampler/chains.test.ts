import { describe, expect, test } from "vitest";
import { nuts } from "../../../../src/inference/nuts/nuts.ts";
import { runChains, runStrategy } from "../../../inference/run-strategy.ts";
import { eightSchools, gaussian, programTarget, schools } from "./densities.ts";

describe("chains that run in the module", () => {
  // posteriordb, eight_schools-eight_schools_noncentered: 10 000 nearly independent draws, with their standard errors.
  test("find the published posterior of eight schools", async () => {
    const target = await programTarget(eightSchools("via noncentered"), schools);
    const config = { ...nuts.defaults, draws: 5000, targetAccept: 0.9 };
    const summary = runChains(nuts, target, config, 4).summary();
    for (const [name, mean, sd, meanError, sdError] of [
      ["mu", 4.41, 3.31, 0.033, 0.025],
      ["tau", 3.6, 3.2, 0.032, 0.06],
      ["theta[0]", 6.1505, 5.6159, 0.056, 0.06],
    ] as const) {
      const row = summary[name];
      expect(Math.abs(row.mean - mean), name).toBeLessThan(4 * Math.hypot(row.mcse, meanError));
      // The tails are heavy: a kurtosis of 9 makes the error of an sd √2 times that of the mean.
      expect(Math.abs(row.sd - sd), name).toBeLessThan(4 * Math.hypot(Math.SQRT2 * row.mcse, sdError));
      expect(row.rhat).toBeLessThan(1.01);
      expect(row.essBulk).toBeGreaterThan(5000);
    }
  });

  test("are the same again for the same seed, and others for another", () => {
    const target = gaussian([2, 3]);
    const config = { ...nuts.defaults, warmup: 100, draws: 50 };
    const once = runStrategy(nuts, target, config, { seed: 1, stream: 0 });
    expect(runStrategy(nuts, gaussian([2, 3]), config, { seed: 1, stream: 0 })).toEqual(once);
    expect(runStrategy(nuts, target, config, { seed: 2, stream: 0 }).state).not.toEqual(once.state);
    expect(runStrategy(nuts, target, config, { seed: 1, stream: 1 }).state).not.toEqual(once.state);
  });

  test("are the tree sampler's where trees may be deeper than the module has room for", () => {
    const target = gaussian([2]);
    const config = { ...nuts.defaults, warmup: 100, draws: 50, maxTreeDepth: target.nuts.deepestTree + 1 };
    const key = { seed: 1, stream: 0 };
    const { nuts: _, ...plain } = target;
    expect(runStrategy(nuts, target, config, key)).toEqual(runStrategy(nuts, plain, config, key));
  });
});
