/** Leave-one-out cross-validation on the terminal and as JSON. */
import type { CrossValidation } from "../driver/api-types.ts";

/** Observations named where their terms cannot be trusted. */
const mostNamed = 5;

/** "elpd_loo -30.8 ± 1.4 · p_loo 0.9 · 8 observations", and lines on what cannot be trusted. */
export function formatLeaveOneOut(loo: CrossValidation): string[] {
  const { elpd, standardError, effectiveParameters, observations } = loo;
  const facts = [
    `elpd_loo ${elpd.toFixed(1)} ± ${standardError.toFixed(1)}`,
    `p_loo ${effectiveParameters.toFixed(1)}`,
    `${observations} observations`,
  ];
  const { untrusted, onInferred } = loo;
  const warnings = [
    ...(untrusted.length === 0
      ? []
      : [
          `k-hat is above 0.7 for ${untrusted.length} of them (${listed(untrusted)}): without one of these the posterior is another, and elpd_loo is too high`,
        ]),
    ...(onInferred.length === 0
      ? []
      : [
          `of these, ${listed(onInferred)} ${onInferred.length === 1 ? "depends" : "depend"} on missing values that are inferred: what is left out says much of these itself`,
        ]),
  ];
  return [facts.join(" · "), ...warnings.map((warning) => `  - ${warning}`)];
}

function listed(names: readonly string[]): string {
  return (names.length > mostNamed ? [...names.slice(0, mostNamed), "…"] : names).join(", ");
}

export function leaveOneOutJson(loo: CrossValidation): Record<string, unknown> {
  const { elpd, standardError, effectiveParameters, observations, names, pointwise, kHats } = loo;
  return {
    elpd_loo: elpd,
    se: standardError,
    p_loo: effectiveParameters,
    observations,
    bad_k_hats: loo.untrusted.length,
    pointwise: Object.fromEntries(names.map((name, at) => [name, { elpd: pointwise[at], k_hat: kHats[at] }])),
  };
}
