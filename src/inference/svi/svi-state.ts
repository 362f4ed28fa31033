/** The plain data of stochastic variational inference: configuration, state and what a step tells. */
import type { PlainVector } from "../plain-vector.ts";
import type { Plateau } from "./plateau.ts";

export interface SviConfig {
  /** At most, cooling included. */
  readonly maxSteps: number;
  /** Draws from the guide per gradient estimate. */
  readonly samples: number;
  /** Adam's, before cooling. */
  readonly learningRate: number;
  /** Steps over which the learning rate falls to 0 at the end. */
  readonly coolingSteps: number;
  /** Steps over which ELBO estimates are averaged to see whether they still rise. */
  readonly windowLength: number;
  /** A rise of the averaged ELBO below it, in nats, is none. */
  readonly tolerance: number;
  /** Windows without a rise before cooling starts. */
  readonly patience: number;
  /** The mean-field guide starts uniformly on (−initialRadius, initialRadius) per coordinate, with scale `initialScale`. */
  readonly initialRadius: number;
  readonly initialScale: number;
  /** Draws from the fitted guide. */
  readonly draws: number;
}

export interface SviState {
  /** Steps made. */
  readonly step: number;
  /** Of the mean-field guide μ, then log σ. */
  readonly parameters: PlainVector;
  /** Adam's. */
  readonly moments: { readonly count: number; readonly first: PlainVector; readonly second: PlainVector };
  readonly plateau: Plateau;
  /** The step at which cooling started; null before. */
  readonly coolingFrom: number | null;
  /** Whether the ELBO had stopped to rise when cooling started. */
  readonly converged: boolean;
}

export interface SviInfo {
  /** Estimate in nats; NaN when every sample was rejected. */
  readonly elbo: number;
  /** Estimates whose density or gradient was not finite. */
  readonly rejected: number;
  readonly learningRate: number;
}
