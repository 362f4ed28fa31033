/**
 * What a strategy sees of a model: compiled functions on flat arrays. Never the language, never an engine.
 * Strategies work on the unconstrained scale; `constrain` returns to the model's own.
 */
import type { RandomKey } from "../base/random.ts";

/** One reported quantity: a latent variable or a binding that depends on one. */
export interface TargetVariable {
  readonly name: string;
  /** [] for a number. */
  readonly shape: readonly number[];
  /** Size names of the dimensions where they have one, for coordinates: "J"; "" otherwise. */
  readonly dimensions: readonly string[];
  /** Where its values start in the flat result of `constrain`. */
  readonly offset: number;
  readonly kind: "latent" | "binding";
  /** Element kind, so that reports can print integers as such. */
  readonly base: "real" | "int" | "bool";
}

/** Where a chain is: moved on in place. */
export interface ChainPoint {
  readonly position: Float64Array;
  /** Of the log density at `position`. */
  readonly gradient: Float64Array;
  logDensity: number;
}

export interface TransitionSettings {
  /** The diagonal of M⁻¹. */
  readonly inverseMass: Float64Array;
  readonly stepSize: number;
  readonly maxTreeDepth: number;
  readonly maxEnergyError: number;
}

/** NUTS transitions made where the density is compiled: those of `nuts/tree.ts` for the same random numbers, but for roundings. */
export interface NutsTransitions {
  /** Trees may be so deep at most. */
  readonly deepestTree: number;
  /**
   * Makes `count` transitions from `point` with the random numbers of the key's steps `step`, `step` + 1, …, moves it there,
   * and from row `first` on writes a row about each, as `nuts/rows.ts` has them.
   */
  run(
    point: ChainPoint,
    settings: TransitionSettings,
    key: RandomKey,
    step: number,
    rows: Float64Array,
    first: number,
    count: number,
  ): void;
}

/** Latents given data: p(x, z) as a function of z on ℝᴰ. */
export interface DensityTarget {
  readonly dimension: number;
  /** Labels of the unconstrained coordinates, for messages: "tau", "theta[3]". */
  readonly coordinates: readonly string[];
  readonly variables: readonly TargetVariable[];
  /** Total length of `constrain`'s result. */
  readonly constrainedLength: number;
  /** Log density at `position` with the Jacobian term, gradient written into `gradient`. May be −∞ or NaN: reject there. */
  logDensityAndGradient(position: Float64Array, gradient: Float64Array): number;
  /** Values of all `variables`, laid out by their offsets; a fresh array. */
  constrain(position: Float64Array): Float64Array;
  /** Where the engine has them. */
  readonly nuts?: NutsTransitions;
}

/**
 * Local latents of a plate given the plate's items, with an encoder of parameters φ and learned model parameters θ in
 * one flat vector. Everything is per item; a minibatch is a list of item positions.
 */
export interface AmortizedTarget {
  /** Length of the flat vector (θ, φ). */
  readonly parameterCount: number;
  /** Items in the training data. */
  readonly items: number;
  /** Items that one call of `objectiveAndGradient` takes. */
  readonly batchSize: number;
  /** Unconstrained local latent dimensions per item. */
  readonly localDimension: number;
  readonly initialParameters: Float64Array;
  /**
   * Mean per-item ELBO of `batch` (length `batchSize`) with standard normal `noise` (batchSize × localDimension),
   * its gradient written into `gradient`.
   */
  objectiveAndGradient(
    parameters: Float64Array,
    batch: Int32Array,
    noise: Float64Array,
    gradient: Float64Array,
  ): number;
}
