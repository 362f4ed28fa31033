/**
 * Random numbers inside a module: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw 2011), four
 * blocks by one instruction, with the keys, counters and conversions of `base/random.ts`. Uniform numbers are the same
 * bits; normal ones come from the same uniform pairs through our own logarithm, sine and cosine and are equal
 * within 4 units in the last place.
 */
import type { FunctionBuilder, FunctionIndex, LocalIndex } from "../assembler/function-builder.ts";
import type { ModuleBuilder } from "../assembler/module-builder.ts";
import type { MathContext } from "../math-interface.ts";
import { type Expression, emitExpression } from "./expression.ts";
import { laneArithmetic } from "./lane-arithmetic.ts";
import { logarithmOfNormal } from "./logarithm.ts";
import { sineAndCosine } from "./trigonometric.ts";

/** Numbers made side by side: of four, each instruction waits for the one before. */
export const uniformGroup = 12;

/**
 * A function (address, end, seed, stream, step, position), all i32: fills memory with the uniform numbers from that position on, in
 * whole groups of `uniformGroup`, at least one, until `end` is reached.
 */
export function emitFillUniform(
  module: ModuleBuilder,
  contextFor: (code: FunctionBuilder) => MathContext,
): FunctionIndex {
  const params = new Array<"i32">(6).fill("i32");
  return module.addFunction("fill uniform", { params, results: [] }, (code) => {
    const [address, end, seed, stream, step, position] = params.keys();
    const context = contextFor(code);
    const threefry = prepareThreefry(code, context, { seed, stream, step });
    const pair = [code.local("v128"), code.local("v128")];
    code.loop((again) => {
      threefry(position, [0, 4, 8]).forEach((words, four) => {
        emitUniforms(code, context, words, pair);
        pair.forEach((local, half) => {
          code.get(address);
          code.get(local);
          code.memory("v128.store", 32 * four + 16 * half);
        });
      });
      for (const [local, by] of [
        [position, uniformGroup],
        [address, 8 * uniformGroup],
      ]) {
        code.get(local);
        code.i32(by);
        code.op("i32.add");
        code.set(local);
      }
      code.get(address);
      code.get(end);
      code.op("i32.lt_u");
      code.branchIf(again);
    });
  });
}

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** Per group of four positions the locals of the two words of each. */
type Threefry = (position: LocalIndex, firsts: readonly number[]) => readonly (readonly LocalIndex[])[];

/** What depends on the key and the step alone is written here, once. */
function prepareThreefry(
  code: FunctionBuilder,
  context: MathContext,
  { seed, stream, step }: Readonly<Record<"seed" | "stream" | "step", LocalIndex>>,
): Threefry {
  // Integers of 32 bits are lanes of f32x4.
  const { addBits, xor, or, shiftLeft, shiftRight, bits } = laneArithmetic("f32x4");
  const single: MathContext = {
    ...context,
    lanes: "f32x4",
    bits: (value) => code.i32x4(Number(BigInt.asIntN(32, value))),
  };
  type Kept = Expression & { readonly kind: "local" };
  const keep = (expression: Expression): Kept => {
    const local = code.local("v128");
    emitExpression(code, single, expression);
    code.set(local);
    return { kind: "local", local };
  };
  const splat = (scalar: LocalIndex): Kept => {
    const local = code.local("v128");
    code.get(scalar);
    code.op("i32x4.splat");
    code.set(local);
    return { kind: "local", local };
  };
  const [key0, key1] = [splat(seed), splat(stream)];
  const keys = [key0, key1, keep(xor(xor(key0, key1), bits(0x1bd11bdan)))];
  const begin = keep(addBits(splat(step), key0));
  const afterGroup = [1, 2, 3, 4, 5].map((group) =>
    keep(addBits(keys[(group + 1) % 3], bits(BigInt(group)))),
  );
  return (position, firsts) => {
    const counters = firsts.map((first) => {
      const local = code.local("v128");
      code.get(position);
      code.op("i32x4.splat");
      code.i64x2((BigInt(first + 1) << 32n) | BigInt(first), (BigInt(first + 3) << 32n) | BigInt(first + 2));
      code.op("i32x4.add");
      code.set(local);
      return { kind: "local", local } as const;
    });
    const states = counters.map((counter) => ({ x0: begin, x1: keep(addBits(counter, key1)) }));
    for (let group = 1; group <= 5; group++) {
      for (const places of rotations[(group + 1) % 2]) {
        for (const state of states) state.x0 = keep(addBits(state.x0, state.x1));
        for (const state of states) {
          const { x0, x1 } = state;
          state.x1 = keep(xor(or(shiftLeft(x1, places), shiftRight(x1, 32 - places)), x0));
        }
      }
      for (const state of states) {
        state.x0 = keep(addBits(state.x0, keys[group % 3]));
        state.x1 = keep(addBits(state.x1, afterGroup[group - 1]));
      }
    }
    return states.map(({ x0, x1 }) => [x0.local, x1.local]);
  };
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

/** Box and Muller (1958): each pair of uniform numbers u, v in the two locals becomes √(−2 log u) times cos 2πv and sin 2πv. */
export function emitNormals(
  code: FunctionBuilder,
  context: MathContext,
  pairs: readonly [LocalIndex, LocalIndex],
): void {
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
