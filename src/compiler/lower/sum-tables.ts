/**
 * Factors with discrete variables in coordinates of their own. All axes along which elements of discrete variables are indexed
 * together are one *line*: `t` of `for t in 1..T { z[t] … z[t-1] }` and `s` of `plate s in T { … z[s] }`. A table lies along
 * lines, over a range of coordinates of each, and has an axis for each element that it depends on, which is named by where it
 * lies relative to the coordinate: z[0], z[-1].
 */
import type { Span } from "../../base/span.ts";
import { type Algebra, type Axis, type Element, unionAxes, type Value } from "./value.ts";

export interface Extent {
  readonly from: number;
  readonly to: number;
}

export interface Table {
  /** Axes: lines that it differs along, and elements. No event. */
  readonly value: Value;
  /** Range of coordinates per line, whether or not it differs along it. */
  readonly extents: ReadonlyMap<string, Extent>;
  /** The statement that it comes from, or one of them. */
  readonly span: Span;
}

/** A discrete variable as sums see it. */
export interface Summed {
  readonly name: string;
  /** Number of values. */
  readonly count: number;
  /** Per dimension the line, and how long it is. */
  readonly lines: readonly string[];
  readonly shape: readonly number[];
  /** Position among all, for the order of axes. */
  readonly rank: number;
  readonly span: Span;
}

/** Orders beyond those of plates. Older elements come first. */
const firstElementOrder = 1e14;
const variableStride = 1e12;
const dimensionStride = 1000;

/** The axis of the element of a variable at `offsets` from the coordinates of its lines. */
export function elementAxis({ name, count, rank }: Summed, offsets: readonly number[]): Axis {
  const place = offsets.reduce((sum, offset) => sum * dimensionStride + offset, 0);
  return {
    id: `${name}[${offsets.join(",")}]`,
    size: count,
    start: 0,
    order: firstElementOrder + rank * variableStride + place,
    kind: "enumerated",
    element: { variable: name, at: offsets.map((offset) => ({ offset })) },
  };
}

/** Elements that a value depends on, each with its axis. */
export function elementsOf({ axes }: Value): { readonly axis: Axis; readonly element: Element }[] {
  return axes.flatMap((axis) => (axis.element === undefined ? [] : [{ axis, element: axis.element }]));
}

export function touches({ value }: Table, variable: string): boolean {
  return elementsOf(value).some(({ element }) => element.variable === variable);
}

/** The same numbers under other axes, one for each. */
export function relabel(algebra: Algebra, value: Value, axes: readonly Axis[]): Value {
  const sorted = unionAxes([{ ...value, axes }]);
  const permutation = sorted.map((axis) => axes.indexOf(axis));
  const inPlace = permutation.every((from, to) => from === to);
  const node = inPlace ? value.node : algebra.builder.emit("transpose", [value.node], { permutation });
  return { node, axes: sorted, event: value.event };
}

/** Coordinates of `line` grow by `by`, and what lies along it stays where it is. */
export function shiftTable(
  algebra: Algebra,
  { value, extents, span }: Table,
  line: string,
  by: number,
  variables: ReadonlyMap<string, Summed>,
): Table {
  if (by === 0) return { value, extents, span };
  const axes = value.axes.map((axis) => {
    if (axis.id === line) return { ...axis, start: axis.start + by };
    const variable = axis.element && variables.get(axis.element.variable);
    if (axis.element === undefined || variable === undefined) return axis;
    const offsets = axis.element.at.map(({ offset }, at) =>
      variable.lines[at] === line ? offset - by : offset,
    );
    return elementAxis(variable, offsets);
  });
  const extent = extents.get(line);
  const moved = new Map(extents);
  if (extent !== undefined) moved.set(line, { from: extent.from + by, to: extent.to + by });
  return { value: relabel(algebra, value, axes), extents: moved, span };
}

/** The part over a smaller range of one line. */
export function restrictTable(algebra: Algebra, table: Table, line: string, { from, to }: Extent): Table {
  const extents = new Map(table.extents).set(line, { from, to });
  return { ...table, extents, value: sliceAxis(algebra, table.value, line, from, to) };
}

/** Index values `from`, …, `to` − 1 of an axis, where the value has it. */
export function sliceAxis(algebra: Algebra, value: Value, id: string, from: number, to: number): Value {
  const at = value.axes.findIndex((axis) => axis.id === id);
  if (at < 0) return value;
  const axis = value.axes[at];
  if (axis.start === from && axis.size === to - from) return value;
  const shape = value.axes.map(({ size }) => size);
  const start = shape.map((_, each) => (each === at ? from - axis.start : 0));
  const limit = shape.map((size, each) => (each === at ? to - axis.start : size));
  const node = algebra.builder.emit("slice", [value.node], { start, limit });
  return { ...value, node, axes: value.axes.with(at, { ...axis, start: from, size: to - from }) };
}

/** One term per coordinate of `line` becomes their sum. */
export function sumLine(algebra: Algebra, table: Table, line: string): Table {
  const extent = table.extents.get(line);
  const extents = new Map(table.extents);
  extents.delete(line);
  const axis = table.value.axes.find(({ id }) => id === line);
  const length = extent === undefined ? 1 : extent.to - extent.from;
  const value =
    axis !== undefined
      ? algebra.sumAxes(table.value, [axis])
      : length === 1
        ? table.value
        : algebra.mul(table.value, length);
  return { ...table, extents, value };
}

/**
 * Boxes of coordinates in which each of the tables either has a term everywhere or nowhere. `lines`: those to be cut, along which
 * all tables lie.
 */
export function cells(tables: readonly Table[], lines: readonly string[]): ReadonlyMap<string, Extent>[] {
  let boxes: ReadonlyMap<string, Extent>[] = [new Map()];
  for (const line of lines) {
    const ends = tables.flatMap(({ extents }) => {
      const extent = extents.get(line);
      return extent === undefined ? [] : [extent.from, extent.to];
    });
    boxes = boxes.flatMap((box) => stretches(ends).map((extent) => new Map(box).set(line, extent)));
  }
  return boxes;
}

/** The ranges between points. */
export function stretches(points: readonly number[]): Extent[] {
  const sorted = [...new Set(points)].sort((a, b) => a - b);
  return sorted.slice(1).map((to, at) => ({ from: sorted[at], to }));
}

/** The part of a table in a box; `undefined` where it has no terms there. */
export function inCell(algebra: Algebra, table: Table, cell: ReadonlyMap<string, Extent>): Table | undefined {
  let part = table;
  for (const [line, { from, to }] of cell) {
    const extent = part.extents.get(line);
    if (extent === undefined) continue;
    if (extent.from > from || extent.to < to) return undefined;
    part = restrictTable(algebra, part, line, { from, to });
  }
  return part;
}
