/** Whether an index stays within its dimension. */
import type { CoreExpression } from "../core-expression.ts";
import { constantSize, constantValue, formatSize, type Size, subtractSizes } from "../size.ts";
import { realLine } from "../type.ts";
import type { Quote } from "./check-facts.ts";
import type { Scope } from "./check-scope.ts";
import type { CheckedIndex } from "./checked-index.ts";
import { extreme, lowerBound, upperBound } from "./size-bounds.ts";

/** Refuses what provably leaves [0, dimension), and an index variable that nothing relates to the dimension. */
export function checkBounds(scope: Scope, index: CheckedIndex, dimension: Size, base: Quote): boolean {
  const outside = (reaches: string): false => {
    scope.report({
      code: "index-out-of-range",
      index: index.quote,
      reaches,
      base,
      size: formatSize(dimension),
      last: formatSize(subtractSizes(dimension, constantSize(1))),
    });
    return false;
  };
  if (index.core.kind === "slice") {
    const { from, to } = index.core;
    if (lowerBound(subtractSizes(to, dimension)) > 0) return outside(formatSize(to));
    return lowerBound(subtractSizes(from, to)) > 0
      ? outside(`${formatSize(from)}, behind ${formatSize(to)}`)
      : true;
  }
  if (index.place === undefined) {
    const { type } = index.core.value;
    const range = type.kind === "number" ? type.range : realLine;
    if (range.high < 0) return outside(`${range.high}`);
    if (range.low > upperBound(dimension) - 1) return outside(`${range.low}`);
    return checkGather(scope, index.core.value, index.quote, dimension, base);
  }
  const low = extreme(index.place, scope.indices, -1);
  const high = extreme(index.place, scope.indices, 1);
  if (low !== undefined && upperBound(low) < 0) return outside(formatSize(low));
  if (high !== undefined && upperBound(high) < 0) return outside(formatSize(high));
  if (high !== undefined && lowerBound(subtractSizes(high, dimension)) >= 0) return outside(formatSize(high));
  const name = soleName(index.place);
  const range = name === undefined ? undefined : scope.indices.get(name);
  if (range === undefined || lowerBound(subtractSizes(dimension, range.to)) >= 0) return true;
  // A number of elements is checked when the sizes are known, as one constant index is.
  if (constantValue(range.to) !== undefined) return true;
  const axis = scope.axes.find((each) => each.index === name)?.span ?? index.quote.span;
  const to = formatSize(range.to);
  scope.report({
    code: "index-range-differs",
    index: index.quote,
    to,
    base,
    size: formatSize(dimension),
    axis,
  });
  return false;
}

/** The name when the size is just that name. */
function soleName(size: Size): string | undefined {
  const [term] = size.terms;
  const sole = size.terms.length === 1 && term.coefficient === 1 && term.factors.length === 1;
  return sole ? term.factors[0] : undefined;
}

/** A category used as an index must have as many values as the dimension has places. */
function checkGather(
  scope: Scope,
  value: CoreExpression,
  quote: Quote,
  dimension: Size,
  base: Quote,
): boolean {
  const root = value.kind === "index" ? value.base : value;
  const binding = root.kind === "variable" ? scope.bindings.get(root.name) : undefined;
  if (binding?.kind !== "variable" || binding.count === undefined) return true;
  if (lowerBound(subtractSizes(dimension, binding.count)) >= 0) return true;
  scope.report({
    code: "index-range-differs",
    index: quote,
    to: formatSize(binding.count),
    base,
    size: formatSize(dimension),
    axis: binding.span,
  });
  return false;
}
