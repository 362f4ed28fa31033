/**
 * One multinomial NUTS transition (Hoffman and Gelman 2014; Betancourt 2017, appendix A) with the generalised U-turn criterion
 * and the checks across neighbouring subtrees that Stan makes since 2.21. Scratch space is allocated once.
 */
import type { RandomSource } from "../../base/random.ts";
import type { DensityTarget } from "../target.ts";
import { copyPhasePoint, energyOf, leapfrog, type PhasePoint, phasePoint } from "./leapfrog.ts";

export interface TreeLimits {
  readonly maxTreeDepth: number;
  /** An energy error beyond it ends the trajectory as divergent. */
  readonly maxEnergyError: number;
}

/** A candidate for the next draw. */
interface Proposal {
  readonly position: Float64Array;
  readonly gradient: Float64Array;
  logDensity: number;
  energy: number;
}

/** Facts of the transition that ran last. */
export interface TreeReport {
  treeDepth: number;
  leapfrogs: number;
  /** Mean Metropolis acceptance over all new points of the trajectory. */
  acceptStat: number;
  divergent: boolean;
}

export interface TreeSampler {
  /** The next draw; owned by the sampler and overwritten by the next transition. */
  readonly drawn: Readonly<Proposal>;
  readonly report: Readonly<TreeReport>;
  /** From `start` (its momentum included, left as it is), with a diagonal `inverseMass`. */
  transition(start: PhasePoint, inverseMass: Float64Array, stepSize: number, random: RandomSource): void;
}

/** Scratch of one level of the recursion: what the two halves of a subtree have where they meet. */
interface Level {
  readonly firstLast: Float64Array;
  readonly secondFirst: Float64Array;
  readonly firstSum: Float64Array;
  readonly secondSum: Float64Array;
  readonly secondProposal: Proposal;
}

