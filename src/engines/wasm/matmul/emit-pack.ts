/**
 * Packing: a block of a matrix is copied into panels of `width` rows or columns, each panel holding its
 * numbers for the first k, then for the second, …, in the order in which the kernel reads them. What is
 * missing in the last panel is zero.
 */
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import { advance, countedLoop } from "./counted-loop.ts";
import type { MatmulFormat } from "./matmul-format.ts";

export interface Packing {
  readonly width: number;
  /** Bytes from one k to the next in the source, and from one row (of A) or column (of B) to the next. */
  readonly step: number;
  readonly across: number;
}

/** A function (source, target, count of k, count of rows or columns). */
export function emitPack(
  module: ModuleBuilder,
  name: string,
  format: MatmulFormat,
  packing: Packing,
): FunctionIndex {
  const { width, across } = packing;
  const params = ["i32", "i32", "i32", "i32"] as const;
  return module.addFunction(name, { params, results: [] }, (code) => {
    const [source, target, count, rest] = [0, 1, 2, 3];
    const from = code.local("i32");
    const k = code.local("i32");
    code.loop((again) => {
      code.get(source);
      code.set(from);
      code.i32(0);
      code.set(k);
      code.get(rest);
      code.i32(width);
      code.op("i32.ge_u");
      code.if(
        () => countedLoop(code, k, count, 1, () => copyStep(code, format, packing, from, target)),
        () => {
          countedLoop(code, k, count, 1, () => {
            for (let i = 0; i < width; i++) copyIfThere(code, format, packing, { from, target, rest }, i);
            advance(code, from, packing.step);
            advance(code, target, width * format.bytes);
          });
        },
      );
      advance(code, source, width * across);
      advance(code, rest, -width);
      code.get(rest);
      code.i32(0);
      code.op("i32.gt_s");
      code.branchIf(again);
    });
  });
}

/** The numbers of one k in a full panel. */
function copyStep(
  code: FunctionBuilder,
  { bytes, lanes, load, store }: MatmulFormat,
  { width, step, across }: Packing,
  from: LocalIndex,
  target: LocalIndex,
): void {
  let i = 0;
  if (across === bytes)
    for (; i + lanes <= width; i += lanes) {
      code.get(target);
      code.get(from);
      code.memory("v128.load", i * bytes);
      code.memory("v128.store", i * bytes);
    }
  for (; i < width; i++) {
    code.get(target);
    code.get(from);
    code.memory(load, i * across);
    code.memory(store, i * bytes);
  }
  advance(code, from, step);
  advance(code, target, width * bytes);
}

/** Number i of one k if there are more than i, otherwise 0. */
function copyIfThere(
  code: FunctionBuilder,
  { precision, bytes, load, store }: MatmulFormat,
  { across }: Packing,
  { from, target, rest }: Readonly<Record<"from" | "target" | "rest", LocalIndex>>,
  i: number,
): void {
  code.get(target);
  code.get(rest);
  code.i32(i);
  code.op("i32.gt_s");
  code.if(
    () => {
      code.get(from);
      code.memory(load, i * across);
    },
    () => (precision === "f32" ? code.f32(0) : code.f64(0)),
    precision,
  );
  code.memory(store, i * bytes);
}
