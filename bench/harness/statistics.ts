/** Medians and quartiles of repeated measurements. */

export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
  readonly least: number;
  readonly most: number;
}

/** Of at least one number; quartiles by linear interpolation. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    lower: quantile(sorted, 0.25),
    upper: quantile(sorted, 0.75),
    least: sorted[0],
    most: sorted[sorted.length - 1],
  };
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/**
 * y ≈ constant + slope · x, neither below 0, with the smallest sum of squared relative errors: all sizes count alike, of whatever
 * order of magnitude they are.
 */
export function fitCost(points: readonly { readonly x: number; readonly y: number }[]): {
  readonly constant: number;
  readonly slope: number;
} {
  const sum = (term: (x: number, y: number) => number): number =>
    points.reduce((total, { x, y }) => total + term(x, y), 0);
  const [ones, xs, squares] = [
    sum((_, y) => y ** -2),
    sum((x, y) => x / y ** 2),
    sum((x, y) => (x / y) ** 2),
  ];
  const [right, rightX] = [sum((_, y) => 1 / y), sum((x, y) => x / y)];
  const determinant = ones * squares - xs ** 2;
  const constant = (right * squares - rightX * xs) / determinant;
  const slope = (rightX * ones - right * xs) / determinant;
  if (constant < 0) return { constant: 0, slope: rightX / squares };
  return slope < 0 ? { constant: right / ones, slope: 0 } : { constant, slope };
}

function quantile(sorted: readonly number[], probability: number): number {
  const place = probability * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
