/** One index or slice in brackets. */
import type { CoreIndex } from "../core-expression.ts";
import { constantSize, constantValue, equalSizes, formatSize, type Size } from "../size.ts";
import type { Expression, Index } from "../tree.ts";
import type { Quote } from "./check-facts.ts";
import type { CheckExpression, Scope } from "./check-scope.ts";
import { checkSize } from "./check-size.ts";
import { wholeDivision } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";
import { symbolicIndex } from "./symbolic-index.ts";

/** An index with its text; `place` is its value as a polynomial where it is one. */
export interface CheckedIndex {
  readonly core: CoreIndex;
  readonly quote: Quote;
  readonly place?: Size;
}

/** Of the array called `base`, along a dimension that it may lack. Reports an index that is no whole number. */
export function checkOneIndex(
  scope: Scope,
  base: string,
  index: Index,
  dimension: Size | undefined,
  check: CheckExpression,
): CheckedIndex | undefined {
  if (index.kind === "slice") {
    const from = index.from === undefined ? constantSize(0) : checkSize(scope, index.from);
    const to = index.to === undefined ? dimension : checkSize(scope, index.to);
    if (from === undefined || to === undefined) return undefined;
    return {
      core: { kind: "slice", from, to },
      quote: { text: `${formatSize(from)}..${formatSize(to)}`, span: index.span },
    };
  }
  const value = check(scope, index.value);
  if (value.type.kind === "error") return undefined;
  const quote = { text: formatBrief(index.value), span: index.value.span };
  if (value.type.kind !== "number" || value.type.base === "real" || value.type.dimensions.length > 0) {
    const array = value.type.kind === "number" && value.type.base !== "real";
    const help = array
      ? indexOneByOne(scope, base, index.value, value.type.dimensions)
      : wholeDivision(index.value);
    scope.report({
      code: "index-not-integer",
      index: quote,
      found: value.type,
      ...(help === undefined ? {} : { help }),
    });
    return undefined;
  }
  const place = symbolicIndex(value, scope.indices);
  return { core: { kind: "at", value }, quote, ...(place === undefined ? {} : { place }) };
}

/** What to write for `theta[student]`: the element of the plate that is open, or all elements. */
function indexOneByOne(
  scope: Scope,
  base: string,
  index: Expression,
  dimensions: readonly Size[],
): string | undefined {
  const [size] = dimensions;
  if (size === undefined || dimensions.length > 1) return undefined;
  const positions = index.kind === "name" ? index.text : `(${formatBrief(index)})`;
  const element = (name: string): string => `${base}[${positions}[${name}]]`;
  const own = scope.axes.find(({ from, to }) => constantValue(from) === 0 && equalSizes(to, size));
  if (own !== undefined) return `write \`${element(own.name)}\``;
  const taken = (name: string): boolean =>
    scope.bindings.has(name) || scope.axes.some((axis) => axis.name === name);
  const name = ["n", "i", "k"].find((each) => !taken(each)) ?? "each";
  return `index one by one: \`[${element(name)} for ${name} in ${formatSize(size)}]\``;
}
