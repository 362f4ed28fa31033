/**
 * Observed values against the bounds of the sites that draw them, where inputs, sizes and literals are all it takes to know
 * these: `y[j] ~ Binomial(n[j], p)`, `y ~ Uniform(0, top)`. What depends on latents is left to the density.
 */
import type { CoreModel, CoreSite, CoreVariable } from "../lang/core.ts";
import type { CoreDistribution } from "../lang/core-distribution.ts";
import type { CoreExpression } from "../lang/core-expression.ts";
import { intersection, rangeOf } from "../lang/range.ts";
import { evaluateSize } from "../lang/size.ts";
import type { Range } from "../lang/type.ts";
import { checkRange } from "./check-values.ts";
import type { DataFacts, Declared } from "./explain-data.ts";
import { indicesAt, type RawValue } from "./raw-data.ts";

/** Values of inputs and sizes, to work out bounds such as the `n[j]` of `Binomial(n[j], p)`. */
export interface KnownValues {
  readonly sizes: Readonly<Record<string, number>>;
  readonly values: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: Float64Array }>
  >;
}

export function checkSupport(
  value: RawValue,
  variable: CoreVariable,
  model: CoreModel,
  known: KnownValues,
  declared: Declared,
): DataFacts | undefined {
  const pieces = variable.sites
    .flatMap((id) => model.sites.filter((site) => site.id === id))
    .map((site) => ({ site, constants: constantPlaces(site, known) }));
  if (!pieces.some(({ site }) => isBounded(site))) return undefined;
  const rangeAt = (position: number): Range => {
    const indices = indicesAt(value.shape, position);
    const site = siteAt(pieces, indices);
    return site === undefined ? anything : supportAt(site, indices, known);
  };
  return checkRange(value, rangeAt, declared);
}

const anything = rangeOf(-Infinity, Infinity);

interface Piece {
  readonly site: CoreSite;
  /** Per axis: the constant place, where it is one. */
  readonly constants: readonly (number | undefined)[];
}

function constantPlaces(site: CoreSite, known: KnownValues): (number | undefined)[] {
  return site.place.map((place) =>
    place.kind === "constant" ? evaluateSize(place.value, known.sizes) : undefined,
  );
}

/** Whether the type of the variable may not have said all that the site's support says. */
function isBounded({ support, distribution }: CoreSite): boolean {
  if (endsOf(distribution) !== undefined) return true;
  return !["real", "simplex", "ordered", "matrix"].includes(support.kind);
}

/** Ends of whole numbers that are expressions. */
function endsOf(distribution: CoreDistribution): { low: CoreExpression; high: CoreExpression } | undefined {
  return distribution.kind === "defined" ? distribution.bounds : undefined;
}

/** The site that draws an element: one with exactly its constant places, or else the only one that is not constant. */
function siteAt(pieces: readonly Piece[], indices: readonly number[]): CoreSite | undefined {
  if (pieces.length === 1) return pieces[0].site;
  const candidates = pieces.filter(({ constants }) =>
    constants.every((constant, axis) => constant === undefined || constant === indices[axis]),
  );
  const fixed = ({ constants }: Piece): number =>
    constants.filter((constant) => constant !== undefined).length;
  const most = Math.max(...candidates.map(fixed));
  const nearest = candidates.filter((piece) => fixed(piece) === most);
  return nearest.length === 1 ? nearest[0].site : undefined;
}

/** What the site's bounds say about one element, as far as they are known; closed, for the density decides at the ends. */
function supportAt(site: CoreSite, indices: readonly number[], known: KnownValues): Range {
  const axes = new Map(
    site.place.flatMap((place, axis) => (place.kind === "axis" ? [[place.index, indices[axis]]] : [])),
  );
  const at = (bound: CoreExpression, unknown: number): number => evaluate(bound, axes, known) ?? unknown;
  const { support, distribution } = site;
  const ends = endsOf(distribution);
  const whole = rangeOf(
    ends?.low ? at(ends.low, -Infinity) : -Infinity,
    ends ? at(ends.high, Infinity) : Infinity,
  );
  switch (support.kind) {
    case "real":
    case "simplex":
    case "ordered":
    case "matrix":
      return whole;
    case "lower":
      return rangeOf(at(support.low, -Infinity), Infinity);
    case "upper":
      return rangeOf(-Infinity, at(support.high, Infinity));
    case "interval":
      return rangeOf(at(support.low, -Infinity), at(support.high, Infinity));
    case "discrete": {
      const count = support.count === undefined ? undefined : evaluateSize(support.count, known.sizes);
      const values = count === undefined ? anything : rangeOf(0, count - 1);
      const { low, high } = support;
      const part = rangeOf(low ? at(low, -Infinity) : -Infinity, high ? at(high, Infinity) : Infinity);
      return [values, part].reduce((rest, each) => intersection(rest, each) ?? rest, whole);
    }
  }
}

/** A number, where literals, sizes, inputs and axis positions are all it takes; `undefined` otherwise. */
function evaluate(
  expression: CoreExpression,
  axes: ReadonlyMap<string, number>,
  known: KnownValues,
): number | undefined {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "size":
      return evaluateSize(expression.size, known.sizes);
    case "cast":
      return evaluate(expression.value, axes, known);
    case "variable": {
      const position = axes.get(expression.name);
      if (position !== undefined) return position;
      const value = Object.hasOwn(known.values, expression.name) ? known.values[expression.name] : undefined;
      return value?.shape.length === 0 ? value.values[0] : undefined;
    }
    case "index": {
      const { base, indices } = expression;
      if (base.kind !== "variable" || !Object.hasOwn(known.values, base.name)) return undefined;
      const { shape, values } = known.values[base.name];
      if (indices.length !== shape.length) return undefined;
      let flat = 0;
      for (const [axis, index] of indices.entries()) {
        const position = index.kind === "at" ? evaluate(index.value, axes, known) : undefined;
        if (position === undefined || position < 0 || position >= shape[axis]) return undefined;
        flat = flat * shape[axis] + position;
      }
      return values[flat];
    }
    case "call": {
      if (expression.function !== "neg") return undefined;
      const operand = evaluate(expression.arguments[0], axes, known);
      return operand === undefined ? undefined : -operand;
    }
    case "apply":
    case "if":
    case "match":
    case "array":
    case "comprehension":
    case "scan":
    case "ode":
    case "tuple":
    case "item":
    case "ask":
      return undefined;
  }
}
