/** Declared types of whole numbers: which values of the distribution they leave out. */
import type { CoreSupport } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import { isRenormalised } from "../cumulative.ts";
import { intersection, within } from "../range.ts";
import { addSizes, constantSize, equalSizes, type Size } from "../size.ts";
import { numberType, type Range, realLine } from "../type.ts";
import type { DeclaredType } from "./check-type.ts";
import type { CheckedDistribution, CheckedEvent } from "./checked-distribution.ts";
import { literalNumber } from "./literal-number.ts";
import { symbolicIndex } from "./symbolic-index.ts";
import { intervalSupport, sameBound } from "./type-bounds.ts";

/** First and last value, each where there is one. */
interface Ends {
  readonly low?: CoreExpression;
  readonly high?: CoreExpression;
}

/** Type and support of one draw; `refuse` takes what to do instead. */
export function chooseWholeNumbers(
  distribution: CheckedDistribution,
  declared: DeclaredType,
  right: string,
  refuse: (help: string) => undefined,
): CheckedEvent | undefined {
  const { core, element, support, draw } = distribution;
  const { low, high } = cutEnds(distribution, declared);
  if (low === undefined && high === undefined) return { type: element, support };
  const range = intersection(declared.type.range, element.range);
  if (range === undefined || draw.length > 0 || core.kind === "transformed") return refuse(right);
  if (![low, high].every(isWhole)) return refuse("give whole numbers as ends");
  if (!isRenormalised(core))
    return refuse(core.kind === "defined" ? `give \`dist ${core.definition.name}\` a \`cdf\`` : right);
  const count = high === undefined ? countOf(support) : countUpTo(high, element.range);
  return {
    type: numberType("int", range),
    support: { kind: "discrete", ...(count && { count }), ...(low && { low }), ...(high && { high }) },
  };
}

/** The declared ends that the distribution does not have anyway. */
function cutEnds(distribution: CheckedDistribution, { type, bounds, expression }: DeclaredType): Ends {
  const { core, element, support } = distribution;
  if (bounds === undefined)
    return within(element.range, type.range) ? {} : { low: literalNumber(type.range.low, expression.span) };
  const own = core.kind === "defined" ? core.bounds : undefined;
  const { low, high }: Ends = { low: undefined, high: undefined, ...intervalSupport(bounds) };
  const isLowOwn = (end: CoreExpression): boolean =>
    rangeOf(end).high <= element.range.low || (own !== undefined && sameBound(end, own.low));
  const isHighOwn = (end: CoreExpression): boolean => {
    const [count, ownCount] = [countUpTo(end, element.range), countOf(support)];
    const isLast = count !== undefined && ownCount !== undefined && equalSizes(count, ownCount);
    return (
      isLast || rangeOf(end).low >= element.range.high || (own !== undefined && sameBound(end, own.high))
    );
  };
  return { ...(low && !isLowOwn(low) && { low }), ...(high && !isHighOwn(high) && { high }) };
}

function countOf(support: CoreSupport): Size | undefined {
  return support.kind === "discrete" ? support.count : undefined;
}

/** How many values there are from 0 to the last one, where that is a size. */
function countUpTo(high: CoreExpression, range: Range): Size | undefined {
  const last = symbolicIndex(high, new Map());
  return last === undefined || range.low < 0 ? undefined : addSizes(last, constantSize(1));
}

function isWhole(end: CoreExpression | undefined): boolean {
  return end === undefined || (end.type.kind === "number" && end.type.base === "int");
}

function rangeOf({ type }: CoreExpression): Range {
  return type.kind === "number" ? type.range : realLine;
}
