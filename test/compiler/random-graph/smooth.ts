/** Ops on floats that have derivatives everywhere, and, where asked for, those with a few kinks. */
import type { OpName } from "../../../src/compiler/ops.ts";
import { combined, emit, keep, like, type Maker, matching, matrices, pick } from "./growing.ts";
import { choice, convolution, elimination, factorization, loop } from "./larger.ts";
import { moved } from "./moving.ts";

const smoothUnary: readonly OpName[] = [
  "neg",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "softplus",
  "erf",
  "stopGradient",
];
const kinkedUnary: readonly OpName[] = ["abs"];
const positiveUnary: readonly OpName[] = ["log", "sqrt", "lgamma", "digamma", "log1p"];
const boundedUnary: readonly OpName[] = ["exp", "expm1", "erfinv", "tan"];
const smoothBinary: readonly OpName[] = ["add", "sub", "mul"];
const kinkedBinary: readonly OpName[] = ["min", "max"];
const constantValues = [0, 1, -1, 2, 0.5, -3];

export const smoothMakers: readonly Maker[] = [
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const op = choose(growing.smooth ? smoothUnary : [...smoothUnary, ...kinkedUnary]);
    const exact = op === "neg" || op === "abs" || op === "stopGradient";
    keep(growing, emit(growing, op, [x]), exact ? growing.bits.get(x) : undefined);
  },
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const positive = emit(growing, "add", [emit(growing, "softplus", [x]), like(growing, x, 0.5)]);
    const op = choose([...positiveUnary, "polygamma"] as const);
    if (op === "polygamma") keep(growing, growing.builder.emit(op, [positive], { order: choose([1, 2]) }));
    else keep(growing, emit(growing, op, [positive]));
  },
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const bounded = emit(growing, "mul", [emit(growing, "tanh", [x]), like(growing, x, 0.9)]);
    keep(growing, emit(growing, choose(boundedUnary), [bounded]));
  },
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const inverse = choose([
      ["exp", "log"],
      ["expm1", "log1p"],
      ["neg", "neg"],
    ] as const);
    keep(growing, emit(growing, inverse[1], [emit(growing, inverse[0], [emit(growing, "tanh", [x])])]));
  },
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const y = matching(growing, choose, x);
    const op = choose(growing.smooth ? smoothBinary : [...smoothBinary, ...kinkedBinary]);
    keep(growing, emit(growing, op, choose([true, false]) ? [x, y] : [y, x]), combined(growing, op, x, y));
  },
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const constant = like(growing, x, choose(constantValues));
    growing.bits.set(constant, 3);
    const op = choose(smoothBinary);
    const operands = choose([true, false]) ? [x, constant] : [constant, x];
    keep(growing, emit(growing, op, operands), combined(growing, op, x, constant));
  },
  (growing, choose) => {
    const y = pick(growing, choose, "float");
    const positive = emit(growing, "add", [emit(growing, "softplus", [y]), like(growing, y, 0.5)]);
    const x = matching(growing, choose, y);
    const divided = choose([true, false]);
    if (divided) keep(growing, emit(growing, "div", [x, choose([positive, like(growing, y, 2)])]));
    else keep(growing, emit(growing, "pow", [positive, like(growing, y, choose([0, 1, 2, -1, 0.5, 3]))]));
  },
  (growing, choose) => keep(growing, moved(growing, choose, pick(growing, choose))),
  (growing, choose) => keep(growing, moved(growing, choose, pick(growing, choose, "float"))),
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const { shape } = growing.builder.typeOf(x);
    const axes = shape.map((_, axis) => axis).filter(() => choose([true, false, true]));
    const needed = growing.bits.get(x);
    keep(growing, growing.builder.emit("reduceSum", [x], { axes }), needed && needed + 4);
  },
  ({ builder, nodes, ...rest }, choose) => {
    const growing = { builder, nodes, ...rest };
    const x = pick(growing, choose, "float");
    const { shape } = builder.typeOf(x);
    if (shape.length === 0) return;
    const axis = choose(shape.map((_, each) => each));
    keep(growing, builder.emit("cumsum", [x], { axis, reverse: choose([true, false]) }));
  },
  (growing, choose) => {
    const { builder } = growing;
    const table = pick(growing, choose, "float");
    const { shape } = builder.typeOf(table);
    const index = builder.input("index", { dtype: "int", shape: [2] });
    if (shape.length === 0 || shape[0] < 2) return;
    if (choose([true, false])) keep(growing, builder.emit("gather", [table, index], {}));
    else if (shape[0] === 2) keep(growing, builder.emit("scatterAdd", [index, table], { size: 3 }));
  },
  (growing, choose) => {
    const ranks = [2, 3].flatMap((rank) => matrices(growing, rank).map((id) => ({ id, rank })));
    const { id: left, rank } = choose(ranks);
    const right = choose(matrices(growing, rank));
    const { builder } = growing;
    const [ofLeft, ofRight] = [left, right].map((id) => builder.typeOf(id).shape);
    if (rank === 3 && ofLeft[0] !== ofRight[0]) return;
    const [rows, columns] = ofLeft.slice(-2);
    const [rightRows, rightColumns] = ofRight.slice(-2);
    const fitting = [false, true].flatMap((transposeLeft) =>
      [false, true].flatMap((transposeRight) =>
        (transposeLeft ? rows : columns) === (transposeRight ? rightColumns : rightRows)
          ? [{ transposeLeft, transposeRight }]
          : [],
      ),
    );
    if (fitting.length > 0) keep(growing, builder.emit("matmul", [left, right], choose(fitting)));
  },
  loop,
  loop,
  choice,
  factorization,
  elimination,
  convolution,
];
