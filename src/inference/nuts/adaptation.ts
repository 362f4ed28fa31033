/** What warm-up learns, step by step: the step size by dual averaging, the mass matrix window by window. */

import type { PositionRows } from "../target.ts";
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
 * After warm-up steps number `step` (from 0) and the next ones, that ended at these positions; a window ends with the last of them at the
 * earliest. Returns the inverse mass matrix, as its metric keeps it, when one did: it is new, and the step size must be found afresh.
 */
export function learnMass(
  window: RunningWelford,
  step: number,
  { values, count, start, length }: PositionRows,
  { windowsStart, windowsEnd, windowLast }: WarmUpSchedule,
  metric: MetricName,
): Float64Array | undefined {
  const isDense = metric === "dense";
  const update = isDense ? updateCovariance : updateWelford;
  const end = Math.min(count, windowsEnd - step);
  for (let row = Math.max(0, windowsStart - step); row < end; row++)
    update(window, values, start + row * length);
  if (!windowLast.includes(step + count - 1)) return undefined;
  const inverseMass = isDense
    ? choleskyFactor(regularizedCovariance(window), window.mean.length)
    : regularizedVariance(window);
  resetWelford(window);
  return inverseMass;
}
