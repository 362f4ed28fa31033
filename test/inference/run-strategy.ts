/** The loop that a driver would own. */
import type { RandomKey } from "../../src/base/random.ts";
import { joinChains } from "../../src/inference/join-chains.ts";
import { createPosterior, type Posterior } from "../../src/inference/posterior.ts";
import type { PosteriorData } from "../../src/inference/posterior-data.ts";
import type { Strategy, StrategyRun } from "../../src/inference/strategy.ts";
import type { DensityTarget } from "../../src/inference/target.ts";

export interface Finished<State, Info> {
  readonly state: State;
  readonly infos: readonly Info[];
  readonly result: PosteriorData;
}

export function startOf<State, Info>(run: StrategyRun<State, Info, PosteriorData>, key: RandomKey): State {
  const start = run.init(key);
  if (start.kind === "failed") throw new Error(start.problem.message);
  return start.state;
}

/** `carry` is applied to the state between steps. */
export function runStrategy<Config, State, Info>(
  strategy: Strategy<DensityTarget, Config, State, Info, PosteriorData>,
  target: DensityTarget,
  config: Config,
  key: RandomKey,
  carry: (state: State, step: number) => State = (state) => state,
): Finished<State, Info> {
  const run = strategy.prepare(target, config);
  let state = startOf(run, key);
  const infos: Info[] = [];
  while (!run.isDone(state)) {
    const next = run.step(carry(state, infos.length), key);
    state = next.state;
    infos.push(next.info);
  }
  return { state, infos, result: run.finish(state, infos, key) };
}

export function runChains<Config, State, Info>(
  strategy: Strategy<DensityTarget, Config, State, Info, PosteriorData>,
  target: DensityTarget,
  config: Config,
  chains: number,
  seed = 1,
): Posterior {
  const runs = Array.from(
    { length: chains },
    (_, stream) => runStrategy(strategy, target, config, { seed, stream }).result,
  );
  return createPosterior(joinChains(runs));
}