export function createTreeSampler(target: DensityTarget, limits: TreeLimits): TreeSampler {
  const dimension = target.dimension;
  const vector = (): Float64Array => new Float64Array(dimension);
  const proposal = (): Proposal => ({
    position: vector(),
    gradient: vector(),
    logDensity: Number.NaN,
    energy: Number.NaN,
  });
  const level = (): Level => ({
    firstLast: vector(),
    secondFirst: vector(),
    firstSum: vector(),
    secondSum: vector(),
    secondProposal: proposal(),
  });
  const levels: Level[] = [];
  const drawn = proposal();
  const candidate = proposal();
  const back = phasePoint(dimension);
  const front = phasePoint(dimension);
  // Momenta at the inner ends of the two halves of the whole trajectory, and the sums of momenta over the halves.
  const backInner = vector();
  const frontInner = vector();
  const backSum = vector();
  const frontSum = vector();
  const sum = vector();
  const report: TreeReport = { treeDepth: 0, leapfrogs: 0, acceptStat: 0, divergent: false };
  const run = { initialEnergy: Number.NaN, metropolisSum: Number.NaN, stepSize: Number.NaN };
  let inverseMass = vector();
  let random: RandomSource;

  /** Whether a stretch still moves apart: both end velocities point along the sum of its momenta. */
  const persists = (
    first: Float64Array,
    last: Float64Array,
    sum: Float64Array,
    extra: Float64Array | undefined,
  ): boolean => {
    let atFirst = 0;
    let atLast = 0;
    for (let i = 0; i < dimension; i++) {
      const velocitySum = inverseMass[i] * (extra === undefined ? sum[i] : sum[i] + extra[i]);
      atFirst += first[i] * velocitySum;
      atLast += last[i] * velocitySum;
    }
    return atFirst > 0 && atLast > 0;
  };

  /** One step from `edge`. Returns the log weight of the new point, NaN if it diverged. */
  const buildLeaf = (edge: PhasePoint, first: Float64Array, sum: Float64Array, into: Proposal): number => {
    leapfrog(target, edge, inverseMass, run.stepSize);
    report.leapfrogs++;
    const energy = energyOf(edge, inverseMass);
    const logWeight = run.initialEnergy - energy;
    run.metropolisSum += logWeight > 0 ? 1 : Math.exp(logWeight);
    if (-logWeight > limits.maxEnergyError) {
      report.divergent = true;
      return Number.NaN;
    }
    const { position, momentum, gradient } = edge;
    for (let i = 0; i < dimension; i++) {
      first[i] = momentum[i];
      sum[i] = momentum[i];
      into.position[i] = position[i];
      into.gradient[i] = gradient[i];
    }
    into.logDensity = edge.logDensity;
    into.energy = energy;
    return logWeight;
  };

  /**
   * Extends the trajectory by 2^depth points and moves `edge` to the last one. Writes the momentum at the first point, the sum
   * of momenta over all points and a draw from the points. Returns the log of the summed weights, NaN if the subtree
   * diverged or turned back on itself and must not be used.
   */
  const build = (
    depth: number,
    edge: PhasePoint,
    first: Float64Array,
    sum: Float64Array,
    into: Proposal,
  ): number => {
    if (depth === 0) return buildLeaf(edge, first, sum, into);
    const { firstLast, secondFirst, firstSum, secondSum, secondProposal } = levels[depth - 1];
    const firstWeight = build(depth - 1, edge, first, firstSum, into);
    if (Number.isNaN(firstWeight)) return Number.NaN;
    firstLast.set(edge.momentum);
    const secondWeight = build(depth - 1, edge, secondFirst, secondSum, secondProposal);
    if (Number.isNaN(secondWeight)) return Number.NaN;
    const weight = logAddExp(firstWeight, secondWeight);
    if (random.uniform() < Math.exp(secondWeight - weight)) copyProposal(secondProposal, into);
    for (let i = 0; i < dimension; i++) sum[i] = firstSum[i] + secondSum[i];
    const last = edge.momentum;
    const goesOn =
      persists(first, last, sum, undefined) &&
      persists(first, secondFirst, firstSum, secondFirst) &&
      persists(firstLast, last, secondSum, firstLast);
    return goesOn ? weight : Number.NaN;
  };

  const begin = (start: PhasePoint): void => {
    copyPhasePoint(start, back);
    copyPhasePoint(start, front);
    copyProposal({ ...start, energy: energyOf(start, inverseMass) }, drawn);
    run.initialEnergy = drawn.energy;
    run.metropolisSum = 0;
    report.treeDepth = 0;
    report.leapfrogs = 0;
    report.divergent = false;
    sum.set(start.momentum);
  };

  return {
    drawn,
    report,
    transition(start, mass, stepSize, source) {
      inverseMass = mass;
      random = source;
      begin(start);
      let weight = 0;
      while (report.treeDepth < limits.maxTreeDepth) {
        const depth = report.treeDepth;
        if (levels.length < depth) levels.push(level());
        const forward = random.uniform() > 0.5;
        const edge = forward ? front : back;
        const newInner = forward ? frontInner : backInner;
        const newSum = forward ? frontSum : backSum;
        // What there is becomes the other half; its inner end is the edge that is left behind.
        (forward ? backInner : frontInner).set(edge.momentum);
        (forward ? backSum : frontSum).set(sum);
        run.stepSize = forward ? stepSize : -stepSize;
        const newWeight = build(depth, edge, newInner, newSum, candidate);
        if (Number.isNaN(newWeight)) break;
        report.treeDepth = depth + 1;
        // Biased progressive sampling (Betancourt 2017, appendix A.3.2): prefers the new half.
        if (random.uniform() < Math.exp(newWeight - weight)) copyProposal(candidate, drawn);
        weight = logAddExp(weight, newWeight);
        for (let i = 0; i < dimension; i++) sum[i] = backSum[i] + frontSum[i];
        const goesOn =
          persists(back.momentum, front.momentum, sum, undefined) &&
          persists(back.momentum, frontInner, backSum, frontInner) &&
          persists(backInner, front.momentum, frontSum, backInner);
        if (!goesOn) break;
      }
      report.acceptStat = report.leapfrogs === 0 ? 0 : run.metropolisSum / report.leapfrogs;
    },
  };
}

function copyProposal(from: Readonly<Proposal>, to: Proposal): void {
  to.position.set(from.position);
  to.gradient.set(from.gradient);
  to.logDensity = from.logDensity;
  to.energy = from.energy;
}

function logAddExp(a: number, b: number): number {
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}
