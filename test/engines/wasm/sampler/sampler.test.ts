import { describe, expect, test } from "vitest";
import { randomSource } from "../../../../src/base/random.ts";
import { planSampler, rowFacts } from "../../../../src/engines/wasm/sampler/sampler-layout.ts";
import {
  type RunningAveraging,
  resumeAveraging,
  startDualAveraging,
} from "../../../../src/inference/nuts/dual-averaging.ts";
import { rowLength, rowPlaces } from "../../../../src/inference/nuts/rows.ts";
import { treeTransitions } from "../../../../src/inference/nuts/tree-transitions.ts";
import { whiten } from "../../../../src/inference/nuts/whiten.ts";
import type { ChainPoint, NutsTransitions } from "../../../../src/inference/target.ts";
import {
  eightSchools,
  funnel,
  gaussian,
  graphTarget,
  programTarget,
  type SampledTarget,
  schools,
} from "./densities.ts";

const schoolsTarget = await programTarget(eightSchools("via noncentered"), schools);
const centredTarget = await programTarget(eightSchools(""), schools);
const funnelTarget = await programTarget(funnel, { y: Array(9).fill(0.5) });

function pointAt(target: SampledTarget, position: ArrayLike<number>): ChainPoint {
  const point = { position: Float64Array.from(position), gradient: new Float64Array(target.dimension) };
  return { ...point, logDensity: target.logDensityAndGradient(point.position, point.gradient) };
}

interface Trial {
  /** Largest step size. */
  readonly scale?: number;
  /** Standard deviation of the points to start from. */
  readonly spread?: number;
  readonly maxTreeDepth?: number;
  readonly maxEnergyError?: number;
}

interface Comparison {
  /** Transitions in which something was decided differently. */
  readonly different: number;
  /** Largest relative difference of any number in the others. */
  readonly error: number;
  readonly leapfrogs: number;
  readonly divergent: number;
  readonly deepest: number;
}

/** Single transitions from the same points with the same random numbers, in the module and by the tree sampler. */
function compare(target: SampledTarget, transitions: number, trial: Trial): Comparison {
  const { scale = 1, spread = 1, maxTreeDepth = 10, maxEnergyError = 1000 } = trial;
  const { dimension } = target;
  const limits = { maxTreeDepth, maxEnergyError };
  const expected = treeTransitions(target, limits);
  const inverseMass = Float64Array.from({ length: dimension }, (_, i) => 0.5 + (i % 3));
  const start = new Float64Array(dimension);
  const [ours, theirs] = [0, 1].map(() => new Float64Array(rowLength(dimension)));
  const decisions = [rowPlaces.step, rowPlaces.treeDepth, rowPlaces.leapfrogs, rowPlaces.divergent];
  let [different, error, leapfrogs, divergent, deepest] = [0, 0, 0, 0, 0];
  for (let i = 0; i < transitions; i++) {
    const random = randomSource({ seed: 5, stream: 1 }, i);
    const settings = { inverseMass, stepSize: scale * (0.05 + random.uniform()), ...limits };
    random.fillNormal(start);
    const from = start.map((value) => spread * value);
    const [here, there] = [pointAt(target, from), pointAt(target, from)];
    target.nuts.run(here, settings, { seed: 9, stream: 2 }, i + 1, ours, 0, 1);
    expected.run(there, settings, { seed: 9, stream: 2 }, i + 1, theirs, 0, 1);
    leapfrogs += theirs[rowPlaces.leapfrogs];
    divergent += theirs[rowPlaces.divergent];
    deepest = Math.max(deepest, theirs[rowPlaces.treeDepth]);
    const distance = Math.max(
      difference(ours, theirs),
      difference(here.position, there.position),
      difference(here.gradient, there.gradient),
      difference([here.logDensity], [there.logDensity]),
    );
    if (decisions.some((place) => ours[place] !== theirs[place]) || distance > 1e-6) different++;
    else error = Math.max(error, distance);
  }
  return { different, error, leapfrogs, divergent, deepest };
}

