/**
 * Random well-typed graphs for laws that hold for all graphs. Ops whose values jump (comparisons, floor, conversion to int)
 * read only values that are exact in floating point, so that two right evaluations of a graph agree up to rounding.
 */
import fc from "fast-check";
import { type Builder, createBuilder } from "../../src/compiler/builder.ts";
import { elementCount, equalShapes, type Graph, type NodeId } from "../../src/compiler/graph.ts";
import type { DType, OpName, Shape } from "../../src/compiler/ops.ts";
import { emitScan, type ScanInputs, type ScanParts } from "../../src/compiler/scan.ts";

export interface RandomGraph {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, Float64Array>>;
}

export interface RandomGraphOptions {
  /**
   * smooth: only ops that have derivatives everywhere, so that gradients do not depend on rounding. moving: chains of ops
   * that move values and reduce.
   */
  readonly kind: "any" | "smooth" | "moving";
}

/** Graphs of up to about forty nodes, and values for their inputs. What nothing reads is an output, and so is `last`. */
export function randomGraphs(options: RandomGraphOptions = { kind: "any" }): fc.Arbitrary<RandomGraph> {
  return fc
    .array(fc.array(fc.nat(1_000_000), { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 14 })
    .map((steps) => grow(steps, options));
}

const inputShapes: readonly Shape[] = [[], [3], [2, 3], [3, 2], [2, 2, 3]];
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
const jumpingUnary: readonly OpName[] = ["sign", "floor"];
const positiveUnary: readonly OpName[] = ["log", "sqrt", "lgamma", "digamma", "log1p"];
const boundedUnary: readonly OpName[] = ["exp", "expm1", "erfinv", "tan"];
const smoothBinary: readonly OpName[] = ["add", "sub", "mul"];
const kinkedBinary: readonly OpName[] = ["min", "max"];
const comparisons: readonly OpName[] = ["equal", "less", "lessEqual"];
const constantValues = [0, 1, -1, 2, 0.5, -3];

/** Where numbers that decide come from: each step has its own few. */
type Choose = <T>(options: readonly T[]) => T;

interface Growing {
  readonly builder: Builder;
  readonly nodes: NodeId[];
  /** Roughly how many bits a node's values need, where they are exact. */
  readonly bits: Map<NodeId, number>;
  readonly smooth: boolean;
}

function grow(steps: readonly (readonly number[])[], { kind }: RandomGraphOptions): RandomGraph {
  const builder = createBuilder();
  const growing: Growing = { builder, nodes: [], bits: new Map(), smooth: kind === "smooth" };
  const inputs: Record<string, Float64Array> = {};
  inputShapes.forEach((shape, number) => {
    const name = `x${number}`;
    keep(growing, builder.input(name, { dtype: "float", shape }), 4);
    // Multiples of 1/4 between −2 and 2, but not 0: sums and products of a few of them are exact.
    inputs[name] = Float64Array.from({ length: elementCount(shape) }, (_, i) => {
      const quarter = ((steps[0][i % 8] + 7 * i + 3 * number) % 16) - 8;
      return (quarter < 0 ? quarter : quarter + 1) / 4;
    });
  });
  keep(growing, builder.input("index", { dtype: "int", shape: [2] }), 4);
  inputs.index = Float64Array.of(steps[0][0] % 2, steps[0][1] % 2);
  for (const numbers of steps) {
    let next = 0;
    const choose: Choose = (options) => options[numbers[next++ % numbers.length] % options.length];
    choose(makersOf[kind])(growing, choose);
  }
  const { nodes } = growing;
  const outputs: Record<string, NodeId> = { last: nodes[nodes.length - 1] };
  const used = new Set(nodes.flatMap((id) => builder.nodeOf(id).inputs));
  for (const id of nodes) if (!used.has(id)) outputs[`y${id}`] = id;
  return { graph: builder.finish(outputs), inputs };
}

function keep({ nodes, bits }: Growing, id: NodeId, needed?: number): NodeId {
  nodes.push(id);
  if (needed !== undefined && needed <= 30) bits.set(id, needed);
  return id;
}

type Maker = (growing: Growing, choose: Choose) => void;

const smoothMakers: readonly Maker[] = [
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const op = choose(growing.smooth ? smoothUnary : [...smoothUnary, ...kinkedUnary]);
    const exact = op === "neg" || op === "abs" || op === "stopGradient";
    keep(growing, emit(growing, op, [x]), exact ? growing.bits.get(x) : undefined);
  },
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const positive = emit(growing, "add", [emit(growing, "softplus", [x]), like(growing, x, 0.5)]);
    keep(growing, emit(growing, choose(positiveUnary), [positive]));
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
  (growing, choose) => keep(growing, shaped(growing, choose, pick(growing, choose))),
  (growing, choose) => keep(growing, shaped(growing, choose, pick(growing, choose, "float"))),
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
    const x = choose(matrices(growing));
    const [rows, columns] = builder.typeOf(x).shape;
    const right = choose(matrices(growing));
    const [rightRows, rightColumns] = builder.typeOf(right).shape;
    for (const transposeLeft of [false, true])
      for (const transposeRight of [false, true])
        if ((transposeLeft ? rows : columns) === (transposeRight ? rightColumns : rightRows)) {
          keep(growing, builder.emit("matmul", [x, right], { transposeLeft, transposeRight }));
          return;
        }
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
  loop,
  loop,
  factorization,
  convolution,
];

