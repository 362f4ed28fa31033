/** The plain data of the no-U-turn sampler: its configuration, what a chain carries on, and what a transition tells. */
import type { PlainVector } from "../plain-vector.ts";
import type { Adaptation, MetricName } from "./adaptation.ts";

export interface NutsConfig {
  /** Steps that adapt and are not kept. */
  readonly warmup: number;
  /** Steps that are kept. */
  readonly draws: number;
  /** The acceptance statistic that warm-up tunes the step size to; higher is slower and safer. */
  readonly targetAccept: number;
  /** A trajectory has at most 2^maxTreeDepth − 1 leapfrog steps. */
  readonly maxTreeDepth: number;
  /** An energy error beyond it counts as a divergence. */
  readonly maxEnergyError: number;
  /** Of the mass matrix: its diagonal, or all of it, for posteriors with strong correlations and not too many coordinates. */
  readonly metric: MetricName;
  /** Starting points are uniform on (−initialRadius, initialRadius) per unconstrained coordinate. */
  readonly initialRadius: number;
  /** Where the chain starts, in place of such a point. */
  readonly start?: PlainVector;
}

export interface NutsState {
  /** Transitions made. */
  readonly step: number;
  readonly position: PlainVector;
  readonly gradient: PlainVector;
  readonly logDensity: number;
  readonly stepSize: number;
  /** The diagonal of M⁻¹; for a dense metric the lower Cholesky factor of M⁻¹, row by row. */
  readonly inverseMass: PlainVector;
  /** Null once warm-up is over. */
  readonly adaptation: Adaptation | null;
}

/** One transition: where it ended, unconstrained, and how it went. */
export interface NutsInfo {
  readonly warmup: boolean;
  readonly position: ArrayLike<number>;
  readonly logDensity: number;
  /** H at the draw, with the momentum it was reached with. */
  readonly energy: number;
  readonly treeDepth: number;
  readonly leapfrogs: number;
  readonly acceptStat: number;
  readonly divergent: boolean;
  /** Used in this transition. */
  readonly stepSize: number;
}
