/**
 * The words that the formulas of the math routines are written in, for one lane type. Plain numbers stand for
 * all lanes.
 */
import type { Lanes } from "../math-interface.ts";
import type { Expression } from "./expression.ts";

export type Operand = Expression | number;
type Unary = (x: Operand) => Expression;
type Binary = (x: Operand, y: Operand) => Expression;
type Ternary = (x: Operand, y: Operand, z: Operand) => Expression;
type Shift = (x: Operand, places: number) => Expression;

export interface LaneArithmetic {
  readonly lanes: Lanes;
  /** What the format is: mantissa bits without the leading one, exponent bias, smallest normal number. */
  readonly format: { readonly mantissa: number; readonly bias: number; readonly smallestNormal: number };
  readonly neg: Unary;
  readonly abs: Unary;
  readonly sqrt: Unary;
  readonly floor: Unary;
  /** To the nearest integer, ties to even. */
  readonly nearest: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  /** y where y < x, otherwise x: NaN in x stays. */
  readonly atMost: Binary;
  /** y where x < y, otherwise x: NaN in x stays. */
  readonly atLeast: Binary;
  /** x · y + z, perhaps in one rounding. */
  readonly multiplyAdd: Ternary;
  /** z − x · y, perhaps in one rounding. */
  readonly negativeMultiplyAdd: Ternary;
  /** Masks: all bits of the lane or none. */
  readonly equal: Binary;
  readonly notEqual: Binary;
  readonly less: Binary;
  readonly lessEqual: Binary;
  readonly and: Binary;
  readonly or: Binary;
  readonly xor: Binary;
  readonly not: Unary;
  /** y where the mask x holds, otherwise z. */
  readonly select: Ternary;
  /** Of the lanes as integers. */
  readonly addBits: Binary;
  readonly subBits: Binary;
  readonly shiftLeft: Shift;
  readonly shiftRight: Shift;
  bits(value: bigint): Expression;
  /** The bits of the number in this format. */
  bitsOf(value: number): bigint;
  /** The magnitude of x with the sign of y. */
  copySign(x: Operand, y: Operand): Expression;
  ifAny(mask: Expression, then: Operand, otherwise: Operand): Expression;
  /** c₀ + c₁ x + c₂ x² + …; `square` is x² where that is needed anyway. */
  polynomial(x: Operand, coefficients: readonly number[], square?: Expression): Expression;
}

/** Terms of a polynomial from which on it is computed as two. */
const fewestInTwo = 6;

export function expressionOf(x: Operand): Expression {
  return typeof x === "number" ? { kind: "number", value: x } : x;
}

export function laneArithmetic(lanes: Lanes): LaneArithmetic {
  const integers = lanes === "f64x2" ? "i64x2" : "i32x4";
  const operation = (op: (Expression & { kind: "operation" })["op"], ...inputs: Operand[]): Expression => ({
    kind: "operation",
    op,
    inputs: inputs.map(expressionOf),
    type: "v128",
  });
  const shift =
    (name: "shl" | "shr_u"): Shift =>
    (x, places) => ({
      kind: "operation",
      op: `${integers}.${name}`,
      inputs: [expressionOf(x), { kind: "i32", value: places }],
      type: "v128",
    });
  const format =
    lanes === "f64x2"
      ? { mantissa: 52, bias: 1023, smallestNormal: 2 ** -1022 }
      : { mantissa: 23, bias: 127, smallestNormal: 2 ** -126 };
  const signBit: Expression = { kind: "bits", value: lanes === "f64x2" ? 1n << 63n : 1n << 31n };
  const view = new DataView(new ArrayBuffer(8));
  const bitsOf = (value: number): bigint => {
    if (lanes === "f64x2") view.setFloat64(0, value);
    else view.setFloat32(0, value);
    return lanes === "f64x2" ? view.getBigUint64(0) : BigInt(view.getUint32(0));
  };
  const words: LaneArithmetic = {
    lanes,
    format,
    neg: (x) => operation(`${lanes}.neg`, x),
    abs: (x) => operation(`${lanes}.abs`, x),
    sqrt: (x) => operation(`${lanes}.sqrt`, x),
    floor: (x) => operation(`${lanes}.floor`, x),
    nearest: (x) => operation(`${lanes}.nearest`, x),
    add: (x, y) => operation(`${lanes}.add`, x, y),
    sub: (x, y) => operation(`${lanes}.sub`, x, y),
    mul: (x, y) => operation(`${lanes}.mul`, x, y),
    div: (x, y) => operation(`${lanes}.div`, x, y),
    atMost: (x, y) => operation(`${lanes}.pmin`, x, y),
    atLeast: (x, y) => operation(`${lanes}.pmax`, x, y),
    multiplyAdd: (x, y, z) => operation("multiplyAdd", x, y, z),
    negativeMultiplyAdd: (x, y, z) => operation("negativeMultiplyAdd", x, y, z),
    equal: (x, y) => operation(`${lanes}.eq`, x, y),
    notEqual: (x, y) => operation(`${lanes}.ne`, x, y),
    less: (x, y) => operation(`${lanes}.lt`, x, y),
    lessEqual: (x, y) => operation(`${lanes}.le`, x, y),
    and: (x, y) => operation("v128.and", x, y),
    or: (x, y) => operation("v128.or", x, y),
    xor: (x, y) => operation("v128.xor", x, y),
    not: (x) => operation("v128.not", x),
    select: (mask, x, y) => operation("choose", x, y, mask),
    addBits: (x, y) => operation(`${integers}.add`, x, y),
    subBits: (x, y) => operation(`${integers}.sub`, x, y),
    shiftLeft: shift("shl"),
    shiftRight: shift("shr_u"),
    bits: (value) => ({ kind: "bits", value }),
    bitsOf,
    copySign: (x, y) => words.or(words.abs(x), words.and(y, signBit)),
    ifAny: (mask, then, otherwise) => ({
      kind: "ifAny",
      inputs: [mask, expressionOf(then), expressionOf(otherwise)],
    }),
    polynomial(x, coefficients, square) {
      const horner = (point: Operand, terms: readonly number[]): Expression =>
        terms
          .slice(0, -1)
          .reduceRight<Expression>(
            (sum, term) => words.multiplyAdd(sum, point, term),
            expressionOf(terms.at(-1) ?? 0),
          );
      if (coefficients.length < fewestInTwo) return horner(x, coefficients);
      // Even and odd powers by themselves: two sums side by side take half as long as one where each term waits for the last.
      const point = square ?? words.mul(x, x);
      const [even, odd] = [0, 1].map((parity) => coefficients.filter((_, k) => k % 2 === parity));
      return words.multiplyAdd(horner(point, odd), x, horner(point, even));
    },
  };
  return words;
}
