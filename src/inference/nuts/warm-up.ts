/**
 * When warm-up estimates what, as in Stan (reference manual, "HMC algorithm parameters"): an initial stretch that only moves
 * and adapts the step size, windows of doubling length that each estimate the mass matrix afresh, and a final stretch for
 * the step size alone.
 */
export interface WarmUpSchedule {
  /** Steps [windowsStart, windowsEnd) feed the mass matrix. */
  readonly windowsStart: number;
  readonly windowsEnd: number;
  /** The last step of each window, ascending. */
  readonly windowLast: readonly number[];
}

const initialLength = 75;
const finalLength = 50;
const firstWindow = 25;

/** For shorter warm-ups the three parts are 15 %, 75 % and 10 %; below 20 steps only the step size adapts. */
export function warmUpSchedule(warmup: number): WarmUpSchedule {
  if (warmup < 20) return { windowsStart: warmup, windowsEnd: warmup, windowLast: [] };
  const fits = initialLength + firstWindow + finalLength <= warmup;
  const windowsStart = fits ? initialLength : Math.floor(0.15 * warmup);
  const windowsEnd = warmup - (fits ? finalLength : Math.floor(0.1 * warmup));
  const windowLast: number[] = [];
  let size = firstWindow;
  let end = windowsStart;
  while (end < windowsEnd) {
    // A window that leaves no room for the next one, twice as long, takes all that is left.
    end = !fits || end + 3 * size > windowsEnd ? windowsEnd : end + size;
    windowLast.push(end - 1);
    size *= 2;
  }
  return { windowsStart, windowsEnd, windowLast };
}
