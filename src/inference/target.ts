/**
 * What a strategy sees of a model: compiled functions on flat arrays. Never the language, never an engine.
 * Strategies work on the unconstrained scale; `constrain` returns to the model's own.
 */
import type { RandomKey } from "../base/random.ts";
import type { RunningAveraging } from "./nuts/dual-averaging.ts";
import type { AdamMoments } from "./optimizer.ts";

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
  /** Row-major positions of the elements that are inferred, where the others are data. */
  readonly elements?: readonly number[];
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
  /** Lower-triangular L, row by row: points and rows are of z = L⁻¹ q, where q are the density's coordinates. */
  readonly factor?: Float64Array;
  readonly stepSize: number;
  readonly maxTreeDepth: number;
  readonly maxEnergyError: number;
}

/** NUTS transitions made where the density is compiled: those of `nuts/tree.ts` for the same random numbers, but for roundings. */
export interface NutsTransitions {
  /** Trees may be so deep at most. */
  readonly deepestTree: number;
  /** Coordinates up to which settings may have a `factor`; absent where they may not. */
  readonly mostDense?: number;
  /**
   * Makes `count` transitions from `point` with the random numbers of the key's steps `step`, `step` + 1, …, moves it there,
   * and from row `first` on writes a row about each, as `nuts/rows.ts` has them. With `averaging`, each transition gives the step
   * size of the next; without, that of `settings` stays.
   */
  run(
    point: ChainPoint,
    settings: TransitionSettings,
    key: RandomKey,
    step: number,
    rows: Float64Array,
    first: number,
    count: number,
    averaging?: RunningAveraging,
  ): void;
}

/** Unconstrained positions, one per row. */
export interface PositionRows {
  readonly values: Float64Array;
  readonly count: number;
  /** Where the first position starts. */
  readonly start: number;
  /** From one position to the next. */
  readonly length: number;
}

/** Latents given data: p(x, z) as a function of z on ℝᴰ. */
export interface DensityTarget {
  readonly dimension: number;
  /** Of an unconstrained coordinate, for messages: "tau", "theta[3]". Asked for one by one: there may be millions. */
  coordinateName(index: number): string;
  readonly variables: readonly TargetVariable[];
  /** Total length of `constrain`'s result. */
  readonly constrainedLength: number;
  /** Log density at `position` with the Jacobian term, gradient written into `gradient`. May be −∞ or NaN: reject there. */
  logDensityAndGradient(position: Float64Array, gradient: Float64Array): number;
  /** Values of all `variables`, laid out by their offsets, in an array that the next call writes anew. */
  constrain(position: Float64Array): Float64Array;
  /** The same of many positions: each variable's values one behind the other, [rows × …shape], where the engine can. */
  readonly constrainRows?: (rows: PositionRows) => readonly Float64Array[];
  /** Where the engine has them. */
  readonly nuts?: NutsTransitions;
  /** Where the program has one, and it is asked for. */
  readonly guide?: WrittenGuide;
}

/** A hand-written guide on its model: what it learns as one flat vector. Noise is standard normal. */
export interface WrittenGuide {
  readonly parameterCount: number;
  /** Of one draw. */
  readonly noiseLength: number;
  /** Draws that a gradient is made from, side by side: it takes noise for as many. */
  readonly samples: number;
  readonly initialParameters: Float64Array;
  /** log p(x, z) − log q(z) of the draws z that the noise gives, in the mean; its gradient is written into `gradient`. */
  elboAndGradient(parameters: Float64Array, noise: Float64Array, gradient: Float64Array): number;
  /** Densities on the model's own scale; `values` of all the target's variables, laid out by their offsets, in a fresh array. */
  draw(
    parameters: Float64Array,
    noise: Float64Array,
  ): { readonly logDensity: number; readonly logGuide: number; readonly values: Float64Array };
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
  /** Items of one step. */
  readonly batchSize: number;
  /** Unconstrained local latent dimensions per item. */
  readonly localDimension: number;
  readonly initialParameters: Float64Array;
  /** Steps that one call of `ascend` makes at most. A call takes the same time for fewer. */
  readonly blockSteps: number;
  /**
   * Makes the steps one after the other, each with Adam up the gradient of the mean ELBO per item of its batch. A step whose
   * objective or gradient norm is not finite leaves weights and moments as they were. Steps give the same bits in one call and in
   * several. The result is in fresh arrays.
   */
  ascend(from: AmortizedAscent, block: AmortizedBlock): AmortizedAscent & AmortizedTrace;
  /** The same where the engine answers later, as GPUs do: `ascend` may then be refused. */
  ascendLater?(from: AmortizedAscent, block: AmortizedBlock): Promise<AmortizedAscent & AmortizedTrace>;
}

/** Where an optimisation is. */
export interface AmortizedAscent {
  readonly parameters: Float64Array;
  readonly moments: AdamMoments;
}

/** What the steps of a block work with, one after the other; `rates` has one entry per step. */
export interface AmortizedBlock {
  /** batchSize item positions per step. */
  readonly items: Int32Array;
  /** batchSize × localDimension standard normal numbers per step. */
  readonly noise: Float64Array;
  /** Adam's step size. */
  readonly rates: Float64Array;
  /** Longer gradients are scaled down to this Euclidean norm. */
  readonly maxGradientNorm: number;
}

/** One entry per step. */
export interface AmortizedTrace {
  /** Mean ELBO per item, in nats. */
  readonly objectives: Float64Array;
  /** Before scaling down. */
  readonly gradientNorms: Float64Array;
}
