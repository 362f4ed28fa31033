/**
 * Step-size adaptation by dual averaging (Hoffman and Gelman 2014, equation 6): drives the mean acceptance statistic to a
 * target. γ = 0.05, t₀ = 10, κ = 0.75 as there and in Stan.
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

const gamma = 0.05;
const t0 = 10;
const kappa = 0.75;

export function startDualAveraging(stepSize: number): DualAveraging {
  const logStepSize = Math.log(stepSize);
  return { count: 0, mu: Math.log(10 * stepSize), meanError: 0, meanLogStepSize: 0, logStepSize };
}

/** `acceptance` is the step's acceptance statistic in [0, 1]. */
export function updateDualAveraging(
  state: DualAveraging,
  acceptance: number,
  targetAccept: number,
): DualAveraging {
  const count = state.count + 1;
  const rate = 1 / (count + t0);
  const meanError = (1 - rate) * state.meanError + rate * (targetAccept - Math.min(1, acceptance));
  const logStepSize = state.mu - (meanError * Math.sqrt(count)) / gamma;
  const weight = count ** -kappa;
  const meanLogStepSize = weight * logStepSize + (1 - weight) * state.meanLogStepSize;
  return { count, mu: state.mu, meanError, meanLogStepSize, logStepSize };
}
