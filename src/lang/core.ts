/**
 * Core: the small, desugared, typed program that the compiler lowers. Every name is resolved, every size symbolic
 * but checked, every expression typed. Plain data; crosses worker boundaries as it is.
 *
 * Names: within a model each name is bound once (no shadowing), so a string identifies a variable. A function's
 * parameters and bindings live in a scope of their own.
 */
import type { Span } from "../base/span.ts";
import type { BinaryBijectionName, UnaryBijectionName } from "./bijections.ts";
import type { BuiltinName } from "./builtins.ts";
import type { DistributionName } from "./distributions.ts";
import type { Size } from "./size.ts";
import type { MatrixStructure, NumberType, Type } from "./type.ts";

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

/** What is asked of a distribution at a number, or of its log density at a draw. */
export interface CoreAsk {
  readonly kind: "ask";
  readonly asked: Asked;
  readonly distribution: CoreDistribution;
  /** A draw, for `quantile` a probability; nothing for moments. */
  readonly at?: CoreExpression;
  readonly type: NumberType;
  readonly span: Span;
}

export type Asked =
  | "logpdf"
  | "logpmf"
  | "cdf"
  | "logcdf"
  | "logsurvival"
  | "quantile"
  | "mean"
  | "variance"
  | "sd";

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

export type CoreStatement =
  | { readonly kind: "draw"; readonly site: string; readonly span: Span }
  /**
   * `indices` are the enclosing axes (outermost first) under which it is bound: the name is an array over them outside.
   * `type` is the type of `value` (the event). Constant places are allowed as for draws: `h[0] = …`.
   */
  | {
      readonly kind: "let";
      readonly name: string;
      readonly place: readonly CorePlace[];
      /** Read at its own element only, and not reported. Its place may begin late: a `for` from 1. */
      readonly local?: true;
      readonly value: CoreExpression;
      readonly span: Span;
    }
  | { readonly kind: "factor"; readonly value: CoreExpression; readonly span: Span }
  | CoreAxisStatement
  /** The condition uses sizes and scalar Bool/Int inputs only: known before anything runs. */
  | {
      readonly kind: "if";
      readonly condition: CoreExpression;
      readonly then: readonly CoreStatement[];
      readonly else: readonly CoreStatement[];
      readonly span: Span;
    }
  | CoreLearn;

/** A plate (`ordered` false) or a `for` axis (`ordered` true) over from, …, to − 1. */
export interface CoreAxisStatement {
  readonly kind: "axis";
  readonly ordered: boolean;
  /** Name of the index variable; unique in the model, also when two plates both say `n`: then `n#1`, `n#2`. */
  readonly index: string;
  readonly from: Size;
  readonly to: Size;
  readonly body: readonly CoreStatement[];
  readonly span: Span;
}

/** `learn name: type = initializer`, or a net instance. */
export type CoreLearn =
  | {
      readonly kind: "learn";
      readonly name: string;
      readonly type: NumberType;
      readonly support: CoreSupport;
      readonly initializer: Initializer;
      /** Each member of a family has its own. */
      readonly member?: true;
      readonly span: Span;
    }
  | {
      readonly kind: "learnNet";
      readonly name: string;
      readonly net: string;
      /** The net's size parameters, by name. */
      readonly sizes: Readonly<Record<string, Size>>;
      /** Each member of a family has weights of its own. */
      readonly member?: true;
      readonly span: Span;
    };

export type Initializer =
  /** Uniform in ±√(6 / (fan in + fan out)); Glorot and Bengio (2010), equation 16. */
  | { readonly kind: "glorot" }
  /** Normal with standard deviation √(2 / fan in); He et al. (2015), equation 10. */
  | { readonly kind: "he" }
  /** Orthonormal rows or columns; Saxe et al. (2014). */
  | { readonly kind: "orthogonal" }
  | { readonly kind: "normal"; readonly sd: number }
  /** The unit matrix, which correlation and covariance matrices and their factors may be. */
  | { readonly kind: "identity" }
  /** On the constrained scale. */
  | { readonly kind: "constant"; readonly value: number };

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

