/** Sites whose declared type is narrower than their distribution. */
import type { CoreModel, CoreSite } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import type { CoreSupport } from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { isRenormalised } from "../../lang/cumulative.ts";
import { distributions } from "../../lang/distributions.ts";
import { exactly } from "../../lang/range.ts";
import { sameExpression } from "../../lang/same-expression.ts";
import { supportBounds } from "../../lang/support-bounds.ts";
import { numberType } from "../../lang/type.ts";
import type { Support } from "./bijector.ts";
import type { Context } from "./context.ts";
import { lowerSupport } from "./lower-support.ts";

/** Whether the declared type cuts the distribution down. */
export function isTruncated({ distribution, support }: CoreSite): boolean {
  if (support.kind === "discrete") return supportBounds(support).length > 0;
  if (support.kind === "simplex" || support.kind === "matrix") return false;
  if (distribution.kind === "defined" || distribution.kind === "transformed") {
    if (support.kind === "ordered") return support.low !== undefined && distribution.support.kind === "real";
    return !sameSupport(support, distribution.support);
  }
  if (distribution.kind === "censored") return false;
  if (distribution.kind !== "distribution")
    return isTruncated({ distribution: firstOf(distribution), support } as CoreSite);
  const { low, high } = distribution.arguments;
  const own = distributions[distribution.name].support;
  if (support.kind === "ordered") return support.low !== undefined && own === "real";
  switch (own) {
    case "real":
      return support.kind !== "real";
    case "positive":
      return support.kind !== "lower" || !isNumber(support.low, 0);
    case "unit":
      return support.kind !== "interval" || !isNumber(support.low, 0) || !isNumber(support.high, 1);
    case "interval":
      return (
        support.kind !== "interval" ||
        !sameExpression(support.low, low) ||
        !sameExpression(support.high, high)
      );
    case "simplex":
    case "corr":
    case "choleskyCorr":
    case "covariance":
    case "bool":
    case "category":
      return false;
  }
}

/** Where the distribution draws numbers. */
export function wholeSupport(given: CoreSite["distribution"]): CoreSupport {
  const distribution = firstOf(given);
  if (distribution.kind === "defined" || distribution.kind === "transformed") return distribution.support;
  if (distribution.kind !== "distribution") return { kind: "real" };
  const end = (value: number): CoreExpression => ({
    kind: "literal",
    value,
    type: numberType("real", exactly(value)),
    span: distribution.span,
  });
  const { support } = distributions[distribution.name];
  if (support === "positive") return { kind: "lower", low: end(0) };
  return support === "unit" ? { kind: "interval", low: end(0), high: end(1) } : { kind: "real" };
}

/** All arms of a choice have one support. */
function firstOf(distribution: CoreSite["distribution"]): CoreSite["distribution"] {
  if (distribution.kind === "if") return distribution.then;
  if (distribution.kind === "mixture") return distribution.components[0];
  return distribution.kind === "match" ? distribution.arms[0].value : distribution;
}

/** Without ends at which the distribution ends anyway. */
export function ownBounds({ distribution, support }: CoreSite): CoreSupport {
  const own = wholeSupport(distribution);
  const isOwn = (side: "low" | "high", bound: CoreExpression): boolean => {
    const end = side in own ? (own as { readonly [side: string]: unknown })[side] : undefined;
    return end !== undefined && sameExpression(bound, end as CoreExpression);
  };
  if (support.kind !== "interval") return support;
  const { low, high } = support;
  if (isOwn("low", low)) return { kind: "upper", high };
  return isOwn("high", high) ? { kind: "lower", low } : support;
}

/** Where draws may lie, as the distribution function sees it: P(X ≥ k) of whole numbers is 1 − F(k − 1). */
export function partOf(site: CoreSite, context: Context): Support {
  const part = lowerSupport(ownBounds(site), context);
  if (site.support.kind !== "discrete" || !("low" in part) || part.low === undefined) return part;
  return { ...part, low: context.algebra.sub(part.low, 1) };
}

/** Why there is no way to draw from a truncated site; `undefined` when there is one. */
export function whyNotTruncated(site: CoreSite, model: CoreModel): string | undefined {
  const { distribution, support } = site;
  if (isRenormalised(distribution)) return undefined;
  if (distribution.kind === "transformed")
    return whyNotTruncated({ ...site, distribution: distribution.base }, model);
  if (distribution.kind === "defined")
    return `\`dist ${distribution.definition.name}\` needs a \`cdf\` for draws of what a type cuts down`;
  if (distribution.kind !== "distribution") return "not all of its parts have a distribution function";
  if (distribution.name !== "Uniform") return `${distribution.name} has no distribution function`;
  // Its density is flat, and not renormalised between bounds.
  const inputs = new Set(model.inputs.map(({ name }) => name));
  const unknown = (bound: CoreExpression): boolean =>
    findExpression(bound, (each) => each.kind === "variable" && !inputs.has(each.name)) !== undefined;
  return supportBounds(support).some(unknown)
    ? "its bounds depend on other variables, so the prior has no simple draws"
    : undefined;
}

function isNumber(expression: CoreExpression, value: number): boolean {
  return expression.kind === "literal" && expression.value === value;
}

function sameSupport(x: CoreSupport, y: CoreSupport): boolean {
  const other = supportBounds(y);
  return (
    x.kind === y.kind && supportBounds(x).every((bound, position) => sameExpression(bound, other[position]))
  );
}
