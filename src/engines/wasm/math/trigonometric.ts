/**
 * sin, cos, tan. f64: x = q π/2 + r with π/2 in four parts (fdlibm, e_rem_pio2.c), the first two products
 * exact for |x| < 2²⁰ and r as the sum of two floats; larger arguments by `reduceLargeArguments`. The
 * polynomials on |r| ≤ π/4 are fdlibm's k_sin.c and k_cos.c, within 2^-58. f32: the reduction in f64 for |x|
 * < 2²⁷ (beyond, all of it), polynomials from Cephes' sinf.c; tan is computed in f64.
 */
import type { FunctionBuilder } from "../assembler/function-builder.ts";
import type { MathContext, MathRoutine } from "../math-interface.ts";
import { type Expression, emitExpression } from "./expression.ts";
import { byLanes, doubleContext, inDouble } from "./formula-routine.ts";
import { type LaneArithmetic, laneArithmetic } from "./lane-arithmetic.ts";
import { reduceLargeArguments } from "./reduce-large-arguments.ts";

type Name = "sin" | "cos" | "tan";

const largest = { f64x2: 2 ** 20, f32x4: 2 ** 27 };
// 1.5 · 2⁵²: adding it leaves the nearest integer in the low bits.
const shifter = 6755399441055744;
const twoOverPi = 0.6366197723675814;
const piHalves = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];
// π/2 in 25 and 53 bits (musl, __rem_pio2f.c).
const piHalvesForSingle = [1.5707963109016418, 1.5893254773528196e-8];

const tables = {
  f64x2: {
    sine: [
      -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 0.0000027557313707070068,
      -2.5050760253406863e-8, 1.58969099521155e-10,
    ],
    cosine: [
      0.0416666666666666, -0.001388888888887411, 0.00002480158728947673, -2.7557314351390663e-7,
      2.087572321298175e-9, -1.1359647557788195e-11,
    ],
  },
  f32x4: {
    sine: [-0.16666654611, 8.3321608736e-3, -1.9515295891e-4],
    cosine: [0.04166664568298827, -1.388731625493765e-3, 2.443315711809948e-5],
  },
};

/** sin(r + low) for |r| ≤ π/4. */
export function sineKernel(words: LaneArithmetic, r: Expression, low?: Expression): Expression {
  const { sub, mul, negativeMultiplyAdd, polynomial } = words;
  const [first, ...others] = tables[words.lanes].sine;
  const square = mul(r, r);
  const cube = mul(square, r);
  // Both ways end in a difference whose second term is +0 for r = ±0, so that −0 stays −0.
  if (low === undefined) return sub(r, negativeMultiplyAdd(cube, polynomial(square, [first, ...others]), 0));
  const rest = polynomial(square, others);
  const corrected = sub(mul(square, sub(mul(low, 0.5), mul(cube, rest))), low);
  return sub(r, sub(corrected, mul(cube, first)));
}

/** cos(r + low) for |r| ≤ π/4. */
export function cosineKernel(words: LaneArithmetic, r: Expression, low?: Expression): Expression {
  const { add, sub, mul, polynomial } = words;
  const square = mul(r, r);
  const half = mul(square, 0.5);
  const high = sub(1, half);
  const series = mul(mul(square, square), polynomial(square, tables[words.lanes].cosine));
  const rest = low === undefined ? series : sub(series, mul(r, low));
  return add(high, add(sub(sub(1, high), half), rest));
}

/** The wanted function from r and from the quadrant in the low two bits. */
function fromQuadrant(
  words: LaneArithmetic,
  name: Name,
  quadrant: Expression,
  sine: Expression,
  cosine: Expression,
): Expression {
  const { and, xor, div, neg, select, bits, addBits, subBits, shiftLeft } = words;
  const turned = name === "cos" ? addBits(quadrant, bits(1n)) : quadrant;
  const isOdd = subBits(bits(0n), and(turned, bits(1n)));
  if (name === "tan") return div(select(isOdd, cosine, sine), select(isOdd, neg(sine), cosine));
  const signPlaces = words.lanes === "f64x2" ? 62 : 30;
  return xor(select(isOdd, cosine, sine), shiftLeft(and(turned, bits(2n)), signPlaces));
}

/** high + low − product, exactly, as a new pair whose low part is rounded. */
function subtractExactly(
  words: LaneArithmetic,
  high: Expression,
  product: Expression,
): { high: Expression; low: Expression } {
  const { add, sub } = words;
  const difference = sub(high, product);
  const back = sub(difference, high);
  return { high: difference, low: sub(sub(high, sub(difference, back)), add(product, back)) };
}

