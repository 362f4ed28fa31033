import { describe, expect, test } from "vitest";
import { createBuilder } from "../../src/compiler/builder.ts";
import { inferType, opTable } from "../../src/compiler/op-table.ts";
import type { OpName, OpParams, TensorType } from "../../src/compiler/ops.ts";
import { showType } from "../../src/compiler/type-rules.ts";
import { verifyGraph } from "../../src/compiler/verify.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { allCases } from "../engines/op-cases.ts";

const float = (...shape: number[]): TensorType => ({ dtype: "float", shape });
const int = (...shape: number[]): TensorType => ({ dtype: "int", shape });
const bool = (...shape: number[]): TensorType => ({ dtype: "bool", shape });
const infer = <Op extends OpName>(op: Op, inputs: readonly TensorType[], params: OpParams[Op]): string =>
  showType(inferType(op, inputs, params));

describe("each case of each op", () => {
  test.each(allCases())(
    "verifies and has as many values as its type says: $label",
    ({ graph, sample, op }) => {
      verifyGraph(graph);
      const node = graph.nodes[graph.outputs.y];
      const { y } = referenceEngine.compile(graph).run(sample(1));
      expect(y.length).toBe(node.type.shape.reduce((product, length) => product * length, 1));
      if (node.type.dtype === "int") expect([...y].every(Number.isInteger)).toBe(true);
      if (node.type.dtype === "bool") expect([...y].every((value) => value === 0 || value === 1)).toBe(true);
      const types = node.inputs.map((id) => graph.nodes[id].type);
      if (opTable[op].operands !== "any")
        expect(() => inferType(op, [...types, float()], node.params)).toThrow(`${op} takes`);
    },
  );
});

