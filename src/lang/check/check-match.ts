/** Patterns and totality of `match`, shared by expressions and distributions. */

import { nearMisses } from "../../base/near-miss.ts";
import type { CoreExpression } from "../core-expression.ts";
import { formatType } from "../format-type.ts";
import { contains } from "../range.ts";
import type { Arm, Expression } from "../tree.ts";
import type { EnumerationType, NumberType } from "../type.ts";
import type { Scope } from "./check-scope.ts";
import { formatBrief } from "./format-brief.ts";

/** Enough values for a readable `match`; beyond this a wildcard is asked for. */
const mostValues = 1000;

/**
 * Checks subject and patterns; gives the pattern of each arm as Core has it (numbers, `undefined` for the wildcard),
 * or `undefined` after reporting.
 */
export function checkPatterns(
  scope: Scope,
  match: Extract<Expression, { readonly kind: "match" }>,
  subject: CoreExpression,
): readonly (number | undefined)[] | undefined {
  const type = subject.type;
  if (type.kind === "error") return undefined;
  if (type.kind === "enumeration") return checkOptions(scope, match, type);
  const quote = { text: formatBrief(match.subject), span: match.subject.span };
  if (type.kind !== "number" || type.base === "real" || type.dimensions.length > 0) {
    scope.report({
      code: "type-mismatch",
      value: quote,
      found: type,
      expected: "Bool or Int",
      because: { text: "what `match` looks at" },
      help: `compare instead: \`if ${quote.text} > 0 { … } else { … }\``,
    });
    return undefined;
  }
  const patterns = match.arms.map((arm) => checkPattern(scope, arm, type));
  if (!patterns.every((pattern) => pattern !== null)) return undefined;
  const missing = missingValue(type, patterns);
  if (missing === undefined) return patterns;
  const span = { ...match.span, end: match.subject.span.end };
  scope.report({ code: "match-not-total", match: { text: formatBrief(match), span }, missing });
  return undefined;
}

/** The positions of the named options; reports names that are none, and options that no arm takes. */
function checkOptions(
  scope: Scope,
  match: Extract<Expression, { readonly kind: "match" }>,
  subject: EnumerationType,
): readonly (number | undefined)[] | undefined {
  const { options } = subject;
  let good = true;
  const patterns = match.arms.map(({ pattern }): number | undefined => {
    if (pattern.kind === "wildcard") return undefined;
    const known = pattern.kind === "name" && options.includes(pattern.text);
    if (known) return options.indexOf(pattern.text);
    good = false;
    const text = pattern.kind === "name" ? pattern.text : String(pattern.value);
    const near = nearMisses(text, options);
    const name = { text, span: pattern.span };
    scope.report({ code: "unknown-option", name, of: formatBrief(match.subject), options, near });
    return undefined;
  });
  if (!good) return undefined;
  const missing = options.find((_, position) => !patterns.includes(position));
  if (missing === undefined || patterns.includes(undefined)) return patterns;
  const span = { ...match.span, end: match.subject.span.end };
  scope.report({
    code: "match-not-total",
    match: { text: formatBrief(match), span },
    missing: `\`${missing}\``,
  });
  return undefined;
}

/** `null` for a pattern that cannot match, which has been reported. */
function checkPattern(scope: Scope, { pattern }: Arm, subject: NumberType): number | undefined | null {
  if (pattern.kind === "wildcard") return undefined;
  const wantsBool = subject.base === "bool";
  const value = pattern.kind === "name" ? Number.NaN : Number(pattern.value);
  if (wantsBool === (pattern.kind === "bool") && Number.isInteger(value) && contains(subject.range, value))
    return value;
  const text = pattern.kind === "name" ? pattern.text : String(pattern.value);
  scope.report({ code: "pattern-mismatch", pattern: { text, span: pattern.span }, subject });
  return null;
}

/** A value that no arm takes, in words. */
function missingValue(subject: NumberType, patterns: readonly (number | undefined)[]): string | undefined {
  if (patterns.includes(undefined)) return undefined;
  const { low, high } = subject.range;
  if (!(high - low < mostValues)) return `the other values of ${formatType(subject)}`;
  for (let value = Math.ceil(low); value <= high; value++) {
    if (!patterns.includes(value)) return subject.base === "bool" ? `\`${value === 1}\`` : `\`${value}\``;
  }
  return undefined;
}
