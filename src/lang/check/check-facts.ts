/** What the checker can find wrong, as data: one case per code, with what its message needs. Prose: `check-problem.ts`. */
import type { Span } from "../../base/span.ts";
import type { Size } from "../size.ts";
import type { NumberType, Type } from "../type.ts";
import type { GuideFacts } from "./guide-facts.ts";

/** Source text with its place. */
export interface Quote {
  readonly text: string;
  readonly span: Span;
}

/** A shape and the text that has it. */
export interface ShapedQuote extends Quote {
  readonly shape: readonly Size[];
}

/** Where an expectation comes from: "the scale of Normal". */
export interface Because {
  readonly text: string;
  readonly span?: Span;
}

export type UnknownCode =
  | "unknown-name"
  | "unknown-function"
  | "unknown-distribution"
  | "unknown-size"
  | "unknown-type"
  | "unknown-annotation";

export type CheckFacts =
  | {
      readonly code: "unknown-option";
      readonly name: Quote;
      /** What is matched. */
      readonly of: string;
      readonly options: readonly string[];
      readonly near: readonly string[];
    }
  | {
      readonly code: "bad-option";
      readonly value: Quote;
      readonly reason: string;
      readonly help: string;
    }
  /** A member's description may use inputs and other descriptions only. */
  | { readonly code: "vary-not-known"; readonly name: string; readonly use: Quote }
  | { readonly code: UnknownCode; readonly name: Quote; readonly near: readonly string[] }
  | {
      readonly code: "unknown-argument";
      readonly name: Quote;
      readonly of: string;
      readonly known: readonly string[];
      readonly near: readonly string[];
      readonly help?: string;
    }
  | {
      readonly code: "missing-argument";
      readonly of: string;
      readonly parameter: string;
      readonly signature: string;
      readonly span: Span;
    }
  | {
      readonly code: "too-many-arguments";
      readonly of: string;
      readonly most: number;
      readonly found: number;
      readonly signature: string;
      readonly span: Span;
    }
  /** `what` the name is already: "a size", "the builtin function". */
  | {
      readonly code: "name-taken";
      readonly name: Quote;
      readonly what: string;
      readonly first?: Span;
      readonly help?: string;
    }
  | { readonly code: "use-before-bound"; readonly use: Quote; readonly name: string; readonly bound: Span }
  | {
      readonly code: "local-outside";
      readonly use: Quote;
      readonly indexed: string;
      readonly axis: Span;
    }
  | {
      readonly code: "read-inside-plate";
      readonly use: Quote;
      readonly index: string;
      readonly expected: string;
      readonly axis: Span;
    }
  | {
      readonly code: "look-ahead";
      readonly use: Quote;
      /** False where the index is data and may point anywhere. */
      readonly known: boolean;
      readonly index: string;
      readonly expected: string;
      readonly axis: Span;
    }
  | {
      readonly code: "wrong-indices";
      readonly target: Quote;
      readonly expected: string;
      readonly axes: string;
      readonly help?: string;
    }
  | {
      readonly code: "element-drawn-twice";
      readonly target: Quote;
      readonly element: string;
      readonly first: Span;
    }
  | {
      readonly code: "element-not-drawn";
      readonly target: Quote;
      readonly element: string;
      readonly bound: "drawn" | "bound";
      readonly help: string;
    }
  | {
      readonly code: "drawn-in-one-branch";
      readonly target: Quote;
      readonly branch: "if" | "else";
      readonly name: string;
    }
  | {
      readonly code: "index-out-of-range";
      readonly index: Quote;
      readonly reaches: string;
      readonly base: Quote;
      readonly size: string;
      readonly last: string;
    }
  | {
      readonly code: "index-range-differs";
      readonly index: Quote;
      readonly to: string;
      readonly base: Quote;
      readonly size: string;
      readonly axis: Span;
    }
  | {
      readonly code: "index-not-integer";
      readonly index: Quote;
      readonly found: Type;
      readonly help?: string;
    }
  | { readonly code: "too-many-indices"; readonly base: Quote; readonly type: Type; readonly count: number }
  | {
      readonly code: "size-mismatch";
      readonly what: string;
      readonly left: ShapedQuote;
      readonly right: ShapedQuote;
      readonly help?: string;
    }
  | { readonly code: "not-a-size"; readonly value: Quote; readonly what?: string; readonly help?: string }
  | {
      /** A size of a call that its arguments would put below 0. */
      readonly code: "negative-size";
      readonly name: string;
      readonly value: Size;
      readonly argument: ShapedQuote;
      readonly wanted: { readonly shape: readonly Size[]; readonly span?: Span };
      /** The shape that is wanted where the size is 0. */
      readonly least: readonly Size[];
      readonly call: string;
    }
  | { readonly code: "size-not-inferred"; readonly name: string; readonly call: Quote; readonly help: string }
  | {
      readonly code: "type-mismatch";
      readonly value: Quote;
      readonly found: Type;
      readonly expected: string;
      readonly because: Because;
      readonly help?: string;
    }
  | {
      readonly code: "support-not-proven" | "outside-support";
      readonly value: Quote;
      readonly found: NumberType;
      readonly expected: NumberType;
      /** What could be declared instead: "tau: Positive". */
      readonly declaration?: string;
      readonly because: Because;
    }
  | { readonly code: "empty-interval"; readonly value: Quote; readonly low: string; readonly high: string }
  | {
      readonly code: "not-a-value";
      readonly value: Quote;
      readonly what:
        | "distribution"
        | "function"
        | "net"
        | "name of a choice"
        | "list of sizes"
        | "starting value";
      readonly help: string;
    }
  | { readonly code: "not-a-distribution"; readonly value: Quote; readonly help: string }
  | {
      readonly code: "support-mismatch";
      readonly name: string;
      readonly distribution: Quote;
      readonly declared: NumberType;
      readonly support: NumberType;
      readonly typeSpan: Span;
      readonly help: string;
    }
  | {
      readonly code: "truncation-needs-constants";
      readonly name: string;
      readonly declared: NumberType;
      readonly distribution: Quote;
      readonly typeSpan: Span;
    }
  | {
      readonly code: "whole-array-in-plate";
      readonly target: Quote;
      readonly index: string;
      readonly size: string;
      readonly distribution: Quote;
      readonly type: NumberType;
    }
  | {
      readonly code: "cannot-sum-out";
      readonly target: Quote;
      readonly reason: string;
      readonly help: string;
    }
  | {
      readonly code: "cannot-ask";
      readonly asked: string;
      readonly distribution: Quote;
      readonly reason: string;
      readonly help: string;
    }
  | {
      readonly code: "cannot-censor";
      readonly distribution: Quote;
      readonly reason: string;
      readonly help: string;
    }
  | {
      readonly code: "cannot-transform";
      /** The distribution pushed through a function, and the place in it that does not go. */
      readonly transformed: Quote;
      readonly reason: string;
      readonly span: Span;
      readonly help: string;
    }
  | { readonly code: "censored-latent"; readonly name: string; readonly distribution: Quote }
  | {
      readonly code: "mixture-components";
      readonly weights: Quote;
      readonly count: string;
      /** What there is instead of as many components: "there are 2 of them". */
      readonly found: Quote;
      readonly help: string;
    }
  | {
      readonly code: "annotation-not-allowed";
      readonly annotation: Quote;
      readonly reason: string;
      readonly help: string;
    }
  | {
      readonly code: "not-supported-yet";
      readonly feature: string;
      readonly span: Span;
      readonly help: string;
    }
  | { readonly code: "condition-not-known"; readonly condition: Quote; readonly name?: string }
  | { readonly code: "match-not-total"; readonly match: Quote; readonly missing: string }
  | { readonly code: "pattern-mismatch"; readonly pattern: Quote; readonly subject: Type }
  | {
      readonly code: "arms-disagree";
      readonly what: string;
      readonly left: Quote;
      readonly right: Quote;
      readonly leftType: string;
      readonly rightType: string;
      readonly help?: string;
    }
  | { readonly code: "not-a-function"; readonly value: Quote; readonly help?: string }
  /** An instance of a function does not check: what is wrong inside it, and the arguments that make the instance. */
  | {
      readonly code: "does-not-work-with";
      readonly function: string;
      readonly arguments: string;
      /** The function in whose text it is wrong. */
      readonly where: string;
      readonly inside: CheckFacts;
      readonly span: Span;
    }
  | {
      readonly code: "recursive-function";
      readonly cycle: readonly string[];
      readonly span: Span;
      readonly help?: string;
    }
  /** An entry that a `dist` cannot have, or not so. */
  | { readonly code: "bad-entry"; readonly name: Quote; readonly reason: string; readonly help: string }
  | {
      readonly code: "unknown-entry";
      readonly name: Quote;
      readonly known: readonly string[];
      readonly near: readonly string[];
    }
  | { readonly code: "missing-density"; readonly name: Quote; readonly density: "logpdf" | "logpmf" }
  | { readonly code: "net-not-learned"; readonly net: Quote; readonly help: string }
  | {
      readonly code: "bad-initializer";
      readonly value: Quote;
      readonly reason: string;
      readonly help: string;
    }
  | {
      readonly code: "not-allowed-here";
      readonly what: string;
      readonly where: string;
      readonly span: Span;
      readonly help: string;
    }
  | { readonly code: "tuple-mismatch"; readonly value: Quote; readonly names: number; readonly found: Type }
  | { readonly code: "field-twice"; readonly name: Quote }
  | {
      readonly code: "unknown-field";
      readonly name: Quote;
      readonly base: Quote;
      readonly found: Type;
      readonly known: readonly string[];
    }
  | { readonly code: "unused-input"; readonly name: Quote }
  | GuideFacts;

export type CheckCode = CheckFacts["code"];
