/**
 * Instructions of WebAssembly by their text names, with their codes in the binary format (core specification 2.0, 5.4, with
 * fixed-width SIMD and relaxed SIMD). Those with immediates have methods of their own in `function-builder.ts`.
 */

/** Consecutive codes from `first`; null leaves a code out. */
function run<const Names extends readonly (string | null)[]>(
  first: number,
  names: Names,
): { readonly [Name in Exclude<Names[number], null>]: number } {
  const entries = names.flatMap((name, position) =>
    name === null ? [] : [[name, first + position] as const],
  );
  return Object.fromEntries(entries) as { [Name in Exclude<Names[number], null>]: number };
}

/** Codes above 0xff: the prefix is `code >> 16`, what follows it as LEB128 is `code & 0xffff`. */
const saturating = 0xfc0000;
const simd = 0xfd0000;
const atomic = 0xfe0000;

/** Instructions without immediates. */
export const plainOps = {
  ...run(0x00, ["unreachable", "nop"]),
  ...run(0x0f, ["return"]),
  ...run(0x1a, ["drop", "select"]),
  ...run(0x45, ["i32.eqz", "i32.eq", "i32.ne", "i32.lt_s", "i32.lt_u", "i32.gt_s", "i32.gt_u"]),
  ...run(0x4c, ["i32.le_s", "i32.le_u", "i32.ge_s", "i32.ge_u"]),
  ...run(0x50, ["i64.eqz", "i64.eq", "i64.ne", "i64.lt_s", "i64.lt_u", "i64.gt_s", "i64.gt_u"]),
  ...run(0x57, ["i64.le_s", "i64.le_u", "i64.ge_s", "i64.ge_u"]),
  ...run(0x5b, ["f32.eq", "f32.ne", "f32.lt", "f32.gt", "f32.le", "f32.ge"]),
  ...run(0x61, ["f64.eq", "f64.ne", "f64.lt", "f64.gt", "f64.le", "f64.ge"]),
  ...run(0x67, [
    "i32.clz",
    "i32.ctz",
    "i32.popcnt",
    "i32.add",
    "i32.sub",
    "i32.mul",
    "i32.div_s",
    "i32.div_u",
  ]),
  ...run(0x6f, [
    "i32.rem_s",
    "i32.rem_u",
    "i32.and",
    "i32.or",
    "i32.xor",
    "i32.shl",
    "i32.shr_s",
    "i32.shr_u",
  ]),
  ...run(0x77, ["i32.rotl", "i32.rotr"]),
  ...run(0x79, [
    "i64.clz",
    "i64.ctz",
    "i64.popcnt",
    "i64.add",
    "i64.sub",
    "i64.mul",
    "i64.div_s",
    "i64.div_u",
  ]),
  ...run(0x81, [
    "i64.rem_s",
    "i64.rem_u",
    "i64.and",
    "i64.or",
    "i64.xor",
    "i64.shl",
    "i64.shr_s",
    "i64.shr_u",
  ]),
  ...run(0x89, ["i64.rotl", "i64.rotr"]),
  ...run(0x8b, ["f32.abs", "f32.neg", "f32.ceil", "f32.floor", "f32.trunc", "f32.nearest", "f32.sqrt"]),
  ...run(0x92, ["f32.add", "f32.sub", "f32.mul", "f32.div", "f32.min", "f32.max", "f32.copysign"]),
  ...run(0x99, ["f64.abs", "f64.neg", "f64.ceil", "f64.floor", "f64.trunc", "f64.nearest", "f64.sqrt"]),
  ...run(0xa0, ["f64.add", "f64.sub", "f64.mul", "f64.div", "f64.min", "f64.max", "f64.copysign"]),
  ...run(0xa7, ["i32.wrap_i64", "i32.trunc_f32_s", "i32.trunc_f32_u", "i32.trunc_f64_s", "i32.trunc_f64_u"]),
  ...run(0xac, ["i64.extend_i32_s", "i64.extend_i32_u", "i64.trunc_f32_s", "i64.trunc_f32_u"]),
  ...run(0xb0, ["i64.trunc_f64_s", "i64.trunc_f64_u", "f32.convert_i32_s", "f32.convert_i32_u"]),
  ...run(0xb4, ["f32.convert_i64_s", "f32.convert_i64_u", "f32.demote_f64", "f64.convert_i32_s"]),
  ...run(0xb8, ["f64.convert_i32_u", "f64.convert_i64_s", "f64.convert_i64_u", "f64.promote_f32"]),
  ...run(0xbc, ["i32.reinterpret_f32", "i64.reinterpret_f64", "f32.reinterpret_i32", "f64.reinterpret_i64"]),
  ...run(saturating, [
    "i32.trunc_sat_f32_s",
    "i32.trunc_sat_f32_u",
    "i32.trunc_sat_f64_s",
    "i32.trunc_sat_f64_u",
  ]),
  ...run(saturating + 4, ["i64.trunc_sat_f32_s", "i64.trunc_sat_f32_u", "i64.trunc_sat_f64_s"]),
  ...run(saturating + 7, ["i64.trunc_sat_f64_u"]),
  ...run(simd + 14, ["i8x16.swizzle", "i8x16.splat", "i16x8.splat", "i32x4.splat", "i64x2.splat"]),
  ...run(simd + 19, ["f32x4.splat", "f64x2.splat"]),
  ...run(simd + 55, ["i32x4.eq", "i32x4.ne", "i32x4.lt_s", "i32x4.lt_u", "i32x4.gt_s", "i32x4.gt_u"]),
  ...run(simd + 61, ["i32x4.le_s", "i32x4.le_u", "i32x4.ge_s", "i32x4.ge_u"]),
  ...run(simd + 65, ["f32x4.eq", "f32x4.ne", "f32x4.lt", "f32x4.gt", "f32x4.le", "f32x4.ge"]),
  ...run(simd + 71, ["f64x2.eq", "f64x2.ne", "f64x2.lt", "f64x2.gt", "f64x2.le", "f64x2.ge"]),
  ...run(simd + 77, [
    "v128.not",
    "v128.and",
    "v128.andnot",
    "v128.or",
    "v128.xor",
    "v128.bitselect",
    "v128.any_true",
  ]),
  ...run(simd + 94, ["f32x4.demote_f64x2_zero", "f64x2.promote_low_f32x4"]),
  ...run(simd + 103, ["f32x4.ceil", "f32x4.floor", "f32x4.trunc", "f32x4.nearest"]),
  ...run(simd + 116, ["f64x2.ceil", "f64x2.floor"]),
  ...run(simd + 122, ["f64x2.trunc"]),
  ...run(simd + 148, ["f64x2.nearest"]),
  ...run(simd + 160, ["i32x4.abs", "i32x4.neg", null, "i32x4.all_true", "i32x4.bitmask"]),
  ...run(simd + 171, ["i32x4.shl", "i32x4.shr_s", "i32x4.shr_u", "i32x4.add", null, null, "i32x4.sub"]),
  ...run(simd + 181, ["i32x4.mul", "i32x4.min_s", "i32x4.min_u", "i32x4.max_s", "i32x4.max_u"]),
  ...run(simd + 192, ["i64x2.abs", "i64x2.neg", null, "i64x2.all_true", "i64x2.bitmask"]),
  ...run(simd + 199, ["i64x2.extend_low_i32x4_s", "i64x2.extend_high_i32x4_s", "i64x2.extend_low_i32x4_u"]),
  ...run(simd + 202, ["i64x2.extend_high_i32x4_u"]),
  ...run(simd + 203, ["i64x2.shl", "i64x2.shr_s", "i64x2.shr_u", "i64x2.add", null, null, "i64x2.sub"]),
  ...run(simd + 213, [
    "i64x2.mul",
    "i64x2.eq",
    "i64x2.ne",
    "i64x2.lt_s",
    "i64x2.gt_s",
    "i64x2.le_s",
    "i64x2.ge_s",
  ]),
  ...run(simd + 224, ["f32x4.abs", "f32x4.neg", null, "f32x4.sqrt", "f32x4.add", "f32x4.sub", "f32x4.mul"]),
  ...run(simd + 231, ["f32x4.div", "f32x4.min", "f32x4.max", "f32x4.pmin", "f32x4.pmax"]),
  ...run(simd + 236, ["f64x2.abs", "f64x2.neg", null, "f64x2.sqrt", "f64x2.add", "f64x2.sub", "f64x2.mul"]),
  ...run(simd + 243, ["f64x2.div", "f64x2.min", "f64x2.max", "f64x2.pmin", "f64x2.pmax"]),
  ...run(simd + 248, ["i32x4.trunc_sat_f32x4_s", "i32x4.trunc_sat_f32x4_u"]),
  ...run(simd + 250, ["f32x4.convert_i32x4_s", "f32x4.convert_i32x4_u"]),
  ...run(simd + 252, ["i32x4.trunc_sat_f64x2_s_zero", "i32x4.trunc_sat_f64x2_u_zero"]),
  ...run(simd + 254, ["f64x2.convert_low_i32x4_s", "f64x2.convert_low_i32x4_u"]),
  // Relaxed SIMD: only where `detectFeatures` finds it.
  ...run(simd + 0x105, [
    "f32x4.relaxed_madd",
    "f32x4.relaxed_nmadd",
    "f64x2.relaxed_madd",
    "f64x2.relaxed_nmadd",
  ]),
  ...run(simd + 0x10b, ["i32x4.relaxed_laneselect", "i64x2.relaxed_laneselect"]),
  ...run(simd + 0x10d, ["f32x4.relaxed_min", "f32x4.relaxed_max", "f64x2.relaxed_min", "f64x2.relaxed_max"]),
};

