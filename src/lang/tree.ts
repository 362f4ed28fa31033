/**
 * The surface tree: what the user wrote, with spans, nothing resolved. The parser makes it (with `error` nodes
 * where text did not parse), the checker reads it. Plain tagged unions.
 */
import type { Span } from "../base/span.ts";

export interface Name {
  readonly text: string;
  readonly span: Span;
}

export interface File {
  readonly declarations: readonly Declaration[];
  readonly span: Span;
}

export type Declaration =
  | ModelDeclaration
  | GuideDeclaration
  | DefDeclaration
  | NetDeclaration
  | DistDeclaration
  | ImportDeclaration;

/** `model Name[J, K = 3](sigma: Positive[J]) { … }`; a `family` may hold `vary` statements and `member learn` too. */
export interface ModelDeclaration {
  readonly kind: "model" | "family";
  readonly name: Name;
  /** Text of the `///` lines above, without the slashes, joined by newlines; "" when there are none. */
  readonly doc: string;
  readonly sizes: readonly SizeParameter[];
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly span: Span;
}

/** `guide for Name { … }`: the posterior's form for the model or family of that name. */
export interface GuideDeclaration {
  readonly kind: "guide";
  /** Of the model. */
  readonly name: Name;
  readonly doc: string;
  readonly body: readonly Statement[];
  readonly span: Span;
}

/** `import { mlp, gru } from "std/nets"` */
export interface ImportDeclaration {
  readonly kind: "import";
  /** The path, without its quotes. */
  readonly name: Name;
  readonly doc: string;
  readonly names: readonly Name[];
  readonly span: Span;
}

/** `def f[N](x: Real[N], k: Positive): Real = body`, also `-> Real` for the result. */
export interface DefDeclaration {
  readonly kind: "def";
  readonly name: Name;
  readonly doc: string;
  readonly sizes: readonly SizeParameter[];
  readonly parameters: readonly Parameter[];
  readonly result?: TypeExpression;
  /** Bindings of a `{ … }` body; empty for the `= expression` form. */
  readonly bindings: readonly Statement[];
  readonly value: Expression;
  readonly span: Span;
}

/** `net dense[I](x: Real[I], O: Size) -> Real[O] { learn … result }`, also `= expression`. */
export interface NetDeclaration {
  readonly kind: "net";
  readonly name: Name;
  readonly doc: string;
  readonly sizes: readonly SizeParameter[];
  readonly parameters: readonly Parameter[];
  readonly result?: TypeExpression;
  /** `learn` statements and bindings of a `{ … }` body, in order. */
  readonly bindings: readonly Statement[];
  readonly value: Expression;
  readonly span: Span;
}

/** `dist Laplace(loc: Real, scale: Positive) on Real { logpdf(x) = …; draw(u: Unit) = …; mean = loc }` */
export interface DistDeclaration {
  readonly kind: "dist";
  readonly name: Name;
  readonly doc: string;
  readonly sizes: readonly SizeParameter[];
  readonly parameters: readonly Parameter[];
  /** What one draw is. */
  readonly support: TypeExpression;
  readonly entries: readonly DistEntry[];
  readonly span: Span;
}

/** `logpdf(x) = …`, `mean = …`, `draw { p ~ Beta(a, b); p }`. */
export interface DistEntry {
  readonly name: Name;
  readonly parameters: readonly EntryParameter[];
  /** Statements of a `{ … }` body before its result. */
  readonly bindings: readonly Statement[];
  readonly value: Expression;
  readonly span: Span;
}

/** Only noise has a type of its own: `u: Unit`. */
export interface EntryParameter {
  readonly name: Name;
  readonly type?: TypeExpression;
}

export interface SizeParameter {
  readonly name: Name;
  readonly default?: Expression;
}

export interface Parameter {
  readonly name: Name;
  /** `Size`, `Sizes`, `Function` and `Initializer` as type names mean arguments known when compiling. */
  readonly type: TypeExpression;
  /** What it is when the caller does not say; on functions only. */
  readonly default?: Expression;
}

/** `Positive[J]`, `Real(lo, hi)[N, M]`, `Real?`. For `Simplex[N, K]` and `Ordered[K]` the last dimension is the event. */
export interface TypeExpression {
  readonly name: Name;
  readonly bounds: readonly Expression[];
  readonly dimensions: readonly Expression[];
  readonly optional: boolean;
  readonly span: Span;
}

export type Statement =
  | DrawStatement
  | LetStatement
  | FactorStatement
  | PlateStatement
  | ForStatement
  | IfStatement
  | LearnStatement
  | VaryStatement
  | ChoiceStatement
  | ErrorStatement;

/** A name with the indices it is bound under: `theta[j]`, `x[0]`, `mu`. */
export interface Target {
  readonly name: Name;
  readonly indices: readonly Expression[];
  readonly span: Span;
}

export interface Annotation extends Name {
  /** The temperature of `relaxed(0.5)`. */
  readonly argument?: Expression;
}

/** `theta[j]: Real[K] ~ Normal(mu, tau) via noncentered`; with `observe` in front, `observed` is true. */
export interface DrawStatement {
  readonly kind: "draw";
  readonly observed: boolean;
  readonly target: Target;
  readonly type?: TypeExpression;
  readonly distribution: Expression;
  /** `via noncentered` gives the word `noncentered`; `marginal`, `enumerate`, `score` and `relaxed(…)` stand alone. */
  readonly annotations: readonly Annotation[];
  readonly span: Span;
}

