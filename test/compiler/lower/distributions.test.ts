/**
 * Conformance of the distribution table: every distribution is tested the day it is added, because the sample arguments
 * below are a total table. Densities against independent formulas and against their own integral, gradients against finite
 * differences, draws against the distribution function that the density integrates to.
 */
import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { createBuilder } from "../../../src/compiler/builder.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import type { Graph, NodeId } from "../../../src/compiler/graph.ts";
import { distributionRows, sum } from "../../../src/compiler/lower/distributions.ts";
import type { Noise } from "../../../src/compiler/lower/draws.ts";
import { createAlgebra, type Value } from "../../../src/compiler/lower/value.ts";
import type { Shape } from "../../../src/compiler/ops.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import {
  type DistributionName,
  type DistributionSignature,
  distributions,
} from "../../../src/lang/distributions.ts";
import { type DensityArguments, scalarDensities } from "./scalar-densities.ts";

type Arguments = Readonly<Record<string, number | readonly number[]>>;

/** Several arguments for each distribution, among them awkward ones. */
const sampleArguments = {
  Normal: [
    { loc: 0, scale: 1 },
    { loc: -2.5, scale: 0.3 },
  ],
  HalfNormal: [{ scale: 1 }, { scale: 4 }],
  Cauchy: [
    { loc: 0, scale: 1 },
    { loc: 3, scale: 0.5 },
  ],
  HalfCauchy: [{ scale: 1 }, { scale: 2.5 }],
  StudentT: [
    { df: 4, loc: 0, scale: 1 },
    { df: 1.5, loc: 2, scale: 0.7 },
    { df: 60, loc: -1, scale: 3 },
  ],
  HalfStudentT: [
    { df: 3, scale: 2 },
    { df: 1, scale: 0.5 },
  ],
  Laplace: [
    { loc: 0, scale: 1 },
    { loc: 1, scale: 3 },
  ],
  Logistic: [
    { loc: 0, scale: 1 },
    { loc: -1, scale: 0.4 },
  ],
  LogNormal: [
    { loc: 0, scale: 1 },
    { loc: 1, scale: 0.25 },
  ],
  Exponential: [{ rate: 1 }, { rate: 0.2 }],
  Gamma: [
    { shape: 2, rate: 3 },
    { shape: 0.4, rate: 1 },
    { shape: 1, rate: 2 },
    { shape: 40, rate: 0.5 },
  ],
  InverseGamma: [
    { shape: 3, scale: 2 },
    { shape: 1.2, scale: 0.5 },
  ],
  Beta: [
    { a: 2, b: 3 },
    { a: 0.5, b: 0.7 },
    { a: 1, b: 1 },
    { a: 20, b: 1 },
  ],
  Uniform: [
    { low: 0, high: 1 },
    { low: -3, high: 4.5 },
  ],
  Dirichlet: [{ concentration: [2, 3] }, { concentration: [0.6, 1.5, 3] }, { concentration: [1, 1, 1] }],
  Bernoulli: [{ p: 0.3 }, { p: 1e-12 }, { logits: -1.5 }, { logits: 6 }],
  Binomial: [
    { n: 10, p: 0.3 },
    { n: 0, p: 0.5 },
    { n: 7, logits: 2 },
    { n: 40, p: 0.99 },
  ],
  Categorical: [{ p: [0.2, 0.5, 0.3] }, { p: [1e-9, 1 - 1e-9] }, { logits: [1, -2, 0.5, 3] }],
  Poisson: [{ rate: 3 }, { rate: 0.01 }, { rate: 200 }, { log_rate: 1 }],
  Flat: [{}],
} satisfies Record<DistributionName, readonly Arguments[]> as Record<DistributionName, readonly Arguments[]>;

