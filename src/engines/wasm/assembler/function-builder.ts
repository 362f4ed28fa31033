/**
 * Writes the body of one function, instruction by instruction, as the stack machine wants them. It checks that blocks close
 * and nothing else: `WebAssembly.validate` checks the rest, and tests call it on every kind of module.
 */
import { bug } from "../../../base/bug.ts";
import { type ByteWriter, createByteWriter } from "./byte-writer.ts";
import {
  type AtomicOp,
  atomicOps,
  indexOps,
  type LaneMemoryOp,
  type LaneOp,
  laneMemoryOps,
  laneOps,
  type MemoryOp,
  memoryOps,
  otherOps,
  type PlainOp,
  plainOps,
} from "./opcodes.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";
export const valueTypeCodes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

/** Of parameters first, then of the others in the order in which they were made. */
export type LocalIndex = number;
export type FunctionIndex = number;
/** What `block` and `loop` hand to their bodies: where `br` goes. */
export interface Label {
  readonly depth: number;
}

export interface FunctionBuilder {
  /** A new local variable, zero at first in each call. */
  local(type: ValueType): LocalIndex;
  get(local: LocalIndex): void;
  set(local: LocalIndex): void;
  tee(local: LocalIndex): void;
  getGlobal(global: number): void;
  setGlobal(global: number): void;

  /** An instruction without immediates. */
  op(name: PlainOp): void;
  i32(value: number): void;
  i64(value: bigint): void;
  f32(value: number): void;
  f64(value: number): void;
  /** Both lanes. */
  f64x2(low: number, high?: number): void;
  /** The same number in all four lanes. */
  f32x4(value: number): void;
  /** Two lanes of 64 bits, given as bits. */
  i64x2(low: bigint, high?: bigint): void;
  /** The same 32 bits in all four lanes. */
  i32x4(value: number): void;
  /** Lane of the two vectors on the stack for each byte of the result: 0–15 the first, 16–31 the second. */
  shuffle(bytes: readonly number[]): void;
  lane(name: LaneOp, lane: number): void;

  /** The address is on the stack (below the value, for a store), `offset` bytes are added to it. */
  memory(name: MemoryOp, offset: number): void;
  /**
   * The same; the address is a multiple of the size. `memory.atomic.wait32` takes address, expected value and nanoseconds (i64, below 0:
   * for ever) and gives 0 (woken), 1 (another value) or 2 (time is up); `memory.atomic.notify` takes address and count, gives how many woke.
   */
  atomic(name: AtomicOp, offset: number): void;
  laneMemory(name: LaneMemoryOp, offset: number, lane: number): void;
  /** Takes destination, source, count of bytes. */
  copyMemory(): void;
  /** Takes destination, byte, count of bytes. */
  fillMemory(): void;

  /** `result` is left on the stack by the body; a branch to the label goes behind the block. */
  block(body: (label: Label) => void, result?: ValueType): void;
  /** A branch to the label goes back to the start. */
  loop(body: (label: Label) => void): void;
  /** Takes the i32 condition. */
  if(then: () => void, otherwise?: () => void, result?: ValueType): void;
  branch(label: Label): void;
  /** Takes the i32 condition. */
  branchIf(label: Label): void;
  /** Runs the body of the i32 that is pushed; the last one also for all larger numbers. At least one. */
  switch(pushNumber: () => void, bodies: readonly (() => void)[]): void;
  call(target: FunctionIndex): void;

  /** Bytes written so far. */
  readonly size: number;
}

/** A function body and what the module needs to write it. */
export interface FunctionBody {
  readonly builder: FunctionBuilder;
  /** Local declarations, instructions and the final `end`. */
  finish(): Uint8Array;
}

