/**
 * Where a chain starts: at the first point that `findInitialPosition` finds, unless that is hopeless. Chains stay independent, and as
 * dispersed as their starts are: what is passed over is passed over for another point of the same distribution, not for a better one.
 */
import { type RandomKey, type RandomSource, randomSource } from "../../base/random.ts";
import { findInitialPosition, type InitialPosition } from "../initial-position.ts";
import { type LbfgsConfig, lbfgsDefaults, type Objective, startLbfgs, stepLbfgs } from "../maximize/lbfgs.ts";
import type { DensityTarget } from "../target.ts";

type Found = Extract<InitialPosition, { kind: "found" }>;

/** Points that a start may be passed over for. */
const others = 9;

/**
 * A mode is hopeless that lies lower than another by more than this: were it e⁵ = 148 times as wide in every coordinate, it would still
 * have e⁻²⁰ of the other's mass. Modes that share the posterior are hardly ever so far apart.
 */
function hopelessDepth(dimension: number): number {
  return 20 + 5 * dimension;
}

/**
 * Judged by where climbs from the first point, and from the best of nine others, end. Where all ten lie closer than that, as in many
 * small models, none is made; where the climb from the best takes too long, as in a funnel, nothing is known, and the first stays.
 * Takes random numbers of the source for the first alone.
 */
export function chooseStart(
  target: DensityTarget,
  radius: number,
  random: RandomSource,
  key: RandomKey,
): InitialPosition {
  const first = findInitialPosition(target, radius, random);
  if (first.kind === "failed" || target.dimension === 0) return first;
  const points = otherStarts(target, radius, randomSource(key, otherSteps)).filter(isFound);
  if (points.length === 0) return first;
  const best = points.reduce((most, each) => (each.logDensity > most.logDensity ? each : most));
  const lowest = points.reduce((least, each) => Math.min(least, each.logDensity), first.logDensity);
  const depth = hopelessDepth(target.dimension);
  if (Math.max(best.logDensity, first.logDensity) - lowest <= depth) return first;
  const near = [first, ...points].filter((point) => best.logDensity - point.logDensity < coarseDepth);
  const top = summit(target, best);
  if (top === undefined) return near[0];
  const hopeful = (point: Found): boolean => (summit(target, point) ?? top) >= top - depth;
  return near.find((point) => point === best || hopeful(point)) ?? first;
}

/** Where the log density is as low as this, its roundings alone, of a part in 2⁵², let a step be taken or refused. */
const coarseDepth = 2 ** 44;

/** Other starts have random numbers of their own: those of a step that no run reaches. */
const otherSteps = 2 ** 31 - 1;

/** Tried once each: where the density is hard to find at all, to search for every one would take long. */
function otherStarts(target: DensityTarget, radius: number, random: RandomSource): InitialPosition[] {
  return Array.from({ length: others }, () => findInitialPosition(target, radius, random, 1));
}

function isFound(start: InitialPosition): start is Found {
  return start.kind === "found";
}

/** Enough to tell modes from each other. */
const climb: LbfgsConfig = { ...lbfgsDefaults, maxSteps: 100, tolerance: 1e-3, rise: 1e-4, patience: 3 };

/** The log density where a climb from the point ends; none where it takes too long. */
function summit(target: DensityTarget, { position }: Found): number | undefined {
  const objective: Objective = {
    dimension: target.dimension,
    valueAndGradient: (at, gradient) => target.logDensityAndGradient(at, gradient),
  };
  let state = startLbfgs(objective, position);
  while (state !== undefined && state.ended === undefined && state.steps < climb.maxSteps)
    state = stepLbfgs(objective, state, climb);
  return state?.ended === undefined ? undefined : state.value;
}