const cases = (Object.keys(sampleArguments) as DistributionName[]).flatMap((name) =>
  sampleArguments[name].map((args) => ({ name, args, label: `${name} ${JSON.stringify(args)}` })),
);
const proper = cases.filter(({ name }) => distributions[name].proper);
const isVector = (name: DistributionName): boolean => distributions[name].eventRank === 1;
const isDiscrete = (name: DistributionName): boolean =>
  ["bool", "category", "count", "countTo"].includes(distributions[name].support);

/** log p at many points: x, and each argument, as graph inputs. */
function densityGraph(name: DistributionName, args: Arguments, points: number): Graph {
  const builder = createBuilder();
  const algebra = createAlgebra(builder);
  const axis = { id: "point", size: points, start: 0, order: 0, kind: "plate" } as const;
  const event = isVector(name) ? shapeOf(Object.values(args)[0]) : [];
  const node = builder.input("x", { dtype: isDiscrete(name) ? "int" : "float", shape: [points, ...event] });
  const x: Value = { node, axes: [axis], event };
  const values = Object.entries(args).map(([key, value]) => [key, inputValue(key, shapeOf(value))] as const);
  const terms = distributionRows[name].logDensity(algebra, x, Object.fromEntries(values));
  return builder.finish({ logDensity: algebra.stretch(sum(algebra, terms), [axis], []).node });

  function inputValue(key: string, shape: Shape): Value {
    return { node: builder.input(key, { dtype: "float", shape }), axes: [], event: shape };
  }
}

function shapeOf(value: number | readonly number[]): number[] {
  return typeof value === "number" ? [] : [value.length];
}

function argumentInputs(args: Arguments): Record<string, readonly number[]> {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, typeof value === "number" ? [value] : value]),
  );
}

function logDensities(
  name: DistributionName,
  args: Arguments,
  x: readonly number[],
  points: number,
): Float64Array {
  const graph = densityGraph(name, args, points);
  const inputs: Record<string, readonly number[]> = { ...argumentInputs(args), x };
  const needed = Object.fromEntries(Object.keys(graph.inputs).map((each) => [each, inputs[each]]));
  return Float64Array.from(referenceEngine.compile(graph).run(needed).logDensity);
}

function signature(name: DistributionName): DistributionSignature {
  return distributions[name];
}

/** Values of u in (0, 1) and the points of the support they stand for, with dx/du: a substitution for integrals. */
interface Substitution {
  point(u: number): number;
  slope(u: number): number;
}

function substitution(name: DistributionName, args: Arguments): Substitution {
  const { support } = signature(name);
  const low = support === "interval" ? Number(args.low) : 0;
  const width = support === "interval" ? Number(args.high) - low : 1;
  // t = tan-like maps of u: x = sinh(k t) covers all scales of a real line with heavy tails.
  const real = (u: number): number => Math.sinh(30 * (2 * u - 1));
  const realSlope = (u: number): number => 60 * Math.cosh(30 * (2 * u - 1));
  const positive = (u: number): number => Math.exp(60 * (2 * u - 1));
  const positiveSlope = (u: number): number => 120 * Math.exp(60 * (2 * u - 1));
  if (support === "real") return { point: real, slope: realSlope };
  if (support === "positive") return { point: positive, slope: positiveSlope };
  // Towards both ends on a logarithmic scale: x = σ(70 (2u − 1)).
  const share = (u: number): number => 1 / (1 + Math.exp(-70 * (2 * u - 1)));
  const shareSlope = (u: number): number => 140 * share(u) * (1 / (1 + Math.exp(70 * (2 * u - 1))));
  return { point: (u) => low + width * share(u), slope: (u) => width * shareSlope(u) };
}

/** The distribution function at the midpoints of a fine grid, by the midpoint rule. */
function distributionFunction(name: DistributionName, args: Arguments): { x: number[]; mass: number[] } {
  const cells = 20_000;
  const { point, slope } = substitution(name, args);
  const u = Array.from({ length: cells }, (_, i) => (i + 0.5) / cells);
  const x = u.map(point);
  const densities = logDensities(name, args, x, cells);
  let total = 0;
  const mass = u.map((each, i) => {
    const own = Math.exp(densities[i]) * slope(each) * (1 / cells);
    if (Number.isFinite(own)) total += own;
    return total;
  });
  return { x, mass };
}

