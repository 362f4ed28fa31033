/** Matrix product of events, with shared weights applied to all elements of the axes at once. */
import { bug } from "../../base/bug.ts";
import { type Algebra, unionAxes, type Value } from "./value.ts";

/** Events [M, K] or [K] against [K, N] or [K]; vectors lose their dimension in the result. */
export function lowerMatmul(a: Algebra, left: Value, right: Value): Value {
  const x = a.convert(left, "float");
  const y = a.convert(right, "float");
  const rows = x.event.length === 2 ? [x.event[0]] : [];
  const columns = y.event.length === 2 ? [y.event[1]] : [];
  const inner = x.event[x.event.length - 1];
  if (inner !== y.event[0]) bug(`matrix product of [${x.event}] and [${y.event}]`);
  const event = [...rows, ...columns];

  if (y.axes.length === 0) {
    // [axes…, M, K] × [K, N]: one large product.
    const height = count(x) * (rows[0] ?? 1);
    const node = product(a, x.node, [height, inner], y.node, [inner, columns[0] ?? 1], false);
    return shaped(a, node, x.axes, event);
  }
  if (x.axes.length === 0 && columns.length === 0) {
    // W z[n]: [axes…, K] × [M, K]ᵀ.
    const node = product(a, y.node, [count(y), inner], x.node, [rows[0] ?? 1, inner], true);
    return shaped(a, node, y.axes, event);
  }
  if (rows.length === 0 && columns.length === 0) return a.reduce("reduceSum", a.mul(x, y), 0);

  const axes = unionAxes([x, y]);
  const sizes = axes.map((axis) => axis.size);
  const wideLeft = a.stretch(x, axes, x.event);
  const wideRight = a.stretch(y, axes, y.event);
  const leftNode = reshape(a, wideLeft.node, [...sizes, rows[0] ?? 1, inner]);
  const rightNode = reshape(a, wideRight.node, [...sizes, inner, columns[0] ?? 1]);
  const node = a.builder.emit("matmul", [leftNode, rightNode], {
    transposeLeft: false,
    transposeRight: false,
  });
  return shaped(a, node, axes, event);
}

function product(
  a: Algebra,
  left: number,
  leftShape: readonly number[],
  right: number,
  rightShape: readonly number[],
  transposeRight: boolean,
): number {
  return a.builder.emit("matmul", [reshape(a, left, leftShape), reshape(a, right, rightShape)], {
    transposeLeft: false,
    transposeRight,
  });
}

function reshape(a: Algebra, node: number, shape: readonly number[]): number {
  const current = a.builder.typeOf(node).shape;
  const same = current.length === shape.length && current.every((length, each) => length === shape[each]);
  return same ? node : a.builder.emit("reshape", [node], { shape });
}

function shaped(a: Algebra, node: number, axes: Value["axes"], event: readonly number[]): Value {
  return { node: reshape(a, node, [...axes.map((axis) => axis.size), ...event]), axes, event };
}

function count(value: Value): number {
  return value.axes.reduce((total, axis) => total * axis.size, 1);
}
