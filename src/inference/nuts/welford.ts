/** Running mean and variance per coordinate (Welford 1962). */
import { type PlainVector, toPlain } from "../plain-vector.ts";

/** As plain data. */
export interface Welford {
  readonly count: number;
  readonly mean: PlainVector;
  /** Sum of squared deviations from the mean. */
  readonly squares: PlainVector;
}

/** While values are coming in: changed in place. */
export interface RunningWelford {
  count: number;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
}

export function startWelford(dimension: number): Welford {
  const zeros = Array.from({ length: dimension }, () => 0);
  return { count: 0, mean: zeros, squares: zeros };
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

export function updateWelford(running: RunningWelford, values: ArrayLike<number>): void {
  const { mean, squares } = running;
  running.count++;
  for (let i = 0; i < mean.length; i++) {
    const before = values[i] - mean[i];
    mean[i] += before / running.count;
    squares[i] += before * (values[i] - mean[i]);
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
