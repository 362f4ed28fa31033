import type { MathName } from "../math-interface.ts";

/**
 * Largest errors of the math routines in units of the last place, over all arguments but these: `lgamma`,
 * `digamma` and `polygamma` are reflected at negative arguments, where f64 errors beside zeros are up to 12
 * units of 1. Found by comparing with 60 digits and rounded up. Results of f32 are those of f64 rounded where
 * the error is 0.51.
 */
export const mathErrors: { readonly [Name in MathName]: { readonly f64: number; readonly f32: number } } = {
  exp: { f64: 1.1, f32: 1.1 },
  log: { f64: 1, f32: 1 },
  log1p: { f64: 1, f32: 1 },
  expm1: { f64: 1.5, f32: 1.5 },
  sin: { f64: 1, f32: 1.6 },
  cos: { f64: 1, f32: 1.6 },
  tan: { f64: 2, f32: 0.51 },
  tanh: { f64: 1.5, f32: 1.5 },
  sigmoid: { f64: 2, f32: 2 },
  softplus: { f64: 2, f32: 2 },
  erf: { f64: 1.5, f32: 1.5 },
  erfinv: { f64: 6, f32: 0.51 },
  lgamma: { f64: 6, f32: 0.51 },
  digamma: { f64: 6, f32: 0.51 },
  polygamma: { f64: 8, f32: 0.51 },
  pow: { f64: 1.2, f32: 0.51 },
};
