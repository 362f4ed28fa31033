/**
 * What a math routine is: instructions for one vector of floats, written by a function so that they can be put in line or
 * into a WebAssembly function of their own, as suits the caller. Routines live in `math/`; `math/math-routines.ts` exports
 *
 *     export const mathRoutines: { readonly [Name in MathName]: MathRoutine }
 *
 * and each routine serves both lane types (it reads `context.lanes`).
 *
 *     const square: MathRoutine = (code, context) => {
 *       const x = code.local("v128");
 *       code.tee(x);                      // the operand is on the stack
 *       code.get(x);
 *       code.op(`${context.lanes}.mul`);  // the result is left there
 *     };
 *
 * - Operands are on the stack (x, or x then y for pow) as v128; the result replaces them. Temporaries are new locals.
 * - No `return`: the code may stand in line. Leave early with `code.block` and `code.branch`.
 * - Lanes are independent: a lane's result does not depend on what is in the other lanes (tails are computed with copies
 *   of one number in all lanes, and must give the same bits as whole vectors do).
 * - Memory is not touched. Tables are polynomials; constants come through `context.constant` and `context.bits`.
 * - Scalars use the same routines: the caller splats, calls and extracts lane 0, so scalar and vector results are equal bit by bit.
 * - NaN, infinities, zeros and domains are as in `compiler/special-functions.ts` and `Math`.
 */
import type { FunctionBuilder } from "./assembler/function-builder.ts";

export type MathName =
  | "exp"
  | "log"
  | "log1p"
  | "expm1"
  | "sin"
  | "cos"
  | "tan"
  | "tanh"
  | "sigmoid"
  | "softplus"
  | "lgamma"
  | "digamma"
  | "erf"
  | "erfinv"
  | "polygamma"
  | "pow";

export type Lanes = "f64x2" | "f32x4";

export interface MathContext {
  readonly lanes: Lanes;
  /** Relaxed SIMD is there. `multiplyAdd` uses it; a routine asks only if it has two ways of computing something. */
  readonly relaxed: boolean;
  /** polygamma: which derivative of digamma (1, 2, …); 0 for the others. */
  readonly order: number;
  /** Pushes the number in all lanes. */
  constant(value: number): void;
  /** Pushes the bits in all lanes of the lane width: 64 bits for f64x2, 32 for f32x4. */
  bits(value: bigint): void;
  /** a, b, c on the stack → a · b + c, in one rounding where relaxed SIMD has it. */
  multiplyAdd(): void;
  /** a, b, c on the stack → c − a · b, likewise. */
  negativeMultiplyAdd(): void;
  /** Calls another routine as a function: operands on the stack, result in their place. */
  call(name: MathName, order?: number): void;
}

export type MathRoutine = (code: FunctionBuilder, context: MathContext) => void;
