/** Types, ranges and shapes as a user would type them. */
import { equalRanges, within } from "./range.ts";
import { formatSize, type Size } from "./size.ts";
import {
  isMatrixStructure,
  type NumberType,
  nonNegativeRange,
  positiveRange,
  type Range,
  realLine,
  type Structure,
  type Type,
  unitRange,
} from "./type.ts";

/** "Positive[J]", "Simplex[K]", "Real(0, 10)", "(Real[N], Real[N])". */
export function formatType(type: Type): string {
  switch (type.kind) {
    case "number":
      return formatElement(type) + formatShape(writtenDimensions(type));
    case "tuple":
      return `(${type.items.map((item, at) => (type.names ? `${type.names[at]}: ` : "") + formatType(item)).join(", ")})`;
    case "enumeration":
      return `one of { ${type.options.join(", ")} }`;
    case "net":
      return `net (${type.parameters.map(formatType).join(", ")}) -> ${formatType(type.result)}`;
    case "error":
      return "?";
  }
}

/** The dimensions that a type is written with: a square matrix has one for its last two. */
export function writtenDimensions({ structure, dimensions }: NumberType): readonly Size[] {
  return isMatrixStructure(structure) ? dimensions.slice(0, -1) : dimensions;
}

const structureNames: Readonly<Record<Exclude<Structure, "plain">, string>> = {
  simplex: "Simplex",
  ordered: "Ordered",
  corr: "Corr",
  choleskyCorr: "CholeskyCorr",
  covariance: "Covariance",
  choleskyCov: "CholeskyCov",
};

/** "[N, 2]"; "" for a number. */
export function formatShape(dimensions: readonly Size[]): string {
  return dimensions.length === 0 ? "" : `[${dimensions.map(formatSize).join(", ")}]`;
}

/** For messages about shapes alone: "a number", "[N, 2]". */
export function describeShape(dimensions: readonly Size[]): string {
  return dimensions.length === 0 ? "a number" : formatShape(dimensions);
}

function formatElement(type: NumberType): string {
  if (type.structure === "ordered" && within(type.range, positiveRange)) return "PositiveOrdered";
  if (type.structure !== "plain") return structureNames[type.structure];
  if (type.base === "bool") return "Bool";
  return formatRange(type.range, type.base);
}

/** The named type of a range where there is one, "Real(lo, hi)" otherwise. */
export function formatRange(range: Range, base: "real" | "int"): string {
  if (base === "int") {
    if (equalRanges(range, realLine)) return "Int";
    if (equalRanges(range, nonNegativeRange)) return "Nat";
    if (range.low === range.high) return `${range.low}`;
    return range.low === 0 && range.high === Infinity ? "Nat" : `Int(${end(range.low)}, ${end(range.high)})`;
  }
  if (equalRanges(range, realLine)) return "Real";
  if (equalRanges(range, positiveRange)) return "Positive";
  if (equalRanges(range, nonNegativeRange)) return "NonNegative";
  if (range.low === unitRange.low && range.high === unitRange.high) return "Unit";
  if (range.low === range.high) return `${range.low}`;
  return `Real(${end(range.low)}, ${end(range.high)})`;
}

function end(value: number): string {
  if (value === Infinity) return "infinity";
  return value === -Infinity ? "-infinity" : String(Number(value.toPrecision(6)));
}