/** Relative, for numbers above one; infinite where one is NaN and the other is not. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const distances = Array.from(a, (x, i) =>
    Object.is(x, b[i]) ? 0 : Math.abs(x - b[i]) / (1 + Math.abs(b[i])),
  );
  return distances.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...distances);
}

// Roundings decide for another draw where two numbers that are compared come within some ulps of each other: about once in
// 10¹² comparisons. None is expected here.
const same = { different: 0 };

describe("transitions are those of the tree sampler", () => {
  test.each([
    { name: "a Gaussian", target: gaussian([3]), scale: 1 },
    { name: "odd blocks before even ones", target: gaussian([1, 1, 1, 4, 5]), scale: 0.7 },
    { name: "one coordinate", target: gaussian([1]), scale: 1 },
    { name: "eight schools", target: schoolsTarget, scale: 0.4 },
    { name: "centred eight schools", target: centredTarget, scale: 0.3 },
    { name: "a funnel", target: funnelTarget, scale: 0.3 },
  ])("on $name", ({ target, scale }) => {
    const found = compare(target, 3000, { scale });
    expect(found).toMatchObject(same);
    expect(found.error).toBeLessThan(1e-9);
    expect(found.leapfrogs).toBeGreaterThan(6000);
  });

  test.each([97, 98, 130, 333])("with vectors in loops: %d coordinates", (dimension) => {
    const found = compare(gaussian([dimension - 40, 1, 39]), 100, { scale: 0.5 });
    expect(found).toMatchObject(same);
    expect(found.error).toBeLessThan(1e-9);
  });

  // On −Σ x⁴ one step from x = 10 to 5 loses 3000 of the energy 10 000: weights are e^3000.
  test("where weights in plain numbers would overflow", () => {
    const quartic = graphTarget([2], (b, [x]) => {
      const square = b.emit("mul", [x, x], {});
      const fourth = b.emit("mul", [square, square], {});
      return b.emit("neg", [b.emit("reduceSum", [fourth], { axes: [0] })], {});
    });
    const found = compare(quartic, 500, { scale: 0.05, spread: 10 });
    expect(found).toMatchObject(same);
    expect(found.error).toBeLessThan(1e-9);
    expect(found.leapfrogs).toBeGreaterThan(1000);
    expect(found.divergent).toBeLessThan(400);
  });

  test.each([0, 1, 2, 5])("with trees of depth %d at most, all saturated", (maxTreeDepth) => {
    const found = compare(gaussian([4]), 200, { scale: 0.01, maxTreeDepth });
    expect(found).toMatchObject({ ...same, deepest: maxTreeDepth, leapfrogs: 200 * (2 ** maxTreeDepth - 1) });
  });

  test.each([
    { name: "too long a step", trial: { scale: 50 } },
    { name: "a strict bound", trial: { scale: 1, maxEnergyError: 0.1 } },
    { name: "no bound", trial: { scale: 3, maxEnergyError: Number.POSITIVE_INFINITY } },
  ])("divergent ones, by $name", ({ name, trial }) => {
    const found = compare(gaussian([4]), 500, trial);
    expect(found).toMatchObject(same);
    if (name === "no bound") expect(found.divergent).toBe(0);
    else expect(found.divergent).toBeGreaterThan(100);
  });

  test.each([
    // log x − x: NaN below 0, and −∞ at 0.
    {
      name: "NaN",
      target: graphTarget([1], (b, [x]) => {
        const terms = b.emit("sub", [b.emit("log", [x], {}), x], {});
        return b.emit("reduceSum", [terms], { axes: [0] });
      }),
    },
    // log max(x, 0) − x
    {
      name: "−∞",
      target: graphTarget([1], (b, [x]) => {
        const positive = b.emit("max", [x, b.fill(0, [1])], {});
        const terms = b.emit("sub", [b.emit("log", [positive], {}), x], {});
        return b.emit("reduceSum", [terms], { axes: [0] });
      }),
    },
  ])("where the density is $name elsewhere", ({ target }) => {
    const limits = { maxTreeDepth: 10, maxEnergyError: 1000 };
    const settings = { inverseMass: Float64Array.of(1), stepSize: 0.8, ...limits };
    const key = { seed: 4, stream: 0 };
    const [here, there] = [pointAt(target, [0.5]), pointAt(target, [0.5])];
    const [ours, theirs] = [0, 1].map(() => new Float64Array(2000 * rowLength(1)));
    target.nuts.run(here, settings, key, 1, ours, 0, 2000);
    treeTransitions(target, limits).run(there, settings, key, 1, theirs, 0, 2000);
    expect(difference(ours, theirs)).toBeLessThan(1e-6);
    const column = (place: number): number[] => [...ours].filter((_, i) => i % rowLength(1) === place);
    expect(column(rowPlaces.divergent).filter((value) => value === 1).length).toBeGreaterThan(50);
    const positions = column(rowPlaces.position);
    expect(Math.min(...positions)).toBeGreaterThan(0);
    // Gamma(2, 1): mean 2, sd √2, and draws that depend on each other.
    expect(Math.abs(positions.reduce((sum, x) => sum + x, 0) / 2000 - 2)).toBeLessThan(0.3);
  });
});

describe("transitions", () => {
  const limits = { maxTreeDepth: 10, maxEnergyError: 1000 };
  const settings = { inverseMass: new Float64Array(10).fill(1), stepSize: 0.3, ...limits };
  const key = { seed: 4_000_000_000, stream: 3 };
  const length = rowLength(10);

  test("are the same in one call and in many, and on another instance", () => {
    const all = new Float64Array(2000 * length);
    const end = pointAt(schoolsTarget, Array(10).fill(0.1));
    schoolsTarget.nuts.run(end, settings, key, 1, all, 0, 2000);
    const rows = new Float64Array(2000 * length);
    const point = pointAt(schoolsTarget, Array(10).fill(0.1));
    for (let step = 0; step < 2000; step++) {
      if (step % 7 === 0)
        schoolsTarget.logDensityAndGradient(new Float64Array(10).fill(step), new Float64Array(10));
      schoolsTarget.nuts.run(point, settings, key, step + 1, rows, step, 1);
    }
    expect(rows).toEqual(all);
    expect(point).toEqual(end);
  });

  test("adapt the step size as the tree sampler does, in one call and in many", () => {
    const target = gaussian([3]);
    const start = { ...settings, inverseMass: new Float64Array(3).fill(1) };
    const averaging = (): RunningAveraging => resumeAveraging(startDualAveraging(0.3), 0.8);
    const adapted = (transitions: NutsTransitions, calls: number) => {
      const [state, point] = [averaging(), pointAt(target, [0.1, 0.2, 0.3])];
      const rows = new Float64Array(120 * rowLength(3));
      for (let call = 0, { stepSize } = start; call < calls; call++, stepSize = state.stepSize) {
        const [first, count] = [(120 / calls) * call, 120 / calls];
        transitions.run(point, { ...start, stepSize }, key, 1 + first, rows, first, count, state);
      }
      return { state, rows };
    };
    const here = adapted(target.nuts, 1);
    expect(adapted(target.nuts, 40)).toEqual(here);
    const there = adapted(treeTransitions(target, limits), 1);
    expect(difference(here.rows, there.rows)).toBeLessThan(1e-8);
    expect(difference(Object.values(here.state), Object.values(there.state))).toBeLessThan(1e-8);
    expect(here.state.count).toBe(120);
    expect(new Set([...here.rows].filter((_, i) => i % rowLength(3) === rowPlaces.stepSize)).size).toBe(120);
  });

  test.each([1, 7, 60])("on whitened coordinates, %d of them", (dimension) => {
    const target = gaussian(dimension === 1 ? [1] : [1, dimension - 3, 2]);
    const random = randomSource({ seed: 6, stream: 0 }, dimension);
    const factor = Float64Array.from({ length: dimension ** 2 }, (_, at) => {
      const [i, j] = [Math.floor(at / dimension), at % dimension];
      return j > i ? 0 : j === i ? 0.5 + random.uniform() : (random.uniform() - 0.5) / Math.sqrt(dimension);
    });
    const whitened = whiten(target);
    whitened.use(factor);
    const expected = treeTransitions(whitened.target, limits);
    const rows = [0, 1].map(() => new Float64Array(rowLength(dimension)));
    const unit = { ...settings, inverseMass: new Float64Array(dimension).fill(1) };
    for (let i = 0; i < 200; i++) {
      const start = Float64Array.from({ length: dimension }, () => random.normal());
      const points = rows.map(() => pointAt({ ...target, ...whitened.target, nuts: target.nuts }, start));
      target.nuts.run(points[0], { ...unit, factor }, key, i + 1, rows[0], 0, 1);
      expected.run(points[1], unit, key, i + 1, rows[1], 0, 1);
      expect(difference(rows[0], rows[1])).toBeLessThan(1e-9);
      expect(difference(points[0].gradient, points[1].gradient)).toBeLessThan(1e-9);
      // Afterwards, transitions are those of the coordinates again.
      const own = pointAt(target, start);
      target.nuts.run(own, unit, key, i + 1, rows[0], 0, 1);
      const tree = pointAt(target, start);
      treeTransitions(target, limits).run(tree, unit, key, i + 1, rows[1], 0, 1);
      expect(difference(rows[0], rows[1])).toBeLessThan(1e-9);
    }
  });

  test("leave what they are given as it is, but the point and the rows", () => {
    const before = structuredClone(settings);
    const rows = new Float64Array(3 * length).fill(7);
    schoolsTarget.nuts.run(pointAt(schoolsTarget, Array(10).fill(0.1)), settings, key, 1, rows, 1, 1);
    expect(settings).toEqual(before);
    expect([...rows.subarray(0, length), ...rows.subarray(2 * length)].every((value) => value === 7)).toBe(
      true,
    );
  });

  test("make the 0 of −0 that a state keeps of it", () => {
    const rows = new Float64Array(length);
    const point = pointAt(schoolsTarget, Array(10).fill(-0));
    schoolsTarget.nuts.run(point, { ...settings, maxTreeDepth: 0 }, key, 1, rows, 0, 1);
    expect([...point.position]).toEqual(Array(10).fill(0));
    expect([...rows.subarray(rowPlaces.position)]).toEqual(Array(10).fill(0));
  });

  test("report the draw's own density, gradient and energy", () => {
    const rows = new Float64Array(length);
    const point = pointAt(schoolsTarget, Array(10).fill(0.1));
    schoolsTarget.nuts.run(point, settings, key, 1, rows, 0, 1);
    const again = pointAt(schoolsTarget, point.position);
    expect(point).toEqual(again);
    expect(rows[rowPlaces.logDensity]).toBe(again.logDensity);
    expect(rows[rowPlaces.energy]).toBeGreaterThan(-again.logDensity);
    expect([...rows.subarray(rowPlaces.position)]).toEqual([...point.position]);
  });

  // As of the tree sampler: what starts from the target stays there, whatever the step size.
  test("leave a normal as it is", () => {
    const target = gaussian([2, 1]);
    const sds = [1, 4 / 3, 5 / 3];
    const count = 20_000;
    const rows = new Float64Array(rowLength(3));
    const inverseMass = Float64Array.of(0.5, 1, 2);
    const sums = new Float64Array(3);
    const squares = new Float64Array(3);
    for (let i = 0; i < count; i++) {
      const random = randomSource({ seed: 8, stream: 0 }, i);
      const point = pointAt(
        target,
        sds.map((sd) => sd * random.normal()),
      );
      target.nuts.run(
        point,
        { ...settings, inverseMass, stepSize: 1.1 },
        { seed: 9, stream: 0 },
        i,
        rows,
        0,
        1,
      );
      for (const [k, sd] of sds.entries()) {
        sums[k] += point.position[k] / sd;
        squares[k] += (point.position[k] / sd) ** 2;
      }
    }
    for (let k = 0; k < 3; k++) {
      expect(Math.abs(sums[k] / count)).toBeLessThan(5 / Math.sqrt(count));
      expect(Math.abs(squares[k] / count - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    }
  });
});

test("the module's rows are those that strategies read", () => {
  const { step, stepSize, treeDepth, leapfrogs, divergent, acceptStat, energy, logDensity } = rowPlaces;
  const places = { step, stepSize, treeDepth, leapfrogs, divergent, acceptStat, energy, logDensity };
  expect(Object.keys(places)).toEqual([...rowFacts]);
  expect(Object.values(places)).toEqual([...rowFacts.keys()]);
  expect(rowPlaces.position).toBe(rowFacts.length);
});

test("memory is reserved in proportion to the coordinates", () => {
  const bytes = (dimension: number): number => {
    let sum = 0;
    planSampler(dimension, (each) => {
      sum += each;
      return 64;
    });
    return sum;
  };
  expect(bytes(100_000) / bytes(10_000)).toBeCloseTo(10, 0);
  expect(bytes(10)).toBeLessThan(100_000);
});