describe("type rules", () => {
  test.each([
    ["elementwise", infer("add", [float(2, 3), float(2, 3)], {}), "float[2,3]"],
    ["comparison", infer("less", [int(4), int(4)], {}), "bool[4]"],
    ["select", infer("select", [bool(4), int(4), int(4)], {}), "int[4]"],
    ["convert", infer("convert", [bool(4)], { dtype: "float" }), "float[4]"],
    ["reduceSum", infer("reduceSum", [float(2, 3, 4)], { axes: [0, 2] }), "float[3]"],
    ["reduceMax over all", infer("reduceMax", [int(5)], { axes: [0] }), "int"],
    ["transpose", infer("transpose", [float(2, 3, 4)], { permutation: [2, 0, 1] }), "float[4,2,3]"],
    ["broadcast", infer("broadcast", [float(3)], { shape: [2, 3, 4], axes: [1] }), "float[2,3,4]"],
    ["slice", infer("slice", [float(5, 4)], { start: [1, 0], limit: [3, 4] }), "float[2,4]"],
    ["pad", infer("pad", [float(2)], { before: [1], after: [3] }), "float[6]"],
    ["concat", infer("concat", [float(2, 1), float(2, 4)], { axis: 1 }), "float[2,5]"],
    ["gather", infer("gather", [float(9, 2), int(3, 4)], {}), "float[3,4,2]"],
    ["scatterAdd", infer("scatterAdd", [int(3), float(3, 2)], { size: 9 }), "float[9,2]"],
    [
      "matmul",
      infer("matmul", [float(7, 3, 2), float(7, 3, 5)], { transposeLeft: true, transposeRight: false }),
      "float[7,2,5]",
    ],
  ])("%s", (_name, actual, expected) => expect(actual).toBe(expected));

  const once = { strides: [1, 1], before: [0, 0], after: [0, 0], dilation: [1, 1] } as const;
  const plain = { transposeLeft: false, transposeRight: false };
  const illTyped: Record<string, () => unknown> = {
    "nothing broadcasts": () => infer("add", [float(3), float(3, 1)], {}),
    "not even a single number": () => infer("add", [float(3), float()], {}),
    "kinds do not mix": () => infer("add", [float(3), int(3)], {}),
    "no logarithm of int": () => infer("log", [int(3)], {}),
    "no sum of bool": () => infer("reduceSum", [bool(3)], { axes: [0] }),
    "no division of int": () => infer("div", [int(3), int(3)], {}),
    "and takes bool": () => infer("and", [int(3), int(3)], {}),
    "conditions are bool": () => infer("select", [int(3), float(3), float(3)], {}),
    "conditions have the shape of the branches": () => infer("select", [bool(), float(3), float(3)], {}),
    "polygamma of order 0": () => infer("polygamma", [float()], { order: 0 }),
    "constants have all values": () => infer("constant", [], { type: float(3), values: [1] }),
    "int constants are whole": () => infer("constant", [], { type: int(1), values: [1.5] }),
    "bool constants are 0 and 1": () => infer("constant", [], { type: bool(1), values: [2] }),
    "no negative length": () => infer("input", [], { name: "x", type: float(-1) }),
    "axes exist": () => infer("reduceSum", [float(3)], { axes: [1] }),
    "axes are distinct": () => infer("reduceSum", [float(3, 3)], { axes: [0, 0] }),
    "axes ascend": () => infer("reduceSum", [float(3, 3)], { axes: [1, 0] }),
    "cumsum along an axis": () => infer("cumsum", [float()], { axis: 0, reverse: false }),
    "reshape keeps the count": () => infer("reshape", [float(3)], { shape: [2] }),
    "a permutation has each axis once": () => infer("transpose", [float(3, 3)], { permutation: [0, 0] }),
    "broadcast does not stretch": () => infer("broadcast", [float(1)], { shape: [3], axes: [0] }),
    "broadcast keeps the order": () => infer("broadcast", [float(3, 3)], { shape: [3, 3], axes: [1, 0] }),
    "slice ends inside": () => infer("slice", [float(3)], { start: [0], limit: [4] }),
    "slice does not run backwards": () => infer("slice", [float(3)], { start: [2], limit: [1] }),
    "pad takes no negative": () => infer("pad", [float(3)], { before: [-1], after: [0] }),
    "concat of something": () => infer("concat", [], { axis: 0 }),
    "concat along one axis only": () => infer("concat", [float(2, 2), float(3, 3)], { axis: 0 }),
    "indices are int": () => infer("gather", [float(3), float(2)], {}),
    "tables have rows": () => infer("gather", [float(), int(2)], {}),
    "an update per index": () => infer("scatterAdd", [int(3), float(2)], { size: 3 }),
    "matmul takes matrices": () => infer("matmul", [float(3), float(3)], plain),
    "inner lengths agree": () => infer("matmul", [float(2, 3), float(2, 3)], plain),
    "no sorting of single numbers": () => infer("sort", [float()], {}),
    "no sorting of bool": () => infer("argsort", [bool(3)], {}),
    "square matrices have factors": () => infer("cholesky", [float(2, 3)], {}),
    "square matrices are eliminated": () => infer("lu", [float(2, 3)], {}),
    "factors are of the matrix": () =>
      infer("luSolve", [float(2, 2), float(2, 2), float(2, 1)], { transpose: false }),
    "systems have as many rows as unknowns": () =>
      infer("triangularSolve", [float(2, 2), float(3, 1)], { lower: true, transpose: false }),
    "right sides are matrices": () =>
      infer("triangularSolve", [float(2, 2), float(2)], { lower: true, transpose: false }),
    "channels agree": () => infer("conv2d", [float(1, 3, 3, 2), float(2, 2, 1, 1)], once),
    "filters fit": () => infer("conv2d", [float(1, 3, 3, 1), float(4, 2, 1, 1)], once),
    "strides are at least 1": () =>
      infer("conv2d", [float(1, 3, 3, 1), float(2, 2, 1, 1)], { ...once, strides: [0, 1] }),
    "batch shapes agree": () => infer("matmul", [float(2, 3, 3), float(3, 3)], plain),
  };
  test.each(Object.entries(illTyped))("refused: %s", (_name, attempt) => {
    expect(attempt).toThrow("internal error in ppl");
  });

  test("the message has the op and the operand types", () => {
    expect(() => infer("add", [float(3), float(3, 1)], {})).toThrow(
      "add(float[3], float[3,1]): add takes operands of one shape",
    );
  });
});

describe("builder", () => {
  test("makes equal nodes once, whatever the order of keys", () => {
    const builder = createBuilder();
    const x = builder.input("x", { dtype: "float", shape: [2] });
    expect(builder.input("x", { shape: [2], dtype: "float" })).toBe(x);
    expect(builder.emit("exp", [x], {})).toBe(builder.emit("exp", [x], {}));
    const slices = [
      builder.emit("slice", [x], { start: [0], limit: [1] }),
      builder.emit("slice", [x], { limit: [1], start: [0] }),
    ];
    expect(slices[0]).toBe(slices[1]);
  });

  test("tells NaN, infinities and −0 apart", () => {
    const builder = createBuilder();
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0];
    expect(new Set(values.map((value) => builder.fill(value, []))).size).toBe(5);
  });

  test("refuses one input name with two types", () => {
    const builder = createBuilder();
    builder.input("x", float(2));
    expect(() => builder.input("x", float(3))).toThrow("input x asked for with two types");
  });
});
