/** Where values lie in the arrays of the names they belong to: binding under a place, and seeing what lies at one. */
import { bug } from "../../base/bug.ts";
import type { CorePlace, CoreSite } from "../../lang/core.ts";
import type { CoreAxisStatement, CoreStatement } from "../../lang/core-statement.ts";
import { type Context, fail, isTuple, sizeValue } from "./context.ts";
import type { ModelContext } from "./lower-model.ts";
import { addPiece, pieceRange } from "./pieces.ts";
import type { Algebra, Position, Value } from "./value.ts";

/**
 * Binds a name under its place: its axes become leading event dimensions, constants pieces of an array. What is bound under whole
 * axes is kept as it is, too, for use under the same indices.
 */
export function bindAt(name: string, place: readonly CorePlace[], value: Value, context: ModelContext): void {
  const { algebra } = context;
  const own = place.every((each) => positionOf(each, context).axis !== undefined) ? value : undefined;
  let array = value;
  let piecewise: { dimension: number; from: number; to: number } | undefined;
  for (let dimension = place.length - 1; dimension >= 0; dimension--) {
    const here = positionOf(place[dimension], context);
    if (here.axis !== undefined) {
      array = algebra.axisToEvent(array, here.axis);
      if (here.axis.start === 0) continue;
    } else array = algebra.reshapeEvent(array, [1, ...array.event]);
    if (piecewise !== undefined)
      fail({
        code: "not-supported-yet",
        message: `\`${name}\` is built up along two dimensions at once, which is not supported yet`,
        labels: [],
        help: `bind whole vectors in each step: \`${name}[t]: Real[2] = [a, b]\``,
      });
    const from = here.axis?.start ?? here.offset;
    piecewise = { dimension, from, to: from + (here.axis?.size ?? 1) };
  }
  const existing = context.scope.get(name);
  const dimension = existing?.kind === "pieces" ? existing.dimension : piecewise?.dimension;
  if (dimension === undefined) {
    context.scope.set(name, { kind: "value", value: array, place, own });
    return;
  }
  const { from, to } = piecewise ?? { from: 0, to: array.event[dimension] };
  context.scope.set(name, {
    ...addPiece(existing, dimension, { from, to, value: array }, place),
    own,
  });
}

/** What a name stands for at a place, with the place's axes as axes. */
export function viewAt(name: string, place: readonly CorePlace[], context: ModelContext): Value {
  const { algebra } = context;
  const binding = context.scope.get(name);
  if (binding?.kind !== "value" && binding?.kind !== "pieces") return bug(`${name} has no value yet`);
  const positions = place.map((each) => positionOf(each, context));
  const isWhole = positions.every(({ axis }) => axis !== undefined) && samePlace(place, binding.place);
  if (binding.own !== undefined && isWhole) return binding.own;
  const ranges = positions.map(rangeAt);
  let value: Value;
  if (binding.kind === "pieces") {
    const [from, to] = ranges[binding.dimension];
    value = pieceRange(binding, from, to, context) ?? bug(`${name} is not known from ${from} to ${to}`);
    ranges[binding.dimension] = [0, to - from];
  } else value = isTuple(binding.value) ? bug(`${name} is a tuple`) : binding.value;
  return takeRanges(algebra, value, positions, ranges);
}

/** What lies at a position along its dimension. */
function rangeAt({ axis, offset }: Position): readonly [number, number] {
  const from = offset + (axis?.start ?? 0);
  return [from, from + (axis?.size ?? 1)];
}

/** The part of a whole array at positions, with their axes as axes. */
export function partAt(array: Value, at: readonly Position[], { algebra }: Context): Value {
  return takeRanges(algebra, array, at, at.map(rangeAt));
}

function takeRanges(
  algebra: Algebra,
  array: Value,
  at: readonly Position[],
  ranges: readonly (readonly [number, number])[],
): Value {
  return at.reduce((value, { axis }, dimension) => {
    const part = algebra.slice(value, 0, ...ranges[dimension]);
    return axis === undefined
      ? algebra.reshapeEvent(part, part.event.slice(1))
      : algebra.eventToAxis(part, axis);
  }, array);
}

function samePlace(place: readonly CorePlace[], other: readonly CorePlace[] | undefined): boolean {
  return place.every((each, at) => {
    const there = other?.[at];
    return each.kind === "axis" && there?.kind === "axis" && there.index === each.index;
  });
}

/**
 * The part at a place of an array that holds one site only: a leading dimension per axis place, counted from the
 * axis's start, none for constant places.
 */
export function viewSiteAt(array: Value, site: CoreSite, context: ModelContext): Value {
  const { algebra } = context;
  let value = array;
  for (const each of site.place) {
    if (each.kind === "constant") continue;
    const here = positionOf(each, context);
    if (here.axis !== undefined) value = algebra.eventToAxis(value, here.axis);
    else {
      const start = axisRange(each.index, context).from;
      const row = algebra.slice(value, 0, here.offset - start, here.offset - start + 1);
      value = algebra.reshapeEvent(row, row.event.slice(1));
    }
  }
  return value;
}

/** Lengths of the axis places of a site, outermost first. */
export function siteAxisSizes(site: CoreSite, context: ModelContext): number[] {
  return site.place.flatMap((each) => {
    if (each.kind === "constant") return [];
    const { from, to } = axisRange(each.index, context);
    return [to - from];
  });
}

export function eventShape(site: CoreSite, context: ModelContext): number[] {
  return site.event.dimensions.map((size) => sizeValue(size, context, site.span));
}

/** First element and end of an axis by its index variable. */
export function axisRange(index: string, context: ModelContext): { from: number; to: number } {
  const statement = findAxis(index, context.input.model.body) ?? bug(`no axis ${index}`);
  return {
    from: sizeValue(statement.from, context, statement.span),
    to: sizeValue(statement.to, context, statement.span),
  };
}

/** The indices that a place takes in along its dimension. */
export function placeRange(place: CorePlace, context: ModelContext): { from: number; to: number } {
  if (place.kind === "axis") return axisRange(place.index, context);
  const value = sizeValue(place.value, context, context.input.model.span);
  return { from: value, to: value + 1 };
}

function findAxis(index: string, statements: readonly CoreStatement[]): CoreAxisStatement | undefined {
  for (const statement of statements) {
    if (statement.kind === "axis" && statement.index === index) return statement;
    const nested =
      statement.kind === "axis"
        ? findAxis(index, statement.body)
        : statement.kind === "if"
          ? (findAxis(index, statement.then) ?? findAxis(index, statement.else))
          : undefined;
    if (nested !== undefined) return nested;
  }
  return undefined;
}

/** Where a place lies: along an axis that is open, or at one index. */
export function positionOf(place: CorePlace, context: ModelContext): Position {
  if (place.kind === "constant") return { offset: sizeValue(place.value, context, context.input.model.span) };
  const binding = context.scope.get(place.index);
  if (binding?.kind === "axis") return { axis: binding.axis, offset: 0 };
  if (binding?.kind === "constant") return { offset: binding.value };
  return bug(`the axis ${place.index} is not open`);
}