/** Loads and stores: immediates are alignment and offset. */
export const memoryOps = {
  ...run(0x28, ["i32.load", "i64.load", "f32.load", "f64.load"]),
  ...run(0x2c, ["i32.load8_s", "i32.load8_u", "i32.load16_s", "i32.load16_u"]),
  ...run(0x36, ["i32.store", "i64.store", "f32.store", "f64.store", "i32.store8", "i32.store16"]),
  ...run(simd, ["v128.load"]),
  ...run(simd + 5, ["v128.load32x2_s", "v128.load32x2_u"]),
  ...run(simd + 9, ["v128.load32_splat", "v128.load64_splat", "v128.store"]),
  ...run(simd + 92, ["v128.load32_zero", "v128.load64_zero"]),
};

/** For threads that share memory; sequentially consistent. Immediates are alignment and offset. */
export const atomicOps = {
  ...run(atomic, ["memory.atomic.notify", "memory.atomic.wait32"]),
  ...run(atomic + 0x10, ["i32.atomic.load", "i64.atomic.load"]),
  ...run(atomic + 0x17, ["i32.atomic.store", "i64.atomic.store"]),
  ...run(atomic + 0x1e, ["i32.atomic.rmw.add", "i64.atomic.rmw.add"]),
};

/** Loads and stores of one lane: alignment, offset and lane. */
export const laneMemoryOps = {
  ...run(simd + 86, ["v128.load32_lane", "v128.load64_lane"]),
  ...run(simd + 90, ["v128.store32_lane", "v128.store64_lane"]),
};

