/** Loops, factorizations and convolutions. */
import { arithmetic } from "../../../src/compiler/arithmetic.ts";
import type { Builder } from "../../../src/compiler/builder.ts";
import { emitCond } from "../../../src/compiler/cond.ts";
import { elementCount, type NodeId } from "../../../src/compiler/graph.ts";
import { pivotsOf } from "../../../src/compiler/lu.ts";
import { emitScan, type ScanInputs, type ScanParts } from "../../../src/compiler/scan.ts";
import { type Choose, emit, type Growing, keep, like, matching, matrices, pick } from "./growing.ts";

/** A loop over values of one shape; some of its results are kept, the others are not read. */
export function loop(growing: Growing, choose: Choose): void {
  const { builder } = growing;
  const x = pick(growing, choose, "float");
  const { shape } = builder.typeOf(x);
  if (elementCount(shape) > 24) return;
  const other = matching(growing, choose, x);
  const length = choose([1, 2, 3, 3, 0]);
  const repeated = builder.emit("broadcast", [other], {
    shape: [length, ...shape],
    axes: shape.map((_, axis) => axis + 1),
  });
  const rows = builder.emit("cumsum", [repeated], { axis: 0, reverse: false });
  const { carries, ys } = emitScan(builder, {
    length,
    reverse: choose([true, false]),
    carries: [emit(growing, "tanh", [x]), x, like(growing, x, 0)].slice(0, choose([1, 2, 3])),
    xs: choose([
      [rows],
      [],
      [rows, repeated],
      [rows, rows],
      [builder.emit("iota", [], { shape: [length], axis: 0 })],
    ]),
    fixed: choose([[other], [other, x, like(growing, x, 2)], [other, other]]),
    body: (inner, given) => loopBody(inner, given, choose),
  });
  const results = [...carries, ...ys];
  for (const id of [choose(results), choose(results)]) if (!growing.nodes.includes(id)) keep(growing, id);
}

/** One of two graphs over values of one shape, by the first input, which is exact. */
export function choice(growing: Growing, choose: Choose): void {
  const { builder, nodes } = growing;
  const x = pick(growing, choose, "float");
  const { shape } = builder.typeOf(x);
  if (elementCount(shape) > 24) return;
  const branch = (inner: Builder, given: readonly NodeId[]): readonly NodeId[] => {
    const asFloat = (id: NodeId): NodeId => {
      if (inner.typeOf(id).dtype === "float") return id;
      const whole = inner.emit("reduceSum", [id], { axes: [0] });
      return inner.emit("broadcast", [inner.emit("convert", [whole], { dtype: "float" })], {
        shape,
        axes: [],
      });
    };
    const values = [...given.map(asFloat), inner.fill(0.5, shape)];
    for (let step = 0; step < 3; step++) {
      const op = choose(["mul", "sub", "sin", "softplus"] as const);
      const operands = [choose(values.slice(-3)), choose(values)];
      values.push(inner.emit(op, op === "sin" || op === "softplus" ? operands.slice(0, 1) : operands, {}));
    }
    return [values[values.length - 1], choose(values)];
  };
  const results = emitCond(builder, {
    condition: builder.emit("less", [nodes[0], builder.fill(choose([0, -1, 1]), [])], {}),
    operands: [
      ...choose([[], [builder.input("index", { dtype: "int", shape: [2] })]]),
      ...[x, matching(growing, choose, x), matching(growing, choose, x)],
    ],
    yes: branch,
    no: branch,
  });
  const kept = choose(results);
  if (!nodes.includes(kept)) keep(growing, kept);
}

/** A few steps of arithmetic on whatever there is; carries stay, change places or become something bounded. */
function loopBody(inner: Builder, { carries, xs, fixed }: ScanInputs, choose: Choose): ScanParts {
  const { shape } = inner.typeOf(carries[0]);
  const asFloat = (x: NodeId): NodeId =>
    inner.typeOf(x).dtype === "float"
      ? x
      : inner.emit("broadcast", [inner.emit("convert", [x], { dtype: "float" })], { shape, axes: [] });
  const values = [...carries, ...xs.map(asFloat), ...fixed, inner.fill(0.5, shape)];
  for (let step = 0; step < 4; step++) {
    const op = choose(["mul", "add", "sub", "sin", "softplus"] as const);
    const operands = [choose(values.slice(-3 - step)), choose(values)];
    values.push(inner.emit(op, op === "sin" || op === "softplus" ? operands.slice(0, 1) : operands, {}));
  }
  const last = values[values.length - 1];
  const next = carries.map((carry) =>
    choose([
      carry,
      choose(carries),
      inner.emit("tanh", [choose(values)], {}),
      inner.emit("tanh", [last], {}),
    ]),
  );
  return {
    carries: next,
    ys: [last, ...choose([[], carries.slice(0, 1), [choose(values)], [last, ...fixed]])],
  };
}

