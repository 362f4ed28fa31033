/**
 * Random numbers inside a module: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw 2011), four
 * blocks at a time, with the keys, counters and conversions of `base/random.ts`. Uniform numbers are the same
 * bits; normal ones come from the same uniform pairs through our own logarithm, sine and cosine and are equal
 * within 4 units in the last place of f64. f32 is f64 rounded.
 */
import { bug } from "../../../base/bug.ts";
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import type { MathContext } from "../math-interface.ts";
import { type Expression, emitExpression } from "./expression.ts";
import { doubleContext } from "./formula-routine.ts";
import { laneArithmetic } from "./lane-arithmetic.ts";
import { logarithmOfNormal } from "./logarithm.ts";
import { sineAndCosine } from "./trigonometric.ts";

export interface RandomFillOptions {
  readonly precision: "f32" | "f64";
  readonly relaxed: boolean;
}

/**
 * Functions (address, count, seed, stream, step, position), all i32, position as the first number's place in
 * its sequence of uniform numbers. `normal` uses two positions for each pair of numbers it writes, and for an
 * odd last one too.
 */
export interface RandomFills {
  readonly uniform: FunctionIndex;
  readonly normal: FunctionIndex;
}

const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

export function emitRandomFills(module: ModuleBuilder, options: RandomFillOptions): RandomFills {
  const fill = (name: string, isNormal: boolean): FunctionIndex =>
    module.addFunction(name, { params, results: [] }, (code) => emitFill(code, options, isNormal));
  return { uniform: fill("fill uniform", false), normal: fill("fill normal", true) };
}

function emitFill(code: FunctionBuilder, { precision, relaxed }: RandomFillOptions, isNormal: boolean): void {
  const [address, rest, seed, stream, step, position] = [0, 1, 2, 3, 4, 5];
  const call = (name: string): never => bug(`${name} is not called here`);
  const context = doubleContext(code, { relaxed, order: 0, call });
  const splat = (local: LocalIndex): Expression => {
    const vector = code.local("v128");
    code.get(local);
    code.op("i32x4.splat");
    code.set(vector);
    return { kind: "local", local: vector };
  };
  const [key0, key1, counter0] = [splat(seed), splat(stream), splat(step)];
  const pairs = [code.local("v128"), code.local("v128")];
  const bytes = precision === "f64" ? 8 : 4;

  code.block((done) => {
    code.loop((again) => {
      code.get(rest);
      code.op("i32.eqz");
      code.branchIf(done);
      const counter1 = code.local("v128");
      code.get(position);
      code.op("i32x4.splat");
      code.i64x2(0x1_0000_0000n, 0x3_0000_0002n);
      code.op("i32x4.add");
      code.set(counter1);
      const words = emitThreefry(code, context, [key0, key1, counter0, { kind: "local", local: counter1 }]);
      emitUniforms(code, context, words, pairs);
      if (isNormal) emitNormals(code, context, pairs);
      storeFour(code, precision, { address, rest }, pairs);
      for (const [local, by] of [
        [address, 4 * bytes],
        [position, 4],
      ]) {
        code.get(local);
        code.i32(by);
        code.op("i32.add");
        code.set(local);
      }
      code.branch(again);
    });
  });
}

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** Four blocks: locals of the two words of each. */
function emitThreefry(
  code: FunctionBuilder,
  context: MathContext,
  [key0, key1, counter0, counter1]: readonly Expression[],
): readonly LocalIndex[] {
  // Integers of 32 bits are lanes of f32x4.
  const { addBits, xor, or, shiftLeft, shiftRight, bits } = laneArithmetic("f32x4");
  const single: MathContext = {
    ...context,
    lanes: "f32x4",
    bits: (value) => code.i32x4(Number(BigInt.asIntN(32, value))),
  };
  const keep = (expression: Expression): Expression & { kind: "local" } => {
    const local = code.local("v128");
    emitExpression(code, single, expression);
    code.set(local);
    return { kind: "local", local };
  };
  const keys = [key0, key1, keep(xor(xor(key0, key1), bits(0x1bd11bdan)))];
  let x0 = keep(addBits(counter0, key0));
  let x1 = keep(addBits(counter1, key1));
  for (let group = 1; group <= 5; group++) {
    for (const places of rotations[(group + 1) % 2]) {
      x0 = keep(addBits(x0, x1));
      x1 = keep(xor(or(shiftLeft(x1, places), shiftRight(x1, 32 - places)), x0));
    }
    x0 = keep(addBits(x0, keys[group % 3]));
    x1 = keep(addBits(addBits(x1, keys[(group + 1) % 3]), bits(BigInt(group))));
  }
  return [x0.local, x1.local];
}

