/** Ops that move values, and chains of them with reductions. */
import { elementCount, type NodeId } from "../../../src/compiler/graph.ts";
import { type Choose, type Growing, keep, type Maker, sameShape } from "./growing.ts";

export const movingMakers: readonly Maker[] = [
  (growing, choose) => keep(growing, moved(growing, choose, growing.nodes[growing.nodes.length - 1])),
  (growing, choose) => keep(growing, moved(growing, choose, choose(growing.nodes.slice(-3)))),
  ({ builder, nodes, ...rest }, choose) => {
    const x = nodes[nodes.length - 1];
    const axes = builder.typeOf(x).shape.map((_, axis) => axis);
    const op = choose(["reduceSum", "reduceMax"] as const);
    keep(
      { builder, nodes, ...rest },
      builder.emit(op, [x], { axes: axes.filter(() => choose([true, false, false])) }),
    );
  },
];

/** Some op that moves values. Results are not large: a broadcast adds one short axis. */
export function moved(growing: Growing, choose: Choose, x: NodeId): NodeId {
  const { builder, bits } = growing;
  const { dtype, shape } = builder.typeOf(x);
  const axes = shape.map((_, axis) => axis);
  const result = (): NodeId => {
    const kind = choose(["reshape", "transpose", "broadcast", "slice", "pad", "concat", "reverse"] as const);
    if (kind === "reshape")
      return builder.emit("reshape", [x], {
        shape: choose([[elementCount(shape)], [1, ...shape], [...shape, 1], [...shape].reverse()]),
      });
    if (kind === "transpose")
      return builder.emit("transpose", [x], {
        permutation: choose([axes, axes.toReversed(), [...axes.slice(1), ...axes.slice(0, 1)]]),
      });
    if (kind === "broadcast" && elementCount(shape) <= 24) {
      const at = choose([0, ...axes.map((axis) => axis + 1)]);
      return builder.emit("broadcast", [x], {
        shape: shape.toSpliced(at, 0, choose([1, 2, 3])),
        axes: axes.map((axis) => (axis < at ? axis : axis + 1)),
      });
    }
    const smallest = Math.min(...shape, 9);
    if (kind === "slice" && smallest > 0) {
      const start = shape.map((length) => choose([0, length - 1]));
      return builder.emit("slice", [x], {
        start,
        limit: start.map((from, axis) => (from === 0 ? shape[axis] : from + 1)),
      });
    }
    if (kind === "pad" && elementCount(shape) <= 24)
      return builder.emit("pad", [x], {
        before: axes.map(() => choose([0, 1])),
        after: axes.map(() => choose([0, 1])),
      });
    if (shape.length === 0) return x;
    const axis = choose(axes);
    if (kind === "reverse") return builder.emit("reverse", [x], { axis });
    const others = growing.nodes.filter(
      (id) => builder.typeOf(id).dtype === dtype && sameShape(growing, id, x),
    );
    return builder.emit("concat", choose([true, false]) ? [x] : [x, choose(others)], { axis });
  };
  const id = result();
  const [from] = builder.nodeOf(id).inputs;
  const needed = builder.nodeOf(id).inputs.map((input) => bits.get(input) ?? 99);
  if (from !== undefined && id !== x && Math.max(...needed) <= 30) bits.set(id, Math.max(...needed));
  return id;
}
