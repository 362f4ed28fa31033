/** What lowering knows at a point of the program: sizes, names in scope, enclosing axes. One builder throughout. */
import { bug } from "../../base/bug.ts";
import { type Problem, ProblemError } from "../../base/problem.ts";
import type { Span } from "../../base/span.ts";
import type { CoreFunction, CorePlace } from "../../lang/core.ts";
import type { CoreAsk } from "../../lang/core-expression.ts";
import type { CoreLearn, CoreStatement } from "../../lang/core-statement.ts";
import { evaluateSize, formatSize, type Size } from "../../lang/size.ts";
import type { Algebra, Axis, Position, Value } from "./value.ts";

/** An expression's meaning: a tensor, or a tuple of meanings. */
export type Lowered = Value | { readonly items: readonly Lowered[] };

export type LetStatement = Extract<CoreStatement, { kind: "let" }>;

/** What a name in scope stands for. */
export type Binding =
  | {
      readonly kind: "value";
      readonly value: Lowered;
      /** The axes it was bound under, as leading dimensions; absent where it was bound whole. */
      readonly place?: readonly CorePlace[];
      /** The same with those axes as axes. */
      readonly own?: Value;
    }
  /** An axis's index variable, vectorised; plus `offset` where it stands for another place of the axis. */
  | { readonly kind: "axis"; readonly axis: Axis; readonly offset?: number }
  /** An index variable of an unrolled axis at one of its values. */
  | { readonly kind: "constant"; readonly value: number }
  /** An axis's index variable where what is bound under the axis is read at places that data give. */
  | { readonly kind: "gathered"; readonly index: Value }
  | EnumeratedBinding
  /** A binding that depends on such variables: it is made anew wherever it is read, for the elements in question. */
  | { readonly kind: "deferred"; readonly statements: readonly LetStatement[] }
  /** An array known in part, in pieces along one dimension, ascending and without gaps. */
  | {
      readonly kind: "pieces";
      readonly dimension: number;
      readonly pieces: readonly Piece[];
      readonly place: readonly CorePlace[];
      /** The last piece with the axes of its place as axes, where all of these are axes. */
      readonly own?: Value;
    };

/** A discrete variable that is summed out: each of its elements has an axis on which all its values lie side by side. */
export interface EnumeratedBinding {
  readonly kind: "enumerated";
  readonly shape: readonly number[];
  /**
   * All values of an element, 0, 1, …: in place of those that it cannot have one that it can, so that what is computed from it is
   * finite. An element that is given has one value.
   */
  element(at: readonly Position[]): Value;
  /** 0 for each value that an element can have, −∞ for others; absent where it can have all. */
  evidence?(at: readonly Position[]): Value;
}

export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly value: Value;
}

export interface Context {
  readonly algebra: Algebra;
  readonly functions: Readonly<Record<string, CoreFunction>>;
  readonly sizes: Readonly<Record<string, number>>;
  /** Sizes where they are read as numbers: those of the data, also where the arrays are of a batch. */
  readonly counts: Readonly<Record<string, number>>;
  /** Innermost last. A function body has a map of its own. */
  readonly scope: Map<string, Binding>;
  /** Where learned parameters of the current net instance live: "decode/dense0"; "" in a model. */
  readonly path: string;
  /** The value of a learned parameter, by full path. */
  learned(path: string, learn: Extract<CoreLearn, { kind: "learn" }>, context: Context): Value;
  /** The indices that a place in a model's body takes in along its dimension. */
  rangeOf(place: CorePlace): { readonly from: number; readonly to: number };
  /** What is asked of a distribution: `lower-ask.ts`. */
  answer(ask: CoreAsk, context: Context): Value;
  /** A fresh order number for an axis. */
  nextOrder(): number;
  /** Told what the graph takes for granted of inputs and observed arrays. */
  noteDataCheck(check: DataCheck): void;
  /** Told where the steps of each `ode` ended, if anyone asks; `algebra` is that of its values. */
  noteSteps?(steps: ChosenSteps, algebra: Algebra): void;
}

/** The steps of an `ode` by tolerance. What is not reached within `most` steps is not a number. */
export interface ChosenSteps {
  readonly span: Span;
  readonly most: number;
  /** How many times there are. */
  readonly times: number;
  /** How many of them were reached, where the last step ended, how long the next one would be, and the last of the times. */
  readonly ends: Readonly<Record<"reached" | "time" | "next" | "last", Value>>;
}

/** A condition on data that the graph itself cannot report. */
export type DataCheck =
  /** Used as positions: every value of `name` lies in 0 … bound − 1. */
  | { readonly kind: "positions"; readonly name: string; readonly bound: number; readonly span: Span }
  /** Used as times: no value of the vector `name` is smaller than the one before, and the first not than `start`. */
  | { readonly kind: "times"; readonly name: string; readonly start?: number; readonly span: Span };

export function sizeValue(size: Size, context: Pick<Context, "sizes">, span: Span): number {
  // Data give all sizes a value before anything is lowered.
  return (
    evaluateSize(size, context.sizes) ?? bug(`the size ${formatSize(size)} at ${span.start} has no value`)
  );
}

/** The sizes of what is called, from those of the caller. */
export function innerSizes(
  sizes: Readonly<Record<string, Size>>,
  context: Context,
  span: Span,
): Pick<Context, "sizes" | "counts"> {
  const values = sizeValues(sizes, context, span);
  if (context.counts === context.sizes) return { sizes: values, counts: values };
  return { sizes: values, counts: sizeValues(sizes, { sizes: context.counts }, span) };
}

function sizeValues(
  sizes: Readonly<Record<string, Size>>,
  context: Pick<Context, "sizes">,
  span: Span,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => {
      const value = sizeValue(size, context, span);
      if (value >= 0) return [name, value];
      return fail({
        code: "negative-size",
        message: `an argument is too short: the size \`${name}\` of this call would be ${value}`,
        labels: [{ span, text: `${name} = ${formatSize(size)}` }],
        help: "give longer data, or smaller sizes in the call",
      });
    }),
  );
}

/** Stops lowering with a problem of the user's: only what no check before lowering can know. */
export function fail(problem: Omit<Problem, "severity">): never {
  throw new ProblemError([{ severity: "error", ...problem }]);
}

export function isTuple(lowered: Lowered): lowered is { readonly items: readonly Lowered[] } {
  return "items" in lowered;
}
