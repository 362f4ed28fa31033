/** Graphs of single ops on NaN, infinities and zeros, in every combination. */
import { createBuilder } from "../../src/compiler/builder.ts";
import type { Graph, NodeId } from "../../src/compiler/graph.ts";
import type { OpName, OpParams } from "../../src/compiler/ops.ts";

export interface SpecialCase {
  readonly label: string;
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const numbers = [nan, infinity, -infinity, 0, -0, 1, -1, 0.5, -0.5, 2, -2, 3.5, 8, -8];

type Plain = { [Op in OpName]: keyof OpParams[Op] extends never ? Op : never }[OpName];
const unary: readonly Plain[] = [
  ..."neg abs sign exp log log1p expm1 sqrt sin cos tan tanh sigmoid softplus floor".split(" "),
  ..."lgamma digamma erf erfinv sort argsort".split(" "),
] as Plain[];
const binary = "add sub mul div pow min max equal less lessEqual".split(" ") as Plain[];

/** Rows of four: without, with one and with several special values. */
const rows = [
  [1, 2, 3, 4],
  [nan, 1, 3, 2],
  [1, nan, 3, 2],
  [1, 3, 2, nan],
  [infinity, 1, 2, 3],
  [1, 2, -infinity, 3],
  [infinity, 1, -infinity, 2],
  [-infinity, -infinity, -infinity, -infinity],
  [infinity, nan, 1, -infinity],
];

/** `length` of each vector: short ones are straight-line code in some engines, long ones loops. */
export function specialCases(length: number): readonly SpecialCase[] {
  const repeated = (values: readonly number[]): number[] =>
    Array.from({ length: Math.max(length, values.length) }, (_, i) => values[i % values.length]);
  const pairs = numbers.flatMap((x) => numbers.map((y) => [x, y] as const));
  const onRows = <Op extends OpName>(op: Op, params: OpParams[Op]): SpecialCase =>
    oneOp(op, params, { x: rows.flat() }, [rows.length, 4]);
  return [
    ...unary.map((op) => oneOp(op, {}, { x: repeated(numbers) })),
    ...[1, 2, 3].map((order) => oneOp("polygamma", { order }, { x: repeated(numbers) })),
    ...binary.map((op) => {
      const [x, y] = [0, 1].map((side) => repeated(pairs.map((pair) => pair[side])));
      return oneOp(op, {}, { x, y });
    }),
    oneOp("convert", { dtype: "bool" }, { x: repeated(numbers) }),
    onRows("reduceSum", { axes: [1] }),
    onRows("reduceMax", { axes: [1] }),
    onRows("cumsum", { axis: 1, reverse: false }),
    onRows("cumsum", { axis: 1, reverse: true }),
    onRows("sort", {}),
    onRows("argsort", {}),
    onRows("transpose", { permutation: [1, 0] }),
    onRows("pad", { before: [1, 0], after: [0, 1] }),
    productOf(4),
    productOf(length),
  ];
}

function oneOp<Op extends OpName>(
  op: Op,
  params: OpParams[Op],
  inputs: Readonly<Record<string, readonly number[]>>,
  shape?: readonly number[],
): SpecialCase {
  const builder = createBuilder();
  const operands = Object.entries(inputs).map(([name, values]) =>
    builder.input(name, { dtype: "float", shape: shape ?? [values.length] }),
  );
  const label = `${op} ${JSON.stringify(params)}`;
  return { label, graph: builder.finish({ r: builder.emit(op, operands, params) }), inputs };
}

/** A zero times an infinity is NaN in products too: what is 0 may not be left out. */
function productOf(inner: number): SpecialCase {
  const builder = createBuilder();
  const operand = (name: string, shape: readonly number[]): NodeId =>
    builder.input(name, { dtype: "float", shape });
  const left = operand("x", [rows.length, inner]);
  const right = operand("y", [inner, 5]);
  const params = { transposeLeft: false, transposeRight: false };
  const columns = [(): number => 0, () => 1, (k: number) => (k === 1 ? nan : 1), infiniteFirst, () => 2];
  return {
    label: `matmul over ${inner}`,
    graph: builder.finish({ r: builder.emit("matmul", [left, right], params) }),
    inputs: {
      x: rows.flatMap((row) => Array.from({ length: inner }, (_, k) => row[k] ?? 0)),
      y: Array.from({ length: inner * 5 }, (_, at) => columns[at % 5](Math.floor(at / 5))),
    },
  };
}

function infiniteFirst(k: number): number {
  return k === 0 ? infinity : 1;
}
