/** `Censored(Weibull(k, s), high: c[n])`: a value at an end says only that it is at the end or beyond. */
import type { CoreSupport } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import { hasCumulative } from "../cumulative.ts";
import { rangeOf } from "../range.ts";
import type { Argument, Expression } from "../tree.ts";
import { type Range, realLine } from "../type.ts";
import { checkExpression } from "./check-expression.ts";
import type { Scope } from "./check-scope.ts";
import { baseFits } from "./check-type.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import { dependsOnUnknown } from "./depends-on-unknown.ts";
import { formatBrief } from "./format-brief.ts";

type Call = Extract<Expression, { readonly kind: "call" }>;

const ends = ["low", "high"] as const;
type End = (typeof ends)[number];
type Ends = { readonly [E in End]?: CoreExpression };

export function isCensored({ callee }: Call): boolean {
  return callee.kind === "name" && callee.text === "Censored";
}

export function checkCensored(
  scope: Scope,
  call: Call,
  checkBase: (scope: Scope, expression: Expression) => CheckedDistribution | undefined,
): CheckedDistribution | undefined {
  const parts = splitArguments(scope, call);
  if (parts === undefined) return undefined;
  const base = checkBase(scope, parts.base);
  const found = checkEnds(scope, parts.ends, base?.element.base === "int" ? "int" : "real");
  if (base === undefined || found === undefined) return undefined;
  const reason =
    !hasCumulative(base.core) || base.draw.length > 0 ? "it has no distribution function" : undefined;
  if (reason !== undefined || base.element.base === "bool") {
    const help = "draw from a distribution with a `cdf`, or give one to a `dist` of your own";
    scope.report({
      code: "cannot-censor",
      distribution: base.quote,
      reason: reason ?? "its draws are no numbers",
      help,
    });
    return undefined;
  }
  const { low, high } = found;
  const range = rangeOf(rangeLow(low) ?? base.element.range.low, rangeHigh(high) ?? base.element.range.high);
  return {
    ...base,
    name: undefined,
    element: { ...base.element, range },
    support: censoredSupport(base.support, found),
    known: base.known && ![low, high].some((end) => end !== undefined && dependsOnUnknown(scope, end)),
    core: { kind: "censored", base: base.core, ...found, span: call.span },
  };
}

interface Parts {
  readonly base: Expression;
  readonly ends: readonly (Argument & { readonly end: End })[];
}

function splitArguments(scope: Scope, { arguments: args, span }: Call): Parts | undefined {
  const signature = "`Censored(Normal(m, s), high: c)`";
  const named = args.flatMap((each) => {
    const end = ends.find((one) => one === each.name?.text);
    return end === undefined ? [] : [{ ...each, end }];
  });
  const stranger = args.find(({ name }) => name !== undefined && !ends.some((end) => end === name.text));
  if (stranger?.name !== undefined) {
    scope.report({ code: "unknown-argument", name: stranger.name, of: "Censored", known: ends, near: [] });
    return undefined;
  }
  const [base, ...others] = args.filter(({ name }) => name === undefined);
  if (base === undefined || named.length === 0) {
    const parameter = base === undefined ? "a distribution" : "low or high";
    scope.report({ code: "missing-argument", of: "Censored", parameter, signature, span });
    return undefined;
  }
  if (others.length > 0 || new Set(named.map(({ end }) => end)).size < named.length) {
    scope.report({
      code: "too-many-arguments",
      of: "Censored",
      most: 3,
      found: args.length,
      signature,
      span,
    });
    return undefined;
  }
  return { base: base.value, ends: named };
}

function checkEnds(scope: Scope, given: Parts["ends"], base: "real" | "int"): Ends | undefined {
  const found: { [E in End]?: CoreExpression } = {};
  for (const { end, value: expression } of given) {
    const value = checkExpression(scope, expression);
    const { type } = value;
    if (type.kind === "error") return undefined;
    if (type.kind !== "number" || type.dimensions.length > 0 || !baseFits(type.base, base)) {
      scope.report({
        code: "type-mismatch",
        value: { text: formatBrief(expression), span: expression.span },
        found: type,
        expected: base === "int" ? "an Int" : "a number",
        because: { text: `the end ${end} of Censored` },
        help: "draw each element in a plate, with an end of its own: `high: c[n]`",
      });
      return undefined;
    }
    found[end] = value;
  }
  return found;
}

function rangeLow(end: CoreExpression | undefined): number | undefined {
  return end === undefined ? undefined : rangeOfEnd(end).low;
}

function rangeHigh(end: CoreExpression | undefined): number | undefined {
  return end === undefined ? undefined : rangeOfEnd(end).high;
}

function rangeOfEnd({ type }: CoreExpression): Range {
  return type.kind === "number" ? type.range : realLine;
}

/** Where a recorded value lies. */
function censoredSupport(support: CoreSupport, given: Ends): CoreSupport {
  if (support.kind === "discrete") return { kind: "discrete" };
  const low = given.low ?? ("low" in support ? support.low : undefined);
  const high = given.high ?? ("high" in support ? support.high : undefined);
  if (low !== undefined && high !== undefined) return { kind: "interval", low, high };
  if (low !== undefined) return { kind: "lower", low };
  return high === undefined ? { kind: "real" } : { kind: "upper", high };
}
