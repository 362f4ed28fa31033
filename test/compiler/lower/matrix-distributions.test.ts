/** Distributions of matrices: densities by SciPy and by their integrals, draws by marginals in closed form. */
import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { elementCount } from "../../../src/compiler/graph.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { lowerSimulate } from "../../../src/compiler/lower/simulate.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { loadModel } from "./load-model.ts";
import { distributionFunction } from "./sample-distributions.ts";
import { scalarDensities } from "./scalar-densities.ts";

const scale = [
  [2, -0.5, 0.3],
  [-0.5, 1, 0.4],
  [0.3, 0.4, 0.9],
];
const point = [
  [3, 1, 0.2],
  [1, 2, -0.4],
  [0.2, -0.4, 1.5],
];

/** log densities of many matrices, row-major. */
function logDensities(draw: string, type: string, k: number, x: readonly number[]): Float64Array {
  const count = x.length / k ** 2;
  const loaded = loadModel(
    `model M[N](V: Covariance[3]) { plate n in N { observe x[n]: ${type}[${k}] ~ ${draw} } }`,
  );
  const { graph } = lowerLogDensity(
    { ...loaded, sizes: { N: count }, knowns: {} },
    { scale: "constrained", pointwise: true },
  );
  const inputs: Record<string, readonly number[]> = { "data/x": x, "data/V": scale.flat() };
  const needed = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, inputs[name]]));
  return Float64Array.from(referenceEngine.compile(graph).run(needed)["pointwise/x"]);
}

// SciPy 1.17: wishart.logpdf, invwishart.logpdf
test.each([
  ["Wishart(3.5, V)", -10.700191929402298],
  ["Wishart(7, V)", -13.224979907795777],
  ["InverseWishart(3.5, V)", -13.720472935403],
  ["InverseWishart(7, V)", -22.790121671670832],
])("%s is that of SciPy", (draw, expected) => {
  expect(logDensities(draw, "Covariance", 3, point.flat())[0]).toBeCloseTo(expected, 10);
});

test.each(["Wishart(2, V)", "InverseWishart(1.5, V)"])("%s of three rows is no distribution", (draw) => {
  expect(logDensities(draw, "Covariance", 3, point.flat())[0]).toBeNaN();
});

test.each([0.7, 1, 2.5])(
  "LKJ(%d) integrates to one over the correlations of two and of three variables",
  (eta) => {
    const cells = 60;
    // Midpoints in an angle, so that densities which are infinite at the ends are smooth: r = cos.
    const angles = Array.from({ length: cells }, (_, i) => ((i + 0.5) * Math.PI) / cells);
    const pairs = angles.map(Math.cos).map((r) => [1, r, r, 1]);
    const two = logDensities(`LKJ(${eta})`, "Corr", 2, pairs.flat());
    const mass = angles.reduce(
      (sum, angle, i) => sum + (Math.exp(two[i]) * Math.sin(angle) * Math.PI) / cells,
      0,
    );
    expect(mass).toBeCloseTo(1, 2);

    // c = a b + z √(1 − a²) √(1 − b²), with the partial correlation z.
    const matrices: number[][] = [];
    const weights: number[] = [];
    for (const first of angles)
      for (const second of angles)
        for (const third of angles) {
          const [a, b, z] = [first, second, third].map(Math.cos);
          const width = Math.sin(first) * Math.sin(second);
          const c = a * b + z * width;
          matrices.push([1, a, b, a, 1, c, b, c, 1]);
          weights.push(width * width * Math.sin(third) * (Math.PI / cells) ** 3);
        }
    const three = logDensities(`LKJ(${eta})`, "Corr", 3, matrices.flat());
    expect(weights.reduce((sum, weight, i) => sum + weight * Math.exp(three[i]), 0)).toBeCloseTo(1, 2);
  },
);

test("LKJ of many variables, by the onion method", () => {
  const n = 6;
  const x = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => 0.5 ** Math.abs(i - j)));
  const expected = scalarDensities.LKJ(x as never, { concentration: 1.7 } as never);
  expect(logDensities("LKJ(1.7)", "Corr", n, x.flat())[0]).toBeCloseTo(expected, 10);
});

const draws = 20_000;
/** Kolmogorov's statistic beyond this has probability about 1e-4. */
const largestDistance = Math.sqrt(Math.log(2e4) / (2 * draws));

