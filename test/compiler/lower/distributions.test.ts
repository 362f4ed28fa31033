/**
 * Conformance of the distribution table: densities against independent formulas and against their own integral, gradients
 * against finite differences.
 */
import { describe, expect, test } from "vitest";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import type { DistributionName } from "../../../src/lang/distributions.ts";
import {
  type Arguments,
  argumentInputs,
  cases,
  densityGraph,
  distributionFunction,
  eventOf,
  isDiscrete,
  isVector,
  logDensities,
  proper,
  signature,
  supportSize,
} from "./sample-distributions.ts";
import { type DensityArguments, scalarDensities } from "./scalar-densities.ts";

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
    const width = eventOf(name, args)[0] ?? 1;
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
    ["Gamma", { shape: 3, rate: 1 }, 2, Math.log(2) - 2],
    ["Beta", { a: 2, b: 3 }, 0.5, Math.log(1.5)],
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
    ["Categorical", { p: [0, 1] }, 1, 0],
    ["Categorical", { logits: [900, -900] }, 1, -1800],
    ["Uniform", { low: 0, high: 2 }, 2, -Math.LN2],
    ["Uniform", { low: 0, high: 2 }, 2.1, Number.NEGATIVE_INFINITY],
  ])("at the edge: %s %o at %d is %d", (name, args, x, expected) => {
    expect(logDensities(name, args, [x], 1)[0]).toBeCloseTo(expected, 10);
  });

  test.each<readonly [DistributionName, Arguments, Arguments]>([
    ["Bernoulli", { p: 0.2 }, { logits: Math.log(0.25) }],
    ["Categorical", { p: [0.2, 0.8] }, { logits: [1, 1 + Math.log(4)] }],
  ])("both forms of %s agree: %o and %o", (name, first, second) => {
    const right = logDensities(name, second, [0, 1], 2);
    logDensities(name, first, [0, 1], 2).forEach((each, k) => {
      expect(each).toBeCloseTo(right[k], 12);
    });
  });

  test("MultivariateStudentT is that of SciPy 1.17", () => {
    const scale = [
      [2, -0.5, 0.3],
      [-0.5, 1, 0.4],
      [0.3, 0.4, 0.9],
    ];
    const args = { df: 3.5, loc: [0.2, 0.1, -1], scale };
    expect(logDensities("MultivariateStudentT", args, [1, -2, 0.5], 1)[0]).toBeCloseTo(
      -7.862661677985843,
      12,
    );
  });

  test.each(cases)("gradients by value and arguments: $label", ({ name, args }) => {
    const x = samplePoints(name, args);
    const points = x.length / (eventOf(name, args)[0] ?? 1);
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
      return [-7.3, -1.1, -0.2, 0.4, 1.7, 6.9, ...(isVector(name) ? [] : [30.5])];
    case "positive":
      return [1e-3, 0.2, 1.3, 4.4, 25.7];
    case "unit":
      return [1e-4, 0.2, 0.5, 0.83, 0.9999];
    case "interval":
      return [0.1, 0.5, 0.9].map((u) => Number(args.low) + u * (Number(args.high) - Number(args.low)));
    case "simplex": {
      const [length] = eventOf(name, args);
      return [0.3, 1, 2.5].flatMap((power) => {
        const row = Array.from({ length }, (_, k) => (k + 1) ** power);
        const total = row.reduce((mass, each) => mass + each, 0);
        return row.map((each) => each / total);
      });
    }
    case "corr":
    case "choleskyCorr":
    case "covariance":
      return [];
    case "bool":
      return [0, 1];
    case "category":
      return Array.from({ length: Math.min(supportSize(name, args), 12) }, (_, k) => k);
  }
}
