/** What the checker found of a distribution. */
import type { CoreDistribution, CoreSupport } from "../core-distribution.ts";
import type { DistributionName } from "../distributions.ts";
import type { Size } from "../size.ts";
import type { NumberType } from "../type.ts";
import type { Quote } from "./check-facts.ts";

export interface CheckedDistribution {
  readonly core: CoreDistribution;
  /** The name in messages, with its place. */
  readonly quote: Quote;
  /** `undefined` for an `if` or `match` of distributions, and for one that a `dist` defines. */
  readonly name: DistributionName | undefined;
  /** Shape of the arguments together: independent draws, one per element. */
  readonly batch: readonly Size[];
  /** Shape of one draw. */
  readonly draw: readonly Size[];
  /** What one element of a draw is, dimensions aside. */
  readonly element: NumberType;
  readonly support: CoreSupport;
  /** No argument depends on what is inferred. */
  readonly known: boolean;
}

/** Type and support of what a draw statement draws. */
export interface CheckedEvent {
  readonly type: NumberType;
  readonly support: CoreSupport;
}
