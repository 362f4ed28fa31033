/** Conformance of the distribution table: draws follow the distribution function that the density integrates to. */
import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { createBuilder } from "../../../src/compiler/builder.ts";
import type { NodeId } from "../../../src/compiler/graph.ts";
import { distributionRows } from "../../../src/compiler/lower/distributions.ts";
import type { Noise } from "../../../src/compiler/lower/draws.ts";
import { createAlgebra, type Value } from "../../../src/compiler/lower/value.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { type DistributionName, distributions } from "../../../src/lang/distributions.ts";
import {
  type Arguments,
  cases,
  distributionFunction,
  eventOf,
  isDiscrete,
  isVector,
  logDensities,
  numbersOf,
  proper,
  shapeOf,
  supportSize,
} from "./sample-distributions.ts";
import { type DensityArguments, logStudent } from "./scalar-densities.ts";
import { inverse, timesTransposed } from "./small-matrices.ts";

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
  const event = eventOf(name, args);
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
    return [key, { node: builder.constant(numbersOf(value), shape), axes: [], event: shape }] as const;
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

  test.each(proper.filter(({ name }) => name === "MultivariateNormal"))(
    "sums are Normal: $label",
    ({ name, args }) => {
      const { loc: mean, ...spread } = args as unknown as DensityArguments;
      const covariance =
        spread.covariance ??
        (spread.precision === undefined ? timesTransposed(spread.cholesky) : inverse(spread.precision));
      const [width] = eventOf(name, args);
      const values = draws(name, args);
      // A normal vector is one all of whose weighted sums are normal; some weights here.
      for (const weights of [
        [1, 0, 0.5],
        [0.1, 1, 1],
        [1, 1, 1],
        [1, -2, 0.5],
      ].map((each) => each.slice(0, width))) {
        const sums = Float64Array.from({ length: values.length / width }, (_, row) =>
          weights.reduce((sum, weight, k) => sum + weight * values[row * width + k], 0),
        ).sort();
        const loc = weights.reduce((sum, weight, k) => sum + weight * (mean[k] ?? mean), 0);
        const variance = weights.reduce(
          (sum, left, i) =>
            sum + weights.reduce((part, right, j) => part + left * right * covariance[i][j], 0),
          0,
        );
        const margin = distributionFunction("Normal", { loc, scale: Math.sqrt(variance) });
        expect(distance(sums, margin)).toBeLessThan(largestDistance);
      }
    },
  );

  test.each(proper.filter(({ name }) => name === "MultivariateStudentT"))(
    "sums are Student's: $label",
    ({ name, args }) => {
      const { df, loc, scale, cholesky } = args as unknown as DensityArguments;
      const matrix = scale ?? timesTransposed(cholesky);
      const [width] = eventOf(name, args);
      const values = draws(name, args);
      const weights = [1, -2, 0.5].slice(0, width);
      const dot = (row: ArrayLike<number>): number =>
        weights.reduce((sum, weight, k) => sum + weight * row[k], 0);
      const sums = Float64Array.from({ length: values.length / width }, (_, row) =>
        dot(values.subarray(row * width)),
      ).sort();
      const spread = Math.sqrt(dot(matrix.map(dot)));
      const centre = dot(weights.map((_, k) => loc[k] ?? loc));
      // x = centre + spread tan πu, u from −1/2 to 1/2.
      const cells = 20_000;
      const u = Array.from({ length: cells }, (_, i) => Math.PI * ((i + 0.5) / cells - 0.5));
      const x = u.map((each) => centre + spread * Math.tan(each));
      let below = 0;
      const mass = x.map((each, i) => {
        below +=
          (Math.exp(logStudent(each, df, centre, spread)) * Math.PI * spread) / Math.cos(u[i]) ** 2 / cells;
        return below;
      });
      const margin = { x, mass };
      expect(distance(sums, margin)).toBeLessThan(largestDistance);
    },
  );

  test("every proper distribution has draws, and no improper one", () => {
    for (const { name } of cases)
      expect(distributionRows[name].draw !== undefined).toBe(distributions[name].proper);
  });
});
