/** What the checker knows while it walks one model or function: names, open axes, and where problems go. */
import { nearMisses } from "../../base/near-miss.ts";
import type { Span } from "../../base/span.ts";
import type { CoreFunction } from "../core.ts";
import type { CoreDefinition, CoreSupport } from "../core-distribution.ts";
import type { CoreExpression } from "../core-expression.ts";
import type { Size } from "../size.ts";
import type { ChoiceStatement, DrawStatement, Expression, LetStatement, Name, Target } from "../tree.ts";
import { errorType, type NumberType, type Type } from "../type.ts";
import type { CheckFacts } from "./check-facts.ts";
import type { CheckedDistribution } from "./checked-distribution.ts";
import type { IndexRange } from "./size-bounds.ts";
import type { StaticArguments } from "./static-argument.ts";

/** A plate or `for` around a statement. */
export interface Axis extends IndexRange {
  /** As the user wrote it. */
  readonly name: string;
  /** As Core calls it: unique in the model. */
  readonly index: string;
  readonly ordered: boolean;
  readonly span: Span;
}

export type PiecePlace =
  | { readonly kind: "axis"; readonly axis: Axis }
  | { readonly kind: "constant"; readonly value: Size };

/** One branch of an `if` statement that encloses a piece. */
export interface BranchStep {
  readonly condition: Span;
  readonly branch: "then" | "else";
}

/** One statement's share of a variable: `x[0] ~ …` and `x[t] ~ …` in a `for` are two pieces of `x`. */
export interface Piece {
  readonly target: Target;
  readonly statement: DrawStatement | LetStatement;
  readonly places: readonly PiecePlace[];
  readonly branch: readonly BranchStep[];
}

/** A binding under axes that names none of them: `m = …` means its own element, and is read as `m` inside these axes only. */
export function isLocal({ statement, target, places }: Piece): boolean {
  return statement.kind === "let" && target.indices.length === 0 && places.length > 0;
}

/** A drawn or bound variable of a model, with what has been bound of it so far. */
export interface Variable {
  readonly kind: "variable";
  readonly name: string;
  readonly origin: "draw" | "let";
  readonly observed: boolean;
  readonly span: Span;
  readonly pieces: readonly Piece[];
  /** Extents of the axes, outermost first. */
  readonly axes: readonly Size[];
  /** Element types of the pieces bound so far. */
  readonly bound: Map<Piece, Type>;
  /** The element types in `bound` joined. */
  joined: Type;
  /** Element types assumed by look-backs before the piece was bound. */
  readonly assumed: Map<Piece, NumberType>;
  /** Depends on what is inferred or learned. */
  unknown: boolean;
  /** It describes a member of a family. */
  readonly varies: boolean;
  /** Number of values of a discrete draw, where finite. */
  count?: Size;
}

export type Binding =
  | Variable
  /** An input, parameter, binding of a function, `learn`, or in a guide an observed variable: known as a whole. */
  | {
      readonly kind: "value";
      readonly origin: "input" | "observed" | "parameter" | "let" | "learn";
      readonly type: Type;
      readonly span: Span;
      readonly unknown: boolean;
    }
  | { readonly kind: "index"; readonly index: string; readonly span: Span };

/** What a declaration says of its parameters, without a look at their types. */
export interface FunctionHeader {
  readonly kind: "def" | "net";
  readonly name: string;
  readonly bracketSizes: readonly string[];
  /** `Size`, `Sizes`, `Function` and `Initializer` are known when compiling. */
  readonly parameters: readonly {
    readonly name: string;
    readonly role: "value" | "size" | "sizes" | "function" | "initializer";
    readonly default?: Expression;
  }[];
}

/** What a call has to fit. */
export interface FunctionOutline {
  readonly name: string;
  /** Size parameters in brackets, then the `Size`-typed parameters, then the sizes inside an instance's arguments. */
  readonly sizes: readonly string[];
  /** In the order of the declaration; type "size" for a `Size`; none for what makes instances. */
  readonly parameters: readonly {
    readonly name: string;
    readonly type: Type | "size";
    readonly span: Span;
  }[];
}

/** A function, or one instance of a function with `Sizes`, `Function` or `Initializer` parameters. */
export interface FunctionSignature extends FunctionOutline {
  readonly kind: "def" | "net";
  /** What Core calls it: unique among functions and instances. */
  readonly id: string;
  readonly result: Type;
  readonly span: Span;
}

export interface DistSignature {
  readonly name: string;
  /** Size parameters, all in brackets. */
  readonly sizes: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly type: NumberType;
    readonly span: Span;
    readonly default?: Expression;
  }[];
  readonly definition: CoreDefinition;
  /** Of a draw, in terms of the parameters. */
  readonly support: CoreSupport;
  /** Ends of whole numbers. */
  readonly bounds?: { readonly low: CoreExpression; readonly high: CoreExpression };
  /** Functions that its entries call. */
  readonly called: ReadonlySet<string>;
}

