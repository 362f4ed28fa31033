/** All math routines by name. Errors, in units in the last place, are stated and measured in the tests. */
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
