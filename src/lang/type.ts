/**
 * Types of Core expressions. A number carries what is known of its value (`range`) and, for arrays whose last
 * dimension has a structure, which (`structure`); `Positive` is just a real whose range is (0, ∞).
 */
import type { Size } from "./size.ts";

/** An interval of the extended reals; an infinite end is always open. */
export interface Range {
  readonly low: number;
  readonly lowOpen: boolean;
  readonly high: number;
  readonly highOpen: boolean;
}

export type Base = "real" | "int" | "bool";

/** What holds of the last dimension as a whole: sums to one, ascending. */
export type Structure = "plain" | "simplex" | "ordered";

export type Type = NumberType | TupleType | EnumerationType | NetType | ErrorType;

/** Scalars (`dimensions` empty) and arrays of them. */
export interface NumberType {
  readonly kind: "number";
  readonly base: Base;
  readonly range: Range;
  readonly structure: Structure;
  readonly dimensions: readonly Size[];
}

export interface TupleType {
  readonly kind: "tuple";
  readonly items: readonly Type[];
}

/** What `vary kind in { sine, line }` binds: one of these names. While running it is the name's position, an int. */
export interface EnumerationType {
  readonly kind: "enumeration";
  readonly options: readonly string[];
}

/** A net with its sizes chosen and its `learn` parameters its own: what `learn decode = decoder[Z, D]` binds. */
export interface NetType {
  readonly kind: "net";
  readonly net: string;
  readonly parameters: readonly Type[];
  readonly result: Type;
}

/** The type of what did not check; silently fits anything, so that one mistake gives one message. */
export interface ErrorType {
  readonly kind: "error";
}

export const realLine: Range = { low: -Infinity, lowOpen: true, high: Infinity, highOpen: true };
export const positiveRange: Range = { low: 0, lowOpen: true, high: Infinity, highOpen: true };
export const nonNegativeRange: Range = { low: 0, lowOpen: false, high: Infinity, highOpen: true };
export const unitRange: Range = { low: 0, lowOpen: false, high: 1, highOpen: false };

export function numberType(
  base: Base,
  range: Range = realLine,
  dimensions: readonly Size[] = [],
  structure: Structure = "plain",
): NumberType {
  return { kind: "number", base, range, structure, dimensions };
}

export const errorType: ErrorType = { kind: "error" };
