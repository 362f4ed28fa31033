/** Running mean and variance per coordinate (Welford 1962), as plain data. */
import type { PlainVector } from "../plain-vector.ts";

export interface Welford {
  readonly count: number;
  readonly mean: PlainVector;
  /** Sum of squared deviations from the mean. */
  readonly squares: PlainVector;
}

export function startWelford(dimension: number): Welford {
  const zeros = Array.from({ length: dimension }, () => 0);
  return { count: 0, mean: zeros, squares: zeros };
}

export function updateWelford(state: Welford, values: PlainVector): Welford {
  const count = state.count + 1;
  const mean: number[] = [];
  const squares: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const before = values[i] - state.mean[i];
    const moved = state.mean[i] + before / count;
    mean.push(moved);
    squares.push(state.squares[i] + before * (values[i] - moved));
  }
  return { count, mean, squares };
}

/**
 * Sample variances shrunk towards 10⁻³ as if by five more draws, as Stan does: n/(n+5) s² + 5/(n+5) 10⁻³.
 * Needs two values at least.
 */
export function regularizedVariance(state: Welford): PlainVector {
  const n = state.count;
  return state.squares.map((sum) => (n / (n + 5)) * (sum / (n - 1)) + 1e-3 * (5 / (n + 5)));
}
