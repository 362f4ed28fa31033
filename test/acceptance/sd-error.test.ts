import { describe, expect, test } from "vitest";
import { mapChains, pooled } from "../../src/inference/diagnostics/chains.ts";
import { standardDeviation } from "../../src/inference/diagnostics/moments.ts";
import { autoregressive } from "../inference/diagnostics/chains.ts";
import { sdStandardError } from "./sd-error.ts";

const length = 20_000;

describe("the Monte Carlo error of a standard deviation", () => {
  test("of independent normal draws it is sd / √(2n)", () => {
    const chains = mapChains(autoregressive(0, 4, length), (value) => 3 * value);
    expect(sdStandardError(chains) / (3 / Math.sqrt(2 * 4 * length))).toBeCloseTo(1, 1);
  });

  test("squares of an autoregressive chain are correlated by the square of its correlation", () => {
    const phi = 0.8;
    const chains = autoregressive(phi, 4, length);
    const time = (1 + phi ** 2) / (1 - phi ** 2);
    expect(
      sdStandardError(chains) / (standardDeviation(pooled(chains)) * Math.sqrt(time / (8 * length))),
    ).toBeCloseTo(1, 1);
  });

  test("is what standard deviations of separate runs spread by, heavy tails too", () => {
    const runs = Array.from({ length: 100 }, (_, seed) =>
      // The cube of a normal draw has a kurtosis of 46.2.
      mapChains(autoregressive(0, 1, 2000, seed + 1), (value) => value ** 3),
    );
    const spread = standardDeviation(Float64Array.from(runs, (run) => standardDeviation(pooled(run))));
    const said = runs.reduce((sum, run) => sum + sdStandardError(run), 0) / runs.length;
    expect(said / spread).toBeGreaterThan(0.75);
    expect(said / spread).toBeLessThan(1.25);
  });
});
