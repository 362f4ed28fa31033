/** What warm-up learns, step by step: the step size by dual averaging, the mass matrix window by window. */
import {
  type DualAveraging,
  plainAveraging,
  type RunningAveraging,
  resumeAveraging,
} from "./dual-averaging.ts";
import type { WarmUpSchedule } from "./warm-up.ts";
import {
  plainWelford,
  type RunningWelford,
  regularizedCovariance,
  regularizedVariance,
  resetWelford,
  resumeWelford,
  updateCovariance,
  updateWelford,
  type Welford,
} from "./welford.ts";
import { choleskyFactor } from "./whiten.ts";

export type MetricName = "diagonal" | "dense";

/** As plain data. */
export interface Adaptation {
  readonly averaging: DualAveraging;
  /** Draws of the current window. */
  readonly window: Welford;
}

/** While steps are made: changed in place. */
export interface RunningAdaptation {
  averaging: RunningAveraging;
  readonly window: RunningWelford;
}

export function resumeAdaptation({ averaging, window }: Adaptation, targetAccept: number): RunningAdaptation {
  return { averaging: resumeAveraging(averaging, targetAccept), window: resumeWelford(window) };
}

export function plainAdaptation({ averaging, window }: RunningAdaptation): Adaptation {
  return { averaging: plainAveraging(averaging), window: plainWelford(window) };
}

/**
 * After warm-up step number `step` (from 0) that ended at `position`. Returns the inverse mass matrix, as its metric keeps it, when a
 * window ended: it is new, and the step size must be found afresh.
 */
export function learnMass(
  window: RunningWelford,
  step: number,
  position: ArrayLike<number>,
  schedule: WarmUpSchedule,
  metric: MetricName,
): Float64Array | undefined {
  const isDense = metric === "dense";
  if (step >= schedule.windowsStart && step < schedule.windowsEnd)
    (isDense ? updateCovariance : updateWelford)(window, position);
  if (!schedule.windowLast.includes(step)) return undefined;
  const inverseMass = isDense
    ? choleskyFactor(regularizedCovariance(window), position.length)
    : regularizedVariance(window);
  resetWelford(window);
  return inverseMass;
}
