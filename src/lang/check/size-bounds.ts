/**
 * What holds of a size whatever the names in it stand for. Every size name is at least 1: data binding refuses empty
 * dimensions. Index variables may stand in a size like names; their ranges are substituted first.
 */
import {
  addSizes,
  constantSize,
  type Size,
  scaleSize,
  sizeNames,
  substituteSizes,
  subtractSizes,
} from "../size.ts";

/** The integers from, …, to − 1 that an index variable runs over. */
export interface IndexRange {
  readonly from: Size;
  readonly to: Size;
}

/** The largest number that is provably ≤ the size; −∞ when there is none. Exact for polynomials of degree one. */
export function lowerBound(size: Size): number {
  return size.terms.reduce(
    (sum, { factors, coefficient }) =>
      sum + (factors.length === 0 || coefficient > 0 ? coefficient : -Infinity),
    0,
  );
}

/** The smallest number that is provably ≥ the size; ∞ when there is none. */
export function upperBound(size: Size): number {
  return -lowerBound(scaleSize(size, -1));
}

/**
 * Smallest (`side` −1) or largest (`side` 1) value over the index variables in `indices` but `except`, as a size without them;
 * `undefined` when one of them occurs in a product.
 */
export function extreme(
  size: Size,
  indices: ReadonlyMap<string, IndexRange>,
  side: -1 | 1,
  except?: string,
): Size | undefined {
  let result = size;
  for (const name of sizeNames(size)) {
    const range = indices.get(name);
    if (range === undefined || name === except) continue;
    const term = result.terms.find(({ factors }) => factors.includes(name));
    if (term === undefined) continue;
    if (result.terms.some(({ factors }) => factors.includes(name) && factors.length > 1)) return undefined;
    const high = subtractSizes(range.to, constantSize(1));
    const end = term.coefficient * side > 0 ? high : range.from;
    result = substituteSizes(result, new Map([[name, end]]));
  }
  return result;
}

/**
 * Solves `pattern = target` for the one name of `unknown` in `pattern`: (target − rest) / coefficient. `undefined` when
 * the pattern holds none or several, or the division leaves a remainder.
 */
export function solveSize(
  pattern: Size,
  target: Size,
  unknown: ReadonlySet<string>,
): { readonly name: string; readonly value: Size } | undefined {
  const open = pattern.terms.filter(({ factors }) => factors.some((name) => unknown.has(name)));
  const [term] = open;
  if (open.length !== 1 || term.factors.length !== 1) return undefined;
  const rest: Size = { terms: pattern.terms.filter((each) => each !== term) };
  const difference = subtractSizes(target, rest);
  if (difference.terms.some(({ coefficient }) => coefficient % term.coefficient !== 0)) return undefined;
  const value = {
    terms: difference.terms.map((each) => ({ ...each, coefficient: each.coefficient / term.coefficient })),
  };
  return { name: term.factors[0], value: addSizes(value, constantSize(0)) };
}
