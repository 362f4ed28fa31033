/** The declared type of a draw against its distribution: event shape, support, truncation. */

import type { CoreSupport } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import { isRenormalised } from "../cumulative.ts";
import { describeShape, formatType } from "../format-type.ts";
import { contains, equalRanges, intersection, within } from "../range.ts";
import type { Size } from "../size.ts";
import { supportBounds } from "../support-bounds.ts";
import {
  isMatrixStructure,
  type NumberType,
  nonNegativeRange,
  numberType,
  positiveRange,
  type Range,
  realLine,
  type Structure,
} from "../type.ts";
import type { Scope } from "./check-scope.ts";
import { type DeclaredType, equalShapes } from "./check-type.ts";
import { chooseWholeNumbers } from "./check-whole-numbers.ts";
import type { CheckedDistribution, CheckedEvent } from "./checked-distribution.ts";
import { dependsOnUnknown } from "./depends-on-unknown.ts";
import { literalNumber } from "./literal-number.ts";
import { intervalSupport, sameBound } from "./type-bounds.ts";

/** Type and support of one draw. Reports and gives `undefined` when declaration and distribution do not go together. */
export function checkEvent(
  scope: Scope,
  name: string,
  distribution: CheckedDistribution,
  declared: DeclaredType | undefined,
): CheckedEvent | undefined {
  if (isMatrixStructure(distribution.element.structure) && distribution.draw.length === 0)
    return checkMatrixEvent(scope, name, distribution, declared);
  const { batch, draw, element, support } = distribution;
  if (declared === undefined) return { type: { ...element, dimensions: [...batch, ...draw] }, support };
  if (!shapeFits(scope, name, distribution, declared)) return undefined;
  const { dimensions } = declared.type;
  const chosen = chooseSupport(scope, name, distribution, declared);
  return chosen && { type: { ...chosen.type, dimensions }, support: chosen.support };
}

/** A matrix whose size only the declared type tells. */
function checkMatrixEvent(
  scope: Scope,
  name: string,
  distribution: CheckedDistribution,
  declared: DeclaredType | undefined,
): CheckedEvent | undefined {
  const draw = declared?.type.dimensions.slice(-2) ?? [];
  if (draw.length === 2) return checkEvent(scope, name, { ...distribution, draw }, declared);
  const type = formatType({ ...distribution.element, dimensions: [] });
  const help = `declare it: \`${name}: ${type}[K] ~ ${distribution.quote.text}(…)\``;
  scope.report({ code: "size-not-inferred", name: "K", call: distribution.quote, help });
  return undefined;
}

function shapeFits(
  scope: Scope,
  name: string,
  distribution: CheckedDistribution,
  declared: DeclaredType,
): boolean {
  const { batch, draw, quote } = distribution;
  const event = declared.type.dimensions;
  const outer: readonly Size[] = event.slice(0, event.length - draw.length);
  const drawFits = equalShapes(event.slice(outer.length), draw);
  if (drawFits && (batch.length === 0 || equalShapes(batch, outer))) return true;
  const shape = [...batch, ...draw];
  scope.report({
    code: "size-mismatch",
    what: `\`${name}\` is declared ${describeShape(event)}, but the arguments of ${quote.text} have ${describeShape(shape)}`,
    left: { ...quote, shape },
    right: { text: name, span: declared.expression.span, shape: event },
    help: `declare \`${name}: ${formatType({ ...declared.type, dimensions: shape })}\``,
  });
  return false;
}

function chooseSupport(
  scope: Scope,
  name: string,
  distribution: CheckedDistribution,
  declared: DeclaredType,
): CheckedEvent | undefined {
  const { element, quote } = distribution;
  const { type } = declared;
  const mismatch = (help: string): undefined => {
    scope.report({
      code: "support-mismatch",
      name,
      distribution: quote,
      declared: { ...type, dimensions: [] },
      support: element,
      typeSpan: declared.expression.span,
      help,
    });
  };
  const fixed = supportBounds(distribution.support).every((bound) => bound.kind === "literal");
  const wanted = formatType({ ...element, dimensions: type.dimensions });
  const right = fixed ? `declare \`${name}: ${wanted}\`, or leave the type out` : "leave the type out";
  if (type.base !== element.base) return mismatch(right);
  if (type.base === "bool") return { type: element, support: distribution.support };
  if (type.base === "int") return chooseWholeNumbers(distribution, declared, right, mismatch);
  // A plain Real gives only the shape: the support is the distribution's.
  if (type.structure === "plain" && declared.bounds === undefined && equalRanges(type.range, realLine))
    return { type: element, support: distribution.support };
  if (element.structure === "simplex" || type.structure === "simplex") {
    if (element.structure === type.structure) return { type: element, support: distribution.support };
    return mismatch(type.structure === "simplex" ? `write \`${name} ~ Dirichlet(…)\`` : right);
  }
  if (isMatrixStructure(element.structure) || isMatrixStructure(type.structure)) {
    if (element.structure === type.structure) return { type: element, support: distribution.support };
    if (distribution.name === "Flat") return { type, support: declaredSupport(declared) };
    return mismatch(isMatrixStructure(element.structure) ? right : matrixHelp(name, type.structure));
  }
  // The mass that a vector drawn as a whole has in a part of its space has no simple form.
  if (distribution.draw.length > 0) {
    const same = fixed && type.structure === element.structure && equalRanges(type.range, element.range);
    return same ? { type: element, support: distribution.support } : mismatch(right);
  }
  if (type.structure === "ordered") return chooseOrdered(scope, name, distribution, declared, mismatch);
  return chooseInterval(scope, name, distribution, declared, () => mismatch(right));
}

