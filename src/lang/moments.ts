/** Which distributions have a mean and a variance in closed form, and which a quantile. */
import type { CoreDistribution } from "./core-distribution.ts";
import { hasCumulative } from "./cumulative.ts";
import type { DistributionName } from "./distributions.ts";

export type Moment = "mean" | "variance";

/** Builtin ones: the formulas are in `compiler/lower/moment-rows.ts`. */
const momentNames = [
  "Normal",
  "Gamma",
  "Beta",
  "Uniform",
  "Dirichlet",
  "Categorical",
  "MultivariateNormal",
  "MultivariateStudentT",
  "Wishart",
  "InverseWishart",
] as const;

export type MomentName = (typeof momentNames)[number];

export function hasMoments(name: DistributionName): name is MomentName {
  return momentNames.some((each) => each === name);
}

/** Functions that take the mean to the mean. */
const affine = ["neg", "add", "sub", "subFrom", "mul", "div"];

/** Why a moment is not known; `undefined` where it is. */
export function whyNoMoment(distribution: CoreDistribution, moment: Moment): string | undefined {
  switch (distribution.kind) {
    case "distribution":
      if (distribution.name === "Flat") return `it is improper, and has no ${moment}`;
      return hasMoments(distribution.name) ? undefined : `its ${moment} is not known here`;
    case "defined":
      if (distribution.definition[moment] !== undefined) return undefined;
      return `its definition has no \`${moment}\`, as where there is none, or none in closed form`;
    case "mixture":
      if (distribution.rank > 0) return "its draws are arrays";
      return firstReason(distribution.components, moment);
    case "censored":
      return `what is censored has no ${moment} in closed form`;
    case "transformed":
      if (affine.includes(distribution.bijection.name)) return whyNoMoment(distribution.base, moment);
      return `what a function bends has no ${moment} in closed form`;
    case "if":
      return firstReason([distribution.then, distribution.else], moment);
    case "match":
      return firstReason(
        distribution.arms.map(({ value }) => value),
        moment,
      );
  }
}

/** The variance of several needs their means as well. */
function firstReason(parts: readonly CoreDistribution[], moment: Moment): string | undefined {
  const needed: readonly Moment[] = moment === "mean" ? ["mean"] : ["mean", "variance"];
  const reasons = parts.flatMap((part) => needed.map((each) => whyNoMoment(part, each)));
  return reasons.find((each) => each !== undefined);
}

/** By its own entry, or by searching where the distribution function is as large. */
export function hasQuantile(distribution: CoreDistribution): boolean {
  switch (distribution.kind) {
    case "defined":
      return distribution.definition.quantile !== undefined || hasCumulative(distribution);
    case "transformed":
      return hasQuantile(distribution.base);
    case "if":
      return hasQuantile(distribution.then) && hasQuantile(distribution.else);
    case "match":
      return distribution.arms.every(({ value }) => hasQuantile(value));
    default:
      return hasCumulative(distribution);
  }
}
