/**
 * Amortized variational inference: stochastic gradient ascent on the mean ELBO per item, over minibatches of a plate's items,
 * with Adam and a cosine decay to zero (Kingma and Welling 2014). What it gives is the parameters; answering with them
 * is the target's business.
 */
import { type RandomKey, randomSource } from "../../base/random.ts";
import { type AdamMoments, cosineRate, startAdam } from "../optimizer.ts";
import type { Strategy, StrategyRun, Stretches } from "../strategy.ts";
import type { AmortizedAscent, AmortizedBlock, AmortizedTarget, AmortizedTrace } from "../target.ts";

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

export const amortized = {
  name: "amortized",
  defaults: { steps: 5000, learningRate: 6e-3, maxGradientNorm: 100 },
  steps: (config) => config.steps,
  prepare,
} as const satisfies Strategy<
  AmortizedTarget,
  AmortizedConfig,
  AmortizedState,
  AmortizedInfo,
  AmortizedResult
>;

type AmortizedRun = StrategyRun<AmortizedState, AmortizedInfo, AmortizedResult> & {
  readonly stretches: Stretches<AmortizedState, AmortizedInfo, AmortizedResult>;
  /** `stretches.run` on engines of both kinds. */
  runLater(state: AmortizedState, key: RandomKey, most: number): Promise<Stretch>;
};

interface Stretch {
  readonly state: AmortizedState;
  readonly rows: Float64Array;
}

function prepare(target: AmortizedTarget, config: AmortizedConfig): AmortizedRun {
  const batches = minibatches(target);
  const blockAfter = (state: AmortizedState, key: RandomKey, most: number): AmortizedBlock => {
    const count = Math.min(most, target.blockSteps, config.steps - state.step);
    const perStep = target.batchSize * target.localDimension;
    const items = new Int32Array(count * target.batchSize);
    const noise = new Float64Array(count * perStep);
    const rates = new Float64Array(count);
    for (let at = 0; at < count; at++) {
      const step = state.step + at;
      items.set(batches(step, key), at * target.batchSize);
      randomSource(key, step + 1).fillNormal(noise.subarray(at * perStep, (at + 1) * perStep));
      rates[at] = cosineRate(config.learningRate, step, config.steps);
    }
    return { items, noise, rates, maxGradientNorm: config.maxGradientNorm };
  };
  const stretch = (
    { step }: AmortizedState,
    { parameters, moments, objectives, gradientNorms }: AmortizedAscent & AmortizedTrace,
  ): Stretch => {
    const count = objectives.length;
    const rows = new Float64Array(2 * count);
    for (let at = 0; at < count; at++) rows.set([objectives[at], gradientNorms[at]], 2 * at);
    return { state: { step: step + count, parameters, moments }, rows };
  };
  const run = (state: AmortizedState, key: RandomKey, most: number): Stretch =>
    stretch(state, target.ascend(state, blockAfter(state, key, most)));
  const { ascendLater } = target;
  const runLater = async (state: AmortizedState, key: RandomKey, most: number): Promise<Stretch> =>
    ascendLater === undefined
      ? run(state, key, most)
      : stretch(state, await ascendLater(state, blockAfter(state, key, most)));
  const finish: AmortizedRun["finish"] = (state, infos) => {
    const last = infos.slice(-Math.max(1, Math.floor(config.steps / 10))).filter((info) => !info.rejected);
    const objective = last.reduce((sum, info) => sum + info.objective, 0) / last.length;
    return { parameters: state.parameters, objective };
  };
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
      const moved = run(state, key, 1);
      const [info] = readInfos(moved.rows);
      return { state: moved.state, info };
    },
    stretches: {
      run,
      rowLength: 2,
      read: readInfos,
      finish: (state, rows, key) => finish(state, readInfos(rows), key),
    },
    runLater,
    isDone: (state) => state.step >= config.steps,
    finish,
  };
}

/** Rows of objective and gradient norm. */
function readInfos(rows: Float64Array): readonly AmortizedInfo[] {
  return Array.from({ length: rows.length / 2 }, (_, at) => {
    const [objective, gradientNorm] = rows.subarray(2 * at, 2 * at + 2);
    const rejected = !Number.isFinite(objective) || !Number.isFinite(gradientNorm);
    return { objective, gradientNorm, rejected };
  });
}

/** Streams of the shuffles, apart from the noise of the steps. */
const shuffleStream = 0x73687566;

/** The items of each step: an epoch is a random order of all items, cut into whole batches. */
function minibatches(target: AmortizedTarget): (step: number, key: RandomKey) => Int32Array {
  const perEpoch = Math.max(1, Math.floor(target.items / target.batchSize));
  // Most steps are of the same epoch as the one before.
  let last: { readonly epoch: number; readonly key: RandomKey; readonly order: Int32Array } | undefined;
  return (step, key) => {
    const epoch = Math.floor(step / perEpoch);
    if (last?.epoch !== epoch || last.key.seed !== key.seed || last.key.stream !== key.stream) {
      const order = shuffled(target.items, { seed: key.seed, stream: key.stream ^ shuffleStream }, epoch);
      last = { epoch, key, order };
    }
    const start = (step % perEpoch) * target.batchSize;
    return last.order.subarray(start, start + target.batchSize);
  };
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
