/** Running means, and variances per coordinate or the whole covariance matrix (Welford 1962). */
import { type PlainVector, toPlain } from "../plain-vector.ts";

/** As plain data. */
export interface Welford {
  readonly count: number;
  readonly mean: PlainVector;
  /** Sums of squared deviations from the mean; for a covariance, of all products of deviations, row by row. */
  readonly squares: PlainVector;
}

/** While values are coming in: changed in place. */
export interface RunningWelford {
  count: number;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
}

export function startWelford(dimension: number, squares = dimension): Welford {
  const zeros = (length: number): number[] => Array.from({ length }, () => 0);
  return { count: 0, mean: zeros(dimension), squares: zeros(squares) };
}

export function resumeWelford({ count, mean, squares }: Welford): RunningWelford {
  return { count, mean: Float64Array.from(mean), squares: Float64Array.from(squares) };
}

export function plainWelford({ count, mean, squares }: RunningWelford): Welford {
  return { count, mean: toPlain(mean), squares: toPlain(squares) };
}

export function resetWelford(running: RunningWelford): void {
  running.count = 0;
  running.mean.fill(0);
  running.squares.fill(0);
}

/** Takes the values from `start` on. */
export function updateWelford(running: RunningWelford, values: ArrayLike<number>, start = 0): void {
  const { mean, squares } = running;
  const count = running.count + 1;
  running.count = count;
  for (let i = 0; i < mean.length; i++) {
    const value = values[start + i];
    const before = value - mean[i];
    const after = mean[i] + before / count;
    mean[i] = after;
    squares[i] += before * (value - after);
  }
}

/**
 * Sample variances shrunk towards 10⁻³ as if by five more draws, as Stan does: n/(n+5) s² + 5/(n+5) 10⁻³.
 * Needs two values at least.
 */
export function regularizedVariance({
  count: n,
  squares,
}: Pick<RunningWelford, "count" | "squares">): Float64Array {
  return squares.map((sum) => (n / (n + 5)) * (sum / (n - 1)) + 1e-3 * (5 / (n + 5)));
}

/** The same with products: `squares` has dimension² numbers. */
export function updateCovariance(running: RunningWelford, values: ArrayLike<number>, start = 0): void {
  const { mean, squares } = running;
  const n = mean.length;
  running.count++;
  const before = Float64Array.from(mean, (each, i) => values[start + i] - each);
  for (let i = 0; i < n; i++) mean[i] += before[i] / running.count;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) squares[i * n + j] += before[i] * (values[start + j] - mean[j]);
}

/** The sample covariance shrunk towards 10⁻³ times the unit matrix, as above. */
export function regularizedCovariance({ count: n, mean, squares }: RunningWelford): Float64Array {
  return squares.map((sum, at) => {
    const onDiagonal = at % (mean.length + 1) === 0;
    return (n / (n + 5)) * (sum / (n - 1)) + (onDiagonal ? 1e-3 * (5 / (n + 5)) : 0);
  });
}
