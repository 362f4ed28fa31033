/** Bounds of types: what support they make, and whether two are the same. */
import type { CoreSupport } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import { sameExpression } from "../same-expression.ts";
import { equalSizes } from "../size.ts";
import { symbolicIndex } from "./symbolic-index.ts";

/** Whether they are the same number, whatever the sizes in them turn out to be. */
export function sameBound(a: CoreExpression, b: CoreExpression): boolean {
  if (sameExpression(a, b)) return true;
  const left = symbolicIndex(a, new Map());
  const right = symbolicIndex(b, new Map());
  return left !== undefined && right !== undefined && equalSizes(left, right);
}

/** An end at infinity is none. */
export function intervalSupport({ low, high }: { low: CoreExpression; high: CoreExpression }): CoreSupport {
  const isInfinite = (end: CoreExpression): boolean => end.kind === "literal" && end.value === Infinity;
  if (low.kind === "call" && low.function === "neg" && isInfinite(low.arguments[0]))
    return isInfinite(high) ? { kind: "real" } : { kind: "upper", high };
  return isInfinite(high) ? { kind: "lower", low } : { kind: "interval", low, high };
}
