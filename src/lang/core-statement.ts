/** Statements of Core, and what `learn` declares. */
import type { Span } from "../base/span.ts";
import type { CorePlace } from "./core.ts";
import type { CoreSupport } from "./core-distribution.ts";
import type { CoreExpression } from "./core-expression.ts";
import type { Size } from "./size.ts";
import type { NumberType } from "./type.ts";

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
      /** Read at its own element only, or an item of a tuple; not reported. Its place may begin late: a `for` from 1. */
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
