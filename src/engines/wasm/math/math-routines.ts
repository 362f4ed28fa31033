/**
 * All math routines by name. They follow IEEE arithmetic for NaN, infinities, signed zeros and denormals, do
 * not touch memory and call nothing. Errors are in `math-errors.ts`. With relaxed SIMD (an option of the
 * context) polynomials are computed with multiply-adds in one rounding where the processor has them, so that
 * last digits may differ between machines; without it they do not.
 */
import type { MathName, MathRoutine } from "../math-interface.ts";
import { erf, erfinv } from "./error-function.ts";
import { exp, expm1, sigmoid, softplus, tanh } from "./exponential.ts";
import { digamma, lgamma, polygamma } from "./gamma.ts";
import { log, log1p } from "./logarithm.ts";
import { pow } from "./power.ts";
import { cos, sin, tan } from "./trigonometric.ts";

export const mathRoutines: { readonly [Name in MathName]: MathRoutine } = {
  exp,
  log,
  log1p,
  expm1,
  sin,
  cos,
  tan,
  tanh,
  sigmoid,
  softplus,
  lgamma,
  digamma,
  erf,
  erfinv,
  polygamma,
  pow,
};
