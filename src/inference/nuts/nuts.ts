/**
 * The no-U-turn sampler with windowed warm-up, one chain per run: multinomial NUTS on the unconstrained scale with a
 * diagonal mass matrix (Hoffman and Gelman 2014; Betancourt 2017). Chain c uses the key's stream c, so a chain does not
 * depend on what runs beside it.
 */
import { type RandomKey, type RandomSource, randomSource } from "../../base/random.ts";
import { explainInference } from "../explain.ts";
import { findInitialPosition } from "../initial-position.ts";
import { toPlain } from "../plain-vector.ts";
import type { PosteriorData } from "../posterior-data.ts";
import type { Start, Strategy, StrategyRun } from "../strategy.ts";
import type { DensityTarget } from "../target.ts";
import { type Adaptation, updateAdaptation } from "./adaptation.ts";
import { chainOf } from "./chain.ts";
import { startDualAveraging } from "./dual-averaging.ts";
import { type PhasePoint, phasePoint } from "./leapfrog.ts";
import type { NutsConfig, NutsInfo, NutsState } from "./nuts-state.ts";
import { drawMomentum, findStepSize, largestStepSize, smallestStepSize } from "./step-size.ts";
import { createTreeSampler } from "./tree.ts";
import { warmUpSchedule } from "./warm-up.ts";
import { startWelford } from "./welford.ts";

export const nuts: Strategy<DensityTarget, NutsConfig, NutsState, NutsInfo, PosteriorData> = {
  name: "nuts",
  defaults: {
    warmup: 1000,
    draws: 1000,
    targetAccept: 0.8,
    maxTreeDepth: 10,
    maxEnergyError: 1000,
    initialRadius: 2,
  },
  steps: (config) => config.warmup + config.draws,
  prepare,
};

function prepare(target: DensityTarget, config: NutsConfig): StrategyRun<NutsState, NutsInfo, PosteriorData> {
  const sampler = createTreeSampler(target, config);
  const schedule = warmUpSchedule(config.warmup);
  const here = phasePoint(target.dimension);
  const inverseMass = new Float64Array(target.dimension);

  /** The state after a warm-up transition: what was learned, and a new step size where the mass matrix is new. */
  const learn = (before: NutsState, adaptation: Adaptation, random: RandomSource): NutsState => {
    const { acceptStat } = sampler.report;
    const moved = moveOn(before);
    const update = updateAdaptation(
      adaptation,
      before.step,
      moved.position,
      acceptStat,
      config.targetAccept,
      schedule,
    );
    let { averaging, window } = update.adaptation;
    let stepSize = Math.exp(averaging.logStepSize);
    if (update.inverseMass !== undefined) {
      load(here, inverseMass, { ...moved, inverseMass: update.inverseMass });
      stepSize = findStepSize(target, here, inverseMass, stepSize, random);
      averaging = startDualAveraging(stepSize);
    }
    const learned = { ...moved, inverseMass: update.inverseMass ?? before.inverseMass };
    if (moved.step < config.warmup) return { ...learned, stepSize, adaptation: { averaging, window } };
    // The averaged step size is what warm-up was for; without a step since the last window there is no average yet.
    const settled = averaging.count === 0 ? stepSize : Math.exp(averaging.meanLogStepSize);
    return { ...learned, stepSize: settled, adaptation: null };
  };

  const moveOn = (before: NutsState): NutsState => ({
    ...before,
    step: before.step + 1,
    position: toPlain(sampler.drawn.position),
    gradient: toPlain(sampler.drawn.gradient),
    logDensity: sampler.drawn.logDensity,
  });

  return {
    init: (key) => start(target, config, key),
    step(state, key) {
      const random = randomSource(key, state.step + 1);
      load(here, inverseMass, state);
      drawMomentum(here.momentum, inverseMass, random);
      sampler.transition(here, inverseMass, state.stepSize, random);
      const { drawn, report } = sampler;
      const { treeDepth, leapfrogs, acceptStat, divergent } = report;
      const { logDensity, energy } = drawn;
      const next = state.adaptation === null ? moveOn(state) : learn(state, state.adaptation, random);
      const info: NutsInfo = {
        warmup: state.step < config.warmup,
        position: next.position,
        logDensity,
        energy,
        treeDepth,
        leapfrogs,
        acceptStat,
        divergent,
        stepSize: state.stepSize,
      };
      return { state: next, info };
    },
    isDone: (state) => state.step >= config.warmup + config.draws,
    finish: (state, infos) => chainOf(target, config, state, infos),
  };
}

function start(target: DensityTarget, config: NutsConfig, key: RandomKey): Start<NutsState> {
  const random = randomSource(key, 0);
  const found = findInitialPosition(target, config.initialRadius, random);
  if (found.kind === "failed") return found;
  const inverseMass = new Float64Array(target.dimension).fill(1);
  const { position, gradient, logDensity } = found;
  const here = { position, gradient, logDensity, momentum: new Float64Array(target.dimension) };
  const stepSize = findStepSize(target, here, inverseMass, 1, random);
  if (stepSize <= smallestStepSize) {
    return { kind: "failed", problem: explainInference({ code: "step-size-vanished", stepSize }) };
  }
  if (stepSize >= largestStepSize) {
    return { kind: "failed", problem: explainInference({ code: "posterior-improper", stepSize }) };
  }
  const adaptation = { averaging: startDualAveraging(stepSize), window: startWelford(target.dimension) };
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

function load(point: PhasePoint, inverseMass: Float64Array, state: NutsState): void {
  point.position.set(state.position);
  point.gradient.set(state.gradient);
  point.logDensity = state.logDensity;
  inverseMass.set(state.inverseMass);
}
