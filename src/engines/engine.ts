/**
 * What every engine is: something that turns a graph into a function on arrays. Engines are loaded lazily, through
 * `load.ts`, and import the compiler and their one runtime library, nothing else.
 */
import type { Graph } from "../compiler/graph.ts";

export type EngineName = "reference" | "tfjs" | "wasm" | "onnx";
export type Precision = "f32" | "f64";

/** Row-major values of one tensor; whole numbers for int, 0 and 1 for bool. */
export type Values = Float64Array | Float32Array | readonly number[];

export type Outputs = Readonly<Record<string, Float64Array | Float32Array>>;

export interface Engine {
  readonly name: EngineName;
  /** As shown to people: "tfjs (wasm)". */
  readonly label: string;
  readonly precisions: readonly Precision[];
  /** Compiles once; the graph's shapes are fixed. Throws if the graph does not verify. */
  compile(graph: Graph, use?: ExpectedUse): Executable;
  /**
   * Compiles a density with the no-U-turn sampler around it, where the engine can: the outputs are `logDensity` and
   * `gradient/<input>` for every block, and the blocks cover the coordinates.
   */
  compileSampler?(
    graph: Graph,
    blocks: readonly CoordinateRun[],
  ): Executable & { readonly nuts: NutsSampler };
  /** Compiles a graph that is to be run on many rows of numbers, where the engine can: the blocks are inputs that lie in a row. */
  compileRows?(graph: Graph, blocks: readonly CoordinateRun[]): Executable & { readonly runRows: RunRows };
}

/** Rows of numbers, one behind the other. */
export interface NumberRows {
  readonly values: Float64Array;
  readonly count: number;
  /** Where the first starts. */
  readonly start: number;
  /** From one row to the next. */
  readonly length: number;
}

/**
 * Runs the graph on each row. Inputs that are not in rows are as they are in the executable's memory. Writes each output's values for all
 * rows, one behind the other, into the array of its name.
 */
export type RunRows = (rows: NumberRows, into: Readonly<Record<string, Float64Array>>) => void;

/** What an engine may go by that can compile longer for faster runs. */
export interface ExpectedUse {
  /** How long all runs will take together, about. */
  readonly seconds: number;
}

/** Coordinates that are one input of a graph. */
export interface CoordinateRun {
  /** Name of the graph input. */
  readonly input: string;
  /** Where it starts among all coordinates. */
  readonly offset: number;
  readonly length: number;
}

/**
 * The state of dual averaging (`inference/nuts/dual-averaging.ts`) of a step size: changed in place after each transition, with the constants
 * that it works with.
 */
export interface StepSizeAveraging {
  count: number;
  readonly mu: number;
  meanError: number;
  meanLogStepSize: number;
  logStepSize: number;
  /** Of the next transition. */
  stepSize: number;
  readonly targetAccept: number;
  readonly gamma: number;
  readonly t0: number;
}

/** The no-U-turn sampler with a density at hand: transitions as `inference/nuts/tree.ts` defines them. */
export interface NutsSampler {
  /** Trees may be so deep at most. */
  readonly deepestTree: number;
  /** Coordinates up to which settings may have a `factor`. */
  readonly mostDense: number;
  /**
   * Makes `count` transitions from `point` and moves it there, with the random numbers of the key's steps `step`, `step` + 1, …
   * Inputs other than the coordinates are as they are in the executable's memory. From row `first` on it writes a row about
   * each into `rows`: step − 1, step size, tree depth, leapfrogs, divergent (0 or 1), acceptance statistic, energy, log
   * density, position. With `averaging`, each transition gives the step size of the next;
   * without, that of `settings` stays.
   */
  run(
    point: { readonly position: Float64Array; readonly gradient: Float64Array; logDensity: number },
    settings: {
      readonly inverseMass: Float64Array;
      /** Lower-triangular L, row by row: points and rows are of z = L⁻¹ q, where q are the density's coordinates. */
      readonly factor?: Float64Array;
      readonly stepSize: number;
      readonly maxTreeDepth: number;
      readonly maxEnergyError: number;
    },
    key: { readonly seed: number; readonly stream: number },
    step: number,
    rows: Float64Array,
    first: number,
    count: number,
    averaging?: StepSizeAveraging,
  ): void;
}

export interface Executable {
  /**
   * Runs the graph. Takes every graph input by name; `Float64Array` and `Float32Array` are read without a copy where
   * the engine can. Returns every output by name. The returned arrays belong to the executable and are valid until its next
   * run: copy what must last.
   */
  run(inputs: Readonly<Record<string, Values>>): Outputs;
  /**
   * The same where results come later, while the thread goes on: on GPUs, whose engines may have no other way (`run` throws then).
   * One run at a time.
   */
  runAsync?(inputs: Readonly<Record<string, Values>>): Promise<Outputs>;
  /** The engine's own memory of an input, if it has one: write values there and pass that array to `run` to save a copy. */
  inputView?(name: string): Float64Array | Float32Array;
  /** Releases what the engine holds. */
  dispose(): void;
}

/** By whichever way the engine has. */
export async function runLater(
  executable: Executable,
  inputs: Readonly<Record<string, Values>>,
): Promise<Outputs> {
  return executable.runAsync === undefined ? executable.run(inputs) : executable.runAsync(inputs);
}
