/** Mass matrices: what a run keeps of M⁻¹, and how transitions and step sizes use it. */
import type { RandomSource } from "../../base/random.ts";
import type { DensityTarget, NutsTransitions } from "../target.ts";
import { type PhasePoint, phasePoint } from "./leapfrog.ts";
import { rowLength, rowPlaces } from "./rows.ts";
import { findStepSize } from "./step-size.ts";
import type { TreeLimits } from "./tree.ts";
import { treeTransitions } from "./tree-transitions.ts";
import { unitMatrix, whiten } from "./whiten.ts";

export interface Metric {
  /** For the unit matrix: the diagonal of M⁻¹, or its lower Cholesky factor, row by row. */
  initial(): Float64Array;
  /** With such numbers as `inverseMass`. */
  readonly transitions: NutsTransitions;
  findStepSize(start: PhasePoint, inverseMass: Float64Array, guess: number, random: RandomSource): number;
}

export function diagonalMetric(target: DensityTarget, limits: TreeLimits): Metric {
  const own = target.nuts;
  const fits = own !== undefined && limits.maxTreeDepth <= own.deepestTree;
  return {
    initial: () => new Float64Array(target.dimension).fill(1),
    transitions: fits ? own : treeTransitions(target, limits),
    findStepSize: (start, inverseMass, guess, random) =>
      findStepSize(target, start, inverseMass, guess, random),
  };
}

/**
 * With M⁻¹ = L Lᵀ, the dynamics of q with mass M are those of z = L⁻¹ q with unit mass (Neal 2011, "MCMC using Hamiltonian dynamics",
 * section 4.1): the sampler works with z, states and rows have q.
 */
export function denseMetric(target: DensityTarget, limits: TreeLimits): Metric {
  const { dimension } = target;
  const whitened = whiten(target);
  const own = target.nuts;
  const fits =
    own !== undefined && limits.maxTreeDepth <= own.deepestTree && dimension <= (own.mostDense ?? 0);
  const sampler = fits ? own : treeTransitions(whitened.target, limits);
  const ones = new Float64Array(dimension).fill(1);
  const here = phasePoint(dimension);
  return {
    initial: () => unitMatrix(dimension),
    transitions: {
      deepestTree: limits.maxTreeDepth,
      run(point, settings, key, step, rows, first, count, averaging) {
        whitened.use(settings.inverseMass);
        const unit = { ...settings, inverseMass: ones, ...(fits && { factor: settings.inverseMass }) };
        for (let done = 0; done < count; done++) {
          whitened.enter(point, here);
          sampler.run(here, unit, key, step + done, rows, first + done, 1, averaging);
          whitened.leave(here, point);
          rows.set(point.position, (first + done) * rowLength(dimension) + rowPlaces.position);
          if (averaging !== undefined) unit.stepSize = averaging.stepSize;
        }
      },
    },
    findStepSize(start, inverseMass, guess, random) {
      whitened.use(inverseMass);
      whitened.enter(start, here);
      return findStepSize(whitened.target, here, ones, guess, random);
    },
  };
}
