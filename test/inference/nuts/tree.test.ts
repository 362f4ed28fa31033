import { describe, expect, test } from "vitest";
import { type RandomSource, randomSource } from "../../../src/base/random.ts";
import {
  copyPhasePoint,
  energyOf,
  leapfrog,
  type PhasePoint,
  phasePoint,
} from "../../../src/inference/nuts/leapfrog.ts";
import { drawMomentum } from "../../../src/inference/nuts/step-size.ts";
import { createTreeSampler } from "../../../src/inference/nuts/tree.ts";
import type { DensityTarget } from "../../../src/inference/target.ts";
import { diagonalGaussian, eightSchools, funnel, vectorTarget } from "../targets.ts";

const limits = { maxTreeDepth: 10, maxEnergyError: 1000 };

/** x ~ Logistic(0, 1), y ~ Normal(x, 1). */
const skewed = vectorTarget(2, ([x, y], gradient) => {
  const share = 1 / (1 + Math.exp(-x));
  gradient[0] = 1 - 2 * share + (y - x);
  gradient[1] = x - y;
  return -x - 2 * Math.log1p(Math.exp(-x)) - 0.5 * (y - x) ** 2;
});

function pointAt(target: DensityTarget, position: readonly number[], random: RandomSource): PhasePoint {
  const point = phasePoint(target.dimension);
  point.position.set(position);
  point.logDensity = target.logDensityAndGradient(point.position, point.gradient);
  drawMomentum(point.momentum, new Float64Array(target.dimension).fill(1), random);
  return point;
}

describe("a transition", () => {
  // Exact draws in, exact draws out: with a large step the weights matter, with a small one the U-turn checks do.
  test.each([
    { stepSize: 0.2, count: 8000 },
    { stepSize: 0.7, count: 20_000 },
    { stepSize: 1.1, count: 20_000 },
  ])("of step size $stepSize leaves the target distribution as it is", ({ stepSize, count }) => {
    const sampler = createTreeSampler(skewed, limits);
    const mass = Float64Array.of(1, 1);
    const xs = new Float64Array(count);
    const differences = new Float64Array(count);
    let moved = 0;
    for (let i = 0; i < count; i++) {
      const random = randomSource({ seed: 8, stream: 0 }, i);
      const u = random.uniform();
      const x = Math.log(u / (1 - u));
      const start = pointAt(skewed, [x, x + random.normal()], random);
      sampler.transition(start, mass, stepSize, random);
      xs[i] = sampler.drawn.position[0];
      differences[i] = sampler.drawn.position[1] - xs[i];
      if (xs[i] !== start.position[0]) moved++;
    }
    // The distance that exact draws pass with probability 10⁻⁶.
    const limit = Math.sqrt(Math.log(2e6) / (2 * count));
    expect(kolmogorovSmirnov(xs, (x) => 1 / (1 + Math.exp(-x)))).toBeLessThan(limit);
    // y − x: compared by its moments, 1 and 3 for the second and the fourth.
    const moment = (power: number): number =>
      differences.reduce((sum, value) => sum + value ** power, 0) / count;
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    expect(moved / count).toBeGreaterThan(0.7);
  });

  // In a normal of many dimensions the motion is a rotation with |q| = |p| and q ⊥ p: a stretch of time t has turned
  // when sin t < 0.
  test.each([
    // 32 points span 2.8 and are fine, 64 span 5.7 and are not.
    { stepSize: 0.09, leapfrogs: 63 },
    // 16 points span 3.0. 32 span 6.2, nearly a full turn, whose ends look as if they still moved apart: only the checks
    // across the halves see that the 17 points from an end, 3.2, have turned.
    { stepSize: 0.2, leapfrogs: 31 },
  ])("turns around after half a period: $leapfrogs steps of $stepSize", ({ stepSize, leapfrogs }) => {
    const target = diagonalGaussian(Array(2000).fill(0), Array(2000).fill(1));
    const sampler = createTreeSampler(target, limits);
    const mass = new Float64Array(2000).fill(1);
    const position = new Float64Array(2000);
    for (let i = 0; i < 20; i++) {
      const random = randomSource({ seed: 4, stream: 0 }, i);
      random.fillNormal(position);
      sampler.transition(pointAt(target, [...position], random), mass, stepSize, random);
      expect(sampler.report).toMatchObject({ leapfrogs, divergent: false });
    }
  });

  test.each([
    { name: "a normal", target: diagonalGaussian([0, 1, -1], [1, 0.5, 3]), scale: 1 },
    { name: "centred eight schools", target: eightSchools("centered"), scale: 0.3 },
    { name: "a funnel", target: funnel(), scale: 0.3 },
  ])("on $name is the definition, written out with lists of points", ({ target, scale }) => {
    const sampler = createTreeSampler(target, limits);
    const mass = Float64Array.from({ length: target.dimension }, (_, i) => 0.5 + (i % 3));
    const position = new Float64Array(target.dimension);
    for (let i = 0; i < 500; i++) {
      const random = randomSource({ seed: 6, stream: 0 }, i);
      const stepSize = scale * (0.05 + random.uniform());
      random.fillNormal(position);
      const start = pointAt(target, [...position], random);
      const same = randomSource({ seed: 7, stream: 0 }, i);
      const expected = writtenOut(target, start, mass, stepSize, same);
      sampler.transition(start, mass, stepSize, randomSource({ seed: 7, stream: 0 }, i));
      const { treeDepth, leapfrogs, acceptStat, divergent } = sampler.report;
      expect({ treeDepth, leapfrogs, divergent }).toEqual({
        treeDepth: expected.treeDepth,
        leapfrogs: expected.leapfrogs,
        divergent: expected.divergent,
      });
      expect(acceptStat).toBeCloseTo(expected.acceptStat, 10);
      expect([...sampler.drawn.position]).toEqual([...expected.drawn.position]);
    }
  });

  test("reports the draw's own density, gradient and acceptance", () => {
    const sampler = createTreeSampler(skewed, limits);
    const random = randomSource({ seed: 1, stream: 0 }, 0);
    const start = pointAt(skewed, [0.3, -0.2], random);
    const before = structuredClone(start);
    sampler.transition(start, Float64Array.of(1, 1), 0.5, random);
    const gradient = new Float64Array(2);
    const density = skewed.logDensityAndGradient(sampler.drawn.position, gradient);
    expect(sampler.drawn.logDensity).toBe(density);
    expect(sampler.drawn.gradient).toEqual(gradient);
    expect(sampler.report.acceptStat).toBeGreaterThan(0.5);
    expect(sampler.report.acceptStat).toBeLessThanOrEqual(1);
    expect(sampler.report.leapfrogs).toBeGreaterThanOrEqual(2 ** (sampler.report.treeDepth - 1));
    expect(start).toEqual(before);
  });

  test("with an absurd step diverges and stays where it is", () => {
    const target = diagonalGaussian([0, 0], [1, 1]);
    const sampler = createTreeSampler(target, limits);
    const random = randomSource({ seed: 1, stream: 0 }, 0);
    sampler.transition(pointAt(target, [0.5, 0.5], random), Float64Array.of(1, 1), 1e6, random);
    expect(sampler.report).toMatchObject({ divergent: true, leapfrogs: 1, treeDepth: 0 });
    expect([...sampler.drawn.position]).toEqual([0.5, 0.5]);
  });
});

