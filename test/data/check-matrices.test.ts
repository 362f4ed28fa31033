/** Matrices in data: what is none of its type is refused at the row and column that show it. */
import { expect, test } from "vitest";
import { checkValues } from "../../src/data/check-values.ts";
import { constantSize } from "../../src/lang/size.ts";
import { type MatrixStructure, numberType, realLine } from "../../src/lang/type.ts";

function fault(
  structure: MatrixStructure,
  matrices: readonly number[][][],
): { name: string; remark: string } | undefined {
  const n = matrices[0].length;
  const shape = [matrices.length, n, n];
  const value = {
    name: "S",
    shape,
    values: Float64Array.from(matrices.flat(2)),
    origin: { kind: "json", file: "data.json" },
  };
  const type = numberType("real", realLine, shape.map(constantSize), structure);
  const declared = { type, span: { source: "", start: 0, end: 0 } };
  const [fact] = checkValues(value as never, type, declared as never);
  return fact?.code === "data-out-of-support" ? { name: fact.name, remark: fact.remark } : undefined;
}

test.each<[MatrixStructure, number[][]]>([
  [
    "covariance",
    [
      [2, 1],
      [1, 3],
    ],
  ],
  [
    "corr",
    [
      [1, -0.4],
      [-0.4, 1],
    ],
  ],
  [
    "choleskyCov",
    [
      [2, 0],
      [-5, 0.1],
    ],
  ],
  [
    "choleskyCorr",
    [
      [1, 0],
      [0.6, 0.8],
    ],
  ],
])("%s takes %j", (structure, matrix) => {
  expect(fault(structure, [matrix])).toBeUndefined();
});

test.each<[MatrixStructure, number[][], string, string]>([
  [
    "covariance",
    [
      [2, 1],
      [1.5, 3],
    ],
    "S[1,1,0]",
    "not symmetric",
  ],
  [
    "covariance",
    [
      [1, 2],
      [2, 1],
    ],
    "S[1,1,1]",
    "not positive definite",
  ],
  [
    "covariance",
    [
      [-1, 0],
      [0, 1],
    ],
    "S[1,0,0]",
    "not positive definite",
  ],
  [
    "corr",
    [
      [1, 0.2],
      [0.2, 1.1],
    ],
    "S[1,1,1]",
    "on the diagonal",
  ],
  [
    "choleskyCov",
    [
      [1, 0.2],
      [0, 1],
    ],
    "S[1,0,1]",
    "above the diagonal",
  ],
  [
    "choleskyCov",
    [
      [1, 0],
      [0.3, -1],
    ],
    "S[1,1,1]",
    "not above 0",
  ],
  [
    "choleskyCorr",
    [
      [1, 0],
      [0.6, 0.7],
    ],
    "S[1,1,1]",
    "squares sum to",
  ],
])("%s refuses %j", (structure, matrix, name, remark) => {
  const good = [
    [1, 0],
    [0, 1],
  ];
  const found = fault(structure, [good, matrix]);
  expect(found?.name).toBe(name);
  expect(found?.remark).toContain(remark);
});