export type CoreExpression =
  | CoreAsk
  | { readonly kind: "literal"; readonly value: number; readonly type: NumberType; readonly span: Span }
  /** An input, drawn variable, binding, learned parameter, function parameter, or an axis's index (an Int). */
  | { readonly kind: "variable"; readonly name: string; readonly type: Type; readonly span: Span }
  /** A size used as a number. */
  | { readonly kind: "size"; readonly size: Size; readonly type: NumberType; readonly span: Span }
  /** Takes the leading dimensions of `base` in order; fewer indices than dimensions leave the rest. */
  | {
      readonly kind: "index";
      readonly base: CoreExpression;
      readonly indices: readonly CoreIndex[];
      readonly type: NumberType;
      readonly span: Span;
    }
  /**
   * A builtin: operators too (`add`, `matmul`, …). Elementwise builtins take scalars and equal shapes mixed.
   * `sizes` are compile-time size arguments such as the K of `ones(K)`.
   */
  | {
      readonly kind: "call";
      readonly function: BuiltinName;
      readonly arguments: readonly CoreExpression[];
      readonly sizes: readonly Size[];
      readonly type: Type;
      readonly span: Span;
    }
  /**
   * A user or library function. `sizes` gives the function's size parameters (and `Size`-typed parameters) by name.
   * For a net, `instance` names the `learnNet` it belongs to; absent inside another net, where each call has its own
   * parameters and `call` numbers the net calls of that body from 0. `nets` names the `learnNet`s that are passed to it.
   */
  | {
      readonly kind: "apply";
      readonly function: string;
      readonly sizes: Readonly<Record<string, Size>>;
      readonly arguments: readonly CoreExpression[];
      readonly instance?: string;
      readonly call?: number;
      readonly nets?: readonly string[];
      readonly type: Type;
      readonly span: Span;
    }
  | {
      readonly kind: "if";
      readonly condition: CoreExpression;
      readonly then: CoreExpression;
      readonly else: CoreExpression;
      readonly type: Type;
      readonly span: Span;
    }
  /** Patterns are numbers (false 0, true 1); an absent pattern is the wildcard. The checker makes the arms total. */
  | {
      readonly kind: "match";
      readonly subject: CoreExpression;
      readonly arms: readonly { readonly pattern: number | undefined; readonly value: CoreExpression }[];
      readonly type: Type;
      readonly span: Span;
    }
  | {
      readonly kind: "array";
      readonly items: readonly CoreExpression[];
      readonly type: NumberType;
      readonly span: Span;
    }
  | {
      readonly kind: "comprehension";
      readonly index: string;
      readonly from: Size;
      readonly to: Size;
      readonly body: CoreExpression;
      readonly type: NumberType;
      readonly span: Span;
    }
  /**
   * `scan(start, f, rows)`: state[t] = body, in which the name `state` means state[t − 1], `start` for t = 0, and `row` means rows[t].
   * The value is all states, in front of their own dimensions.
   */
  | {
      readonly kind: "scan";
      readonly state: string;
      readonly row: string;
      readonly start: CoreExpression;
      readonly rows: CoreExpression;
      readonly body: CoreExpression;
      readonly type: NumberType;
      readonly span: Span;
    }
  | CoreOde
  | {
      readonly kind: "tuple";
      readonly items: readonly CoreExpression[];
      readonly type: Type;
      readonly span: Span;
    }
  /** One item of a tuple-valued expression. `(a, b) = split(v)` is two `let`s, each an `item` of the same value. */
  | {
      readonly kind: "item";
      readonly base: CoreExpression;
      readonly position: number;
      readonly type: Type;
      readonly span: Span;
    }
  /** `x as Positive`: the value itself; the named range is checked where values are at hand (log density is −∞ or NaN there). */
  | { readonly kind: "cast"; readonly value: CoreExpression; readonly type: NumberType; readonly span: Span };

/**
 * The solution of y′ = rate that is `initial` at `start`, at each of the times: [T, …]. In the arguments of the rate the names `state` and
 * `time` mean y and t.
 */
export interface CoreOde {
  readonly kind: "ode";
  readonly state: string;
  readonly time: string;
  readonly rate: CoreExpression;
  readonly initial: CoreExpression;
  readonly start: CoreExpression;
  readonly times: CoreExpression;
  readonly method: OdeMethod;
  readonly type: NumberType;
  readonly span: Span;
}

export type OdeMethod =
  /** The classical method of fourth order, so many equal steps from each time to the next. */
  | { readonly kind: "rungeKutta"; readonly steps: number }
  /** Dormand and Prince's pair of orders 5 and 4: the error of each step below atol + rtol |y|, so many steps per time on average. */
  | {
      readonly kind: "dormandPrince";
      readonly rtol: number;
      readonly atol: number;
      readonly stepsPerTime: number;
    };

export type CoreIndex =
  | { readonly kind: "at"; readonly value: CoreExpression }
  | { readonly kind: "slice"; readonly from: Size; readonly to: Size };
