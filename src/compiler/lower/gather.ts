/** Indexing by computed positions. */
import type { Algebra, Axis, Value } from "./value.ts";

/** Rows of event dimension 0 of `table` at `index` (any axes, event [] or a vector of positions). */
export function gather(algebra: Algebra, table: Value, index: Value): Value {
  const { builder } = algebra;
  const positions = algebra.convert(index, "int");
  const [only] = positions.axes;
  if (
    positions.axes.length === 1 &&
    positions.event.length === 0 &&
    only.kind === "enumerated" &&
    only.size === table.event[0] &&
    !table.axes.some((axis) => axis.id === only.id) &&
    isWholeIota(algebra, positions)
  )
    return algebra.eventToAxis(table, only);

  const rest = table.event.slice(1);
  const restSize = builder.typeOf(table.node).shape.slice(table.axes.length + 1);
  if (table.axes.length === 0) {
    const node = builder.emit("gather", [table.node, positions.node], {});
    return { node, axes: positions.axes, event: [...positions.event, ...rest] };
  }
  // The table differs along its axes: flatten them into the rows and shift the index accordingly.
  const count = table.axes.reduce((product, axis) => product * axis.size, 1);
  const flat = builder.emit("reshape", [table.node], { shape: [count * table.event[0], ...restSize] });
  // Outside the table there is nothing, rather than a neighbour's row.
  const inside = algebra.binary(
    "and",
    algebra.binary("lessEqual", 0, positions),
    algebra.binary("less", positions, table.event[0]),
  );
  let row: Value = positions;
  let stride = table.event[0];
  for (const axis of [...table.axes].reverse()) {
    const position: Value = {
      node: builder.emit("iota", [], { shape: [axis.size], axis: 0 }),
      axes: [axis],
      event: [],
    };
    row = algebra.add(row, algebra.mul(position, stride));
    stride *= axis.size;
  }
  row = algebra.select(inside, row, -1);
  return {
    node: builder.emit("gather", [flat, row.node], {}),
    axes: row.axes,
    event: [...row.event, ...rest],
  };
}

/** Whether an enumerated value is 0, 1, … itself, perhaps as a Bool. */
function isWholeIota(algebra: Algebra, value: Value): boolean {
  let node = algebra.builder.nodeOf(value.node);
  while (node.op === "convert") node = algebra.builder.nodeOf(node.inputs[0]);
  return node.op === "iota";
}

/** The element of each table row (the last dimension) at the index; one row serves all where the table is a vector. */
export function chooseLast(a: Algebra, table: Value, index: Value): Value {
  if (table.event.length === 1) return gather(a, table, index);
  const rows = table.event.slice(0, -1).map(
    (size, position): Axis => ({
      id: `row ${position}`,
      size,
      start: 0,
      order: Number.MAX_SAFE_INTEGER - table.event.length + position,
      kind: "plate",
    }),
  );
  const toAxes = (value: Value): Value => rows.reduce((part, row) => a.eventToAxis(part, row), value);
  return rows.reduceRight((part, row) => a.axisToEvent(part, row), gather(a, toAxes(table), toAxes(index)));
}
