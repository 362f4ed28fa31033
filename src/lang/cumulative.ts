/** Which distributions have a distribution function: those are renormalised where a type cuts them down, and can be censored. */
import type { CoreDefinition, CoreDistribution } from "./core.ts";
import type { DistributionName } from "./distributions.ts";

/** Builtin ones: the functions are in `compiler/lower/cumulative-rows.ts`. */
export type CumulativeName = "Normal" | "Gamma" | "Beta";

export function isCumulative(name: DistributionName): name is CumulativeName {
  return ["Normal", "Gamma", "Beta"].includes(name);
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
