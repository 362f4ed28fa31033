/** How numbers lie in vectors and in memory. */
import type { DType } from "../../compiler/ops.ts";
import type { Precision } from "../engine.ts";
import type { Lanes } from "./math-interface.ts";

/**
 * Memory: floats in the precision; bool as 0 and 1 of that float format; int as doubles under f64 (whole numbers up to 2⁵³)
 * and as 32-bit integers under f32. Vectors: the same, but bool as masks (all bits of a lane set, or none).
 */
export interface LaneFormat {
  readonly precision: Precision;
  readonly float: Lanes;
  /** Integer lanes of the same width, for masks and bits. */
  readonly bits: "i64x2" | "i32x4";
  /** What int is computed in. */
  readonly int: "f64x2" | "i32x4";
  /** Numbers per vector. */
  readonly lanes: 2 | 4;
  /** Bytes per number. */
  readonly bytes: 8 | 4;
}

const formats: { readonly [P in Precision]: LaneFormat } = {
  f64: { precision: "f64", float: "f64x2", bits: "i64x2", int: "f64x2", lanes: 2, bytes: 8 },
  f32: { precision: "f32", float: "f32x4", bits: "i32x4", int: "i32x4", lanes: 4, bytes: 4 },
};

export function laneFormat(precision: Precision): LaneFormat {
  return formats[precision];
}

/** What numbers of that kind are computed in; masks count as floats. */
export function vectorType({ float, int }: LaneFormat, dtype: DType): "f64x2" | "f32x4" | "i32x4" {
  return dtype === "int" ? int : float;
}

/** Bits of one lane holding the number, as it lies in memory. */
export function laneBits(format: LaneFormat, dtype: DType, value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (vectorType(format, dtype) === "i32x4") return BigInt.asUintN(32, BigInt(clampInt(value)));
  if (format.precision === "f64") view.setFloat64(0, value, true);
  else view.setFloat32(0, value, true);
  return format.precision === "f64" ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
}

/** The nearest 32-bit integer; 0 for NaN. */
function clampInt(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), -(2 ** 31)), 2 ** 31 - 1);
}

/** All bits, or none, of one lane. */
export function maskBits({ bytes }: LaneFormat, isSet: boolean): bigint {
  return isSet ? (1n << BigInt(8 * bytes)) - 1n : 0n;
}
