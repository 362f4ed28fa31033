/**
 * Draws of a site whose declared type is narrower than its distribution: by inverting the distribution function between
 * the declared bounds. Only where bounds and arguments do not depend on other draws is this what the log density, which
 * leaves the constant mass between the bounds out, says as well.
 */
import type { CoreExpression, CoreModel, CoreSite, CoreSupport } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import { type DistributionName, distributions } from "../../lang/distributions.ts";
import { supportBounds } from "../../lang/support-bounds.ts";
import type { Support } from "./bijector.ts";
import type { Arguments } from "./distribution-row.ts";
import type { Algebra, Operand, Value } from "./value.ts";

/** A distribution function and its inverse. */
interface Inversion {
  cdf(a: Algebra, x: Value, args: Arguments): Value;
  quantile(a: Algebra, u: Value, args: Arguments): Value;
}

/** Φ((x − loc) / scale) = (1 + erf(…/√2)) / 2 */
const normal: Inversion = {
  cdf: (a, x, { loc, scale }) =>
    a.add(0.5, a.mul(0.5, a.unary("erf", a.div(a.sub(x, loc), a.mul(Math.SQRT2, scale))))),
  quantile: (a, u, { loc, scale }) =>
    a.add(loc, a.mul(scale, a.mul(Math.SQRT2, a.unary("erfinv", a.sub(a.mul(2, u), 1))))),
};

const inversions: Partial<Record<DistributionName, Inversion>> = {
  Normal: normal,
  Uniform: {
    cdf: (a, x, { low, high }) => a.div(a.sub(x, low), a.sub(high, low)),
    quantile: (a, u, { low, high }) => a.add(low, a.mul(u, a.sub(high, low))),
  },
};

/** Whether the declared type cuts the distribution down. */
export function isTruncated({ distribution, support }: CoreSite): boolean {
  if (["discrete", "simplex", "matrix"].includes(support.kind)) return false;
  if (distribution.kind === "defined") {
    if (support.kind === "ordered") return support.low !== undefined && distribution.support.kind === "real";
    return !sameSupport(support, distribution.support);
  }
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
      return support.kind !== "interval" || !same(support.low, low) || !same(support.high, high);
    case "simplex":
    case "corr":
    case "choleskyCorr":
    case "covariance":
    case "bool":
    case "category":
      return false;
  }
}

/** All arms of a choice have one support. */
function firstOf(distribution: CoreSite["distribution"]): CoreSite["distribution"] {
  if (distribution.kind === "if") return distribution.then;
  if (distribution.kind === "mixture") return distribution.components[0];
  return distribution.kind === "match" ? distribution.arms[0].value : distribution;
}

/** Why there is no way to draw from a truncated site; `undefined` when there is one. */
export function whyNotTruncated({ distribution, support }: CoreSite, model: CoreModel): string | undefined {
  if (distribution.kind === "defined") {
    const { name, cdf, quantile } = distribution.definition;
    return cdf && quantile
      ? undefined
      : `\`dist ${name}\` needs \`cdf\` and \`quantile\` for truncated draws`;
  }
  if (distribution.kind !== "distribution") return "a choice of distributions cannot be truncated";
  if (inversions[distribution.name] === undefined)
    return `truncated ${distribution.name} draws are not supported yet`;
  const inputs = new Set(model.inputs.map(({ name }) => name));
  const unknown = (bound: CoreExpression): boolean =>
    findExpression(bound, (each) => each.kind === "variable" && !inputs.has(each.name)) !== undefined;
  return supportBounds(support).some(unknown)
    ? "its bounds depend on other variables, so the prior has no simple draws"
    : undefined;
}

/** The quantile at cdf(low) + u (cdf(high) − cdf(low)). */
export function drawTruncated(
  a: Algebra,
  name: DistributionName,
  uniform: Value,
  args: Arguments,
  support: Support,
): Value {
  const inversion = inversions[name];
  if (inversion === undefined) return a.of(Number.NaN);
  const from: Operand =
    "low" in support && support.low !== undefined ? inversion.cdf(a, support.low, args) : 0;
  const to: Operand = "high" in support ? inversion.cdf(a, support.high, args) : 1;
  return inversion.quantile(a, a.add(from, a.mul(uniform, a.sub(to, from))), args);
}

function isNumber(expression: CoreExpression, value: number): boolean {
  return expression.kind === "literal" && expression.value === value;
}

function sameSupport(x: CoreSupport, y: CoreSupport): boolean {
  const other = supportBounds(y);
  return x.kind === y.kind && supportBounds(x).every((bound, position) => same(bound, other[position]));
}

/** The same but for where it is written. */
function same(x: CoreExpression, y: CoreExpression): boolean {
  const text = (expression: CoreExpression): string =>
    JSON.stringify(expression, (key, value: unknown) =>
      key === "span" || key === "type" ? undefined : value,
    );
  return text(x) === text(y);
}