/** A loop over values of one shape; some of its results are kept, the others are not read. */
function loop(growing: Growing, choose: Choose): void {
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
    xs: choose([[rows], [], [rows, repeated], [rows, rows]]),
    fixed: choose([[other], [other, x, like(growing, x, 2)], [other, other]]),
    body: (inner, given) => loopBody(inner, given, choose),
  });
  const results = [...carries, ...ys];
  for (const id of [choose(results), choose(results)]) if (!growing.nodes.includes(id)) keep(growing, id);
}

/** A few steps of arithmetic on whatever there is; carries stay, change places or become something bounded. */
function loopBody(inner: Builder, { carries, xs, fixed }: ScanInputs, choose: Choose): ScanParts {
  const values = [...carries, ...xs, ...fixed, inner.fill(0.5, inner.typeOf(carries[0]).shape)];
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
function factorization(growing: Growing, choose: Choose): void {
  const { builder } = growing;
  const x = choose(matrices(growing));
  const [n] = builder.typeOf(x).shape;
  if (n === 0 || n > 4) return;
  const bounded = emit(growing, "tanh", [x]);
  const squared = builder.emit("matmul", [bounded, bounded], { transposeLeft: false, transposeRight: true });
  const unit = builder.constant(
    Array.from({ length: n * n }, (_, at) => Number(at % (n + 1) === 0)),
    [n, n],
  );
  const factor = builder.emit("cholesky", [emit(growing, "add", [squared, unit])], {});
  const params = { lower: true, transpose: choose([true, false]) };
  keep(growing, choose([factor, builder.emit("triangularSolve", [factor, x], params)]));
}

function convolution(growing: Growing, choose: Choose): void {
  const { builder } = growing;
  const small = matrices(growing).filter((id) => elementCount(builder.typeOf(id).shape) <= 12);
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

function matrices({ builder, nodes }: Growing): NodeId[] {
  return nodes.filter((id) => builder.typeOf(id).dtype === "float" && builder.typeOf(id).shape.length === 2);
}

const jumpingMakers: readonly Maker[] = [
  (growing, choose) => {
    const x = choose(exactNodes(growing, "float"));
    keep(growing, emit(growing, choose(jumpingUnary), [x]), growing.bits.get(x));
  },
  (growing, choose) => {
    const x = choose(exactNodes(growing, "float"));
    const same = exactNodes(growing, "float").filter((id) => sameShape(growing, id, x));
    keep(growing, emit(growing, choose(comparisons), [x, choose(same)]), 1);
  },
  (growing, choose) => {
    const x = choose(exactNodes(growing));
    const dtype = choose(["float", "int", "bool"] as const);
    keep(growing, growing.builder.emit("convert", [x], { dtype }), growing.bits.get(x));
  },
  (growing, choose) => {
    const conditions = growing.nodes.filter((id) => growing.builder.typeOf(id).dtype === "bool");
    if (conditions.length === 0) return;
    const condition = choose(conditions);
    const x = fitted(growing, pick(growing, choose, "float"), condition);
    const y = fitted(growing, pick(growing, choose, "float"), condition);
    const operand = choose([condition, emit(growing, "not", [condition])]);
    keep(growing, emit(growing, "select", [operand, x, choose([x, y])]));
    keep(growing, emit(growing, choose(["and", "or"] as const), [condition, operand]), 1);
  },
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    const { shape } = growing.builder.typeOf(x);
    const axes = shape.map((_, axis) => axis).filter(() => choose([true, false]));
    keep(growing, growing.builder.emit("reduceMax", [x], { axes }), growing.bits.get(x));
  },
  (growing, choose) => {
    const x = pick(growing, choose, "float");
    if (growing.builder.typeOf(x).shape.length > 0)
      keep(growing, emit(growing, "sort", [x]), growing.bits.get(x));
    const exact = choose(exactNodes(growing, "float"));
    if (growing.builder.typeOf(exact).shape.length > 0) keep(growing, emit(growing, "argsort", [exact]), 3);
  },
  (growing, choose) => {
    const shape = choose(inputShapes.filter(({ length }) => length > 0));
    const axis = choose(shape.map((_, each) => each));
    keep(growing, growing.builder.emit("iota", [], { shape, axis }), 3);
  },
];

const movingMakers: readonly Maker[] = [
  (growing, choose) => keep(growing, shaped(growing, choose, growing.nodes[growing.nodes.length - 1])),
  (growing, choose) => keep(growing, shaped(growing, choose, choose(growing.nodes.slice(-3)))),
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

const makersOf: Readonly<Record<RandomGraphOptions["kind"], readonly Maker[]>> = {
  any: [...smoothMakers, ...jumpingMakers],
  smooth: smoothMakers,
  moving: movingMakers,
};

/** Some op that moves values. Results are not large: a broadcast adds one short axis. */
function shaped(growing: Growing, choose: Choose, x: NodeId): NodeId {
  const { builder, bits } = growing;
  const { dtype, shape } = builder.typeOf(x);
  const axes = shape.map((_, axis) => axis);
  const moved = (): NodeId => {
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
  const id = moved();
  const [from] = builder.nodeOf(id).inputs;
  const needed = builder.nodeOf(id).inputs.map((input) => bits.get(input) ?? 99);
  if (from !== undefined && id !== x && Math.max(...needed) <= 30) bits.set(id, Math.max(...needed));
  return id;
}

function emit({ builder }: Growing, op: OpName, inputs: readonly NodeId[]): NodeId {
  return builder.emit(op, inputs, {} as never);
}

function pick(growing: Growing, choose: Choose, dtype?: DType): NodeId {
  return choose(
    growing.nodes.filter((id) => dtype === undefined || growing.builder.typeOf(id).dtype === dtype),
  );
}

function exactNodes({ builder, nodes, bits }: Growing, dtype?: DType): NodeId[] {
  return nodes.filter((id) => bits.has(id) && (dtype === undefined || builder.typeOf(id).dtype === dtype));
}

function matching(growing: Growing, choose: Choose, x: NodeId): NodeId {
  const type = growing.builder.typeOf(x);
  const alike = growing.nodes.filter(
    (id) => growing.builder.typeOf(id).dtype === type.dtype && sameShape(growing, id, x),
  );
  return choose([...alike, fitted(growing, growing.nodes[0], x)]);
}

/** x in y's shape: itself, or one number of it everywhere. */
function fitted(growing: Growing, x: NodeId, y: NodeId): NodeId {
  const { builder } = growing;
  if (sameShape(growing, x, y)) return x;
  const { shape } = builder.typeOf(x);
  const one = builder.emit("reduceSum", [x], { axes: shape.map((_, axis) => axis) });
  return builder.emit("broadcast", [one], { shape: builder.typeOf(y).shape, axes: [] });
}

function like({ builder }: Growing, x: NodeId, value: number): NodeId {
  return builder.fill(value, builder.typeOf(x).shape);
}

function sameShape({ builder }: Growing, x: NodeId, y: NodeId): boolean {
  return equalShapes(builder.typeOf(x).shape, builder.typeOf(y).shape);
}

function combined({ bits }: Growing, op: OpName, x: NodeId, y: NodeId): number | undefined {
  const a = bits.get(x);
  const b = bits.get(y);
  if (a === undefined || b === undefined) return undefined;
  return op === "mul" ? a + b : Math.max(a, b) + 1;
}
