/**
 * Step-size adaptation by dual averaging (Hoffman and Gelman 2014, equation 6): drives the mean acceptance statistic to a
 * target. γ = 0.05, t₀ = 10, κ = ¾ as there and in Stan.
 */
export interface DualAveraging {
  readonly count: number;
  /** The point that log ε is shrunk towards: log(10 ε₀). */
  readonly mu: number;
  /** H̄: running mean of (target − acceptance). */
  readonly meanError: number;
  /** Running weighted mean of log ε. */
  readonly meanLogStepSize: number;
  readonly logStepSize: number;
}

/** While transitions are made: changed in place. With the acceptance that is aimed at, and the constants of the method. */
export interface RunningAveraging {
  count: number;
  readonly mu: number;
  meanError: number;
  meanLogStepSize: number;
  logStepSize: number;
  /** Of the next transition. */
  stepSize: number;
  readonly targetAccept: number;
  readonly gamma: number;
  readonly t0: number;
}

export function startDualAveraging(stepSize: number): DualAveraging {
  const logStepSize = Math.log(stepSize);
  return { count: 0, mu: Math.log(10 * stepSize), meanError: 0, meanLogStepSize: 0, logStepSize };
}

export function resumeAveraging(state: DualAveraging, targetAccept: number): RunningAveraging {
  return { ...state, stepSize: Math.exp(state.logStepSize), targetAccept, gamma: 0.05, t0: 10 };
}

export function plainAveraging({
  count,
  mu,
  meanError,
  meanLogStepSize,
  logStepSize,
}: RunningAveraging): DualAveraging {
  return { count, mu, meanError, meanLogStepSize, logStepSize };
}

/** `acceptance` is the step's acceptance statistic in [0, 1]. */
export function updateDualAveraging(running: RunningAveraging, acceptance: number): void {
  running.count++;
  const { count, targetAccept, gamma, t0, mu } = running;
  const rate = 1 / (count + t0);
  running.meanError = rate * (targetAccept - Math.min(1, acceptance)) + (1 - rate) * running.meanError;
  const root = Math.sqrt(count);
  running.logStepSize = mu - (running.meanError * root) / gamma;
  running.stepSize = Math.exp(running.logStepSize);
  // count^−κ
  const weight = 1 / (root * Math.sqrt(root));
  running.meanLogStepSize = weight * running.logStepSize + (1 - weight) * running.meanLogStepSize;
}