function kolmogorovSmirnov(values: Float64Array, cdf: (x: number) => number): number {
  const sorted = values.slice().sort();
  let distance = 0;
  for (const [i, value] of sorted.entries()) {
    const above = (i + 1) / sorted.length - cdf(value);
    distance = Math.max(distance, above, 1 / sorted.length - above);
  }
  return distance;
}

/**
 * The transition as Betancourt (2017) and Stan's reference manual define it: trajectories are lists of points in time order, a
 * stretch is judged by its own points, and nothing is shared. Same order of random numbers.
 */
function writtenOut(
  target: DensityTarget,
  start: PhasePoint,
  mass: Float64Array,
  stepSize: number,
  random: RandomSource,
) {
  const initial = energyOf(start, mass);
  const weight = (point: PhasePoint): number => Math.exp(initial - energyOf(point, mass));
  const weightOf = (points: readonly PhasePoint[]): number =>
    points.reduce((sum, point) => sum + weight(point), 0);
  let leapfrogs = 0;
  let accepted = 0;
  let divergent = false;
  const next = (point: PhasePoint, direction: number): PhasePoint => {
    const moved = phasePoint(target.dimension);
    copyPhasePoint(point, moved);
    leapfrog(target, moved, mass, direction * stepSize);
    leapfrogs++;
    accepted += Math.min(1, weight(moved));
    return moved;
  };
  const apart = (points: readonly PhasePoint[]): boolean =>
    [points[0], points[points.length - 1]].every((end) => {
      let product = 0;
      for (const point of points) {
        for (let i = 0; i < mass.length; i++) product += end.momentum[i] * mass[i] * point.momentum[i];
      }
      return product > 0;
    });
  /** The whole, and each half with the nearest point of the other. */
  const goesOn = (points: readonly PhasePoint[]): boolean => {
    const half = points.length / 2;
    return apart(points) && apart(points.slice(0, half + 1)) && apart(points.slice(half - 1));
  };
  const build = (depth: number, from: PhasePoint, direction: number): Subtree | undefined => {
    if (depth === 0) {
      const point = next(from, direction);
      if (energyOf(point, mass) - initial > limits.maxEnergyError) {
        divergent = true;
        return undefined;
      }
      return { points: [point], drawn: point };
    }
    const first = build(depth - 1, from, direction);
    if (first === undefined) return undefined;
    const second = build(
      depth - 1,
      direction > 0 ? first.points[first.points.length - 1] : first.points[0],
      direction,
    );
    if (second === undefined) return undefined;
    const [left, right] = direction > 0 ? [first, second] : [second, first];
    const points = [...left.points, ...right.points];
    const taken = random.uniform() < weightOf(second.points) / weightOf(points);
    return goesOn(points) ? { points, drawn: taken ? second.drawn : first.drawn } : undefined;
  };
  let { points, drawn }: Subtree = { points: [start], drawn: start };
  let treeDepth = 0;
  while (treeDepth < limits.maxTreeDepth) {
    const forward = random.uniform() > 0.5;
    const added = build(treeDepth, forward ? points[points.length - 1] : points[0], forward ? 1 : -1);
    if (added === undefined) break;
    treeDepth++;
    if (random.uniform() < weightOf(added.points) / weightOf(points)) drawn = added.drawn;
    points = forward ? [...points, ...added.points] : [...added.points, ...points];
    if (!goesOn(points)) break;
  }
  return { drawn, treeDepth, leapfrogs, divergent, acceptStat: accepted / leapfrogs };
}

interface Subtree {
  readonly points: readonly PhasePoint[];
  readonly drawn: PhasePoint;
}
