/**
 * Types of Core expressions. A number carries what is known of its value (`range`) and, for arrays whose last
 * dimension has a structure, which (`structure`); `Positive` is just a real whose range is (0, ∞).
 */
import type { StaticArguments } from "./check/static-argument.ts";
import type { Size } from "./size.ts";

/** An interval of the extended reals; an infinite end is always open. */
export interface Range {
  readonly low: number;
  readonly lowOpen: boolean;
  readonly high: number;
  readonly highOpen: boolean;
}

export type Base = "real" | "int" | "bool";

/** What holds of the last two dimensions as a whole, a square matrix. */
export type MatrixStructure =
  /** Symmetric positive definite with a unit diagonal. */
  | "corr"
  /** The lower-triangular Cholesky factor of one. */
  | "choleskyCorr"
  /** Symmetric positive definite. */
  | "covariance"
  /** The lower-triangular Cholesky factor of one: its diagonal is positive. */
  | "choleskyCov";

/** What holds of the last dimension (sums to one, ascending) or of the last two. */
export type Structure = "plain" | "simplex" | "ordered" | MatrixStructure;

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
  /** Of a record, the names of its items. */
  readonly names?: readonly string[];
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
  /** Of the declaration. */
  readonly name: string;
  /** Every size, list of sizes and function that it takes. */
  readonly given: StaticArguments;
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

export function isMatrixStructure(structure: Structure): structure is MatrixStructure {
  return structure !== "plain" && structure !== "simplex" && structure !== "ordered";
}

/** How many trailing dimensions the structure is about. */
export function structureRank(structure: Structure): 0 | 1 | 2 {
  if (structure === "plain") return 0;
  return isMatrixStructure(structure) ? 2 : 1;
}

/** Whether what has the first structure has the second: a correlation matrix is a covariance. */
export function structureWithin(inner: Structure, outer: Structure): boolean {
  if (outer === "plain" || inner === outer) return true;
  return (
    (inner === "corr" && outer === "covariance") || (inner === "choleskyCorr" && outer === "choleskyCov")
  );
}

export const errorType: ErrorType = { kind: "error" };
