/** Instructions for addresses: i32 locals, in bytes. */
import type { FunctionBuilder, LocalIndex } from "../assembler/function-builder.ts";

export function copy(code: FunctionBuilder, from: LocalIndex, to: LocalIndex): void {
  code.get(from);
  code.set(to);
}

/** base + offset */
export function pushSum(code: FunctionBuilder, base: LocalIndex, offset: number): void {
  code.get(base);
  if (offset === 0) return;
  code.i32(offset);
  code.op("i32.add");
}

/** base + index · scale + offset */
export function pushScaledSum(
  code: FunctionBuilder,
  base: LocalIndex,
  index: LocalIndex,
  scale: number,
  offset: number,
): void {
  pushSum(code, base, offset);
  code.get(index);
  code.i32(scale);
  code.op("i32.mul");
  code.op("i32.add");
}
