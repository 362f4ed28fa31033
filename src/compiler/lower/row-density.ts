/**
 * Log densities of observations out of which discrete variables are summed. Those that share an element of a discrete variable have
 * one density together, a *row*: x[n] of a mixture, all y[n, m] of an item n, a whole series whose states are a chain.
 */
import { bug } from "../../base/bug.ts";
import type { CoreSite } from "../../lang/core.ts";
import { eventRankOf } from "../../lang/event-rank.ts";
import { type Binding, sizeValue } from "./context.ts";
import type { ModelContext } from "./lower-model.ts";
import { placeRange } from "./places.ts";
import { type Lines, linesOf } from "./sum-lines.ts";
import { type EnumeratedVariable, type Factor, sumFactors } from "./sum-out.ts";
import { elementsOf } from "./sum-tables.ts";
import type { Algebra, Axis, Value } from "./value.ts";

/** The label is the site that it is the density of, or tells what else it is. */
export type LabelledFactor = Factor & { readonly label: string };

/** The rows of observed variables that share discrete variables. */
export interface Rows {
  readonly variables: readonly string[];
  /** The rows' dimensions as its event, NaN where nothing of a row is observed; or why there are no rows. */
  readonly density: Value | string;
}

/** Which elements of an observed variable are there, as 0 and 1; `undefined` where all are. */
type Presence = (variable: string) => Value | undefined;

/** Discrete variables that some factors couple, all of these factors, and the draws of observed variables among them. */
interface Component {
  readonly variables: readonly EnumeratedVariable[];
  readonly factors: readonly LabelledFactor[];
  readonly observed: readonly CoreSite[];
}

/** `ownOf`: densities of those draws of a variable out of which nothing is summed. */
export function rowDensities(
  context: ModelContext,
  factors: readonly LabelledFactor[],
  enumerated: readonly EnumeratedVariable[],
  presence: Presence,
  ownOf: (variable: string) => Binding | undefined,
): readonly Rows[] {
  const seen = new Set<string>();
  return componentsOf(context, factors, enumerated).flatMap((component): readonly Rows[] => {
    const variables = [...new Set(component.observed.map(({ variable }) => variable))];
    if (variables.length === 0) return [];
    const numbers = findRows(context, component);
    if (variables.some((name) => seen.has(name)))
      return [{ variables, density: "some depend on other discrete variables than others do" }];
    for (const name of variables) seen.add(name);
    if (typeof numbers === "string") return [{ variables, density: numbers }];
    const rows = densityOf(context, component, numbers, presence);
    const own = variables.map(ownOf).filter((each) => each !== undefined);
    return [{ variables, density: own.length === 0 ? rows : withOwn(context, rows, own) }];
  });
}

/** The same with other elements of one variable in their places. */
function withOwn(
  { algebra }: ModelContext,
  rows: Value,
  [own, ...others]: readonly Binding[],
): Value | string {
  if (own.kind !== "pieces" || own.dimension > 0 || rows.event.length !== 1 || others.length > 0)
    return "some of them depend on a discrete variable and others do not";
  return own.pieces.reduce((all, { from, to, value }) => {
    let piece = value;
    while (piece.event.length > 1) piece = algebra.reduce("reduceSum", piece, piece.event.length - 1);
    const parts = [algebra.slice(all, 0, 0, from), piece, algebra.slice(all, 0, to, all.event[0])];
    return algebra.concat(
      parts.filter(({ event }) => event[0] > 0),
      0,
    );
  }, rows);
}

function componentsOf(
  context: ModelContext,
  factors: readonly LabelledFactor[],
  enumerated: readonly EnumeratedVariable[],
): readonly Component[] {
  const namesIn = ({ value }: LabelledFactor): string[] =>
    elementsOf(value).map(({ element }) => element.variable);
  let groups: ReadonlySet<string>[] = enumerated.map(({ name }) => new Set([name]));
  for (const factor of factors) {
    const names = namesIn(factor);
    const joined = groups.filter((group) => names.some((name) => group.has(name)));
    if (joined.length < 2) continue;
    groups = [
      ...groups.filter((group) => !joined.includes(group)),
      new Set(joined.flatMap((group) => [...group])),
    ];
  }
  return groups.map((group) => {
    const own = factors.filter((factor) => namesIn(factor).some((name) => group.has(name)));
    const labels = new Set(own.map(({ label }) => label));
    return {
      variables: enumerated.filter(({ name }) => group.has(name)),
      factors: own,
      observed: context.input.model.sites.filter(({ id, observed }) => observed && labels.has(id)),
    };
  });
}

/** How the rows of a component are numbered. */
interface RowNumbers {
  readonly lines: Lines;
  readonly axes: readonly Axis[];
  /** Per observed variable the dimension that each axis numbers. */
  readonly dimensions: ReadonlyMap<string, readonly number[]>;
}

