/** Ops whose values jump, and all ops on whole numbers and truth values: they read only what is exact in floating point. */
import { elementCount, type NodeId } from "../../../src/compiler/graph.ts";
import type { OpName } from "../../../src/compiler/ops.ts";
import {
  type Choose,
  combined,
  emit,
  exactNodes,
  fitted,
  type Growing,
  inputShapes,
  keep,
  keepExact,
  type Maker,
  pick,
  sameShape,
} from "./growing.ts";

const jumpingUnary: readonly OpName[] = ["sign", "floor"];
const comparisons: readonly OpName[] = ["equal", "less", "lessEqual"];
const wholeUnary: readonly OpName[] = ["neg", "abs", "sign"];
const wholeBinary: readonly OpName[] = ["add", "sub", "mul", "min", "max"];

export const exactMakers: readonly Maker[] = [
  (growing, choose) => {
    const x = choose(exactNodes(growing, "float"));
    keep(growing, emit(growing, choose(jumpingUnary), [x]), growing.bits.get(x));
  },
  (growing, choose) => {
    const x = choose(exactNodes(growing, choose(["float", "int"] as const)));
    keep(growing, emit(growing, choose(comparisons), [x, choose(alike(growing, x))]), 1);
  },
  (growing, choose) => {
    const x = choose(exactNodes(growing));
    const dtype = choose(["float", "int", "bool"] as const);
    keep(growing, growing.builder.emit("convert", [x], { dtype }), growing.bits.get(x));
  },
  (growing, choose) => {
    const condition = truth(growing, choose);
    const x = fitted(growing, pick(growing, choose, "float"), condition);
    const y = fitted(growing, pick(growing, choose, "float"), condition);
    keep(growing, emit(growing, "select", [condition, x, choose([x, y])]));
  },
  (growing, choose) => {
    const condition = truth(growing, choose);
    const other = choose(alike(growing, condition));
    keep(growing, emit(growing, choose(["and", "or", "equal"] as const), [condition, other]), 1);
    keep(growing, emit(growing, choose(["not", "stopGradient"] as const), [other]), 1);
    const { shape } = growing.builder.typeOf(condition);
    const whole = growing.builder.constant(
      Array.from({ length: elementCount(shape) }, (_, at) => (at % 5) - 2),
      shape,
      "int",
    );
    growing.bits.set(whole, 3);
    const x = choose([...alike(growing, whole), whole]);
    const bits = growing.bits.get(x) ?? 0;
    const chosen = choose([true, false]) ? [condition, x, whole] : [condition, other, condition];
    keep(growing, emit(growing, "select", chosen), Math.max(bits, 3));
  },
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    keep(growing, reduced(growing, choose, "reduceMax", x), growing.bits.get(x));
  },
  (growing, choose) => {
    const x = pick(growing, choose, choose(["float", "int"] as const));
    if (growing.builder.typeOf(x).shape.length > 0)
      keep(growing, emit(growing, "sort", [x]), growing.bits.get(x));
    const exact = choose(exactNodes(growing, choose(["float", "int"] as const)));
    if (growing.builder.typeOf(exact).shape.length > 0) keep(growing, emit(growing, "argsort", [exact]), 3);
  },
  (growing, choose) => {
    const shape = choose(inputShapes.filter(({ length }) => length > 0));
    const axis = choose(shape.map((_, each) => each));
    keep(growing, growing.builder.emit("iota", [], { shape, axis }), 3);
  },
  (growing, choose) => {
    const x = choose(exactNodes(growing, "int"));
    keep(growing, emit(growing, choose(wholeUnary), [x]), growing.bits.get(x));
    const y = choose(alike(growing, x));
    const op = choose(wholeBinary);
    keepExact(growing, emit(growing, op, [x, y]), combined(growing, op, x, y));
  },
  (growing, choose) => {
    const { builder, bits } = growing;
    const x = choose(exactNodes(growing, "int"));
    const { shape } = builder.typeOf(x);
    const more = (bits.get(x) ?? 0) + 4;
    keepExact(growing, reduced(growing, choose, choose(["reduceSum", "reduceMax"] as const), x), more);
    if (shape.length === 0) return;
    const axis = choose(shape.map((_, each) => each));
    keepExact(growing, builder.emit("cumsum", [x], { axis, reverse: choose([true, false]) }), more);
  },
  (growing, choose) => {
    const { builder, bits } = growing;
    const table = choose(exactNodes(growing).filter((id) => builder.typeOf(id).dtype !== "float"));
    const { dtype, shape } = builder.typeOf(table);
    const index = builder.input("index", { dtype: "int", shape: [2] });
    if (shape.length === 0) return;
    keep(growing, builder.emit("gather", [table, index], {}), bits.get(table));
    if (dtype === "int" && shape[0] === 2)
      keepExact(growing, builder.emit("scatterAdd", [index, table], { size: 3 }), (bits.get(table) ?? 0) + 1);
  },
];

/** Something of truth values: one there is already, or the comparison of what is there. */
function truth(growing: Growing, choose: Choose): NodeId {
  const conditions = exactNodes(growing, "bool");
  if (conditions.length > 0) return choose(conditions);
  const x = choose(exactNodes(growing, "float"));
  return keep(growing, emit(growing, "less", [x, choose(alike(growing, x))]), 1);
}

/** The exact nodes of x's type, x among them if it is one. */
function alike(growing: Growing, x: NodeId): NodeId[] {
  return exactNodes(growing, growing.builder.typeOf(x).dtype).filter((id) => sameShape(growing, id, x));
}

function reduced({ builder }: Growing, choose: Choose, op: "reduceSum" | "reduceMax", x: NodeId): NodeId {
  const { shape } = builder.typeOf(x);
  return builder.emit(op, [x], { axes: shape.map((_, axis) => axis).filter(() => choose([true, false])) });
}
