/**
 * Core: the small, desugared, typed program that the compiler lowers. Every name is resolved, every size symbolic
 * but checked, every expression typed. Plain data; crosses worker boundaries as it is.
 *
 * Names: within a model each name is bound once (no shadowing), so a string identifies a variable. A function's
 * parameters and bindings live in a scope of their own.
 */
import type { Span } from "../base/span.ts";
import type { CoreDistribution, CoreSupport } from "./core-distribution.ts";
import type { CoreExpression } from "./core-expression.ts";
import type { CoreStatement } from "./core-statement.ts";
import type { Size } from "./size.ts";
import type { NumberType, Type } from "./type.ts";

export interface CoreProgram {
  readonly models: readonly CoreModel[];
  /** User and library functions and nets by name, all that any model here reaches. */
  readonly functions: Readonly<Record<string, CoreFunction>>;
}

export interface CoreModel {
  readonly name: string;
  readonly doc: string;
  readonly sizes: readonly CoreSize[];
  /** The model's arguments: always known, always given by the caller. */
  readonly inputs: readonly CoreInput[];
  /** Drawn variables, each an array over its enclosing axes, in order of first appearance. */
  readonly variables: readonly CoreVariable[];
  /**
   * Draw statements in order of appearance; `CoreStatement`s refer to them by id. Both branches of an `if` statement may
   * hold sites of one variable: each branch then covers it by itself.
   */
  readonly sites: readonly CoreSite[];
  readonly body: readonly CoreStatement[];
  /**
   * What describes a member of a family, in order; none in a model. These are variables like any other until a caller
   * gives them: `give-member.ts`.
   */
  readonly varies: readonly CoreVary[];
  /**
   * A hand-written guide, as a program of its own: its inputs are this model's inputs and observed variables, its variables this
   * model's latents that are not summed out, with their shapes and supports. What it learns is named apart from what the model learns.
   */
  readonly guide?: CoreModel;
  readonly span: Span;
}

/** A size parameter of a model. */
export interface CoreSize {
  readonly name: string;
  readonly default?: Size;
  /** Of its name. */
  readonly span: Span;
}

export interface CoreVary {
  /** Of a latent variable outside all axes. */
  readonly name: string;
  /** Names of its values 0, 1, …; absent for numbers and arrays. */
  readonly options?: readonly string[];
  readonly span: Span;
}

export interface CoreInput {
  readonly name: string;
  readonly type: NumberType;
  readonly span: Span;
}

/**
 * A drawn variable as seen from outside its plates. `x[0] ~ …` and `for t in 1..T { x[t] ~ … }` are two sites of one
 * variable `x: Real[T]`. Sites cover every element exactly once, except that leading elements of an observed
 * variable may have no site (initial values that are only looked back at: conditioned on, no density).
 */
export interface CoreVariable {
  readonly name: string;
  readonly observed: boolean;
  /** Dimensions: the enclosing axes outermost first, then the event shape. Base, range and structure of an element. */
  readonly type: NumberType;
  /** How many of the dimensions are axes. */
  readonly axes: number;
  readonly sites: readonly string[];
  readonly span: Span;
}

export interface CoreSite {
  /** Unique in the model: the variable's name, or `x#1`, `x#2`, … for further pieces. */
  readonly id: string;
  readonly variable: string;
  readonly observed: boolean;
  /** Declared with `?`: values of this observed variable may be missing. */
  readonly mayMiss: boolean;
  /** Where this piece lies in the variable's axes: an enclosing axis's index variable, or a constant (`x[0]`). */
  readonly place: readonly CorePlace[];
  /** Type of one draw, given all enclosing axes: the event. */
  readonly event: NumberType;
  readonly support: CoreSupport;
  readonly distribution: CoreDistribution;
  readonly noncentered: boolean;
  /** Discrete latent to be summed out exactly. True for every discrete latent that is not drawn with `score`. */
  readonly marginal: boolean;
  /** Discrete latent whose values a guide draws, with gradients by the score function. */
  readonly score?: true;
  /**
   * In a guide: the draw is one of unconstrained coordinates, on the whole line, and the bijector of the support takes it to the
   * value. `event` and `support` are the value's.
   */
  readonly bijector?: true;
  readonly span: Span;
}

export type CorePlace =
  | { readonly kind: "axis"; readonly index: string }
  | { readonly kind: "constant"; readonly value: Size };

export interface CoreFunction {
  readonly kind: "def" | "net";
  /** As declared; instances of one declaration share it. */
  readonly name: string;
  /** Size parameters, then the `Size`-typed parameters and sizes in lists; these are not in `parameters`. */
  readonly sizes: readonly string[];
  /** Those that are values. `Sizes`, `Function` and `Initializer` parameters are gone: each choice of them is a function of its own. */
  readonly parameters: readonly { readonly name: string; readonly type: Type }[];
  /** `let` (empty place) and `learn` statements, in order. */
  readonly bindings: readonly CoreStatement[];
  readonly value: CoreExpression;
  readonly span: Span;
}