/** How rows are numbered, or why there are none. */
function findRows(context: ModelContext, { variables, factors, observed }: Component): RowNumbers | string {
  const lines = linesOf(factors);
  /** Where a factor lies along a line: an axis and an offset, or a constant. `undefined`: at several places, or at none. */
  const placeAlong = ({ value }: Factor, line: string): string | undefined => {
    const places = elementsOf(value).flatMap(({ element }) => {
      const own = variables.find(({ name }) => name === element.variable);
      return element.at.flatMap(({ axis, offset }, at) =>
        own !== undefined && lines.ofVariable(own)[at] === line ? [placeName(axis?.id, offset)] : [],
      );
    });
    return new Set(places).size === 1 ? places[0] : undefined;
  };
  const common = lines
    .ofVariable(variables[0])
    .filter((line) => variables.every((variable) => lines.ofVariable(variable).includes(line)));
  const kept = common.filter((line) => factors.every((factor) => placeAlong(factor, line) !== undefined));
  if (kept.length === 0) {
    if (common.length > 0) return `the elements of \`${variables[0].name}\` depend on each other`;
    const shared = variables.find(({ shape }) => shape.length === 0);
    if (shared === undefined)
      return `${variables.map(({ name }) => `\`${name}\``).join(" and ")} lie in different plates`;
    if (observed.some(isMany)) return `all of them depend on \`${shared.name}\``;
  }
  const otherwise = "they are not numbered as the discrete variables are";
  const axes: Axis[] = [];
  for (const line of kept) {
    const plate = factors.flatMap(({ plates }) => plates).find((each) => lines.ofAxis(each) === line);
    if (plate === undefined) return otherwise;
    const lengths = variables.map((each) => each.shape[lines.ofVariable(each).indexOf(line)]);
    axes.push({ ...plate, start: 0, size: Math.max(...lengths) });
  }
  const dimensions = new Map<string, readonly number[]>();
  for (const site of observed) {
    const factor = factors.find(({ label }) => label === site.id) ?? bug("a draw without its density");
    const places = site.place.map((each) =>
      each.kind === "axis"
        ? placeName(context.axes.get(each.index)?.id, 0)
        : placeName(undefined, sizeValue(each.value, context, site.span)),
    );
    const own = kept.map((line) => places.indexOf(placeAlong(factor, line) ?? ""));
    const before = dimensions.get(site.variable);
    const shape = shapeOf(site.variable, context);
    if (own.some((dimension, at) => shape[dimension] !== axes[at].size || dimension !== (before ?? own)[at]))
      return otherwise;
    dimensions.set(site.variable, own);
  }
  return { lines, axes, dimensions };
}

function placeName(axis: string | undefined, offset: number): string {
  return axis === undefined ? `${offset}` : `${axis} + ${offset}`;
}

function isMany({ place, event, distribution }: CoreSite): boolean {
  return place.length > 0 || event.dimensions.length > eventRankOf(distribution);
}

function shapeOf(name: string, context: ModelContext): readonly number[] {
  const variable = context.input.model.variables.find((each) => each.name === name);
  return (variable?.type.dimensions ?? []).map((size) => sizeValue(size, context, context.input.model.span));
}

function densityOf(
  context: ModelContext,
  component: Component,
  numbers: RowNumbers,
  presence: Presence,
): Value {
  const { algebra } = context;
  const { variables, factors, observed } = component;
  const { lines, axes, dimensions } = numbers;
  const options = { lines, keep: axes };
  const others = factors.filter(({ label }) => observed.every(({ id }) => id !== label));
  const joint = sumFactors(algebra, factors, variables, options);
  // Σ p(z) is 1. Where something else depends on z, as another latent does, the density is p(x, z) / p(z), both summed.
  const { sites } = context.input.model;
  const isPrior = others.every(({ label }) => sites.some(({ id, marginal }) => id === label && marginal));
  const density = isPrior ? joint : algebra.sub(joint, sumFactors(algebra, others, variables, options));
  const counts = [...dimensions].flatMap(([variable, own]) => {
    const drawn = coverage(context, variable, observed, numbers);
    const present = presence(variable);
    return present === undefined ? [drawn] : [algebra.mul(drawn, countAlong(algebra, present, own, axes))];
  });
  const masked = algebra.select(algebra.binary("less", 0, algebra.add(...counts)), density, Number.NaN);
  // The first variable says in which order.
  const order = [...dimensions.values()][0].map((dimension, at) => ({ dimension, axis: axes[at] }));
  return order
    .sort((a, b) => b.dimension - a.dimension)
    .reduce((each, { axis }) => algebra.axisToEvent(each, axis), masked);
}

/** 1 for rows in which the variable is drawn, 0 for others. */
function coverage(
  context: ModelContext,
  variable: string,
  observed: readonly CoreSite[],
  { axes, dimensions }: RowNumbers,
): Value {
  const own = dimensions.get(variable) ?? [];
  const ranges = observed
    .filter((site) => site.variable === variable)
    .map((site) => own.map((dimension) => placeRange(site.place[dimension], context)));
  const { algebra } = context;
  const inside = ranges.map((range) =>
    axes.reduce(
      (product: Value, axis, at) => {
        const positions = algebra.indexOf(axis);
        const isIn = algebra.binary(
          "and",
          algebra.binary("lessEqual", range[at].from, positions),
          algebra.binary("less", positions, range[at].to),
        );
        return algebra.mul(product, algebra.convert(isIn, "int"));
      },
      algebra.of(1, "int"),
    ),
  );
  return algebra.add(...inside);
}

/** How many of an array's elements, 0 and 1, are 1, for each element of some of its dimensions, as axes. */
function countAlong(
  algebra: Algebra,
  array: Value,
  dimensions: readonly number[],
  axes: readonly Axis[],
): Value {
  let value = algebra.convert(array, "int");
  for (let each = array.event.length - 1; each >= 0; each--)
    if (!dimensions.includes(each)) value = algebra.reduce("reduceSum", value, each);
  const order = dimensions.map((dimension, at) => ({ dimension, axis: axes[at] }));
  return order
    .sort((a, b) => a.dimension - b.dimension)
    .reduce((each, { axis }) => algebra.eventToAxis(each, axis), value);
}
