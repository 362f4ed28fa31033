import type { CoreDistribution } from "./core-distribution.ts";

/** Whether draws of the distribution, or of a part of it, are censored. */
export function holdsCensored(distribution: CoreDistribution): boolean {
  switch (distribution.kind) {
    case "censored":
      return true;
    case "mixture":
      return distribution.components.some(holdsCensored);
    case "if":
      return holdsCensored(distribution.then) || holdsCensored(distribution.else);
    case "match":
      return distribution.arms.some(({ value }) => holdsCensored(value));
    case "transformed":
      return holdsCensored(distribution.base);
    case "distribution":
    case "defined":
      return false;
  }
}