export function createFunctionBody(parameterCount: number): FunctionBody {
  const code = createByteWriter();
  const locals: ValueType[] = [];
  let depth = 0;

  const opcode = (value: number): void => writeOpcode(code, value);
  const indexed = (value: number, index: number): void => {
    code.byte(value);
    code.unsigned(index);
  };
  const memoryOperand = (name: MemoryOp | AtomicOp | LaneMemoryOp, offset: number): void => {
    code.unsigned(alignmentOf(name));
    code.unsigned(offset);
  };
  const scope = (value: number, result: ValueType | undefined, body: (label: Label) => void): void => {
    opcode(value);
    code.byte(result === undefined ? 0x40 : valueTypeCodes[result]);
    depth++;
    body({ depth });
    depth--;
    opcode(otherOps.end);
  };

  const builder: FunctionBuilder = {
    local(type) {
      locals.push(type);
      return parameterCount + locals.length - 1;
    },
    get: (local) => indexed(indexOps["local.get"], local),
    set: (local) => indexed(indexOps["local.set"], local),
    tee: (local) => indexed(indexOps["local.tee"], local),
    getGlobal: (global) => indexed(indexOps["global.get"], global),
    setGlobal: (global) => indexed(indexOps["global.set"], global),
    op: (name) => opcode(plainOps[name]),
    i32(value) {
      opcode(otherOps["i32.const"]);
      code.signed(value | 0);
    },
    i64(value) {
      opcode(otherOps["i64.const"]);
      code.signedLong(BigInt.asIntN(64, value));
    },
    f32(value) {
      opcode(otherOps["f32.const"]);
      code.f32(value);
    },
    f64(value) {
      opcode(otherOps["f64.const"]);
      code.f64(value);
    },
    f64x2(low, high = low) {
      opcode(otherOps["v128.const"]);
      code.f64(low);
      code.f64(high);
    },
    f32x4(value) {
      opcode(otherOps["v128.const"]);
      for (let lane = 0; lane < 4; lane++) code.f32(value);
    },
    i64x2(low, high = low) {
      opcode(otherOps["v128.const"]);
      code.bits64(BigInt.asUintN(64, low));
      code.bits64(BigInt.asUintN(64, high));
    },
    i32x4(value) {
      opcode(otherOps["v128.const"]);
      for (let lane = 0; lane < 4; lane++)
        for (let shift = 0; shift < 32; shift += 8) code.byte((value >> shift) & 0xff);
    },
    shuffle(bytes) {
      if (bytes.length !== 16) bug("a shuffle takes sixteen places");
      opcode(otherOps["i8x16.shuffle"]);
      code.bytes(bytes);
    },
    lane(name, lane) {
      opcode(laneOps[name]);
      code.byte(lane);
    },
    memory(name, offset) {
      opcode(memoryOps[name]);
      memoryOperand(name, offset);
    },
    atomic(name, offset) {
      opcode(atomicOps[name]);
      memoryOperand(name, offset);
    },
    laneMemory(name, offset, lane) {
      opcode(laneMemoryOps[name]);
      memoryOperand(name, offset);
      code.byte(lane);
    },
    copyMemory() {
      opcode(otherOps["memory.copy"]);
      code.bytes([0, 0]);
    },
    fillMemory() {
      opcode(otherOps["memory.fill"]);
      code.byte(0);
    },
    block: (body, result) => scope(otherOps.block, result, body),
    loop: (body) => scope(otherOps.loop, undefined, body),
    if: (then, otherwise, result) =>
      scope(otherOps.if, result, () => {
        then();
        if (otherwise === undefined) return;
        opcode(otherOps.else);
        otherwise();
      }),
    branch: (label) => indexed(indexOps.br, depth - label.depth),
    branchIf: (label) => indexed(indexOps.br_if, depth - label.depth),
    switch(pushNumber, bodies) {
      builder.block((end) => {
        const open = (number: number, outer: readonly Label[]): void => {
          builder.block((label) => {
            const labels = [label, ...outer];
            if (number > 0) {
              open(number - 1, labels);
              return;
            }
            pushNumber();
            opcode(otherOps.br_table);
            code.unsigned(labels.length - 1);
            for (const each of labels) code.unsigned(depth - each.depth);
          });
          bodies[number]();
          builder.branch(end);
        };
        open(bodies.length - 1, []);
      });
    },
    call: (target) => indexed(indexOps.call, target),
    get size() {
      return code.length;
    },
  };

  return {
    builder,
    finish() {
      if (depth !== 0) bug("a block is left open");
      const body = createByteWriter();
      const runs: [ValueType, number][] = [];
      for (const type of locals) {
        const last = runs.at(-1);
        if (last?.[0] === type) last[1]++;
        else runs.push([type, 1]);
      }
      body.unsigned(runs.length);
      for (const [type, count] of runs) {
        body.unsigned(count);
        body.byte(valueTypeCodes[type]);
      }
      body.bytes(code.written());
      body.byte(otherOps.end);
      return body.written();
    },
  };
}

function writeOpcode(code: ByteWriter, value: number): void {
  if (value <= 0xff) code.byte(value);
  else {
    code.byte(value >> 16);
    code.unsigned(value & 0xffff);
  }
}

/** Natural alignment, as the exponent of two: a hint, but for atomic instructions, which take no other. */
function alignmentOf(name: string): number {
  if (name === "v128.load" || name === "v128.store") return 4;
  if (name.includes("load8") || name.includes("store8")) return 0;
  if (name.includes("load16") || name.includes("store16")) return 1;
  if (name.includes("64") || name.includes("32x2")) return 3;
  return 2;
}
