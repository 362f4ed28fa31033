/**
 * Amortized variational inference: stochastic gradient ascent on the mean ELBO per item, over minibatches of a plate's items,
 * with Adam and a cosine decay to zero (Kingma and Welling 2014). What it gives is the parameters; answering with them
 * is the target's business.
 */
import { type RandomKey, randomSource } from "../../base/random.ts";
import { type AdamMoments, adamAscent, cosineRate, startAdam } from "../optimizer.ts";
import type { Strategy, StrategyRun } from "../strategy.ts";
import type { AmortizedTarget } from "../target.ts";

export interface AmortizedConfig {
  readonly steps: number;
  readonly learningRate: number;
  /** The gradient is scaled down to this Euclidean norm where it is longer. */
  readonly maxGradientNorm: number;
}

/** Plain data; the arrays are not changed once they are here. */
export interface AmortizedState {
  readonly step: number;
  readonly parameters: Float64Array;
  readonly moments: AdamMoments;
}

export interface AmortizedInfo {
  /** Estimate of the mean ELBO per item, in nats. */
  readonly objective: number;
  readonly gradientNorm: number;
  /** The step was left out because the objective or its gradient was not finite. */
  readonly rejected: boolean;
}

export interface AmortizedResult {
  readonly parameters: Float64Array;
  /** Mean of the objective over the last tenth of the steps. */
  readonly objective: number;
}

export const amortized: Strategy<
  AmortizedTarget,
  AmortizedConfig,
  AmortizedState,
  AmortizedInfo,
  AmortizedResult
> = {
  name: "amortized",
  defaults: { steps: 5000, learningRate: 6e-3, maxGradientNorm: 100 },
  steps: (config) => config.steps,
  prepare,
};

function prepare(
  target: AmortizedTarget,
  config: AmortizedConfig,
): StrategyRun<AmortizedState, AmortizedInfo, AmortizedResult> {
  const noise = new Float64Array(target.batchSize * target.localDimension);
  const gradient = new Float64Array(target.parameterCount);
  return {
    init: () => ({
      kind: "ready",
      state: {
        step: 0,
        parameters: target.initialParameters.slice(),
        moments: startAdam(target.parameterCount),
      },
    }),
    step(state, key) {
      const batch = minibatch(target, state.step, key);
      randomSource(key, state.step + 1).fillNormal(noise);
      const objective = target.objectiveAndGradient(state.parameters, batch, noise, gradient);
      const gradientNorm = Math.sqrt(gradient.reduce((sum, each) => sum + each * each, 0));
      const step = state.step + 1;
      if (!Number.isFinite(objective) || !Number.isFinite(gradientNorm))
        return { state: { ...state, step }, info: { objective, gradientNorm, rejected: true } };
      if (gradientNorm > config.maxGradientNorm) {
        const factor = config.maxGradientNorm / gradientNorm;
        for (let i = 0; i < gradient.length; i++) gradient[i] *= factor;
      }
      const rate = cosineRate(config.learningRate, state.step, config.steps);
      return {
        state: { step, ...adamAscent(state.moments, state.parameters, gradient, rate) },
        info: { objective, gradientNorm, rejected: false },
      };
    },
    isDone: (state) => state.step >= config.steps,
    finish(state, infos) {
      const last = infos.slice(-Math.max(1, Math.floor(config.steps / 10))).filter((info) => !info.rejected);
      const objective = last.reduce((sum, info) => sum + info.objective, 0) / last.length;
      return { parameters: state.parameters, objective };
    },
  };
}

/** Streams of the shuffles, apart from the noise of the steps. */
const shuffleStream = 0x73687566;

/** The items of one step: an epoch is a random order of all items, cut into whole batches. */
function minibatch(target: AmortizedTarget, step: number, key: RandomKey): Int32Array {
  const perEpoch = Math.max(1, Math.floor(target.items / target.batchSize));
  const epoch = Math.floor(step / perEpoch);
  const order = shuffled(target.items, { seed: key.seed, stream: key.stream ^ shuffleStream }, epoch);
  const start = (step % perEpoch) * target.batchSize;
  return order.slice(start, start + target.batchSize);
}

/** Fisher and Yates. */
function shuffled(length: number, key: RandomKey, epoch: number): Int32Array {
  const order = Int32Array.from({ length }, (_, i) => i);
  const random = randomSource(key, epoch);
  for (let i = length - 1; i > 0; i--) {
    const other = Math.floor(random.uniform() * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}
