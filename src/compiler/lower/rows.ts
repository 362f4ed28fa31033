/** Independent draws of one distribution, the leading dimensions of an event, as axes: what is computed sees one draw. */
import type { Context } from "./context.ts";
import type { Axis, Value } from "./value.ts";

export interface Rows {
  /** A value for each draw, or one for all; `rank` of its last dimensions belong to one draw. */
  enter(value: Value, rank: number): Value;
  /** The axes as leading dimensions again; left out where nothing depends on them. */
  leave(value: Value): Value;
  /** The same, always with all of them; `event` is the shape of one draw. */
  leaveWhole(value: Value, event: readonly number[]): Value;
  readonly shape: readonly number[];
}

export function createRows(shape: readonly number[], context: Context): Rows {
  const { algebra, nextOrder } = context;
  const axes = shape.map((size): Axis => {
    const order = nextOrder();
    return { id: `row@${order}`, size, start: 0, order, kind: "plate" };
  });
  const leave = (value: Value): Value =>
    axes.reduceRight((part, axis) => algebra.axisToEvent(part, axis), value);
  return {
    shape,
    enter: (value, rank) =>
      value.event.length > rank ? axes.reduce((part, axis) => algebra.eventToAxis(part, axis), value) : value,
    leave: (value) =>
      value.axes.some(({ id }) => axes.some((axis) => axis.id === id)) ? leave(value) : value,
    leaveWhole: (value, event) => leave(algebra.stretch(value, axes, event)),
  };
}
