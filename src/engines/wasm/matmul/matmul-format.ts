/** What differs between products of f32 and of f64. */
import type { FunctionBuilder, LocalIndex } from "../assembler/function-builder.ts";
import type { MemoryOp, PlainOp } from "../assembler/opcodes.ts";

export interface MatmulFormat {
  readonly precision: "f32" | "f64";
  /** Bytes of a number, and numbers in a vector. */
  readonly bytes: 4 | 8;
  readonly lanes: 4 | 2;
  readonly add: PlainOp;
  readonly splatLoad: MemoryOp;
  readonly load: MemoryOp;
  readonly store: MemoryOp;
  /** x, y, z on the stack → x · y + z. */
  multiplyAdd(code: FunctionBuilder): void;
  /** The first `count` numbers at the address on the stack, zeros after them. */
  loadPart(code: FunctionBuilder, count: number, address: LocalIndex, offset: number): void;
  /** Stores the first `count` numbers of the vector. */
  storePart(
    code: FunctionBuilder,
    count: number,
    address: LocalIndex,
    offset: number,
    vector: LocalIndex,
  ): void;
}

export function matmulFormat(precision: "f32" | "f64", relaxed: boolean): MatmulFormat {
  const vector = precision === "f32" ? "f32x4" : "f64x2";
  const bytes = precision === "f32" ? 4 : 8;
  const lanes = precision === "f32" ? 4 : 2;
  return {
    precision,
    bytes,
    lanes,
    add: `${vector}.add`,
    splatLoad: precision === "f32" ? "v128.load32_splat" : "v128.load64_splat",
    load: `${precision}.load`,
    store: `${precision}.store`,
    multiplyAdd(code) {
      if (relaxed) return code.op(`${vector}.relaxed_madd`);
      const sum = code.local("v128");
      code.set(sum);
      code.op(`${vector}.mul`);
      code.get(sum);
      code.op(`${vector}.add`);
    },
    loadPart(code, count, address, offset) {
      code.get(address);
      if (count === lanes) return code.memory("v128.load", offset);
      if (precision === "f64") return code.memory("v128.load64_zero", offset);
      if (count === 1) return code.memory("v128.load32_zero", offset);
      code.memory("v128.load64_zero", offset);
      if (count === 2) return;
      const pair = code.local("v128");
      code.set(pair);
      code.get(address);
      code.get(pair);
      code.laneMemory("v128.load32_lane", offset + 8, 2);
    },
    storePart(code, count, address, offset, value) {
      code.get(address);
      code.get(value);
      if (count === lanes) return code.memory("v128.store", offset);
      if (precision === "f64") return code.laneMemory("v128.store64_lane", offset, 0);
      if (count === 1) return code.laneMemory("v128.store32_lane", offset, 0);
      code.laneMemory("v128.store64_lane", offset, 0);
      if (count === 2) return;
      code.get(address);
      code.get(value);
      code.laneMemory("v128.store32_lane", offset + 8, 2);
    },
  };
}
