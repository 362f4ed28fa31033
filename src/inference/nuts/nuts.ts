/**
 * The no-U-turn sampler with windowed warm-up, one chain per run: multinomial NUTS on the unconstrained scale with a
 * mass matrix, diagonal or dense (Hoffman and Gelman 2014; Betancourt 2017). Chain c uses the key's stream c, so a chain does not
 * depend on what runs beside it.
 */
import { type RandomKey, randomSource } from "../../base/random.ts";
import { explainInference } from "../explain.ts";
import { startAt } from "../initial-position.ts";
import { toPlain } from "../plain-vector.ts";
import type { PosteriorData } from "../posterior-data.ts";
import type { Start, Strategy, StrategyRun } from "../strategy.ts";
import type { DensityTarget } from "../target.ts";
import { learnMass, plainAdaptation, type RunningAdaptation, resumeAdaptation } from "./adaptation.ts";
import { chainOf } from "./chain.ts";
import { chooseStart } from "./choose-start.ts";
import { resumeAveraging, startDualAveraging } from "./dual-averaging.ts";
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
  const length = rowLength(dimension);

  /** Transitions of warm-up from row `first` to row `end`, where a window of warm-up ends at the latest. */
  const learn = (
    running: RunningAdaptation,
    key: RandomKey,
    step: number,
    rows: Float64Array,
    first: number,
    end: number,
  ): void => {
    const { window, averaging } = running;
    transitions.run(here, settings, key, step + 1, rows, first, end - first, averaging);
    settings.stepSize = averaging.stepSize;
    const positions = {
      values: rows,
      count: end - first,
      start: first * length + rowPlaces.position,
      length,
    };
    const mass = learnMass(window, step, positions, schedule, config.metric);
    const last = step + end - first - 1;
    if (mass !== undefined) {
      inverseMass.set(mass);
      const random = randomSource(key, searchSteps + last);
      settings.stepSize = metric.findStepSize(here, inverseMass, settings.stepSize, random);
      running.averaging = resumeAveraging(startDualAveraging(settings.stepSize), targetAccept);
    }
    // The averaged step size is what warm-up was for; without a step since the last window there is no average yet.
    if (last + 1 === warmup && running.averaging.count > 0)
      settings.stepSize = Math.exp(running.averaging.meanLogStepSize);
  };

  const run = (
    state: NutsState,
    key: RandomKey,
    most: number,
    into?: Float64Array,
  ): { state: NutsState; rows: Float64Array } => {
    const count = Math.min(most, warmup + draws - state.step);
    const learning = Math.min(count, Math.max(0, warmup - state.step));
    const rows = into?.subarray(0, count * length) ?? new Float64Array(count * length);
    here.position.set(state.position);
    here.gradient.set(state.gradient);
    here.logDensity = state.logDensity;
    inverseMass.set(state.inverseMass);
    settings.stepSize = state.stepSize;
    const running = state.adaptation === null ? undefined : resumeAdaptation(state.adaptation, targetAccept);
    for (let row = 0; row < learning && running !== undefined; ) {
      const made = state.step + row;
      const windowEnd = 1 + (schedule.windowLast.find((last) => last >= made) ?? warmup - 1);
      const end = Math.min(learning, windowEnd - state.step);
      learn(running, key, made, rows, row, end);
      row = end;
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
      rowLength: length,
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

/** Searches for a step size have random numbers of their own: those of steps that no run reaches. So have further starts. */
const searchSteps = 2 ** 31;
const firstRetry = searchSteps - 1;

/**
 * Where the density is so steep that its roundings hide every step, as at a rate of e³⁰, a start is passed over for another, so many times.
 * A density that jumps everywhere is so at all of them.
 */
const steepStarts = 9;

function start(target: DensityTarget, config: NutsConfig, key: RandomKey, passed = 0): Start<NutsState> {
  const random = randomSource(key, passed === 0 ? 0 : firstRetry - passed);
  const { start: given, initialRadius } = config;
  const found =
    given === undefined ? chooseStart(target, initialRadius, random, key) : startAt(target, given);
  if (found.kind === "failed") return found;
  const metric = metricOf(target, config);
  const inverseMass = metric.initial();
  const { position, gradient, logDensity } = found;
  const here = { position, gradient, logDensity, momentum: new Float64Array(target.dimension) };
  const stepSize = metric.findStepSize(here, inverseMass, 1, random);
  if (stepSize <= smallestStepSize) {
    if (given === undefined && passed < steepStarts) return start(target, config, key, passed + 1);
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
