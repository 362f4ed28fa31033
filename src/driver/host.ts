/**
 * What the driver needs of the place it runs in, as an argument: engines, threads, files. `node-host.ts` is that of Node,
 * `web-host.ts` that of pages; nothing else that `infer`, `train` and answers import knows where it runs.
 */
import type { BoundData } from "../data/bind-data.ts";
import type { Engine } from "../engines/engine.ts";
import type { AmortizedState } from "../inference/amortized/amortized.ts";
import type { CoreModel } from "../lang/core.ts";
import type { Program } from "./api-types.ts";
import type { ChainMessage } from "./chains/run-chain.ts";
import type { ChainWork } from "./chains/serve-chains.ts";
import type { EngineLabel } from "./choose-engine.ts";

export interface Host {
  /**
   * Rejects with `ProblemError` where the engine is not to be had. A graph may use so many threads, where engine and place can
   * (1 when absent); results are the same bits for any number.
   */
  loadEngine(label: EngineLabel, threads?: number): Promise<Engine>;
  /** Engines that are no part of ppl and seem to be there, for `auto` to choose among; none when absent. */
  installedEngines?(): readonly EngineLabel[];
  /** Threads that make sense at the same time. */
  cores(): number;
  /** A thread that does the work and hands over what it has to tell; absent where there are no threads. */
  readonly startChains?: (work: ChainWork, take: (message: ChainMessage) => void) => ChainThread;
  /** What is kept of a training run in a file; absent where there are no files. */
  readonly openCheckpoint?: (path: string, resume: boolean, run: TrainingRun) => Checkpoint;
}

export interface ChainThread {
  /** Resolves when the last chain is done; rejects where the thread ends before that, breaks down or `take` throws. */
  readonly ended: Promise<void>;
  /** Ends the thread, done or not. */
  stop(): Promise<void>;
}

/** What makes a training run the same run: its state is of use to no other. */
export interface TrainingRun {
  readonly program: Program;
  readonly model: CoreModel;
  readonly bound: BoundData;
  readonly settings: object;
}

export interface Checkpoint {
  /**
   * The state of the same run and the objectives of its last steps; `undefined` when there is none. That of another run is moved out of
   * the way, to the place that it gives.
   */
  read():
    | { readonly state: AmortizedState; readonly objectives: Float64Array }
    | { readonly moved: string }
    | undefined;
  write(state: AmortizedState, objectives: readonly number[]): void;
}
