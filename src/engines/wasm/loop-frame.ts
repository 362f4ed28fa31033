/**
 * A nest of loops being written. Instructions are collected per level first, because what does not change inside a loop goes
 * before it: level 0 is before all loops (written at once), level d is inside d loops, and the innermost level has one list
 * per vector that an iteration handles.
 *
 * Counters count bytes: the counter of a loop is its index times the size of a number, so that it is the address of an
 * array of stride 1.
 */
import type { FunctionBuilder, LocalIndex } from "./assembler/function-builder.ts";
import type { LaneFormat } from "./lane-format.ts";
import { countedLoop } from "./matmul/counted-loop.ts";
import { countingLoop } from "./vector-code.ts";

export type Write = () => void;

/** One vector of the innermost loop. */
export interface Copy {
  /** Vectors from the innermost counter on. */
  readonly vector: number;
  /** Lanes that count; fewer than all in the last vector of a row. */
  readonly valid: number;
  /** Number among those that an iteration handles. */
  readonly number: number;
}

export interface Frame {
  readonly depth: number;
  /** The copy being written; level `depth` belongs to it. */
  current: Copy;
  at(level: number, write: Write): void;
  /** After the loops inside that level have ended. */
  after(level: number, write: Write): void;
  /** Byte offset Σ counter · stride, in a local; undefined if all strides are zero. Valid at that level and further in. */
  pointer(strides: readonly number[]): LocalIndex | undefined;
  /** Results made at a level, by key; those of the innermost level belong to the current copy. */
  memo(level: number): Map<string, LocalIndex>;
}

/** Iterations of the outermost loop: counters, so in bytes. Not empty; `from` is a multiple of what an iteration handles. */
export interface LoopRange {
  readonly from: LocalIndex;
  readonly to: LocalIndex;
}

/**
 * `body` is called for each vector of the innermost loop, and describes its work through the frame. With a range, only that part of the
 * outermost loop is run.
 */
export function writeLoops(
  code: FunctionBuilder,
  format: LaneFormat,
  lengths: readonly number[],
  unroll: number,
  body: (frame: Frame) => void,
  range?: LoopRange,
): void {
  const depth = lengths.length;
  const { bytes, lanes } = format;
  const counters = lengths.map(() => code.local("i32"));
  const regions: Write[][] = Array.from({ length: depth }, () => []);
  const endings: Write[][] = Array.from({ length: depth }, () => []);
  const memos = Array.from({ length: depth }, () => new Map<string, LocalIndex>());
  const pointers = Array.from({ length: depth }, () => new Map<string, LocalIndex>());
  let inner: Write[] = [];
  let innerPointerWrites: Write[] = [];
  let innerMemo = new Map<string, LocalIndex>();
  let innerPointers = new Map<string, LocalIndex>();

  const at = (level: number, write: Write): void => {
    if (level === 0) write();
    else if (level === depth) inner.push(write);
    else regions[level].push(write);
  };
  const pointer = (strides: readonly number[]): LocalIndex | undefined => {
    const last = strides.findLastIndex((stride) => stride !== 0);
    if (last < 0) return undefined;
    const rest = strides.with(last, 0);
    if (strides[last] === 1 && rest.every((stride) => stride === 0)) return counters[last];
    const level = last + 1;
    const known = level === depth ? innerPointers : pointers[level];
    const key = String(strides);
    const found = known.get(key);
    if (found !== undefined) return found;
    const outer = pointer(rest);
    const local = code.local("i32");
    const write = (): void => {
      code.get(counters[last]);
      if (strides[last] !== 1) {
        code.i32(strides[last]);
        code.op("i32.mul");
      }
      if (outer !== undefined) {
        code.get(outer);
        code.op("i32.add");
      }
      code.set(local);
    };
    if (level === depth) innerPointerWrites.push(write);
    else at(level, write);
    known.set(key, local);
    return local;
  };
  const frame: Frame = {
    depth,
    current: { vector: 0, valid: lanes, number: 0 },
    at,
    after: (level, write) => void endings[level].push(write),
    pointer,
    memo: (level) => (level === depth ? innerMemo : memos[level]),
  };

  const length = lengths[depth - 1];
  const whole = Math.floor(length / lanes);
  const iterations = Math.floor(whole / unroll);
  /** Vectors handled together take turns, instruction by instruction, so that they do not wait for each other's results. */
  const writeBlock = (copies: readonly Copy[]): Write[] => {
    innerPointers = new Map();
    innerPointerWrites = [];
    const lists = copies.map((copy) => {
      frame.current = copy;
      innerMemo = new Map();
      inner = [];
      body(frame);
      return inner;
    });
    const longest = Math.max(0, ...lists.map((list) => list.length));
    const turns = Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list[turn] ?? []));
    return [...innerPointerWrites, ...turns.flat()];
  };
  const copies = (count: number): Copy[] =>
    Array.from({ length: count }, (_, number) => ({ vector: number, valid: lanes, number }));
  const main = iterations > 0 ? writeBlock(copies(unroll)) : [];
  const left = copies(whole - iterations * unroll);
  const tail = length - whole * lanes;
  if (tail > 0) left.push({ vector: left.length, valid: tail, number: left.length % unroll });
  const rest = writeBlock(left);

  const counter = counters[depth - 1];
  const run = (writes: readonly Write[]): void => {
    for (const write of writes) write();
  };
  const writeInner = (): void => {
    const vector = lanes * bytes;
    if (range !== undefined && depth === 1) {
      const end = code.local("i32");
      code.get(range.to);
      code.i32(iterations * unroll * vector);
      code.get(range.to);
      code.i32(iterations * unroll * vector);
      code.op("i32.lt_u");
      code.op("select");
      code.set(end);
      code.get(range.from);
      code.set(counter);
      countedLoop(code, counter, end, unroll * vector, () => run(main));
      if (left.length === 0) return;
      code.get(range.to);
      code.i32(length * bytes);
      code.op("i32.eq");
      code.if(() => run(rest));
      return;
    }
    if (iterations > 0)
      countingLoop(code, counter, iterations * unroll * vector, unroll * vector, () => run(main));
    else {
      code.i32(0);
      code.set(counter);
    }
    run(rest);
  };
  const writeLevel = (level: number): void => {
    if (level > 0) run(regions[level]);
    const next = (): void => writeLevel(level + 1);
    if (level === depth - 1) writeInner();
    else if (level === 0 && range !== undefined) {
      code.get(range.from);
      code.set(counters[level]);
      countedLoop(code, counters[level], range.to, bytes, next);
    } else countingLoop(code, counters[level], lengths[level] * bytes, bytes, next);
    run(endings[level]);
  };
  writeLevel(0);
}
