/** Leave-one-out cross-validation on the terminal and as JSON. */
import type { CrossValidation } from "../driver/api-types.ts";

/** Observations named where their terms cannot be trusted. */
const mostNamed = 5;

/** "elpd_loo -30.8 ± 1.4 · p_loo 0.9 · 8 observations", and a line on what cannot be trusted. */
export function formatLeaveOneOut(loo: CrossValidation): string[] {
  const { elpd, standardError, effectiveParameters, observations } = loo;
  const facts = [
    `elpd_loo ${elpd.toFixed(1)} ± ${standardError.toFixed(1)}`,
    `p_loo ${effectiveParameters.toFixed(1)}`,
    `${observations} observations`,
  ];
  const { untrusted } = loo;
  const named = untrusted.length > mostNamed ? [...untrusted.slice(0, mostNamed), "…"] : untrusted;
  return [
    facts.join(" · "),
    ...(untrusted.length === 0
      ? []
      : [
          `  - k-hat is above 0.7 for ${untrusted.length} of them (${named.join(", ")}): without one of these the posterior is another, and elpd_loo is too high`,
        ]),
  ];
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