function chooseOrdered(
  scope: Scope,
  name: string,
  distribution: CheckedDistribution,
  declared: DeclaredType,
  mismatch: (help: string) => undefined,
): CheckedEvent | undefined {
  const { type } = declared;
  const wanted = declaredSupport(declared);
  const positive = equalRanges(type.range, positiveRange);
  const isNative = positive ? isPositiveLine(distribution.support) : distribution.support.kind === "real";
  if (!isNative && distribution.support.kind !== "real")
    return mismatch(
      positive
        ? "order a variable on all positive numbers, such as LogNormal"
        : `order a variable on the whole real line, such as Normal${isPositiveLine(distribution.support) ? ", or declare it PositiveOrdered" : ""}`,
    );
  // An ordered vector of equal draws has 1/K! of the mass whatever the arguments are.
  if ((isNative && distribution.batch.length === 0) || distribution.known) return { type, support: wanted };
  return refuseTruncation(scope, name, distribution, declared);
}

function isPositiveLine(support: CoreSupport): boolean {
  return support.kind === "lower" && support.low.kind === "literal" && support.low.value === 0;
}

/** What draws matrices of a structure. */
function matrixHelp(name: string, structure: Structure): string {
  switch (structure) {
    case "corr":
      return `write \`${name} ~ LKJ(2)\``;
    case "choleskyCorr":
      return `write \`${name} ~ LKJCholesky(2)\``;
    default:
      return `write \`${name} ~ Flat()\`, or build it from standard deviations and a correlation`;
  }
}

function chooseInterval(
  scope: Scope,
  name: string,
  distribution: CheckedDistribution,
  declared: DeclaredType,
  mismatch: () => undefined,
): CheckedEvent | undefined {
  const { element, support } = distribution;
  const { type } = declared;
  const wanted = declaredSupport(declared);
  if (!liesInside(declared.type.range, wanted, support)) return mismatch();
  const range = intersection(type.range, element.range);
  if (range === undefined) return mismatch();
  const narrowed = numberType("real", range);
  if (sameSupport(wanted, support)) return { type: narrowed, support };
  const anywhere = distribution.name === "Uniform" || distribution.name === "Flat";
  if (isRenormalised(distribution.core)) return { type: narrowed, support: wanted };
  const boundsKnown = !supportBounds(wanted).some((bound) => dependsOnUnknown(scope, bound));
  if (!distribution.known || (!anywhere && !boundsKnown))
    return refuseTruncation(scope, name, distribution, declared);
  return { type: narrowed, support: wanted };
}

/** Whether the declared support lies in the distribution's, whatever the bounds of both turn out to be. */
function liesInside(declared: Range, wanted: CoreSupport, support: CoreSupport): boolean {
  const inner = supportEnds(wanted);
  const outer = supportEnds(support);
  const lowFits =
    outer.low === undefined || declared.low >= numberRange(outer.low).high || same(inner.low, outer.low);
  const highFits =
    outer.high === undefined || declared.high <= numberRange(outer.high).low || same(inner.high, outer.high);
  return lowFits && highFits;
}

function same(a: CoreExpression | undefined, b: CoreExpression): boolean {
  return a !== undefined && sameBound(a, b);
}

function numberRange({ type }: CoreExpression): Range {
  return type.kind === "number" ? type.range : realLine;
}

function supportEnds(support: CoreSupport): {
  readonly low?: CoreExpression;
  readonly high?: CoreExpression;
} {
  switch (support.kind) {
    case "lower":
      return { low: support.low };
    case "upper":
      return { high: support.high };
    case "interval":
      return { low: support.low, high: support.high };
    case "ordered":
      return support.low === undefined ? {} : { low: support.low };
    case "real":
    case "simplex":
    case "matrix":
    case "discrete":
      return {};
  }
}

function refuseTruncation(
  scope: Scope,
  name: string,
  distribution: CheckedDistribution,
  declared: DeclaredType,
): undefined {
  scope.report({
    code: "truncation-needs-constants",
    name,
    declared: { ...declared.type, dimensions: [] },
    distribution: distribution.quote,
    typeSpan: declared.expression.span,
  });
}

/** The support that a declared type alone asks for. */
export function declaredSupport({ type, bounds, expression }: DeclaredType): CoreSupport {
  if (type.base !== "real") return { kind: "discrete" };
  if (isMatrixStructure(type.structure)) return { kind: "matrix", structure: type.structure };
  if (type.structure === "simplex") return { kind: "simplex" };
  if (type.structure === "ordered")
    return type.range.low === -Infinity
      ? { kind: "ordered" }
      : { kind: "ordered", low: literalNumber(type.range.low, expression.span) };
  if (bounds !== undefined) return intervalSupport(bounds);
  return rangeSupport(type.range, expression.span);
}

function rangeSupport(range: Range, span: CoreExpression["span"]): CoreSupport {
  if (equalRanges(range, realLine)) return { kind: "real" };
  const low = literalNumber(range.low, span);
  if (within(range, nonNegativeRange) && range.high === Infinity) return { kind: "lower", low };
  return { kind: "interval", low, high: literalNumber(range.high, span) };
}

export function sameSupport(a: CoreSupport, b: CoreSupport): boolean {
  if (a.kind === "matrix" && b.kind === "matrix" && a.structure !== b.structure) return false;
  const left = supportBounds(a);
  const right = supportBounds(b);
  return (
    a.kind === b.kind &&
    left.length === right.length &&
    left.every((bound, position) => sameBound(bound, right[position]))
  );
}

/** Whether an initial value lies strictly inside a support with constant ends. */
export function startsInside(type: NumberType, value: number): boolean {
  return (
    contains(type.range, value) &&
    (value > type.range.low || type.range.low === -Infinity) &&
    value < type.range.high
  );
}
