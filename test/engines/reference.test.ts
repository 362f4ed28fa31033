/** The reference engine against the definitions of `ops.ts`, read index by index. */
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/builder.ts";
import type { GraphNode } from "../../src/compiler/graph.ts";
import type { Shape } from "../../src/compiler/ops.ts";
import { loadEngine } from "../../src/engines/load.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { expectClose, testEngineAgainstReference } from "./conformance.ts";
import { allCases } from "./op-cases.ts";

// Against itself this shows that graphs of many nodes and repeated compilations give what one node alone does.
describe("conformance", () => testEngineAgainstReference(referenceEngine, { relative: 0, absolute: 0 }));

type Index = readonly number[];
interface Tensor {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
}

function indicesOf(shape: Shape): Index[] {
  return shape.reduce<Index[]>(
    (all, length) => all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  );
}

function at({ shape, values }: Tensor, index: Index): number {
  return values[index.reduce((position, i, axis) => position * shape[axis] + i, 0)];
}

/** The element of the result at that index by the op's definition; undefined for elementwise ops. */
function defined(node: GraphNode, operands: readonly Tensor[], index: Index): number | undefined {
  const [x, y] = operands;
  switch (node.op) {
    case "iota":
      return index[node.params.axis];
    case "reshape":
      return x.values[indicesOf(node.type.shape).findIndex((other) => String(other) === String(index))];
    case "transpose":
      return at(
        x,
        x.shape.map((_, axis) => index[node.params.permutation.indexOf(axis)]),
      );
    case "broadcast":
      return at(
        x,
        node.params.axes.map((axis) => index[axis]),
      );
    case "slice":
      return at(
        x,
        index.map((i, axis) => i + node.params.start[axis]),
      );
    case "pad": {
      const inside = index.map((i, axis) => i - node.params.before[axis]);
      return inside.every((i, axis) => i >= 0 && i < x.shape[axis]) ? at(x, inside) : 0;
    }
    case "concat": {
      let i = index[node.params.axis];
      for (const part of operands) {
        if (i < part.shape[node.params.axis]) return at(part, index.with(node.params.axis, i));
        i -= part.shape[node.params.axis];
      }
      return Number.NaN;
    }
    case "reverse":
      return at(
        x,
        index.map((i, axis) => (axis === node.params.axis ? x.shape[axis] - 1 - i : i)),
      );
    case "cumsum": {
      const { axis, reverse } = node.params;
      return indicesOf([x.shape[axis]])
        .filter(([i]) => (reverse ? i >= index[axis] : i <= index[axis]))
        .reduce((sum, [i]) => sum + at(x, index.with(axis, i)), 0);
    }
    case "reduceSum":
    case "reduceMax": {
      const { axes } = node.params;
      const reduced = indicesOf(x.shape).filter(
        (other) => String(other.filter((_, axis) => !axes.includes(axis))) === String(index),
      );
      const values = reduced.map((other) => at(x, other));
      return node.op === "reduceMax" ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
    }
    case "gather": {
      const row = at(y, index.slice(0, y.shape.length));
      if (row < 0 || row >= x.shape[0]) return node.type.dtype === "float" ? Number.NaN : 0;
      return at(x, [row, ...index.slice(y.shape.length)]);
    }
    case "scatterAdd":
      return indicesOf(x.shape)
        .filter((source) => at(x, source) === index[0])
        .reduce((sum, source) => sum + at(y, [...source, ...index.slice(1)]), 0);
    case "matmul": {
      const { transposeLeft, transposeRight } = node.params;
      const batch = index.slice(0, -2);
      const [i, j] = index.slice(-2);
      const inner = x.shape[x.shape.length - (transposeLeft ? 2 : 1)];
      return indicesOf([inner]).reduce(
        (sum, [k]) =>
          sum +
          at(x, [...batch, ...(transposeLeft ? [k, i] : [i, k])]) *
            at(y, [...batch, ...(transposeRight ? [j, k] : [k, j])]),
        0,
      );
    }
    case "argsort":
      return rowOrder(x, index)[index[index.length - 1]];
    case "sort":
      return at(x, [...index.slice(0, -1), rowOrder(x, index)[index[index.length - 1]]]);
    case "conv2d": {
      const { strides, before, dilation } = node.params;
      const [n, i, j, o] = index;
      return indicesOf(y.shape.slice(0, 3)).reduce((sum, [a, b, c]) => {
        const row = i * strides[0] + a * dilation[0] - before[0];
        const column = j * strides[1] + b * dilation[1] - before[1];
        const inside = row >= 0 && row < x.shape[1] && column >= 0 && column < x.shape[2];
        return inside ? sum + at(x, [n, row, column, c]) * at(y, [a, b, c, o]) : sum;
      }, 0);
    }
    default:
      return undefined;
  }
}

