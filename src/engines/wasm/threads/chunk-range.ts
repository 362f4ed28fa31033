/** Which part of a range a chunk is. */
import type { FunctionBuilder, LocalIndex } from "../assembler/function-builder.ts";

/** from = chunk · length, to = min(from + length, end) */
export function chunkRange(
  code: FunctionBuilder,
  chunk: LocalIndex,
  length: number,
  end: number,
): { readonly from: LocalIndex; readonly to: LocalIndex } {
  const [from, to] = [code.local("i32"), code.local("i32")];
  code.get(chunk);
  code.i32(length);
  code.op("i32.mul");
  code.tee(from);
  code.i32(length);
  code.op("i32.add");
  code.tee(to);
  code.i32(end);
  code.get(to);
  code.i32(end);
  code.op("i32.lt_u");
  code.op("select");
  code.set(to);
  return { from, to };
}
