/**
 * Climbs a smooth function to a local maximum: limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.4) with a line search by
 * bisection that ends where the weak Wolfe conditions hold (Lewis and Overton 2013, algorithm 2.6). States are not changed once
 * they are there.
 */

export interface Objective {
  readonly dimension: number;
  /** The value, with its gradient written into `gradient`. Where either is not finite the search stays away. */
  valueAndGradient(position: Float64Array, gradient: Float64Array): number;
}

export interface LbfgsConfig {
  readonly maxSteps: number;
  /** Pairs of steps and gradient changes that are remembered. */
  readonly memory: number;
  /** Largest element of the gradient, relative to the size of the value, at which it is the maximum. */
  readonly tolerance: number;
  /** A rise that is no more than this, relative to the size of the value, is hardly one; so many in a row end the climb. */
  readonly rise: number;
  readonly patience: number;
}

export const lbfgsDefaults: LbfgsConfig = {
  maxSteps: 2000,
  memory: 20,
  tolerance: 1e-8,
  rise: 1e-10,
  patience: 10,
};

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

export interface LbfgsState {
  readonly steps: number;
  readonly position: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  /** Latest last. */
  readonly pairs: readonly Pair[];
  /** Steps in a row that hardly rose. */
  readonly level: number;
  /** "maximum": the gradient vanishes. "stuck": no step goes up, or steps hardly do any more. */
  readonly ended?: "maximum" | "stuck";
}

/** `undefined` where the objective is not finite there. */
export function startLbfgs(objective: Objective, position: Float64Array): LbfgsState | undefined {
  const gradient = new Float64Array(objective.dimension);
  const value = objective.valueAndGradient(position, gradient);
  if (!Number.isFinite(value) || !gradient.every(Number.isFinite)) return undefined;
  return { steps: 0, position: position.slice(), value, gradient, pairs: [], level: 0 };
}

export function stepLbfgs(objective: Objective, state: LbfgsState, config: LbfgsConfig): LbfgsState {
  const { position, gradient, value, pairs } = state;
  const largest = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  const size = Math.max(1, Math.abs(value));
  if (largest <= config.tolerance * size) return { ...state, ended: "maximum" };
  if (state.level >= config.patience) return { ...state, ended: "stuck" };
  const found =
    searchLine(objective, state, ascentDirection(gradient, pairs)) ??
    (pairs.length > 0 ? searchLine(objective, state, ascentDirection(gradient, [])) : undefined);
  if (found === undefined) return { ...state, ended: "stuck" };
  const step = found.position.map((each, i) => each - position[i]);
  // Of the function turned upside down, which is convex where it curves towards its minimum.
  const change = found.gradient.map((each, i) => gradient[i] - each);
  const curved = dot(step, change) > 1e-12 * dot(change, change);
  const next = curved ? [...pairs, { step, change }].slice(-config.memory) : pairs;
  const level = found.value - value <= config.rise * size ? state.level + 1 : 0;
  return { steps: state.steps + 1, ...found, pairs: next, level };
}

interface LinePoint {
  readonly position: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

const sufficientRise = 1e-4;
const flatter = 0.9;
const mostBisections = 50;

/** A point along the direction that is high enough and flat enough; at the end of patience, one that is higher at all. */
function searchLine(
  objective: Objective,
  { position, value, gradient }: LbfgsState,
  direction: Float64Array,
): LinePoint | undefined {
  const slope = dot(gradient, direction);
  if (!(slope > 0)) return undefined;
  let [low, high, length] = [0, Number.POSITIVE_INFINITY, 1];
  let best: LinePoint | undefined;
  for (let trial = 0; trial < mostBisections; trial++) {
    const there = position.map((each, i) => each + length * direction[i]);
    const slopes = new Float64Array(objective.dimension);
    const reached = objective.valueAndGradient(there, slopes);
    const finite = Number.isFinite(reached) && slopes.every(Number.isFinite);
    if (!finite || reached < value + sufficientRise * length * slope) high = length;
    else {
      best = { position: there, value: reached, gradient: slopes };
      if (dot(slopes, direction) <= flatter * slope) return best;
      low = length;
    }
    length = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
  }
  return best;
}

/** The gradient times the approximate inverse of the curvature (two-loop recursion). */
function ascentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.slice();
  const shares: number[] = [];
  for (const { step, change } of pairs.toReversed()) {
    const share = dot(step, direction) / dot(step, change);
    shares.push(share);
    addScaled(direction, change, -share);
  }
  const last = pairs.at(-1);
  const scale =
    last === undefined
      ? 1 / Math.max(1, Math.sqrt(dot(gradient, gradient)))
      : dot(last.step, last.change) / dot(last.change, last.change);
  for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  for (const [position, { step, change }] of pairs.entries()) {
    const share = shares[pairs.length - 1 - position];
    addScaled(direction, step, share - dot(change, direction) / dot(step, change));
  }
  return direction;
}

function addScaled(to: Float64Array, by: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] += factor * by[i];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