export interface FunctionTable {
  readonly names: readonly string[];
  readonly kindOf: (name: string) => "def" | "net" | "dist" | undefined;
  /** Names by which this table knows the forms of a `dist`: each with parameters of its own. */
  readonly forms: (name: string) => readonly string[];
  /** Checks a `dist` on first use. `undefined` where it has faults or uses itself, which has been reported. */
  readonly distribution: (name: string, use: Span) => DistSignature | undefined;
  /** What stands behind `~`, where an expression names it: `check-distribution.ts`. */
  readonly draw: (scope: Scope, expression: Expression) => CheckedDistribution | undefined;
  /** `undefined` for what is no function. */
  readonly header: (name: string) => FunctionHeader | undefined;
  /**
   * Checks the function's body on first use, for each instance. `statics` gives the parameters that make instances in
   * order. `undefined` for a recursive use or an instance that did not check, which has been reported. With `known` the
   * function's sizes are these, in terms of the caller's names, as a learned net among the arguments wants it: its own are so.
   */
  readonly signature: (
    name: string,
    use: Span,
    statics?: StaticArguments,
    known?: ReadonlyMap<string, Size>,
  ) => FunctionSignature | undefined;
  /** Sizes and parameters alone, without a look at the body, and reporting nothing. */
  readonly outline: (name: string, statics: StaticArguments) => FunctionOutline | undefined;
  /** What a function that was checked is made of, by id. */
  readonly core: (id: string) => CoreFunction | undefined;
}

export interface Scope {
  readonly where: "model" | "family" | "guide" | "def" | "net" | "dist";
  readonly report: (facts: CheckFacts) => void;
  readonly functions: FunctionTable;
  readonly sizes: ReadonlyMap<string, Span>;
  /** What sizes of a function are in terms of its caller's names, where it is checked for one call. */
  readonly known?: ReadonlyMap<string, Size>;
  /** The `Sizes`, `Function` and `Initializer` parameters of the function. */
  readonly statics: StaticArguments;
  readonly bindings: Map<string, Binding>;
  /** By name, `vary` statements that choose between distributions: what may stand behind `~`. */
  readonly choices: Map<string, ChoiceStatement>;
  /** By Core name, everything an index variable of this model ran or runs over. */
  readonly indices: Map<string, IndexRange>;
  /** The axes around the present statement, outermost first. */
  axes: readonly Axis[];
  branch: readonly BranchStep[];
  /** Net calls of a net's body so far. */
  netCalls: number;
  /** Names that some expression used. */
  readonly used: Set<string>;
  /** User and library functions called. */
  readonly called: Set<string>;
  /** In a guide: names of the model that it cannot use, with what they are there. */
  readonly foreign?: Map<string, { readonly what: string; readonly span: Span }>;
}

export type CheckExpression = (scope: Scope, expression: Expression) => CoreExpression;

/** A scope without a name in it, but those of functions. */
export function emptyScope(
  functions: FunctionTable,
  where: Scope["where"],
  report: (facts: CheckFacts) => void,
): Scope {
  return {
    where,
    report,
    functions,
    sizes: new Map(),
    statics: new Map(),
    bindings: new Map(),
    choices: new Map(),
    indices: new Map(),
    axes: [],
    branch: [],
    netCalls: 0,
    used: new Set(),
    called: new Set(),
  };
}

/** What a default value sees: no name but those of functions. It is checked, with its problems, where it is declared. */
export function closedScope(scope: Scope): Scope {
  const nothing = { sizes: new Map(), statics: new Map(), bindings: new Map(), choices: new Map() };
  return { ...scope, ...nothing, where: "def", axes: [], report: () => {} };
}

/** Stands for what did not check; its type fits anything. */
export function errorExpression(span: Span): CoreExpression {
  return { kind: "variable", name: "?", type: errorType, span };
}

/** Binds a name whose statement failed to the error type, so that its uses stay silent. */
export function bindError(scope: Scope, { text, span }: Name): void {
  if (takenBy(scope, text) !== undefined) return;
  scope.bindings.set(text, { kind: "value", origin: "let", type: errorType, span, unknown: false });
}

/** A name for a new index variable: its own when it is the first of that name, `n#2`, `n#3`, … otherwise. */
export function uniqueIndex(indices: ReadonlyMap<string, IndexRange>, name: string): string {
  if (!indices.has(name)) return name;
  let count = 2;
  while (indices.has(`${name}#${count}`)) count++;
  return `${name}#${count}`;
}

/** Everything a misspelt value could have meant. */
export function nearNames(scope: Scope, typed: string): string[] {
  return nearMisses(typed, [...scope.bindings.keys(), ...scope.sizes.keys(), "pi"]);
}

/** What a name is already, for `name-taken`; `undefined` for a free name. */
export function takenBy(scope: Scope, name: string): { what: string; first?: Span } | undefined {
  const size = scope.sizes.get(name);
  if (size !== undefined) return { what: "a size", first: size };
  if (scope.statics.has(name)) return { what: "a parameter" };
  const binding = scope.bindings.get(name);
  if (binding === undefined) return undefined;
  switch (binding.kind) {
    case "index":
      return { what: "an index", first: binding.span };
    case "variable":
      return { what: "bound", first: binding.span };
    case "value":
      return {
        what: binding.origin === "let" ? "bound" : `${article(binding.origin)} ${noun(binding.origin)}`,
        first: binding.span,
      };
  }
}

function noun(origin: string): string {
  return origin === "learn" ? "learned parameter" : origin === "observed" ? "observed variable" : origin;
}

function article(origin: string): string {
  return origin === "input" || origin === "observed" ? "an" : "a";
}