/** `eta[n]: Real = alpha + beta * x[n]`, `(m, s) = split(v)`. */
export interface LetStatement {
  readonly kind: "let";
  readonly targets: readonly Target[];
  readonly type?: TypeExpression;
  readonly value: Expression;
  readonly span: Span;
}

/** `factor expression`: adds to the log density. */
export interface FactorStatement {
  readonly kind: "factor";
  readonly value: Expression;
  readonly span: Span;
}

/** `plate j in J { … }`; `range` is a size or `a..b`. */
export interface PlateStatement {
  readonly kind: "plate";
  readonly index: Name;
  readonly range: Range;
  readonly body: readonly Statement[];
  readonly span: Span;
}

/** `for t in 1..T { … }` */
export interface ForStatement {
  readonly kind: "for";
  readonly index: Name;
  readonly range: Range;
  readonly body: readonly Statement[];
  readonly span: Span;
}

/** `a..b` holds a and not b; `J` alone is `0..J`, with `from` absent. */
export interface Range {
  readonly from?: Expression;
  readonly to: Expression;
  readonly span: Span;
}

/** `if condition { … } else { … }` on a known condition; `else if` nests. */
export interface IfStatement {
  readonly kind: "if";
  readonly condition: Expression;
  readonly then: readonly Statement[];
  readonly else: readonly Statement[];
  readonly span: Span;
}

/** `learn W: Real[I, O] = glorot()`, `learn decode = decoder[Z, D]`, `learn s: Positive = 1`. */
export interface LearnStatement {
  readonly kind: "learn";
  /** `member learn`: each member of a family has its own. */
  readonly member: boolean;
  readonly name: Name;
  readonly type?: TypeExpression;
  readonly value: Expression;
  readonly span: Span;
}

/** `vary centre: Real[2, 2] ~ Uniform(-5, 5)`: a number or array that describes a member, with its meta-distribution. */
export interface VaryStatement {
  readonly kind: "vary";
  readonly target: Target;
  readonly type?: TypeExpression;
  readonly distribution: Expression;
  readonly span: Span;
}

/** `vary kind in { sine, line }`, `vary prior in { Normal(0, 1), wide: Normal(0, 10) }`: names, or distributions. */
export interface ChoiceStatement {
  readonly kind: "choice";
  readonly target: Target;
  readonly options: readonly ChoiceOption[];
  readonly span: Span;
}

export interface ChoiceOption {
  readonly name?: Name;
  readonly value: Expression;
}

export interface ErrorStatement {
  readonly kind: "error";
  readonly span: Span;
}

export type UnaryOperator = "-" | "!";
export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "^"
  | "@"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "&&"
  | "||";

export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly integer: boolean; readonly span: Span }
  | { readonly kind: "bool"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "name"; readonly text: string; readonly span: Span }
  /** `f(a, k: b)`, and `dense[I](x)` with explicit sizes as `callee` an `index` of a name. */
  | {
      readonly kind: "call";
      readonly callee: Expression;
      readonly arguments: readonly Argument[];
      readonly span: Span;
    }
  | {
      readonly kind: "index";
      readonly base: Expression;
      readonly indices: readonly Index[];
      readonly span: Span;
    }
  | {
      readonly kind: "unary";
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly operatorSpan: Span;
      readonly span: Span;
    }
  /** `if c { a } else { b }` or `if c then a else b`. */
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: Expression;
      readonly else: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: "match";
      readonly subject: Expression;
      readonly arms: readonly Arm[];
      readonly span: Span;
    }
  | { readonly kind: "array"; readonly items: readonly Expression[]; readonly span: Span }
  /** `[body for k in K]` */
  | {
      readonly kind: "comprehension";
      readonly body: Expression;
      readonly index: Name;
      readonly range: Range;
      readonly span: Span;
    }
  /** `(a, b)`, or a record `(mean: a, sd: b)` with a name for each item. */
  | {
      readonly kind: "tuple";
      readonly names?: readonly Name[];
      readonly items: readonly Expression[];
      readonly span: Span;
    }
  /** `fit.mean`, an item of a record. */
  | { readonly kind: "field"; readonly base: Expression; readonly name: Name; readonly span: Span }
  /** `x |> f(a)` means `f(x, a)`, `x |> f` means `f(x)`. */
  | { readonly kind: "pipe"; readonly value: Expression; readonly into: Expression; readonly span: Span }
  /** `x as Positive`: checked while running. */
  | { readonly kind: "cast"; readonly value: Expression; readonly type: TypeExpression; readonly span: Span }
  | { readonly kind: "error"; readonly span: Span };

export interface Argument {
  readonly name?: Name;
  readonly value: Expression;
}

/** One index between the brackets: a position, or a slice `a..b` with either end left out. */
export type Index =
  | { readonly kind: "at"; readonly value: Expression }
  | { readonly kind: "slice"; readonly from?: Expression; readonly to?: Expression; readonly span: Span };

/** `0 => …`, `true => …`, `sine => …`, `_ => …`. */
export interface Arm {
  readonly pattern:
    | { readonly kind: "number"; readonly value: number; readonly span: Span }
    | { readonly kind: "bool"; readonly value: boolean; readonly span: Span }
    | { readonly kind: "name"; readonly text: string; readonly span: Span }
    | { readonly kind: "wildcard"; readonly span: Span };
  readonly value: Expression;
}