/** Draws, each an array of k × k numbers. */
function simulate(draw: string, type: string, k: number): Float64Array[] {
  const loaded = loadModel(`model M[N](V: Covariance[3]) { plate n in N { x[n]: ${type}[${k}] ~ ${draw} } }`);
  const { graph, noise } = lowerSimulate({ ...loaded, sizes: { N: draws }, knowns: {} }, { given: [] });
  const random = randomSource({ seed: 5, stream: k }, 0);
  const inputs: Record<string, ArrayLike<number>> = { "data/V": scale.flat() };
  for (const { input, kind, shape } of noise) {
    const values = new Float64Array(elementCount(shape));
    if (kind === "normal") random.fillNormal(values);
    else random.fillUniform(values);
    inputs[input] = values;
  }
  const needed = Object.fromEntries(
    Object.keys(graph.inputs).map((name) => [name, inputs[name] as Float64Array]),
  );
  const x = Float64Array.from(referenceEngine.compile(graph).run(needed)["variable/x"]);
  return Array.from({ length: draws }, (_, i) => x.subarray(i * k * k, (i + 1) * k * k));
}

function expectDistributed(values: readonly number[], { x, mass }: { x: number[]; mass: number[] }): void {
  const sorted = Float64Array.from(values).sort();
  let worst = 0;
  let cell = 0;
  sorted.forEach((value, i) => {
    while (cell < x.length - 1 && x[cell + 1] <= value) cell++;
    worst = Math.max(worst, Math.abs(mass[cell] - (i + 0.5) / sorted.length));
  });
  expect(worst).toBeLessThan(largestDistance);
}

describe("draws", () => {
  test.each([
    ["LKJ(1.5)", "Corr", 1.5],
    ["LKJCholesky(0.6)", "CholeskyCorr", 0.6],
  ])("each correlation of %s is a Beta on (−1, 1)", (draw, type, eta) => {
    const k = 4;
    const margin = distributionFunction("Beta", { a: eta - 1 + k / 2, b: eta - 1 + k / 2 });
    const all = simulate(draw, type, k);
    const correlation = (x: Float64Array, i: number, j: number): number =>
      type === "Corr"
        ? x[i * k + j]
        : Array.from({ length: k }, (_, m) => x[i * k + m] * x[j * k + m]).reduce(
            (sum, each) => sum + each,
            0,
          );
    for (const [i, j] of [
      [1, 0],
      [2, 1],
      [3, 0],
      [3, 2],
    ])
      expectDistributed(
        all.map((x) => (1 + correlation(x, i, j)) / 2),
        margin,
      );
  });

  const df = 6.5;
  test("a Wishart has the moments of one, and Gammas on its diagonal", () => {
    const all = simulate(`Wishart(${df}, V)`, "Covariance", 3);
    for (let i = 0; i < 3; i++) {
      const margin = distributionFunction("Gamma", { shape: df / 2, rate: 0.5 / scale[i][i] });
      expectDistributed(
        all.map((x) => x[4 * i]),
        margin,
      );
      for (let j = 0; j < 3; j++) {
        const values = all.map((x) => x[3 * i + j]);
        const mean = values.reduce((sum, each) => sum + each, 0) / draws;
        const variance = df * (scale[i][j] ** 2 + scale[i][i] * scale[j][j]);
        expect(Math.abs(mean - df * scale[i][j])).toBeLessThan(4.5 * Math.sqrt(variance / draws));
        const spread = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / draws;
        expect(spread / variance).toBeCloseTo(1, 0.7);
      }
    }
  });

  test("an inverse Wishart has the mean of one, and inverse Gammas on its diagonal", () => {
    const all = simulate(`InverseWishart(${df}, V)`, "Covariance", 3);
    for (let i = 0; i < 3; i++) {
      const shape = (df - 2) / 2;
      const margin = distributionFunction("Gamma", { shape, rate: scale[i][i] / 2 });
      expectDistributed(
        all.map((x) => 1 / x[4 * i]),
        margin,
      );
      for (let j = 0; j < 3; j++) {
        const values = all.map((x) => x[3 * i + j]);
        const mean = values.reduce((sum, each) => sum + each, 0) / draws;
        const sd = Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / draws);
        expect(Math.abs(mean - scale[i][j] / (df - 4))).toBeLessThan((5 * sd) / Math.sqrt(draws));
      }
    }
  });
});
