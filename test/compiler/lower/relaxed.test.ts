/** Concrete distributions: their mass, what their draws say of the categories, and gradients through draws against exact sums. */
import { describe, expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { lowerLogDensity } from "../../../src/compiler/lower/log-density.ts";
import { lowerSimulate } from "../../../src/compiler/lower/simulate.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { loadModel } from "./load-model.ts";
import { normals } from "./sample-data.ts";
import { logDensities } from "./sample-distributions.ts";

test("two categories: the density over the simplex integrates to one, and is that of RelaxedBernoulli", () => {
  const line = Array.from({ length: 4000 }, (_, i) => (i + 0.5) / 4000);
  const p = [0.3, 0.7];
  const densities = logDensities(
    "RelaxedCategorical",
    { p, temperature: 1.5 },
    line.flatMap((x) => [x, 1 - x]),
    line.length,
  );
  expect(densities.reduce((mass, each) => mass + Math.exp(each) / line.length, 0)).toBeCloseTo(1, 3);
  const single = logDensities("RelaxedBernoulli", { p: p[0], temperature: 1.5 }, line, line.length);
  single.forEach((each, at) => {
    expect(densities[at]).toBeCloseTo(each, 10);
  });
});

test("three categories: the density integrates to one", () => {
  const cells = 500;
  const points: number[][] = [];
  for (let i = 0; i < cells; i++)
    for (let j = 0; j < cells; j++) {
      const s = (i + 0.5) / cells;
      const rest = ((1 - s) * (j + 0.5)) / cells;
      points.push([s, rest, 1 - s - rest]);
    }
  const args = { logits: [0.3, -0.5, 1], temperature: 2 };
  const densities = logDensities("RelaxedCategorical", args, points.flat(), cells * cells);
  const mass = points.reduce((total, [s], i) => total + (Math.exp(densities[i]) * (1 - s)) / cells ** 2, 0);
  expect(mass).toBeCloseTo(1, 2);
});

const count = 40_000;
const logits = [0.4, -0.6, 0.1];
const reward = [1, 3, -2];
const odds = logits.map(Math.exp);
const shares = odds.map((each) => each / odds.reduce((sum, other) => sum + other, 0));

/** Mean over draws of Σₖ rewardₖ zₖ, its gradient by the logits through the draws, and how often each weight is the largest. */
function estimate(draw: string, width: number, temperature: number) {
  const loaded = loadModel(
    `model M[N](l: Real[${width}], r: Real[3]) { plate n in N { z[n] ~ ${draw} }
      total = sum([${width === 1 ? "z[n] * r[0] + (1 - z[n]) * r[1]" : "dot(z[n], r)"} for n in N]) / N }`,
  );
  const { graph, noise } = lowerSimulate({ ...loaded, sizes: { N: count }, knowns: {} }, { given: [] });
  const random = randomSource({ seed: 4, stream: 1 }, 0);
  const inputs: Record<string, Float64Array> = {
    "data/l": Float64Array.from(logits.slice(0, width)),
    "data/r": Float64Array.from(reward),
    "data/t": Float64Array.of(temperature),
  };
  for (const { input, shape } of noise) {
    inputs[input] = new Float64Array(shape.reduce((product, each) => product * each, 1));
    random.fillUniform(inputs[input]);
  }
  const outputs = { total: graph.outputs["binding/total"], z: graph.outputs["variable/z"] };
  const derived = optimize(
    differentiate({ ...graph, outputs }, { of: "total", wrt: ["data/l"], prefix: "gradient/" }),
  );
  const needed = Object.fromEntries(Object.keys(derived.inputs).map((name) => [name, inputs[name]]));
  const results = referenceEngine.compile(derived).run(needed);
  return { total: results.total[0], gradient: [...results["gradient/data/l"]], z: results.z };
}

test("the annotation is the distribution, and mixes what is read", () => {
  const density = (draws: string, mean: string): number[] => {
    const loaded = loadModel(`model M[N, K](A: Real[2, K, 3]) {
      mu: Real[K] ~ Normal(0, 1)
      plate n in N {
        ${draws}
        observe y[n] ~ Normal(${mean}, 1)
      }
    }`);
    const { graph, coordinates } = lowerLogDensity(
      { ...loaded, sizes: { N: 2, K: 3 }, knowns: {} },
      { scale: "unconstrained" },
    );
    const wrt = coordinates.map(({ input }) => input);
    const outputs = { logDensity: graph.outputs.logDensity };
    const derived = differentiate({ ...graph, outputs }, { of: "logDensity", wrt, prefix: "gradient/" });
    const inputs = Object.fromEntries(
      Object.entries(derived.inputs).map(([name, id]): [string, Float64Array] => [
        name,
        normals(
          derived.nodes[id].type.shape.reduce((product, each) => product * each, 1),
          7,
        ),
      ]),
    );
    const results = referenceEngine.compile(derived).run(inputs);
    return Object.values(results).flatMap((each) => [...each]);
  };
  const annotated = density(
    "z[n] ~ Categorical(logits: mu) relaxed(0.7)\non[n] ~ Bernoulli(0.3) relaxed(exp(mu[0]))",
    "mu[z[n]] + (if on[n] then A[1, z[n], 2] else -1)",
  );
  const written = density(
    "z[n] ~ RelaxedCategorical(logits: mu, temperature: 0.7)\non[n] ~ RelaxedBernoulli(0.3, exp(mu[0]))",
    "dot(z[n], mu) + on[n] * sum([z[n, k] * A[1, k, 2] for k in K]) - (1 - on[n])",
  );
  expect(annotated).toHaveLength(written.length);
  annotated.forEach((each, at) => {
    expect(each).toBeCloseTo(written[at], 10);
  });
});

describe("draws", () => {
  test("have their largest weight where a Categorical draw would be, whatever the temperature", () => {
    for (const temperature of [0.3, 2]) {
      const { z } = estimate(`RelaxedCategorical(logits: l, temperature: ${temperature})`, 3, temperature);
      const seen = [0, 0, 0];
      for (let at = 0; at < z.length; at += 3) {
        const weights = [z[at], z[at + 1], z[at + 2]];
        expect(weights[0] + weights[1] + weights[2]).toBeCloseTo(1, 9);
        seen[weights.indexOf(Math.max(...weights))]++;
      }
      seen.forEach((each, k) => {
        expect(Math.abs(each / count - shares[k])).toBeLessThan(
          4.5 * Math.sqrt((shares[k] * (1 - shares[k])) / count),
        );
      });
    }
  });

  test("carry gradients that tend to the exact ones of the sum over categories", () => {
    // d/dlₖ Σ pⱼ rⱼ = pₖ (rₖ − mean)
    const mean = shares.reduce((sum, share, k) => sum + share * reward[k], 0);
    const exact = shares.map((share, k) => share * (reward[k] - mean));
    const errorAt = (temperature: number): number => {
      const { gradient } = estimate(
        `RelaxedCategorical(logits: l, temperature: ${temperature})`,
        3,
        temperature,
      );
      return Math.max(...gradient.map((each, k) => Math.abs(each - exact[k])));
    };
    const [hot, cold] = [errorAt(2), errorAt(0.1)];
    expect(cold).toBeLessThan(0.05);
    expect(hot).toBeGreaterThan(3 * cold);
  });

  test("of two kinds do too", () => {
    const p = 1 / (1 + Math.exp(-logits[0]));
    const { gradient, total } = estimate("RelaxedBernoulli(logits: l[0], temperature: 0.1)", 1, 0.1);
    expect(gradient[0]).toBeCloseTo(p * (1 - p) * (reward[0] - reward[1]), 1);
    expect(total).toBeCloseTo(p * reward[0] + (1 - p) * reward[1], 1);
  });
});
