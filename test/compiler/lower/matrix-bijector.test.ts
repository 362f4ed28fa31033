/** Bijectors onto matrices: members of their type, taken back by formula, Jacobian against finite differences. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { constrain, unconstrainedEvent } from "../../../src/compiler/lower/bijector.ts";
import { type Axis, createAlgebra, type Value } from "../../../src/compiler/lower/value.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import type { MatrixStructure } from "../../../src/lang/type.ts";
import { logDeterminant } from "./log-determinant.ts";
import { normals } from "./sample-data.ts";

const structures: readonly MatrixStructure[] = ["corr", "choleskyCorr", "covariance", "choleskyCov"];
const plate: Axis = { id: "n", size: 2, start: 0, order: 0, kind: "plate" };
const cases = structures.flatMap((structure) =>
  [1, 2, 4].flatMap((n) =>
    [[], [3]].flatMap((batch) => [undefined, plate].map((axis) => ({ structure, n, batch, axis }))),
  ),
);

type Matrix = readonly (readonly number[])[];

function factorOf(matrix: Matrix): number[][] {
  const factor: number[][] = matrix.map(() => matrix.map(() => 0));
  for (let i = 0; i < matrix.length; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i][j];
      for (let k = 0; k < j; k++) rest -= factor[i][k] * factor[j][k];
      factor[i][j] = i === j ? Math.sqrt(rest) : rest / factor[j][j];
    }
  return factor;
}

/** The coordinates of a matrix, from the definition of the partial correlations. */
function invert(structure: MatrixStructure, matrix: Matrix): number[] {
  const isFactor = structure === "choleskyCorr" || structure === "choleskyCov";
  const factor = isFactor ? matrix : factorOf(matrix);
  const isCorrelation = structure === "corr" || structure === "choleskyCorr";
  return factor.flatMap((row, i) =>
    row.slice(0, isCorrelation ? i : i + 1).map((x, j) => {
      if (!isCorrelation) return i === j ? Math.log(x) : x;
      const left = 1 - row.slice(0, j).reduce((sum, each) => sum + each ** 2, 0);
      return Math.atanh(x / Math.sqrt(left));
    }),
  );
}

function expectMember(structure: MatrixStructure, matrix: Matrix): void {
  const n = matrix.length;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (structure === "corr" || structure === "covariance")
        expect(matrix[i][j]).toBeCloseTo(matrix[j][i], 12);
      else if (j > i) expect(matrix[i][j]).toBe(0);
    }
  if (structure === "corr") for (let i = 0; i < n; i++) expect(matrix[i][i]).toBeCloseTo(1, 12);
  if (structure === "choleskyCorr")
    for (const row of matrix) expect(row.reduce((sum, each) => sum + each ** 2, 0)).toBeCloseTo(1, 12);
}

/** What is free in a matrix: its lower triangle, without the diagonal where that follows. */
function free(structure: MatrixStructure, matrix: Matrix): number[] {
  const isCorrelation = structure === "corr" || structure === "choleskyCorr";
  return matrix.flatMap((row, i) => row.slice(0, isCorrelation ? i : i + 1));
}

test.each(cases)("$structure of $n rows, batch $batch, plate $axis.size", ({ structure, n, batch, axis }) => {
  const builder = createBuilder();
  const a = createAlgebra(builder);
  const axes = axis === undefined ? [] : [axis];
  const support = { kind: "matrix", structure } as const;
  const own = unconstrainedEvent(support, [...batch, n, n]);
  const shape = [...axes.map(({ size }) => size), ...own];
  const u: Value = { node: builder.input("u", { dtype: "float", shape }), axes, event: own };
  const { value, logJacobian } = constrain(a, support, u);
  const total = a.sumAxes(
    a.add(0, ...logJacobian.map((each) => a.stretch(a.sumEvent(each), axes, []))),
    axes,
  );
  const executable = referenceEngine.compile(builder.finish({ value: value.node, logJacobian: total.node }));
  const length = shape.reduce((product, each) => product * each, 1);
  const matricesAt = (q: Float64Array): Matrix[] => {
    const flat = executable.run({ u: q }).value;
    return Array.from({ length: flat.length / (n * n) }, (_, at) =>
      Array.from({ length: n }, (_row, i) => [...flat.slice((at * n + i) * n, (at * n + i + 1) * n)]),
    );
  };
  expect(value.event).toEqual([...batch, n, n]);
  fc.assert(
    fc.property(fc.nat(100_000), (seed) => {
      const q = normals(length, seed, 0.8);
      const matrices = matricesAt(q);
      for (const matrix of matrices) expectMember(structure, matrix);
      matrices
        .flatMap((matrix) => invert(structure, matrix))
        .forEach((each, at) => {
          expect(each).toBeCloseTo(q[at], 8);
        });
      if (length === 0) return;
      const map = (position: Float64Array): number[] =>
        matricesAt(position).flatMap((matrix) => free(structure, matrix));
      expect(executable.run({ u: q }).logJacobian[0]).toBeCloseTo(logDeterminant(map, q), 6);
    }),
    { numRuns: 3 },
  );
});
