/** Passes over the sampler's vectors, two coordinates at a time. */
import type { FunctionBuilder, LocalIndex } from "../assembler/function-builder.ts";
import type { SamplerProgram } from "./sampler-program.ts";

/** Where a vector starts: a fixed address, or one in a local plus an offset. */
export type Base = number | { readonly pointer: LocalIndex; readonly offset: number };

export function pointer(local: LocalIndex, offset = 0): Base {
  return { pointer: local, offset };
}

/** One place in all vectors. */
export interface Place {
  load(base: Base): void;
  store(base: Base, pushValue: () => void): void;
  /** Number of the vector; in a loop, of the one in its first round. */
  readonly vector: number;
}

/** Passes over at most so many vectors are written out; longer ones are loops of four. */
export const mostUnrolled = 48;
const loopStep = 4;

export function pushAddress(code: FunctionBuilder, base: Base): void {
  if (typeof base === "number") {
    code.i32(base);
    return;
  }
  code.get(base.pointer);
  if (base.offset === 0) return;
  code.i32(base.offset);
  code.op("i32.add");
}

/** Writes `body` for every place. */
export function eachVector(code: FunctionBuilder, count: number, body: (place: Place) => void): void {
  const placeAt = (counter: LocalIndex | undefined, vector: number): Place => {
    const begin = (base: Base): void => {
      if (typeof base !== "number") code.get(base.pointer);
      if (counter !== undefined) code.get(counter);
      if (typeof base !== "number" && counter !== undefined) code.op("i32.add");
      if (typeof base === "number" && counter === undefined) code.i32(0);
    };
    const offsetOf = (base: Base): number => (typeof base === "number" ? base : base.offset) + 16 * vector;
    return {
      vector,
      load(base) {
        begin(base);
        code.memory("v128.load", offsetOf(base));
      },
      store(base, pushValue) {
        begin(base);
        pushValue();
        code.memory("v128.store", offsetOf(base));
      },
    };
  };
  if (count <= mostUnrolled) {
    for (let vector = 0; vector < count; vector++) body(placeAt(undefined, vector));
    return;
  }
  const counter = code.local("i32");
  const whole = loopStep * Math.floor(count / loopStep);
  code.i32(0);
  code.set(counter);
  code.loop((again) => {
    for (let vector = 0; vector < loopStep; vector++) body(placeAt(counter, vector));
    code.get(counter);
    code.i32(16 * loopStep);
    code.op("i32.add");
    code.tee(counter);
    code.i32(16 * whole);
    code.op("i32.lt_u");
    code.branchIf(again);
  });
  for (let vector = whole; vector < count; vector++) body(placeAt(undefined, vector));
}

export function copyVectors(code: FunctionBuilder, count: number, from: Base, to: Base): void {
  eachVector(code, count, (place) => place.store(to, () => place.load(from)));
}

/** So many doubles: pairs as vectors. */
export function copyNumbers(code: FunctionBuilder, count: number, from: Base, to: Base): void {
  copyVectors(code, Math.floor(count / 2), from, to);
  if (count % 2 === 0) return;
  const last = 8 * (count - 1);
  const begin = (base: Base): void => {
    if (typeof base === "number") code.i32(0);
    else code.get(base.pointer);
  };
  const offsetOf = (base: Base): number => last + (typeof base === "number" ? base : base.offset);
  begin(to);
  begin(from);
  code.memory("f64.load", offsetOf(from));
  code.memory("f64.store", offsetOf(to));
}

export function clearVectors(code: FunctionBuilder, count: number, base: Base): void {
  eachVector(code, count, (place) => place.store(base, () => code.f64x2(0)));
}

/** accumulator += the product of the two vectors that `push` leaves on the stack. */
export function addProduct(
  code: FunctionBuilder,
  { context }: Pick<SamplerProgram, "context">,
  accumulator: LocalIndex,
  push: () => void,
): void {
  push();
  code.get(accumulator);
  context(code).multiplyAdd();
  code.set(accumulator);
}

export const lowLanes = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
export const highLanes = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

/** Leaves the sums of the lanes of two vectors as the lanes of one. */
export function pushLaneSums(code: FunctionBuilder, x: LocalIndex, y: LocalIndex): void {
  code.get(x);
  code.get(y);
  code.shuffle(lowLanes);
  code.get(x);
  code.get(y);
  code.shuffle(highLanes);
  code.op("f64x2.add");
}

/** Sets a v128 local to zeros. */
export function clear(code: FunctionBuilder, ...locals: readonly LocalIndex[]): void {
  for (const local of locals) {
    code.f64x2(0);
    code.set(local);
  }
}