/** x − q π/2 as high + low for |x| < 2²⁰, q in the low bits of `quadrant`. */
function reduceDouble(
  words: LaneArithmetic,
  x: Expression,
): { quadrant: Expression; high: Expression; low: Expression } {
  const { add, sub, mul, multiplyAdd, negativeMultiplyAdd } = words;
  const shifted = multiplyAdd(x, twoOverPi, shifter);
  const q = sub(shifted, shifter);
  const one = negativeMultiplyAdd(q, piHalves[0], x);
  const two = subtractExactly(words, one, mul(q, piHalves[1]));
  const three = subtractExactly(words, two.high, mul(q, piHalves[2]));
  const low = negativeMultiplyAdd(q, piHalves[3], add(two.low, three.low));
  return { quadrant: shifted, high: three.high, low };
}

/** sin x and cos x in f64 for |x| < 2²⁰. */
export function sineAndCosine(
  words: LaneArithmetic,
  x: Expression,
): { sine: Expression; cosine: Expression } {
  const { quadrant, high, low } = reduceDouble(words, x);
  const sine = sineKernel(words, high, low);
  const cosine = cosineKernel(words, high, low);
  return {
    sine: fromQuadrant(words, "sin", quadrant, sine, cosine),
    cosine: fromQuadrant(words, "cos", quadrant, sine, cosine),
  };
}

function double(name: Name): MathRoutine {
  return (code, context) => {
    const words = laneArithmetic("f64x2");
    const large = reduceLargeArguments(code, context, largest.f64x2);
    const { quadrant, high, low } = reduceDouble(words, { kind: "local", local: large.high });
    const allLow = words.add(low, { kind: "local", local: large.low });
    const turns = words.addBits(quadrant, { kind: "local", local: large.quadrant });
    const sine = sineKernel(words, high, allLow);
    const cosine = cosineKernel(words, high, allLow);
    emitExpression(code, context, fromQuadrant(words, name, turns, sine, cosine));
  };
}

function single(name: "sin" | "cos"): MathRoutine {
  const exact = inDouble(double(name));
  return (code, context) => {
    const x = code.local("v128");
    code.set(x);
    const words = laneArithmetic("f32x4");
    const { abs, less, not, select } = words;
    const whole: Expression = { kind: "local", local: x };
    const quadrant = code.local("v128");
    const rest = code.local("v128");
    reduceSingle(code, context, x, rest, quadrant);
    const r: Expression = { kind: "local", local: rest };
    const sine = sineKernel(words, r);
    const cosine = cosineKernel(words, r);
    const result = code.local("v128");
    emitExpression(
      code,
      context,
      fromQuadrant(words, name, { kind: "local", local: quadrant }, sine, cosine),
    );
    code.set(result);
    const isLarge = not(less(abs(whole), largest.f32x4));
    emitExpression(code, context, isLarge);
    code.op("v128.any_true");
    code.if(() => {
      const slow = code.local("v128");
      code.get(x);
      exact(code, context);
      code.set(slow);
      const fast: Expression = { kind: "local", local: result };
      emitExpression(code, context, select(isLarge, { kind: "local", local: slow }, fast));
      code.set(result);
    });
    code.get(result);
  };
}

/** Remainder and quadrant of four floats, through two pairs of doubles. */
function reduceSingle(
  code: FunctionBuilder,
  context: MathContext,
  x: number,
  rest: number,
  quadrant: number,
): void {
  const inner = doubleContext(code, context);
  const { sub, multiplyAdd, negativeMultiplyAdd } = laneArithmetic("f64x2");
  const rests: number[] = [];
  const integers: number[] = [];
  for (const half of [0, 1]) {
    const pair = code.local("v128");
    const shifted = code.local("v128");
    const remainder = code.local("v128");
    code.get(x);
    if (half === 1) {
      code.get(x);
      code.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
    }
    code.op("f64x2.promote_low_f32x4");
    code.set(pair);
    const value: Expression = { kind: "local", local: pair };
    emitExpression(code, inner, multiplyAdd(value, twoOverPi, shifter));
    code.set(shifted);
    const q = sub({ kind: "local", local: shifted }, shifter);
    const high = negativeMultiplyAdd(q, piHalvesForSingle[0], value);
    emitExpression(code, inner, negativeMultiplyAdd(q, piHalvesForSingle[1], high));
    code.op("f32x4.demote_f64x2_zero");
    code.set(remainder);
    rests.push(remainder);
    integers.push(shifted);
  }
  for (const part of rests) code.get(part);
  code.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
  code.set(rest);
  for (const part of integers) code.get(part);
  code.shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]);
  code.set(quadrant);
}

export const sin = byLanes(double("sin"), single("sin"));
export const cos = byLanes(double("cos"), single("cos"));
export const tan = byLanes(double("tan"), inDouble(double("tan")));
