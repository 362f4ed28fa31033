/** Which distributions have a distribution function: those can be asked for it and censored, and are renormalised where a type cuts them down. */
import type { CoreDefinition, CoreDistribution } from "./core-distribution.ts";
import type { DistributionName } from "./distributions.ts";

/** Builtin ones: the functions are in `compiler/lower/cumulative-rows.ts`. */
const cumulativeNames = ["Normal", "Gamma", "Beta", "Uniform", "Categorical", "RelaxedBernoulli"] as const;

export type CumulativeName = (typeof cumulativeNames)[number];

export function isCumulative(name: DistributionName): name is CumulativeName {
  return cumulativeNames.some((each) => each === name);
}

/** One of these entries is enough. */
export function isCumulativeDefinition({ cdf, logCdf, logSurvival }: CoreDefinition): boolean {
  return [cdf, logCdf, logSurvival].some((entry) => entry !== undefined);
}

export function hasCumulative(distribution: CoreDistribution): boolean {
  switch (distribution.kind) {
    case "distribution":
      return isCumulative(distribution.name);
    case "defined":
      return isCumulativeDefinition(distribution.definition);
    case "mixture":
      return distribution.rank === 0 && distribution.components.every(hasCumulative);
    case "censored":
      return false;
    case "transformed":
      return hasCumulative(distribution.base);
    case "if":
      return hasCumulative(distribution.then) && hasCumulative(distribution.else);
    case "match":
      return distribution.arms.every(({ value }) => hasCumulative(value));
  }
}

/**
 * Whether the density is divided by the mass that a declared type leaves. Uniform stays flat: where the ends are inferred, as in
 * `b: Real(0, 1 - a) ~ Uniform(0, 1)`, it is uniform over all that may be together.
 */
export function isRenormalised(distribution: CoreDistribution): boolean {
  const isUniform = distribution.kind === "distribution" && distribution.name === "Uniform";
  return hasCumulative(distribution) && !isUniform;
}
