/** Matrices of a few rows by the formulas of the textbooks: nothing here is shared with the compiler. */
export type Matrix = readonly (readonly number[])[];

function without(x: Matrix, row: number, column: number): Matrix {
  return x.filter((_, i) => i !== row).map((each) => each.filter((_, j) => j !== column));
}

/** Laplace's expansion along the first row. */
export function determinant(x: Matrix): number {
  if (x.length === 0) return 1;
  return x[0].reduce((sum, each, j) => sum + (-1) ** j * each * determinant(without(x, 0, j)), 0);
}

/** Cramer's rule. */
export function inverse(x: Matrix): Matrix {
  const scale = determinant(x);
  return x.map((row, i) => row.map((_, j) => ((-1) ** (i + j) * determinant(without(x, j, i))) / scale));
}

/** x xᵀ */
export function timesTransposed(x: Matrix): Matrix {
  return x.map((left) => x.map((right) => left.reduce((sum, each, k) => sum + each * right[k], 0)));
}
