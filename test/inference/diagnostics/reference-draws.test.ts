import { describe, expect, test } from "vitest";
import { chainsOf } from "../../../src/inference/diagnostics/chains.ts";
import {
  bulkEffectiveSampleSize,
  meanStandardError,
  tailEffectiveSampleSize,
} from "../../../src/inference/diagnostics/effective-sample-size.ts";
import { rankNormalizedRHat } from "../../../src/inference/diagnostics/r-hat.ts";
import { hasReferenceData, referencePosteriors, whyNoReferenceData } from "../reference-data.ts";

/** Published diagnostics were made by the R package posterior from the same draws, there in double precision. */
describe("on published draws", () => {
  if (!hasReferenceData) test.skip(whyNoReferenceData, () => {});
  for (const posterior of hasReferenceData ? referencePosteriors() : []) {
    test(`${posterior.name}: effective sample sizes, R-hat and standard errors`, () => {
      const values = Float64Array.from(posterior.draws);
      for (const [column, name] of posterior.columns.entries()) {
        const chains = chainsOf(values, 10, 1000, posterior.columns.length, column);
        const row = posterior.rows[name];
        expect(bulkEffectiveSampleSize(chains) / row.ess_bulk, name).toBeCloseTo(1, 4);
        expect(tailEffectiveSampleSize(chains) / row.ess_tail, name).toBeCloseTo(1, 5);
        expect(rankNormalizedRHat(chains), name).toBeCloseTo(row.r_hat, 5);
        // Theirs divides by the bulk effective sample size, ours by that of the mean.
        expect(Math.abs(meanStandardError(chains) / row.mcse_mean - 1), name).toBeLessThan(0.02);
      }
    });
  }
});
