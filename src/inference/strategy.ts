/**
 * The one interface of all strategies, after BlackJAX: pure functions over plain immutable state. `State` holds what the
 * next step needs and nothing else; `Info` holds diagnostics of one step. The caller owns the loop, time, files and threads.
 */
import type { RandomKey } from "../base/random.ts";

export interface Strategy<Target, Config, State, Info, Result> {
  readonly name: string;
  readonly defaults: Config;
  /** How many steps a run takes, for progress and for knowing when it is done. */
  steps(config: Config): number;
  init(target: Target, config: Config, key: RandomKey): State;
  /** The step number is in the state; numbers for it come from (key, step) alone. */
  step(
    target: Target,
    config: Config,
    state: State,
    key: RandomKey,
  ): { readonly state: State; readonly info: Info };
  /** What the run says, from the last state and the infos of all steps (NUTS: of one chain). */
  finish(target: Target, config: Config, state: State, infos: readonly Info[], key: RandomKey): Result;
}
