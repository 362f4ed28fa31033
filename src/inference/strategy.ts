/**
 * The one interface of all strategies, after BlackJAX: pure functions over plain immutable state. `State` holds what the
 * next step needs and nothing else; `Info` holds diagnostics of one step. The caller owns the loop, time, files and threads:
 *
 *     const run = strategy.prepare(target, config);
 *     const start = run.init(key);                       // a state, or the problem why there is none
 *     while (!run.isDone(state)) ({ state, info } = run.step(state, key));
 *     const result = run.finish(state, infos, key);
 */
import type { Problem } from "../base/problem.ts";
import type { RandomKey } from "../base/random.ts";

export interface Strategy<Target, Config, State, Info, Result> {
  readonly name: string;
  readonly defaults: Config;
  /** How many steps a run takes at most, for progress. */
  steps(config: Config): number;
  /** Binds target and configuration and allocates what steps share. Of one thread; costs no density evaluation. */
  prepare(target: Target, config: Config): StrategyRun<State, Info, Result>;
}

/**
 * A strategy on one target. Its functions return the same for the same arguments: what `prepare` allocated is scratch
 * space. States survive `structuredClone` and JSON, and going on from a copy gives the same run bit for bit.
 */
export interface StrategyRun<State, Info, Result> {
  init(key: RandomKey): Start<State>;
  /** The step number is in the state; random numbers come from (key, step) alone. */
  step(state: State, key: RandomKey): { readonly state: State; readonly info: Info };
  /** Where many steps in a row are cheaper than one by one. */
  readonly stretches?: Stretches<State, Info, Result>;
  isDone(state: State): boolean;
  /** What the run says, from the last state and the infos of all steps in order (NUTS: of one chain). */
  finish(state: State, infos: readonly Info[], key: RandomKey): Result;
}

/** Steps in a row: the same states and infos, bit for bit, as from `step`. */
export interface Stretches<State, Info, Result> {
  /**
   * At most `most` steps, fewer where the run is done before; at least one is left to make. The rows lie at the start of `into` where that
   * is given, which then has room for them.
   */
  run(
    state: State,
    key: RandomKey,
    most: number,
    into?: Float64Array,
  ): { readonly state: State; readonly rows: Float64Array };
  /** Numbers of a row: a step has one. Numbers travel between threads, and are kept, at less cost than objects. */
  readonly rowLength: number;
  /** The infos that rows stand for. */
  read(rows: Float64Array): readonly Info[];
  /** `finish`, from the rows of all steps in order. */
  finish(state: State, rows: Float64Array, key: RandomKey): Result;
}

export type Start<State> =
  | { readonly kind: "ready"; readonly state: State }
  | { readonly kind: "failed"; readonly problem: Problem };