/** Positions of the row's numbers in ascending order, then those of its NaN; equal ones in order. */
function rowOrder(x: Tensor, index: Index): number[] {
  const length = x.shape[x.shape.length - 1];
  const row = Array.from({ length }, (_, i) => at(x, [...index.slice(0, -1), i]));
  const positions = row.map((_, i) => i);
  const numbers = positions.filter((i) => !Number.isNaN(row[i]));
  return [
    ...numbers.sort((i, j) => row[i] - row[j] || i - j || 0),
    ...positions.filter((i) => Number.isNaN(row[i])),
  ];
}

const indexed = allCases().filter(({ op }) =>
  [
    "iota",
    "reshape",
    "transpose",
    "broadcast",
    "slice",
    "pad",
    "concat",
    "reverse",
    "cumsum",
    "reduceSum",
    "reduceMax",
    "gather",
    "scatterAdd",
    "matmul",
    "argsort",
    "sort",
    "conv2d",
  ].includes(op),
);

describe("each op that moves or reduces gives what its definition says", () => {
  test.each(indexed)("$label", ({ graph, sample }) => {
    const inputs = sample(6);
    const node = graph.nodes[graph.outputs.y];
    const operands = node.inputs.map((id) => ({
      shape: graph.nodes[id].type.shape,
      values: inputs[(graph.nodes[id].params as { name: string }).name],
    }));
    const expected = indicesOf(node.type.shape).map((index) => defined(node, operands, index) ?? Number.NaN);
    const { y } = referenceEngine.compile(graph).run(inputs);
    expectClose(y, expected, { relative: 1e-14, absolute: 1e-14 }, "y");
  });
});

describe("how it is called", () => {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [2] });
  const graph = builder.finish({ y: builder.emit("exp", [x], {}) });

  test("says which input is missing or has the wrong length", () => {
    const executable = referenceEngine.compile(graph);
    expect(() => executable.run({})).toThrow("no values for input x");
    expect(() => executable.run({ x: [1] })).toThrow("input x takes 2 values, given 1");
  });

  test("reads another array on each run, also through aliases", () => {
    const reshaped = builder.emit("reshape", [x], { shape: [1, 2] });
    const executable = referenceEngine.compile(builder.finish({ y: builder.emit("neg", [reshaped], {}) }));
    expect([...executable.run({ x: Float64Array.of(1, 2) }).y]).toEqual([-1, -2]);
    expect([...executable.run({ x: Float64Array.of(3, 4) }).y]).toEqual([-3, -4]);
    expect([...executable.run({ x: [5, 6] }).y]).toEqual([-5, -6]);
  });

  test("reduceMax of nothing is −∞, and NaN where there is one", () => {
    const b = createBuilder();
    const table = b.input("x", { dtype: "float", shape: [3] });
    const none = b.emit("slice", [table], { start: [0], limit: [0] });
    const executable = referenceEngine.compile(
      b.finish({
        nothing: b.emit("reduceMax", [none], { axes: [0] }),
        all: b.emit("reduceMax", [table], { axes: [0] }),
      }),
    );
    const { nothing, all } = executable.run({ x: [1, Number.NaN, 2] });
    expect([nothing[0], all[0]]).toEqual([Number.NEGATIVE_INFINITY, Number.NaN]);
  });

  test("is what loadEngine loads", async () => {
    expect(await loadEngine("reference")).toBe(referenceEngine);
  });
});
