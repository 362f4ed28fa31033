/** What warm-up learns, step by step: the step size by dual averaging, the diagonal mass matrix window by window. */
import type { PlainVector } from "../plain-vector.ts";
import { type DualAveraging, updateDualAveraging } from "./dual-averaging.ts";
import type { WarmUpSchedule } from "./warm-up.ts";
import { regularizedVariance, startWelford, updateWelford, type Welford } from "./welford.ts";

export interface Adaptation {
  readonly averaging: DualAveraging;
  /** Draws of the current window. */
  readonly window: Welford;
}

export interface AdaptationUpdate {
  readonly adaptation: Adaptation;
  /** Set when a window ended: the mass matrix is new, and the step size must be found afresh. */
  readonly inverseMass: PlainVector | undefined;
}

/** After warm-up step number `step` (from 0) that ended at `position`. */
export function updateAdaptation(
  adaptation: Adaptation,
  step: number,
  position: PlainVector,
  acceptStat: number,
  targetAccept: number,
  schedule: WarmUpSchedule,
): AdaptationUpdate {
  const averaging = updateDualAveraging(adaptation.averaging, acceptStat, targetAccept);
  const inWindow = step >= schedule.windowsStart && step < schedule.windowsEnd;
  const window = inWindow ? updateWelford(adaptation.window, position) : adaptation.window;
  if (!schedule.windowLast.includes(step)) {
    return { adaptation: { averaging, window }, inverseMass: undefined };
  }
  return {
    adaptation: { averaging, window: startWelford(position.length) },
    inverseMass: regularizedVariance(window),
  };
}
