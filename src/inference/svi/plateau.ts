/**
 * When an optimisation has stopped to improve: means of the objective over windows of steps, compared with the best one
 * so far. Plain data.
 */
export interface Plateau {
  /** Steps in the current window, with the sum and the sum of squares of their objectives. */
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
  /** Best window mean so far; null before the first window is full. */
  readonly best: number | null;
  /** Windows in a row without improvement. */
  readonly stalled: number;
}

export const startPlateau: Plateau = { count: 0, sum: 0, squares: 0, best: null, stalled: 0 };

/** Adds one step's objective. Values that are not finite are skipped: they say nothing about progress. */
export function updatePlateau(
  state: Plateau,
  objective: number,
  windowLength: number,
  tolerance: number,
): Plateau {
  if (!Number.isFinite(objective)) return state;
  const count = state.count + 1;
  const sum = state.sum + objective;
  const squares = state.squares + objective * objective;
  if (count < windowLength) return { ...state, count, sum, squares };
  const mean = sum / count;
  const standardError = Math.sqrt(Math.max(0, squares / count - mean * mean) / count);
  const improved = state.best === null || mean > state.best + Math.max(tolerance, standardError);
  const best = state.best === null ? mean : Math.max(state.best, mean);
  return { count: 0, sum: 0, squares: 0, best, stalled: improved ? 0 : state.stalled + 1 };
}
