/** Small pieces of vector code that several writers need. */
import type { DType } from "../../compiler/ops.ts";
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
import { type LaneFormat, laneBits, maskBits, vectorType } from "./lane-format.ts";
import { laneBytes, pushBits } from "./straight-values.ts";

export type Reduction = "reduceSum" | "reduceMax";

/** What combining starts from. */
export function pushIdentity(code: FunctionBuilder, format: LaneFormat, op: Reduction, dtype: DType): void {
  pushBits(code, format, laneBits(format, dtype, op === "reduceSum" ? 0 : Number.NEGATIVE_INFINITY));
}

/** Takes two vectors. */
export function combine(code: FunctionBuilder, format: LaneFormat, op: Reduction, dtype: DType): void {
  const type = vectorType(format, dtype);
  if (op === "reduceSum") code.op(`${type}.add`);
  else code.op(type === "i32x4" ? "i32x4.max_s" : `${type}.max`);
}

/** Takes a vector; leaves the sum or maximum of its lanes in all lanes. Lanes l and l + half first, then their neighbours. */
export function combineLanes(
  code: FunctionBuilder,
  format: LaneFormat,
  op: Reduction,
  dtype: DType,
  scratch: LocalIndex,
): void {
  for (let half = format.lanes / 2; half >= 1; half /= 2) {
    code.tee(scratch);
    code.get(scratch);
    code.get(scratch);
    code.shuffle(
      laneBytes(
        format.bytes,
        Array.from({ length: format.lanes }, (_, lane) => lane ^ half),
      ),
    );
    combine(code, format, op, dtype);
  }
}

/** Takes a vector; lanes from `valid` on become the identity. */
export function maskTail(
  code: FunctionBuilder,
  format: LaneFormat,
  op: Reduction,
  dtype: DType,
  valid: number,
): void {
  if (valid >= format.lanes) return;
  pushIdentity(code, format, op, dtype);
  const lane = (position: number): bigint => maskBits(format, position < valid);
  if (format.bytes === 8) code.i64x2(lane(0), lane(1));
  else code.i64x2(lane(0) | (lane(1) << 32n), lane(2) | (lane(3) << 32n));
  code.op("v128.bitselect");
}

/** Adds from pairs to pairs of pairs: short chains, so that additions overlap. At least one item. */
export function pairwise<Item>(items: readonly Item[], join: (a: Item, b: Item) => Item): Item {
  let current = [...items];
  while (current.length > 1) {
    const next: Item[] = [];
    for (let i = 0; i < current.length; i += 2)
      next.push(i + 1 < current.length ? join(current[i], current[i + 1]) : current[i]);
    current = next;
  }
  return current[0];
}

export function loadSplat(code: FunctionBuilder, { bytes }: LaneFormat, offset: number): void {
  code.memory(bytes === 8 ? "v128.load64_splat" : "v128.load32_splat", offset);
}

/** Takes address and vector. */
export function storeLane(code: FunctionBuilder, { bytes }: LaneFormat, offset: number, lane: number): void {
  code.laneMemory(bytes === 8 ? "v128.store64_lane" : "v128.store32_lane", offset, lane);
}

/** Takes address and vector; leaves the vector with one lane read. */
export function loadLane(code: FunctionBuilder, { bytes }: LaneFormat, offset: number, lane: number): void {
  code.laneMemory(bytes === 8 ? "v128.load64_lane" : "v128.load32_lane", offset, lane);
}

/** for (counter = 0; counter < end; counter += step), at least once. */
export function countingLoop(
  code: FunctionBuilder,
  counter: LocalIndex,
  end: number,
  step: number,
  body: () => void,
): void {
  code.i32(0);
  code.set(counter);
  code.loop((again) => {
    body();
    code.get(counter);
    code.i32(step);
    code.op("i32.add");
    code.tee(counter);
    code.i32(end);
    code.op("i32.lt_u");
    code.branchIf(again);
  });
}

/** The same number in `count` places from address + base on, and possibly in up to 63 bytes behind them. */
export function fillMemory(
  code: FunctionBuilder,
  format: LaneFormat,
  address: number,
  count: number,
  push: () => void,
  base?: LocalIndex,
): void {
  const vectors = Math.ceil(count / format.lanes);
  const write = (offset: number, at: () => void): void => {
    at();
    push();
    code.memory("v128.store", offset);
  };
  if (vectors <= 8) {
    for (let vector = 0; vector < vectors; vector++)
      write(address + 16 * vector, () => (base === undefined ? code.i32(0) : code.get(base)));
    return;
  }
  const counter = code.local("i32");
  countingLoop(code, counter, 16 * vectors, 16, () =>
    write(address, () => {
      code.get(counter);
      if (base === undefined) return;
      code.get(base);
      code.op("i32.add");
    }),
  );
}