/** Reads and replacements of one lane. */
export const laneOps = {
  ...run(simd + 27, ["i32x4.extract_lane", "i32x4.replace_lane", "i64x2.extract_lane", "i64x2.replace_lane"]),
  ...run(simd + 31, ["f32x4.extract_lane", "f32x4.replace_lane", "f64x2.extract_lane", "f64x2.replace_lane"]),
};

/** Instructions whose immediates are one unsigned number: a local, a global, a function or a label. */
export const indexOps = {
  ...run(0x0c, ["br", "br_if"]),
  ...run(0x10, ["call"]),
  ...run(0x20, ["local.get", "local.set", "local.tee", "global.get", "global.set"]),
};

/** The rest, each with its own kind of immediates. */
export const otherOps = {
  ...run(0x02, ["block", "loop", "if", "else"]),
  ...run(0x0b, ["end"]),
  ...run(0x0e, ["br_table"]),
  ...run(0x41, ["i32.const", "i64.const", "f32.const", "f64.const"]),
  ...run(saturating + 10, ["memory.copy", "memory.fill"]),
  ...run(simd + 12, ["v128.const", "i8x16.shuffle"]),
};

export type PlainOp = keyof typeof plainOps;
export type MemoryOp = keyof typeof memoryOps;
export type AtomicOp = keyof typeof atomicOps;
export type LaneMemoryOp = keyof typeof laneMemoryOps;
export type LaneOp = keyof typeof laneOps;
