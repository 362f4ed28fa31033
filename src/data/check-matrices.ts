/** Values against matrix types: symmetry, diagonals, definiteness, triangles. Names the first row and column at fault. */
import type { MatrixStructure } from "../lang/type.ts";
import type { DataFacts, Declared } from "./explain-data.ts";
import { elementName, indicesAt, placeOf, type RawValue } from "./raw-data.ts";

/** How far an element may be from what the others ask of it, relative to the larger of 1 and its size. */
const tolerance = 1e-6;

interface Fault {
  readonly row: number;
  readonly column: number;
  readonly remark: string;
  readonly wanted: string;
}

type Element = (row: number, column: number) => number;

/** One fact for the first matrix that is not of the structure. */
export function checkMatrices(
  value: RawValue,
  structure: MatrixStructure,
  declared: Declared,
): DataFacts | undefined {
  const n = value.shape.at(-1) ?? 0;
  const count = n === 0 ? 0 : value.values.length / (n * n);
  const faults = Array.from({ length: count }, (_, matrix) => {
    const fault = findFault(structure, n, (i, j) => value.values[(matrix * n + i) * n + j]);
    return fault && { matrix, fault };
  }).filter((each) => each !== undefined);
  const [first] = faults;
  if (first === undefined) return undefined;
  const { row, column, remark, wanted } = first.fault;
  const indices = [...indicesAt(value.shape.slice(0, -2), first.matrix), row, column];
  return {
    code: "data-out-of-support",
    name: elementName(value.name, indices),
    place: placeOf(value.name, value.origin, indices),
    declared,
    remark,
    wanted,
    found: String(value.values[(first.matrix * n + row) * n + column]),
    more: faults.length - 1,
  };
}

function findFault(structure: MatrixStructure, n: number, at: Element): Fault | undefined {
  switch (structure) {
    case "corr":
      return findAsymmetry(n, at) ?? findOffUnit(n, at) ?? findIndefinite(n, at);
    case "covariance":
      return findAsymmetry(n, at) ?? findIndefinite(n, at);
    case "choleskyCov":
      return findAbove(n, at) ?? findNonPositive(n, at);
    case "choleskyCorr":
      return findAbove(n, at) ?? findNonPositive(n, at) ?? findLongRow(n, at);
  }
}

function differs(a: number, b: number): boolean {
  return !(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b)));
}

function findElement(
  n: number,
  bad: (i: number, j: number) => boolean,
  explain: (i: number, j: number) => Omit<Fault, "row" | "column">,
): Fault | undefined {
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++)
      if (bad(row, column)) return { row, column, ...explain(row, column) };
  return undefined;
}

function findAsymmetry(n: number, at: Element): Fault | undefined {
  return findElement(
    n,
    (i, j) => j < i && differs(at(i, j), at(j, i)),
    (i, j) => ({
      remark: `is ${at(i, j)}, but the element [${j},${i}] is ${at(j, i)}: the matrix is not symmetric`,
      wanted: "a symmetric matrix",
    }),
  );
}

function findOffUnit(n: number, at: Element): Fault | undefined {
  return findElement(
    n,
    (i, j) => i === j && differs(at(i, i), 1),
    (i) => ({ remark: `is ${at(i, i)}, not 1, on the diagonal`, wanted: "1 on the diagonal" }),
  );
}

/** Pivots of the Cholesky decomposition are all above 0 exactly if the matrix is positive definite. */
function findIndefinite(n: number, at: Element): Fault | undefined {
  const factor: number[][] = [];
  for (let i = 0; i < n; i++) {
    const row: number[] = [];
    for (let j = 0; j <= i; j++) {
      const product = row.reduce((sum, each, k) => sum + each * (factor[j]?.[k] ?? each), 0);
      const rest = at(i, j) - product;
      row.push(j < i ? rest / factor[j][j] : Math.sqrt(rest));
    }
    factor.push(row);
    if (row[i] > 0) continue;
    const remark = `ends the first ${i + 1} rows and columns, which are not positive definite`;
    return { row: i, column: i, remark, wanted: "a positive definite matrix" };
  }
  return undefined;
}

function findAbove(n: number, at: Element): Fault | undefined {
  return findElement(
    n,
    (i, j) => j > i && differs(at(i, j), 0),
    (i, j) => ({ remark: `is ${at(i, j)}, not 0, above the diagonal`, wanted: "0 above the diagonal" }),
  );
}

function findNonPositive(n: number, at: Element): Fault | undefined {
  return findElement(
    n,
    (i, j) => i === j && !(at(i, i) > 0),
    (i) => ({
      remark: `is ${at(i, i)}, not above 0, on the diagonal`,
      wanted: "numbers above 0 on the diagonal",
    }),
  );
}

function findLongRow(n: number, at: Element): Fault | undefined {
  const norm = (i: number): number =>
    Array.from({ length: n }, (_, j) => at(i, j) ** 2).reduce((s, x) => s + x, 0);
  return findElement(
    n,
    (i, j) => i === j && differs(norm(i), 1),
    (i) => ({ remark: `is in a row whose squares sum to ${norm(i)}, not to 1`, wanted: "rows of length 1" }),
  );
}
