/** Indices from lanes, checked against the range. */
import type { DType } from "../../compiler/ops.ts";
import type { LocalIndex } from "./assembler/function-builder.ts";
import type { Emission } from "./emission.ts";
import { laneBits, maskBits } from "./lane-format.ts";
import { pushBits } from "./straight-values.ts";

/** Pushes whether the index in that lane is in 0, …, size − 1. NaN is not. */
function pushInside({ code, format }: Emission, indices: LocalIndex, lane: number, size: number): void {
  code.get(indices);
  if (format.int === "i32x4") {
    code.lane("i32x4.extract_lane", lane);
    code.i32(size);
    code.op("i32.lt_u");
    return;
  }
  code.lane("f64x2.extract_lane", lane);
  code.f64(0);
  code.op("f64.ge");
  code.get(indices);
  code.lane("f64x2.extract_lane", lane);
  code.f64(size);
  code.op("f64.lt");
  code.op("i32.and");
}

function pushIndex({ code, format }: Emission, indices: LocalIndex, lane: number): void {
  code.get(indices);
  if (format.int === "i32x4") code.lane("i32x4.extract_lane", lane);
  else {
    code.lane("f64x2.extract_lane", lane);
    code.op("i32.trunc_sat_f64_s");
  }
}

/** A local with the index in that lane times `row` numbers, in bytes; 0 where it is out of range, so that reading is safe. */
export function emitIndex(
  emission: Emission,
  indices: LocalIndex,
  lane: number,
  size: number,
  row: number,
): LocalIndex {
  const { code, format } = emission;
  const place = code.local("i32");
  pushIndex(emission, indices, lane);
  code.i32(row * format.bytes);
  code.op("i32.mul");
  code.i32(0);
  pushInside(emission, indices, lane, size);
  code.op("select");
  code.set(place);
  return place;
}

/** Takes what was read at the indices; leaves it where they are in range, and NaN (float) or 0 elsewhere. */
export function insideRange(
  { code, format }: Emission,
  indices: LocalIndex,
  size: number,
  dtype: DType,
): void {
  if (dtype === "bool") pushBits(code, format, maskBits(format, false));
  else pushBits(code, format, laneBits(format, dtype, dtype === "float" ? Number.NaN : 0));
  if (format.int === "i32x4") {
    code.get(indices);
    code.i32x4(size);
    code.op("i32x4.lt_u");
  } else {
    code.get(indices);
    code.f64x2(0);
    code.op("f64x2.ge");
    code.get(indices);
    code.f64x2(size);
    code.op("f64x2.lt");
    code.op("v128.and");
  }
  code.op("v128.bitselect");
}

/** Does something with the place of the index in that lane, in bytes, only where it is in range. */
export function whereInside(
  emission: Emission,
  indices: LocalIndex,
  lane: number,
  size: number,
  row: number,
  write: (place: LocalIndex) => void,
): void {
  const { code, format } = emission;
  pushInside(emission, indices, lane, size);
  code.if(() => {
    const place = code.local("i32");
    pushIndex(emission, indices, lane);
    code.i32(row * format.bytes);
    code.op("i32.mul");
    code.set(place);
    write(place);
  });
}
