/** Hamiltonian dynamics with H(q, p) = −log π(q) + ½ pᵀ M⁻¹ p and diagonal M (Neal 2011, "MCMC using Hamiltonian dynamics"). */
import type { DensityTarget } from "../target.ts";

/** A point in phase space. Mutable scratch: the arrays are overwritten by `leapfrog`. */
export interface PhasePoint {
  readonly position: Float64Array;
  readonly momentum: Float64Array;
  /** Of the log density at `position`. */
  readonly gradient: Float64Array;
  logDensity: number;
}

export function phasePoint(dimension: number): PhasePoint {
  return {
    position: new Float64Array(dimension),
    momentum: new Float64Array(dimension),
    gradient: new Float64Array(dimension),
    logDensity: Number.NaN,
  };
}

export function copyPhasePoint(from: PhasePoint, to: PhasePoint): void {
  to.position.set(from.position);
  to.momentum.set(from.momentum);
  to.gradient.set(from.gradient);
  to.logDensity = from.logDensity;
}

/** One step of size `stepSize`, in place; a negative size goes back in time. Reversible, preserves volume, error O(ε²). */
export function leapfrog(
  target: DensityTarget,
  point: PhasePoint,
  inverseMass: Float64Array,
  stepSize: number,
): void {
  const { position, momentum, gradient } = point;
  const half = 0.5 * stepSize;
  for (let i = 0; i < position.length; i++) {
    const halfway = momentum[i] + half * gradient[i];
    momentum[i] = halfway;
    position[i] += stepSize * inverseMass[i] * halfway;
  }
  point.logDensity = target.logDensityAndGradient(position, gradient);
  for (let i = 0; i < position.length; i++) momentum[i] += half * gradient[i];
}

/** H at the point; +∞ where the density or the momentum is not finite, so that such points are never taken. */
export function energyOf(point: PhasePoint, inverseMass: Float64Array): number {
  const { momentum } = point;
  let kinetic = 0;
  for (let i = 0; i < momentum.length; i++) kinetic += inverseMass[i] * momentum[i] * momentum[i];
  const energy = 0.5 * kinetic - point.logDensity;
  return Number.isFinite(energy) ? energy : Number.POSITIVE_INFINITY;
}
