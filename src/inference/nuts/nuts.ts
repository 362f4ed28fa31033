/**
 * The no-U-turn sampler with windowed warm-up, one chain per run: multinomial NUTS on the unconstrained scale with a
 * mass matrix, diagonal or dense (Hoffman and Gelman 2014; Betancourt 2017). Chain c uses the key's stream c, so a chain does not
 * depend on what runs beside it.
 */
import { type RandomKey, randomSource } from "../../base/random.ts";
import { explainInference } from "../explain.ts";
import { findInitialPosition } from "../initial-position.ts";
import { toPlain } from "../plain-vector.ts";
import type { PosteriorData } from "../posterior-data.ts";
import type { Start, Strategy, StrategyRun } from "../strategy.ts";
import type { DensityTarget } from "../target.ts";
import { plainAdaptation, type RunningAdaptation, resumeAdaptation, updateAdaptation } from "./adaptation.ts";
import { chainOf } from "./chain.ts";
import { startDualAveraging } from "./dual-averaging.ts";
import { phasePoint } from "./leapfrog.ts";
import { denseMetric, diagonalMetric, type Metric } from "./metric.ts";
import type { NutsConfig, NutsInfo, NutsState } from "./nuts-state.ts";
import { readRows, rowLength, rowPlaces, rowsOf } from "./rows.ts";
import { largestStepSize, smallestStepSize } from "./step-size.ts";
import { warmUpSchedule } from "./warm-up.ts";
import { startWelford } from "./welford.ts";

export const nuts: Strategy<DensityTarget, NutsConfig, NutsState, NutsInfo, PosteriorData> = {
  name: "nuts",
  defaults: {
    warmup: 1000,
    draws: 1000,
    targetAccept: 0.9,
    maxTreeDepth: 10,
    maxEnergyError: 1000,
    metric: "diagonal",
    initialRadius: 2,
  },
  steps: (config) => config.warmup + config.draws,
  prepare,
};

function prepare(target: DensityTarget, config: NutsConfig): StrategyRun<NutsState, NutsInfo, PosteriorData> {
  const { dimension } = target;
  const { warmup, draws, targetAccept, maxTreeDepth, maxEnergyError } = config;
  const metric = metricOf(target, config);
  const { transitions } = metric;
  const schedule = warmUpSchedule(warmup);
  const here = phasePoint(dimension);
  const inverseMass = metric.initial();
  const settings = { inverseMass, stepSize: Number.NaN, maxTreeDepth, maxEnergyError };
  const acceptStatOf = (rows: Float64Array, row: number): number =>
    rows[row * rowLength(dimension) + rowPlaces.acceptStat];

  /** After a warm-up transition to `here`: a new step size, and a new mass matrix where a window ended. */
  const learn = (running: RunningAdaptation, step: number, acceptStat: number, key: RandomKey): void => {
    const { position } = here;
    const mass = updateAdaptation(running, step, position, acceptStat, targetAccept, schedule, config.metric);
    settings.stepSize = Math.exp(running.averaging.logStepSize);
    if (mass !== undefined) {
      inverseMass.set(mass);
      const random = randomSource(key, searchSteps + step);
      settings.stepSize = metric.findStepSize(here, inverseMass, settings.stepSize, random);
      running.averaging = startDualAveraging(settings.stepSize);
    }
    // The averaged step size is what warm-up was for; without a step since the last window there is no average yet.
    if (step + 1 === warmup && running.averaging.count > 0)
      settings.stepSize = Math.exp(running.averaging.meanLogStepSize);
  };

  const run = (state: NutsState, key: RandomKey, most: number): { state: NutsState; rows: Float64Array } => {
    const count = Math.min(most, warmup + draws - state.step);
    const learning = Math.min(count, Math.max(0, warmup - state.step));
    const rows = new Float64Array(count * rowLength(dimension));
    here.position.set(state.position);
    here.gradient.set(state.gradient);
    here.logDensity = state.logDensity;
    inverseMass.set(state.inverseMass);
    settings.stepSize = state.stepSize;
    const running = state.adaptation === null ? undefined : resumeAdaptation(state.adaptation);
    for (let row = 0; row < learning && running !== undefined; row++) {
      transitions.run(here, settings, key, state.step + row + 1, rows, row, 1);
      learn(running, state.step + row, acceptStatOf(rows, row), key);
    }
    transitions.run(here, settings, key, state.step + learning + 1, rows, learning, count - learning);
    const step = state.step + count;
    const next: NutsState = {
      step,
      position: toPlain(here.position),
      gradient: toPlain(here.gradient),
      logDensity: here.logDensity,
      stepSize: settings.stepSize,
      inverseMass: toPlain(inverseMass),
      adaptation: running === undefined || step >= warmup ? null : plainAdaptation(running),
    };
    return { state: next, rows };
  };

  return {
    init: (key) => start(target, config, key),
    step(state, key) {
      const moved = run(state, key, 1);
      const [info] = readRows(moved.rows, dimension, warmup);
      return { state: moved.state, info };
    },
    stretches: {
      run,
      rowLength: rowLength(dimension),
      read: (rows) => readRows(rows, dimension, warmup),
      finish: (state, rows) => chainOf(target, config, state, rows),
    },
    isDone: (state) => state.step >= warmup + draws,
    finish: (state, infos) => chainOf(target, config, state, rowsOf(infos, dimension)),
  };
}

function metricOf(target: DensityTarget, config: NutsConfig): Metric {
  return config.metric === "dense" ? denseMetric(target, config) : diagonalMetric(target, config);
}

/** Searches for a step size have random numbers of their own: those of steps that no run reaches. */
const searchSteps = 2 ** 31;

function start(target: DensityTarget, config: NutsConfig, key: RandomKey): Start<NutsState> {
  const random = randomSource(key, 0);
  const found = findInitialPosition(target, config.initialRadius, random);
  if (found.kind === "failed") return found;
  const metric = metricOf(target, config);
  const inverseMass = metric.initial();
  const { position, gradient, logDensity } = found;
  const here = { position, gradient, logDensity, momentum: new Float64Array(target.dimension) };
  const stepSize = metric.findStepSize(here, inverseMass, 1, random);
  if (stepSize <= smallestStepSize) {
    return { kind: "failed", problem: explainInference({ code: "step-size-vanished", stepSize }) };
  }
  if (stepSize >= largestStepSize) {
    return { kind: "failed", problem: explainInference({ code: "posterior-improper", stepSize }) };
  }
  const adaptation = {
    averaging: startDualAveraging(stepSize),
    window: startWelford(target.dimension, inverseMass.length),
  };
  const state: NutsState = {
    step: 0,
    position: toPlain(position),
    gradient: toPlain(gradient),
    logDensity,
    stepSize,
    inverseMass: toPlain(inverseMass),
    adaptation: config.warmup > 0 ? adaptation : null,
  };
  return { kind: "ready", state };
}