describe("densities", () => {
  const continuous = proper.filter(({ name }) => !isDiscrete(name) && !isVector(name));
  test.each(continuous)("integrates to one: $label", ({ name, args }) => {
    const { mass } = distributionFunction(name, args);
    expect(mass[mass.length - 1]).toBeCloseTo(1, 6);
  });

  test.each(proper.filter(({ name }) => isDiscrete(name)))("sums to one: $label", ({ name, args }) => {
    const count = supportSize(name, args);
    const x = Array.from({ length: count }, (_, k) => k);
    const total = logDensities(name, args, x, count).reduce((mass, each) => mass + Math.exp(each), 0);
    expect(total).toBeCloseTo(1, 9);
  });

  test("Dirichlet integrates to one over the simplex of two and of three", () => {
    const line = Array.from({ length: 4000 }, (_, i) => (i + 0.5) / 4000);
    const pairs = logDensities(
      "Dirichlet",
      { concentration: [2, 3] },
      line.flatMap((x) => [x, 1 - x]),
      4000,
    );
    expect(pairs.reduce((mass, each) => mass + Math.exp(each) / 4000, 0)).toBeCloseTo(1, 5);
    const cells = 400;
    const points: number[][] = [];
    for (let i = 0; i < cells; i++)
      for (let j = 0; j < cells; j++) {
        // The unit square onto the triangle: (s, (1 − s) t), area element 1 − s.
        const s = (i + 0.5) / cells;
        const rest = ((1 - s) * (j + 0.5)) / cells;
        points.push([s, rest, 1 - s - rest]);
      }
    const densities = logDensities("Dirichlet", { concentration: [2, 2, 3] }, points.flat(), cells * cells);
    const mass = points.reduce((total, [s], i) => total + (Math.exp(densities[i]) * (1 - s)) / cells ** 2, 0);
    expect(mass).toBeCloseTo(1, 4);
  });

  test.each(cases)("agrees with the textbook formula: $label", ({ name, args }) => {
    const x = samplePoints(name, args);
    const width = isVector(name) ? shapeOf(Object.values(args)[0])[0] : 1;
    const points = x.length / width;
    const actual = logDensities(name, args, x, points);
    for (let at = 0; at < points; at++) {
      const point = isVector(name) ? x.slice(at * width, (at + 1) * width) : x[at];
      const expected = scalarDensities[name](point as never, args as unknown as DensityArguments);
      expect(Math.abs(actual[at] - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-9);
    }
  });

  // Closed forms at points where they are short.
  test.each<readonly [DistributionName, Arguments, number, number]>([
    ["Normal", { loc: 0, scale: 1 }, 0, -0.5 * Math.log(2 * Math.PI)],
    ["Normal", { loc: 0, scale: 1 }, 40, -800 - 0.5 * Math.log(2 * Math.PI)],
    ["HalfNormal", { scale: 1 }, 0, 0.5 * Math.log(2 / Math.PI)],
    ["Cauchy", { loc: 0, scale: 1 }, 0, -Math.log(Math.PI)],
    ["HalfCauchy", { scale: 1 }, 1, -Math.log(Math.PI)],
    ["StudentT", { df: 3, loc: 0, scale: 1 }, 0, Math.log(2 / (Math.PI * Math.sqrt(3)))],
    ["StudentT", { df: 1, loc: 0, scale: 1 }, 2, -Math.log(5 * Math.PI)],
    ["HalfStudentT", { df: 2, scale: 1 }, 0, -0.5 * Math.log(2)],
    ["Laplace", { loc: 0, scale: 1 }, 3, -3 - Math.log(2)],
    ["Logistic", { loc: 0, scale: 1 }, 0, -Math.log(4)],
    ["Exponential", { rate: 2 }, 1, Math.log(2) - 2],
    ["Gamma", { shape: 3, rate: 1 }, 2, Math.log(2) - 2],
    ["InverseGamma", { shape: 1, scale: 2 }, 2, Math.log(0.5) - 1],
    ["Beta", { a: 2, b: 3 }, 0.5, Math.log(1.5)],
    ["Binomial", { n: 10, p: 0.5 }, 5, Math.log(252 / 1024)],
    ["Poisson", { rate: 3 }, 2, Math.log(4.5) - 3],
    ["Poisson", { rate: 3 }, 0, -3],
  ])("%s %o at %d is %d", (name, args, x, expected) => {
    expect(logDensities(name, args, [x], 1)[0]).toBeCloseTo(expected, 12);
  });

  test.each<readonly [DistributionName, Arguments, number, number]>([
    // Certain outcomes have log probability 0 and no NaN beside them.
    ["Bernoulli", { p: 1 }, 1, 0],
    ["Bernoulli", { p: 0 }, 0, 0],
    ["Bernoulli", { p: 0 }, 1, Number.NEGATIVE_INFINITY],
    ["Bernoulli", { logits: 800 }, 1, 0],
    ["Bernoulli", { logits: -800 }, 1, -800],
    ["Binomial", { n: 5, p: 0 }, 0, 0],
    ["Binomial", { n: 5, p: 1 }, 5, 0],
    ["Binomial", { n: 5, p: 1 }, 4, Number.NEGATIVE_INFINITY],
    ["Binomial", { n: 5, logits: -700 }, 0, 0],
    ["Poisson", { rate: 0 }, 0, 0],
    ["Poisson", { rate: 0 }, 1, Number.NEGATIVE_INFINITY],
    ["Categorical", { p: [0, 1] }, 1, 0],
    ["Categorical", { logits: [900, -900] }, 1, -1800],
    ["Logistic", { loc: 0, scale: 1 }, 800, -800],
    ["Logistic", { loc: 0, scale: 1 }, -800, -800],
    ["Cauchy", { loc: 0, scale: 1 }, 1e200, Number.NEGATIVE_INFINITY],
    ["Uniform", { low: 0, high: 2 }, 2, -Math.LN2],
    ["Uniform", { low: 0, high: 2 }, 2.1, Number.NEGATIVE_INFINITY],
  ])("at the edge: %s %o at %d is %d", (name, args, x, expected) => {
    expect(logDensities(name, args, [x], 1)[0]).toBeCloseTo(expected, 10);
  });

  test.each<readonly [DistributionName, Arguments, Arguments]>([
    ["Bernoulli", { p: 0.2 }, { logits: Math.log(0.25) }],
    ["Binomial", { n: 6, p: 0.2 }, { n: 6, logits: Math.log(0.25) }],
    ["Categorical", { p: [0.2, 0.8] }, { logits: [1, 1 + Math.log(4)] }],
    ["Poisson", { rate: 5 }, { log_rate: Math.log(5) }],
  ])("both forms of %s agree: %o and %o", (name, first, second) => {
    const count = name === "Binomial" ? 7 : 2;
    const x = Array.from({ length: count }, (_, k) => k);
    const right = logDensities(name, second, x, count);
    logDensities(name, first, x, count).forEach((each, k) => {
      expect(each).toBeCloseTo(right[k], 12);
    });
  });

  test.each(cases)("gradients by value and arguments: $label", ({ name, args }) => {
    const x = samplePoints(name, args);
    const points = x.length / (isVector(name) ? shapeOf(Object.values(args)[0])[0] : 1);
    const graph = densityGraph(name, args, points);
    const inputs: Record<string, number[]> = Object.fromEntries(
      Object.entries({ ...argumentInputs(args), x }).map(([key, values]) => [key, [...values]]),
    );
    const wrt = Object.keys(graph.inputs).filter((key) => {
      const { dtype } = graph.nodes[graph.inputs[key]].type;
      return dtype === "float" && key !== "n";
    });
    const executable = referenceEngine.compile(graph);
    const total = (): number => {
      const needed = Object.fromEntries(Object.keys(graph.inputs).map((key) => [key, inputs[key]]));
      return Float64Array.from(executable.run(needed).logDensity).reduce((mass, each) => mass + each, 0);
    };
    const gradients = referenceEngine
      .compile(differentiate(graph, { of: "logDensity", wrt, prefix: "d" }))
      .run(Object.fromEntries(Object.keys(graph.inputs).map((key) => [key, inputs[key]])));
    for (const key of wrt)
      inputs[key].forEach((value, at) => {
        const step = 1e-6 * Math.max(Math.abs(value), 1e-9) * (value === 0 ? 1e3 : 1);
        const moved = [1, -1].map((sign) => {
          inputs[key][at] = value + sign * step;
          return total();
        });
        inputs[key][at] = value;
        const slope = (moved[0] - moved[1]) / (2 * step);
        const scale = Math.max(1, Math.abs(slope), (1e-9 * Math.abs(total())) / step);
        expect(Math.abs(gradients[`d${key}`][at] - slope) / scale, `${key}[${at}]`).toBeLessThan(1e-4);
      });
  });
});

/** Points inside the support, away from kinks: each distribution's own scale and its tails. */
function samplePoints(name: DistributionName, args: Arguments): number[] {
  const { support } = signature(name);
  switch (support) {
    case "real":
      return [-7.3, -1.1, -0.2, 0.4, 1.7, 6.9, 30.5];
    case "positive":
      return [1e-3, 0.2, 1.3, 4.4, 25.7];
    case "unit":
      return [1e-4, 0.2, 0.5, 0.83, 0.9999];
    case "interval":
      return [0.1, 0.5, 0.9].map((u) => Number(args.low) + u * (Number(args.high) - Number(args.low)));
    case "simplex": {
      const length = (args.concentration as readonly number[]).length;
      return [0.3, 1, 2.5].flatMap((power) => {
        const row = Array.from({ length }, (_, k) => (k + 1) ** power);
        const total = row.reduce((mass, each) => mass + each, 0);
        return row.map((each) => each / total);
      });
    }
    case "bool":
      return [0, 1];
    case "category":
    case "countTo":
    case "count":
      return Array.from({ length: Math.min(supportSize(name, args), 12) }, (_, k) => k);
  }
}

function supportSize(name: DistributionName, args: Arguments): number {
  switch (name) {
    case "Bernoulli":
      return 2;
    case "Binomial":
      return Number(args.n) + 1;
    case "Categorical":
      return shapeOf(args.p ?? args.logits)[0];
    default:
      return 800;
  }
}

const manyDraws = 20_000;
/** Each draw of a count looks at all counts. */
const fewDraws = 4_000;

/** Independent draws, row-major. */
function draws(name: DistributionName, args: Arguments, drawCount = manyDraws): Float64Array {
  const { draw } = distributionRows[name];
  if (draw === undefined) throw new Error(`${name} has no draws`);
  const builder = createBuilder();
  const algebra = createAlgebra(builder);
  const axis = { id: "draw number", size: drawCount, start: 0, order: 0, kind: "plate" } as const;
  const event = isVector(name) ? shapeOf(Object.values(args)[0]) : [];
  const noiseInputs: { name: string; kind: "normal" | "uniform"; id: NodeId }[] = [];
  const next = (kind: "normal" | "uniform", own: readonly number[]): Value => {
    const key = `noise${noiseInputs.length}`;
    const id = builder.input(key, { dtype: "float", shape: [drawCount, ...own] });
    noiseInputs.push({ name: key, kind, id });
    return { node: id, axes: [axis], event: own };
  };
  const noise: Noise = {
    event,
    normal: (own = event) => next("normal", own),
    uniform: (own = event) => next("uniform", own),
  };
  const values = Object.entries(args).map(([key, value]) => {
    const shape = shapeOf(value);
    const numbers = typeof value === "number" ? [value] : value;
    return [key, { node: builder.constant(numbers, shape), axes: [], event: shape }] as const;
  });
  const value = algebra.stretch(draw(algebra, noise, Object.fromEntries(values)), [axis], event);
  const graph = builder.finish({ value: algebra.convert(value, "float").node });
  const random = randomSource({ seed: 20, stream: name.length }, 0);
  const inputs = Object.fromEntries(
    noiseInputs.map(({ name: key, kind, id }) => {
      const length = builder.typeOf(id).shape.reduce((product, each) => product * each, 1);
      const numbers = new Float64Array(length);
      if (kind === "normal") random.fillNormal(numbers);
      else random.fillUniform(numbers);
      return [key, numbers];
    }),
  );
  return Float64Array.from(referenceEngine.compile(graph).run(inputs).value);
}

/** Kolmogorov's statistic beyond this has probability about 1e-4 (2 exp(−2 n d²)). */
const largestDistance = Math.sqrt(Math.log(2e4) / (2 * manyDraws));

function distance(sorted: Float64Array, { x, mass }: { x: number[]; mass: number[] }): number {
  let worst = 0;
  let cell = 0;
  sorted.forEach((value, i) => {
    while (cell < x.length - 1 && x[cell + 1] <= value) cell++;
    worst = Math.max(worst, Math.abs(mass[cell] - (i + 0.5) / sorted.length));
  });
  return worst;
}

describe("draws follow the density", () => {
  const continuous = proper.filter(({ name }) => !isDiscrete(name) && !isVector(name));
  test.each(continuous)("Kolmogorov and Smirnov: $label", ({ name, args }) => {
    const sorted = draws(name, args).sort();
    expect(sorted.every(Number.isFinite)).toBe(true);
    expect(distance(sorted, distributionFunction(name, args))).toBeLessThan(largestDistance);
  });

  test.each(proper.filter(({ name }) => isDiscrete(name)))("chi-squared: $label", ({ name, args }) => {
    const count = supportSize(name, args);
    const x = Array.from({ length: count }, (_, k) => k);
    const expected = logDensities(name, args, x, count).map((each) => fewDraws * Math.exp(each));
    const seen = new Float64Array(count);
    for (const value of draws(name, args, fewDraws)) {
      expect(Number.isInteger(value) && value >= 0 && value < count).toBe(true);
      seen[value]++;
    }
    // Rare values together.
    let [statistic, cells, rareSeen, rare] = [0, 0, 0, 0];
    x.forEach((k) => {
      if (expected[k] < 10) {
        rareSeen += seen[k];
        rare += expected[k];
        return;
      }
      statistic += (seen[k] - expected[k]) ** 2 / expected[k];
      cells++;
    });
    expect(Math.abs(rareSeen - rare)).toBeLessThan(5 * Math.sqrt(rare) + 5);
    // Mean cells − 1, variance twice that: five standard deviations.
    expect(statistic).toBeLessThan(cells + 5 * Math.sqrt(2 * cells) + 5);
  });

  test.each(proper.filter(({ name }) => name === "Dirichlet"))("marginals are Beta: $label", ({ args }) => {
    const concentration = args.concentration as readonly number[];
    const values = draws("Dirichlet", args);
    const total = concentration.reduce((mass, each) => mass + each, 0);
    concentration.forEach((a, k) => {
      const own = values.filter((_, at) => at % concentration.length === k).sort();
      const margin = distributionFunction("Beta", { a, b: total - a });
      expect(distance(own, margin)).toBeLessThan(largestDistance);
    });
    for (let at = 0; at < 100 * concentration.length; at += concentration.length) {
      const row = values.subarray(at, at + concentration.length);
      expect(row.reduce((mass, each) => mass + each, 0)).toBeCloseTo(1, 12);
    }
  });

  test("every proper distribution has draws, and no improper one", () => {
    for (const { name } of cases)
      expect(distributionRows[name].draw !== undefined).toBe(distributions[name].proper);
  });
});
