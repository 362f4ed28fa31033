/** log |det| of a map's Jacobian by central differences and Gaussian elimination. */
export function logDeterminant(
  map: (position: Float64Array) => readonly number[],
  position: Float64Array,
): number {
  const step = 1e-5;
  const rows = Array.from(position, (_, at) => {
    const moved = (by: number): readonly number[] => {
      const q = position.slice();
      q[at] += by;
      return map(q);
    };
    // Fourth order: (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h
    const scale = 100 * step;
    const [up, down, far, back] = [moved(scale), moved(-scale), moved(2 * scale), moved(-2 * scale)];
    return up.map((value, i) => (8 * (value - down[i]) - (far[i] - back[i])) / (12 * scale));
  });
  let sum = 0;
  for (let column = 0; column < rows.length; column++) {
    let pivot = column;
    for (let row = column; row < rows.length; row++)
      if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    sum += Math.log(Math.abs(rows[column][column]));
    for (let row = column + 1; row < rows.length; row++) {
      const factor = rows[row][column] / rows[column][column];
      for (let at = column; at < rows.length; at++) rows[row][at] -= factor * rows[column][at];
    }
  }
  return sum;
}
