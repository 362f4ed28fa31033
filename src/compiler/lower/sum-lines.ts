/** Lines: axes along which elements of discrete variables are indexed together (see `sum-tables.ts`). */
import type { EnumeratedVariable, Factor } from "./sum-out.ts";
import { elementsOf } from "./sum-tables.ts";
import type { Axis } from "./value.ts";

export interface Lines {
  ofAxis(axis: Axis): string;
  ofVariable(variable: EnumeratedVariable): readonly string[];
  /** The line's own axis for a range of coordinates. */
  axisOf(line: string, from: number, size: number): Axis;
}

/** Which axes index elements of the same dimensions. */
export function linesOf(factors: readonly Factor[]): Lines {
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    const parent = parents.get(id);
    return parent === undefined || parent === id ? id : rootOf(parent);
  };
  const dimension = (variable: string, at: number): string => `${variable}.${at}`;
  const orders = new Map<string, number>();
  for (const { value, plates } of factors) {
    for (const plate of plates) orders.set(`axis ${plate.id}`, plate.order);
    for (const { element } of elementsOf(value))
      element.at.forEach(({ axis }, at) => {
        if (axis !== undefined)
          parents.set(rootOf(`axis ${axis.id}`), rootOf(dimension(element.variable, at)));
      });
  }
  const orderOf = new Map<string, number>();
  for (const [id, order] of orders) {
    const root = rootOf(id);
    orderOf.set(root, Math.min(orderOf.get(root) ?? Number.POSITIVE_INFINITY, order));
  }
  return {
    ofAxis: ({ id }) => rootOf(`axis ${id}`),
    ofVariable: ({ name, shape }) => shape.map((_, at) => rootOf(dimension(name, at))),
    axisOf: (line, from, size) => ({
      id: line,
      size,
      start: from,
      order: orderOf.get(line) ?? -1,
      kind: "plate",
    }),
  };
}
