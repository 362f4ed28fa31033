/** A factor as a table: a term in the coordinates of the discrete variables that it depends on. */
import type { Lines } from "./sum-lines.ts";
import type { Factor } from "./sum-out.ts";
import { refuse, type SumState, variableOf } from "./sum-state.ts";
import { type Extent, elementAxis, elementsOf, relabel, type Table } from "./sum-tables.ts";
import type { Algebra, Axis, Value } from "./value.ts";

export function tableOf(state: SumState, lines: Lines, { value, plates, span }: Factor): Table {
  const { algebra } = state;
  const along = new Map<string, { axis?: Axis; constants: number[] }>();
  for (const { element } of elementsOf(value))
    element.at.forEach(({ axis, offset }, at) => {
      const line = variableOf(state, element.variable).lines[at];
      const known = along.get(line) ?? { constants: [] };
      along.set(line, known);
      if (axis === undefined) known.constants.push(offset);
      else if (known.axis === undefined) known.axis = axis;
      else if (known.axis.id !== axis.id)
        refuse(
          state,
          element.variable,
          span,
          "this term depends on it at two places that vary independently of each other",
          "let each term depend on elements a fixed number of steps apart",
        );
      if (known.axis !== undefined && known.constants.length > 0)
        refuse(
          state,
          element.variable,
          span,
          "this term depends on an element at a fixed place and on others along the axis",
          "draw what all steps share as a variable of its own",
        );
    });
  for (const line of state.keep.keys()) {
    const axis = along.has(line) ? undefined : plates.find((plate) => lines.ofAxis(plate) === line);
    if (axis !== undefined) along.set(line, { axis, constants: [] });
  }
  const starts = new Map([...along].map(([line, { constants }]) => [line, Math.max(...constants)]));
  const own = new Set([...along.values()].flatMap(({ axis }) => axis?.id ?? []));
  const summed = sumPlates(
    algebra,
    value,
    plates.filter(({ id }) => !own.has(id)),
  );
  const axes = summed.axes.map((axis) => {
    const { element } = axis;
    if (element === undefined) return lines.axisOf(lines.ofAxis(axis), axis.start, axis.size);
    const variable = variableOf(state, element.variable);
    const offsets = element.at.map((position, at) =>
      position.axis === undefined ? position.offset - (starts.get(variable.lines[at]) ?? 0) : position.offset,
    );
    return elementAxis(variable, offsets);
  });
  const extents = new Map(
    [...along].map(([line, { axis, constants }]): [string, Extent] => {
      const from = axis?.start ?? Math.max(...constants);
      return [line, { from, to: from + (axis?.size ?? 1) }];
    }),
  );
  return { value: relabel(algebra, summed, axes), extents, span };
}

/** One term per element of the plates becomes their sum. */
export function sumPlates(algebra: Algebra, value: Value, plates: readonly Axis[]): Value {
  const present = new Set(value.axes.map((axis) => axis.id));
  const repeats = plates.reduce(
    (product, plate) => (present.has(plate.id) ? product : product * plate.size),
    1,
  );
  const result = algebra.sumAxes(value, plates);
  return repeats === 1 ? result : algebra.mul(result, repeats);
}
