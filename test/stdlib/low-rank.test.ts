/** LowRankMultivariateNormal against the dense MultivariateNormal of the same covariance. */
import { expect, test } from "vitest";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../src/compiler/lower/log-density.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { loadModel } from "../compiler/lower/load-model.ts";
import { vectorsOf } from "./evaluate-distribution.ts";

const loc = [1, 0, 2, -1];
const W = [
  [1, 0.5],
  [0.3, 2],
  [-0.3, 0.4],
  [0, -1.2],
];
const covariance = (noise: readonly number[]): number[][] =>
  W.map((row, i) => W.map((column, j) => row[0] * column[0] + row[1] * column[1] + (i === j ? noise[i] : 0)));
const written = (value: unknown): string => JSON.stringify(value);

/** log density of x, and its gradient by a shift s of all means and a factor exp(t) of the loadings. */
function densityAt(use: string, x: readonly number[], s: number, t: number): number[] {
  const program = `model M {\n  s ~ Normal(0, 1)\n  t ~ Normal(0, 1)\n  observe x ~ ${use}\n}`;
  const loaded = loadModel(program);
  const lowered = lowerLogDensity({ ...loaded, sizes: {}, knowns: {} }, { scale: "unconstrained" });
  const density = { ...lowered.graph, outputs: { logDensity: lowered.graph.outputs.logDensity } };
  const wrt = lowered.coordinates.map(({ input }) => input);
  const graph = optimize(differentiate(density, { of: "logDensity", wrt, prefix: "gradient/" }));
  const inputs = Object.fromEntries(wrt.map((input, at) => [input, [[s, t][at]]]));
  const results = referenceEngine.compile(graph).run({ ...inputs, "data/x": x });
  return [results.logDensity[0], ...wrt.map((input) => results[`gradient/${input}`][0])];
}

test.each([
  { noise: [0.5, 1, 2, 0.1], x: [0.4, -1, 2.5, 0] },
  { noise: [3, 0.01, 0.2, 40], x: [-6, 3, 0, 11] },
])("density and gradient of $x, noise $noise", ({ noise, x }) => {
  const low = `LowRankMultivariateNormal(${written(loc)} + s, exp(t) * ${written(W)}, ${written(noise)})`;
  const shared = `exp(2 * t) * (${written(W)} @ transpose(${written(W)})) + diag(${written(noise)})`;
  const dense = `MultivariateNormal(${written(loc)} + s, (${shared}) as Covariance)`;
  const [found, wanted] = [low, dense].map((use) => densityAt(use, x, 0.3, -0.2));
  expect(found).toHaveLength(3);
  found.forEach((each, at) => {
    expect(Math.abs(each - wanted[at])).toBeLessThan(1e-10 * Math.max(1, Math.abs(wanted[at])));
  });
});

test("draws have its means and covariances", () => {
  const noise = [0.5, 1, 2, 0.1];
  const count = 4_000;
  const draws = vectorsOf(
    `LowRankMultivariateNormal(${written(loc)}, ${written(W)}, ${written(noise)})`,
    count,
  );
  const average = (of: (x: number[]) => number): number => draws.reduce((sum, x) => sum + of(x), 0) / count;
  const S = covariance(noise);
  for (const i of loc.keys()) {
    expect(Math.abs(average((x) => x[i]) - loc[i])).toBeLessThan(4 * Math.sqrt(S[i][i] / count));
    for (const j of loc.keys()) {
      const found = average((x) => (x[i] - loc[i]) * (x[j] - loc[j]));
      const error = Math.sqrt((S[i][i] * S[j][j] + S[i][j] ** 2) / count);
      expect(Math.abs(found - S[i][j])).toBeLessThan(4 * error);
    }
  }
});
