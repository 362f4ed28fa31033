/** Distributions of Core, what their draws may be, and the `dist` declarations that define some of them. */
import type { Span } from "../base/span.ts";
import type { BinaryBijectionName, UnaryBijectionName } from "./bijections.ts";
import type { CoreExpression } from "./core-expression.ts";
import type { DistributionName } from "./distributions.ts";
import type { Size } from "./size.ts";
import type { MatrixStructure, NumberType } from "./type.ts";

/**
 * What a draw may be; chooses the bijector. Bounds are scalar expressions over what is bound before the site.
 * Narrower than the distribution's own support where the type is declared so. The density is then renormalised where the distribution
 * has a distribution function (`isRenormalised`). Others the checker admits only where the missing factor is constant, or for Uniform and
 * Flat, which are flat there.
 */
export type CoreSupport =
  | { readonly kind: "real" }
  | { readonly kind: "lower"; readonly low: CoreExpression }
  | { readonly kind: "upper"; readonly high: CoreExpression }
  | { readonly kind: "interval"; readonly low: CoreExpression; readonly high: CoreExpression }
  | { readonly kind: "simplex" }
  /** Ascending; where `low` is there, above it. */
  | { readonly kind: "ordered"; readonly low?: CoreExpression }
  | { readonly kind: "matrix"; readonly structure: MatrixStructure }
  /**
   * Integers or booleans. `count` values 0 … count−1 where finite and known before running, absent otherwise. `low` and `high` are
   * the first and last value where a declared type leaves others out.
   */
  | {
      readonly kind: "discrete";
      readonly count?: Size;
      readonly low?: CoreExpression;
      readonly high?: CoreExpression;
    };

export type CoreDistribution =
  /** Arguments by the parameter names of the distribution's row in `distributions.ts`. */
  | {
      readonly kind: "distribution";
      readonly name: DistributionName;
      readonly arguments: Readonly<Record<string, CoreExpression>>;
      readonly span: Span;
    }
  | CoreDefinedDistribution
  | CoreMixture
  | CoreCensored
  | CoreTransformed
  | {
      readonly kind: "if";
      readonly condition: CoreExpression;
      readonly then: CoreDistribution;
      readonly else: CoreDistribution;
      readonly span: Span;
    }
  | {
      readonly kind: "match";
      readonly subject: CoreExpression;
      readonly arms: readonly { readonly pattern: number | undefined; readonly value: CoreDistribution }[];
      readonly span: Span;
    };

/** A distribution that a `dist` defines, with arguments. */
export interface CoreDefinedDistribution {
  readonly kind: "defined";
  readonly definition: CoreDefinition;
  /** Its size parameters by name. */
  readonly sizes: Readonly<Record<string, Size>>;
  /** By the names of its parameters: each of the parameter's shape, or an array of such. */
  readonly arguments: Readonly<Record<string, CoreExpression>>;
  /** Of a draw, its bounds in terms of the arguments. */
  readonly support: CoreSupport;
  /** Ends of whole numbers, where the declaration gives some: `Int(0, n)`. */
  readonly bounds?: { readonly low: CoreExpression; readonly high: CoreExpression };
  readonly span: Span;
}

/** One of the components, chosen anew for each draw. */
export interface CoreMixture {
  readonly kind: "mixture";
  /** Of the components: probabilities, or logits. A vector. */
  readonly weights: { readonly kind: "p" | "logits"; readonly value: CoreExpression };
  /** One for each weight; or, with `index`, one for all, whose arguments have the number of the component under that name. */
  readonly components: readonly CoreDistribution[];
  readonly index?: string;
  /** How many components there are. */
  readonly count: Size;
  /** Dimensions of one draw. */
  readonly rank: number;
  readonly span: Span;
}

/** Draws beyond an end are seen as that end: mass at it, in place of density beyond. Of observed variables only. */
export interface CoreCensored {
  readonly kind: "censored";
  readonly base: CoreDistribution;
  readonly low?: CoreExpression;
  readonly high?: CoreExpression;
  readonly span: Span;
}

/** A draw of `base`, pushed through a one-to-one function: element by element where it is an array. */
export interface CoreTransformed {
  readonly kind: "transformed";
  readonly base: CoreDistribution;
  readonly bijection: CoreBijection;
  /** Of what `base` draws, and of its image. */
  readonly inner: CoreSupport;
  readonly support: CoreSupport;
  readonly span: Span;
}

export type CoreBijection = (
  | { readonly name: UnaryBijectionName }
  /** The operand is a number, or one for each element. */
  | { readonly name: BinaryBijectionName; readonly operand: CoreExpression }
) & {
  /** A larger draw gives a smaller number. */
  readonly falling: boolean;
};

/** A `dist` declaration. Its entries see its sizes, its parameters and functions. */
export interface CoreDefinition {
  readonly name: string;
  readonly sizes: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly type: NumberType }[];
  /** Type of one draw. */
  readonly event: NumberType;
  /** The log density has one parameter, the draw; so has the distribution function. */
  readonly logDensity: CoreEntry;
  readonly cdf?: CoreEntry;
  /** Its logarithm, and that of the probability of more, where their digits are kept in the tails. */
  readonly logCdf?: CoreEntry;
  readonly logSurvival?: CoreEntry;
  /** Of a number in (0, 1): the inverse of the distribution function. */
  readonly quantile?: CoreEntry;
  /** Its parameters are noise: uniform on (0, 1) where the type is an interval, standard normal otherwise. */
  readonly draw?: CoreEntry;
  readonly mean?: CoreEntry;
  readonly variance?: CoreEntry;
  readonly span: Span;
}

export interface CoreEntry {
  readonly parameters: readonly { readonly name: string; readonly type: NumberType }[];
  readonly steps: readonly CoreStep[];
  readonly value: CoreExpression;
}

/** A binding, or, in `draw`, a draw from another distribution. */
export type CoreStep =
  | { readonly kind: "let"; readonly name: string; readonly value: CoreExpression }
  | {
      readonly kind: "draw";
      readonly name: string;
      readonly type: NumberType;
      readonly distribution: CoreDistribution;
    };