/** The Cholesky factor of x xᵀ + 1, and a system solved with it. */
export function factorization(growing: Growing, choose: Choose): void {
  const { builder } = growing;
  const x = choose([...matrices(growing, 2), ...matrices(growing, 3)]);
  const { shape } = builder.typeOf(x);
  const [n] = shape.slice(-2);
  if (n === 0 || n > 4) return;
  const bounded = emit(growing, "tanh", [x]);
  const squared = builder.emit("matmul", [bounded, bounded], { transposeLeft: false, transposeRight: true });
  const unit = builder.constant(
    Array.from({ length: elementCount([...shape.slice(0, -1), n]) }, (_, at) =>
      Number((at % (n * n)) % (n + 1) === 0),
    ),
    [...shape.slice(0, -1), n],
  );
  const factor = builder.emit("cholesky", [emit(growing, "add", [squared, unit])], {});
  const upper = builder.emit("transpose", [factor], {
    permutation: shape.length === 2 ? [1, 0] : [0, 2, 1],
  });
  const lower = choose([true, false]);
  const params = { lower, transpose: choose([true, false]) };
  keep(growing, choose([factor, builder.emit("triangularSolve", [lower ? factor : upper, x], params)]));
}

/** A system whose matrix has a heavy diagonal, in any order of its rows; or its pivots' logs. */
export function elimination(growing: Growing, choose: Choose): void {
  const { builder } = growing;
  const x = choose([...matrices(growing, 2), ...matrices(growing, 3)]);
  const { shape } = builder.typeOf(x);
  const [n, columns] = shape.slice(-2);
  if (n === 0 || n > 4) return;
  const bounded = emit(growing, "tanh", [x]);
  const squared = builder.emit("matmul", [bounded, bounded], { transposeLeft: false, transposeRight: true });
  const turn = choose([0, 1]);
  const heavy = builder.constant(
    Array.from({ length: elementCount([...shape.slice(0, -1), n]) }, (_, at) => {
      const [i, j] = [Math.floor((at % (n * n)) / n), at % n];
      return (i + turn) % n === j ? 3 * columns + 1 + i : 0;
    }),
    [...shape.slice(0, -1), n],
  );
  const matrix = emit(growing, "add", [squared, heavy]);
  const factors = builder.emit("lu", [matrix], {});
  const logs = emit(growing, "log", [builder.emit("abs", [pivotsOf(arithmetic(builder), factors)], {})]);
  const solution = builder.emit("luSolve", [matrix, factors, x], { transpose: choose([true, false]) });
  keep(growing, choose([solution, solution, logs]));
}

export function convolution(growing: Growing, choose: Choose): void {
  const { builder } = growing;
  const small = matrices(growing, 2).filter((id) => elementCount(builder.typeOf(id).shape) <= 12);
  const x = choose(small);
  const filter = choose(small);
  const [rows, columns] = builder.typeOf(x).shape;
  const [height, width] = builder.typeOf(filter).shape;
  if (elementCount([rows, columns, height, width]) === 0) return;
  const result = builder.emit(
    "conv2d",
    [
      builder.emit("reshape", [x], { shape: [1, rows, columns, 1] }),
      builder.emit("reshape", [filter], { shape: [height, width, 1, 1] }),
    ],
    {
      strides: [choose([1, 2]), choose([1, 2])],
      before: [height - 1, width - 1],
      after: [choose([0, 1]), choose([0, 1])],
      dilation: [1, 1],
    },
  );
  keep(growing, builder.emit("reshape", [result], { shape: builder.typeOf(result).shape.slice(1, 3) }));
}
