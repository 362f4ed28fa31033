/** Where a run starts: uniform on (−radius, radius) per unconstrained coordinate, retried until the density is finite. */
import type { Problem } from "../base/problem.ts";
import type { RandomSource } from "../base/random.ts";
import { explainInference } from "./explain.ts";
import type { DensityTarget } from "./target.ts";

export type InitialPosition =
  | {
      readonly kind: "found";
      readonly position: Float64Array;
      readonly gradient: Float64Array;
      readonly logDensity: number;
    }
  | { readonly kind: "failed"; readonly problem: Problem };

const maxAttempts = 100;

/** That point, whatever its density. */
export function startAt(target: DensityTarget, point: ArrayLike<number>): InitialPosition {
  const position = Float64Array.from(point);
  const gradient = new Float64Array(target.dimension);
  return {
    kind: "found",
    position,
    gradient,
    logDensity: target.logDensityAndGradient(position, gradient),
  };
}

/** Tries up to so many points; the problem "initialization-failed" says what the last one gave. */
export function findInitialPosition(
  target: DensityTarget,
  radius: number,
  random: RandomSource,
  attempts = maxAttempts,
): InitialPosition {
  const position = new Float64Array(target.dimension);
  const gradient = new Float64Array(target.dimension);
  let logDensity = Number.NaN;
  let bad = -1;
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (let i = 0; i < position.length; i++) position[i] = radius * (2 * random.uniform() - 1);
    logDensity = target.logDensityAndGradient(position, gradient);
    bad = gradient.findIndex((value) => !Number.isFinite(value));
    if (Number.isFinite(logDensity) && bad < 0) return { kind: "found", position, gradient, logDensity };
  }
  const badGradient = Number.isFinite(logDensity) ? target.coordinateName(bad) : undefined;
  const fact = {
    code: "initialization-failed",
    attempts,
    radius,
    logDensity,
    badGradient,
  } as const;
  return { kind: "failed", problem: explainInference(fact) };
}
