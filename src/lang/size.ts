/**
 * Sizes: integer polynomials in size names, in normal form, so that equal sizes are equal data.
 * `2 * Z + 1` is { terms: [{ factors: ["Z"], coefficient: 2 }, { factors: [], coefficient: 1 }] }.
 */
export interface Size {
  /** Sorted by factors (the constant last), no zero coefficients, each factor list sorted. */
  readonly terms: readonly SizeTerm[];
}

export interface SizeTerm {
  /** Size names with repetition: N² is ["N", "N"]. */
  readonly factors: readonly string[];
  readonly coefficient: number;
}

export function constantSize(value: number): Size {
  return { terms: value === 0 ? [] : [{ factors: [], coefficient: value }] };
}

export function namedSize(name: string): Size {
  return { terms: [{ factors: [name], coefficient: 1 }] };
}

export function addSizes(a: Size, b: Size): Size {
  return normalize([...a.terms, ...b.terms]);
}

export function subtractSizes(a: Size, b: Size): Size {
  return addSizes(a, scaleSize(b, -1));
}

export function scaleSize(a: Size, factor: number): Size {
  return normalize(a.terms.map((term) => ({ ...term, coefficient: term.coefficient * factor })));
}

export function multiplySizes(a: Size, b: Size): Size {
  return normalize(
    a.terms.flatMap((x) =>
      b.terms.map((y) => ({
        factors: [...x.factors, ...y.factors],
        coefficient: x.coefficient * y.coefficient,
      })),
    ),
  );
}

export function equalSizes(a: Size, b: Size): boolean {
  return formatSize(a) === formatSize(b);
}

/** The value of a size without names; `undefined` when a name remains. */
export function constantValue(size: Size): number | undefined {
  if (size.terms.length === 0) return 0;
  const [only] = size.terms;
  return size.terms.length === 1 && only.factors.length === 0 ? only.coefficient : undefined;
}

export function sizeNames(size: Size): string[] {
  return [...new Set(size.terms.flatMap((term) => term.factors))];
}

export function substituteSizes(size: Size, values: ReadonlyMap<string, Size>): Size {
  return size.terms.reduce(
    (sum, term) =>
      addSizes(
        sum,
        term.factors.reduce(
          (product, name) => multiplySizes(product, values.get(name) ?? namedSize(name)),
          constantSize(term.coefficient),
        ),
      ),
    constantSize(0),
  );
}

/** The number a size stands for; `undefined` when a name has no value. */
export function evaluateSize(size: Size, values: Readonly<Record<string, number>>): number | undefined {
  let sum = 0;
  for (const term of size.terms) {
    let product = term.coefficient;
    for (const name of term.factors) {
      if (!Object.hasOwn(values, name)) return undefined;
      product *= values[name];
    }
    sum += product;
  }
  return sum;
}

/** As one would type it: "2 * Z + 1", "T - 1", "0". */
export function formatSize(size: Size): string {
  if (size.terms.length === 0) return "0";
  return size.terms
    .map(({ factors, coefficient }, position) => {
      const magnitude = Math.abs(coefficient);
      const parts = magnitude === 1 && factors.length > 0 ? factors : [String(magnitude), ...factors];
      const sign = coefficient < 0 ? (position === 0 ? "-" : " - ") : position === 0 ? "" : " + ";
      return sign + parts.join(" * ");
    })
    .join("");
}

function normalize(terms: readonly SizeTerm[]): Size {
  const byFactors = new Map<string, SizeTerm>();
  for (const term of terms) {
    const factors = [...term.factors].sort();
    const key = factors.join("*");
    const coefficient = (byFactors.get(key)?.coefficient ?? 0) + term.coefficient;
    byFactors.set(key, { factors, coefficient });
  }
  const order = (term: SizeTerm): string => (term.factors.length === 0 ? "\uffff" : term.factors.join("*"));
  return {
    terms: [...byFactors.values()]
      .filter((term) => term.coefficient !== 0)
      .sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0)),
  };
}