/** (k + ½) / 2⁵² with k from the upper 26 bits of each word: numbers 0, 1 and 2, 3 into the two pairs. */
function emitUniforms(
  code: FunctionBuilder,
  context: MathContext,
  words: readonly LocalIndex[],
  pairs: readonly LocalIndex[],
): void {
  const { add, mul } = laneArithmetic("f64x2");
  pairs.forEach((pair, half) => {
    const parts = words.map((word) => {
      const part = code.local("v128");
      code.get(word);
      code.i32(6);
      code.op("i32x4.shr_u");
      if (half === 1) {
        code.get(word);
        code.shuffle(upperPair);
      }
      code.op("f64x2.convert_low_i32x4_u");
      code.set(part);
      return { kind: "local", local: part } as const;
    });
    const whole = add(mul(parts[0], 2 ** 26), parts[1]);
    emitExpression(code, context, mul(add(whole, 0.5), 2 ** -52));
    code.set(pair);
  });
}

const upperPair = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const firstOfEach = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const secondOfEach = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

/** Box and Muller (1958): each pair of uniform numbers u, v becomes √(−2 log u) times cos 2πv and sin 2πv. */
function emitNormals(code: FunctionBuilder, context: MathContext, pairs: readonly LocalIndex[]): void {
  const words = laneArithmetic("f64x2");
  const locals = pairs.map((local) => ({ kind: "local", local }) as const);
  const radius = words.sqrt(
    words.mul(logarithmOfNormal(words, { kind: "shuffle", bytes: firstOfEach, inputs: locals }), -2),
  );
  const angle = words.mul({ kind: "shuffle", bytes: secondOfEach, inputs: locals }, 2 * Math.PI);
  const { sine, cosine } = sineAndCosine(words, angle);
  const inputs = [words.mul(radius, cosine), words.mul(radius, sine)];
  // One emission for both results, so that what they share is computed once.
  const both = [firstOfEach, secondOfEach].map((bytes): Expression => ({ kind: "shuffle", bytes, inputs }));
  emitExpression(code, context, both[0], both[1]);
  code.set(pairs[1]);
  code.set(pairs[0]);
}

/** Stores four numbers, or as many as are wanted, and counts them off. */
function storeFour(
  code: FunctionBuilder,
  precision: "f32" | "f64",
  { address, rest }: Readonly<Record<"address" | "rest", LocalIndex>>,
  pairs: readonly LocalIndex[],
): void {
  const vectors = precision === "f64" ? pairs : [demoted(code, pairs)];
  const lanes = precision === "f64" ? 2 : 4;
  code.get(rest);
  code.i32(4);
  code.op("i32.ge_u");
  code.if(
    () => {
      vectors.forEach((vector, i) => {
        code.get(address);
        code.get(vector);
        code.memory("v128.store", 16 * i);
      });
      code.get(rest);
      code.i32(4);
      code.op("i32.sub");
      code.set(rest);
    },
    () => {
      for (let i = 0; i < 3; i++) {
        code.get(rest);
        code.i32(i);
        code.op("i32.gt_u");
        code.if(() => {
          code.get(address);
          code.get(vectors[Math.floor(i / lanes)]);
          code.laneMemory(
            precision === "f64" ? "v128.store64_lane" : "v128.store32_lane",
            (i * 16) / lanes,
            i % lanes,
          );
        });
      }
      code.i32(0);
      code.set(rest);
    },
  );
}

function demoted(code: FunctionBuilder, pairs: readonly LocalIndex[]): LocalIndex {
  const vector = code.local("v128");
  for (const pair of pairs) {
    code.get(pair);
    code.op("f32x4.demote_f64x2_zero");
  }
  code.shuffle(firstOfEach);
  code.set(vector);
  return vector;
}
