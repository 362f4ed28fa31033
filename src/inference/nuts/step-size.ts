/** A first step size: doubled or halved until one leapfrog step's acceptance crosses 0.8 (Hoffman and Gelman 2014, algorithm 4). */
import type { RandomSource } from "../../base/random.ts";
import type { DensityTarget } from "../target.ts";
import { copyPhasePoint, energyOf, leapfrog, type PhasePoint, phasePoint } from "./leapfrog.ts";

/** Beyond it a density does not fall off, as far as anyone can tell. */
export const largestStepSize = 1e7;
/** Below it a step does not move a coordinate of size one. */
export const smallestStepSize = 2 ** -52;

/** Stays within [smallestStepSize, largestStepSize]; reaching an end means that no step size is acceptable. */
export function findStepSize(
  target: DensityTarget,
  start: PhasePoint,
  inverseMass: Float64Array,
  guess: number,
  random: RandomSource,
): number {
  if (target.dimension === 0) return 1;
  const point = phasePoint(target.dimension);
  const accepts = (stepSize: number): boolean => {
    copyPhasePoint(start, point);
    drawMomentum(point.momentum, inverseMass, random);
    const before = energyOf(point, inverseMass);
    leapfrog(target, point, inverseMass, stepSize);
    return before - energyOf(point, inverseMass) > Math.log(0.8);
  };
  let stepSize = clamp(guess);
  const grow = accepts(stepSize);
  while (stepSize > smallestStepSize && stepSize < largestStepSize) {
    stepSize = clamp(grow ? 2 * stepSize : 0.5 * stepSize);
    if (accepts(stepSize) !== grow) break;
  }
  return stepSize;
}

/** p ~ Normal(0, M) for a diagonal M given by its inverse. */
export function drawMomentum(momentum: Float64Array, inverseMass: Float64Array, random: RandomSource): void {
  for (let i = 0; i < momentum.length; i++) momentum[i] = random.normal() / Math.sqrt(inverseMass[i]);
}

function clamp(stepSize: number): number {
  return Math.min(largestStepSize, Math.max(smallestStepSize, stepSize));
}
