/**
 * Stochastic variational inference with the program's guide, or a mean-field Gaussian one (Kucukelbir et al. 2017, automatic
 * differentiation variational inference): Adam at a constant rate until the ELBO stops to rise, then a cosine decay to rest. Draws come with
 * importance weights, so that `quality` can say how far the guide is from the posterior.
 */
import { type RandomKey, randomSource } from "../../base/random.ts";
import { layDraws } from "../constrain-draws.ts";
import { adamAscent, cosineRate } from "../optimizer.ts";
import { toPlain } from "../plain-vector.ts";
import type { PosteriorData } from "../posterior-data.ts";
import type { Start, Strategy, StrategyRun } from "../strategy.ts";
import type { DensityTarget } from "../target.ts";
import type { Guide } from "./guide.ts";
import { meanFieldGuide } from "./mean-field.ts";
import { startPlateau, updatePlateau } from "./plateau.ts";
import type { SviConfig, SviInfo, SviState } from "./svi-state.ts";
import { writtenGuide } from "./written-guide.ts";

export const svi: Strategy<DensityTarget, SviConfig, SviState, SviInfo, PosteriorData> = {
  name: "svi",
  defaults: {
    maxSteps: 10_000,
    samples: 8,
    learningRate: 0.05,
    coolingSteps: 1000,
    windowLength: 100,
    tolerance: 0.01,
    patience: 3,
    initialRadius: 0.5,
    initialScale: 0.1,
    draws: 4000,
  },
  steps: (config) => config.maxSteps,
  prepare,
};

/** Random numbers of `finish` are those of a step that no run reaches. */
const finishStep = 0xffffffff;

function prepare(target: DensityTarget, config: SviConfig): StrategyRun<SviState, SviInfo, PosteriorData> {
  const guide = target.guide === undefined ? meanFieldGuide(target, config) : writtenGuide(target.guide);
  const noise = new Float64Array(guide.samples * guide.noiseLength);
  const estimates = Math.ceil(config.samples / guide.samples);
  const gradient = new Float64Array(guide.parameterCount);

  /** Mean ELBO and gradient over the estimates that have finite ones; `used` of them. */
  const estimate = (parameters: Float64Array, key: RandomKey, step: number) => {
    const random = randomSource(key, step);
    gradient.fill(0);
    let elbo = 0;
    let used = 0;
    for (let sample = 0; sample < estimates; sample++) {
      random.fillNormal(noise);
      const one = guide.addGradient(parameters, noise, gradient);
      if (Number.isNaN(one)) continue;
      used++;
      elbo += one;
    }
    for (let i = 0; i < gradient.length; i++) gradient[i] /= Math.max(1, used);
    return { elbo: used === 0 ? Number.NaN : elbo / used, used };
  };

  return {
    init: (key) => start(guide, key),
    step(state, key) {
      const parameters = Float64Array.from(state.parameters);
      const { elbo, used } = estimate(parameters, key, state.step + 1);
      const rate = learningRate(config, state);
      const info: SviInfo = { elbo, rejected: estimates - used, learningRate: rate };
      const step = state.step + 1;
      const plateau = updatePlateau(state.plateau, elbo, config.windowLength, config.tolerance);
      const coolingFrom = state.coolingFrom ?? coolFrom(config, step, plateau.stalled);
      const { converged } = state;
      const carried = {
        step,
        plateau,
        coolingFrom,
        converged: converged || (state.coolingFrom === null && plateau.stalled >= config.patience),
      };
      if (used === 0) return { state: { ...state, ...carried }, info };
      const moments = {
        count: state.moments.count,
        first: Float64Array.from(state.moments.first),
        second: Float64Array.from(state.moments.second),
      };
      const moved = adamAscent(moments, parameters, gradient, rate);
      const next: SviState = {
        ...carried,
        parameters: toPlain(moved.parameters),
        moments: {
          count: moved.moments.count,
          first: toPlain(moved.moments.first),
          second: toPlain(moved.moments.second),
        },
      };
      return { state: next, info };
    },
    isDone: (state) =>
      state.step >= config.maxSteps ||
      (state.coolingFrom !== null && state.step >= state.coolingFrom + config.coolingSteps),
    finish: (state, infos, key) => drawGuide(target, guide, config, state, infos, key),
  };
}

/** Cooling starts when the plateau is reached, or when the steps that are left are just enough for it. */
function coolFrom(config: SviConfig, step: number, stalled: number): number | null {
  return stalled >= config.patience || step >= config.maxSteps - config.coolingSteps ? step : null;
}

function learningRate(config: SviConfig, state: SviState): number {
  return state.coolingFrom === null
    ? config.learningRate
    : cosineRate(config.learningRate, state.step - state.coolingFrom, config.coolingSteps);
}

function start(guide: Guide, key: RandomKey): Start<SviState> {
  const found = guide.start(randomSource(key, 0));
  if (found.kind === "failed") return found;
  const zeros = Array.from({ length: guide.parameterCount }, () => 0);
  const state: SviState = {
    step: 0,
    parameters: toPlain(found.parameters),
    moments: { count: 0, first: zeros, second: zeros },
    plateau: startPlateau,
    coolingFrom: null,
    converged: false,
  };
  return { kind: "ready", state };
}

/** Independent draws from the fitted guide, as one chain, with their densities under model and guide. */
function drawGuide(
  target: DensityTarget,
  guide: Guide,
  config: SviConfig,
  state: SviState,
  infos: readonly SviInfo[],
  key: RandomKey,
): PosteriorData {
  const parameters = Float64Array.from(state.parameters);
  const random = randomSource(key, finishStep);
  const noise = new Float64Array(guide.noiseLength);
  const logDensity = new Float64Array(config.draws);
  const logGuide = new Float64Array(config.draws);
  const variables = layDraws(target.variables, config.draws, (at) => {
    random.fillNormal(noise);
    const draw = guide.draw(parameters, noise);
    logDensity[at] = Number.isNaN(draw.logDensity) ? Number.NEGATIVE_INFINITY : draw.logDensity;
    logGuide[at] = draw.logGuide;
    return draw.values;
  });
  const elboTrace = Float64Array.from(infos, (info) => info.elbo);
  const last = elboTrace.slice(-config.windowLength).filter(Number.isFinite);
  return {
    strategy: "svi",
    chains: 1,
    draws: config.draws,
    variables,
    statistics: { logDensity },
    logGuide,
    logWeights: logDensity.map((value, draw) => value - logGuide[draw]),
    optimization: {
      steps: state.step,
      converged: state.converged,
      elbo: last.reduce((sum, value) => sum + value, 0) / last.length,
      elboTrace,
    },
  };
}
