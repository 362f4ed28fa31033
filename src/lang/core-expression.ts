/** Expressions of Core: `core.ts` says what holds of all of it. */
import type { Span } from "../base/span.ts";
import type { BuiltinName } from "./builtins.ts";
import type { CoreDistribution } from "./core-distribution.ts";
import type { Size } from "./size.ts";
import type { NumberType, Type } from "./type.ts";

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
  /**
   * One item of what gives a tuple: `item-of.ts`. `(a, b) = split(v)` is two `let`s, each an `item` of the same value, and so is
   * `m = split(v)` in a model, where no name stands for a tuple.
   */
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
