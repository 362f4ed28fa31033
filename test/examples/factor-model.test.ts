import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Artifact } from "../../src/artifact/artifact.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import type { Posterior, Program } from "../../src/driver/api-types.ts";
import { select } from "../../src/driver/density/density-plan.ts";
import { driver } from "../../src/driver/driver.ts";
import { bindOrThrow } from "../../src/driver/infer-options.ts";
import { batchBuffers, loadItems, planAmortized } from "../../src/driver/training/amortized-plan.ts";
import { referenceEngine } from "../../src/engines/reference/reference-engine.ts";
import { readElbo, readTranscript, root } from "./transcript.ts";

const folder = join(root, "examples/factor-model");
const held = JSON.parse(readFileSync(join(folder, "test.json"), "utf8")) as { readonly x: number[][] };

interface Gaussian {
  readonly means: readonly (readonly [number, number])[];
  readonly sd: readonly [number, number];
  readonly correlation: number;
}

/** z | x ~ Normal(M⁻¹ Wᵀ (x − μ) / σ², M⁻¹) with M = I + Wᵀ W / σ²: Tipping and Bishop (1999), equation 6. */
function exactPosterior(tensors: Artifact["tensors"]): Gaussian {
  const [W, mu, [logSigma]] = [tensors["learn/W"], tensors["learn/mu"], tensors["learn/sigma"]];
  const variance = Math.exp(2 * logSigma);
  const product = (i: number, j: number): number =>
    mu.reduce((sum, _, d) => sum + (W[2 * d + i] * W[2 * d + j]) / variance, 0);
  const [a, b, c] = [1 + product(0, 0), product(0, 1), 1 + product(1, 1)];
  const determinant = a * c - b * b;
  const [s00, s01, s11] = [c / determinant, -b / determinant, a / determinant];
  const means = held.x.map((x) => {
    const [first, second] = [0, 1].map((i) =>
      x.reduce((sum, value, d) => sum + (W[2 * d + i] * (value - mu[d])) / variance, 0),
    );
    return [s00 * first + s01 * second, s01 * first + s11 * second] as const;
  });
  return { means, sd: [Math.sqrt(s00), Math.sqrt(s11)], correlation: s01 / Math.sqrt(s00 * s11) };
}

let program: Program;
let artifact: Artifact;
let posterior: Posterior;
let exact: Gaussian;

beforeAll(async () => {
  const compiled = await driver.compile(driver.readSource(join(folder, "factor-model.ppl")));
  if (compiled.program === undefined) throw new Error("factor-model.ppl does not check");
  program = compiled.program;
  artifact = await driver.train(program, driver.readData(join(folder, "train.json")), {});
  posterior = await driver.inferWithArtifact(artifact, held, { draws: 4000 });
  exact = exactPosterior(artifact.tensors);
}, 120_000);

test("training with default settings reaches the largest likelihood there is", () => {
  expect(Math.abs(artifact.elbo - readElbo(readTranscript("factor-model")[0].output))).toBeLessThan(0.05);
  expect(artifact.elbo).toBeGreaterThan(bestLogLikelihood() - 0.05);
  // An ELBO estimate may exceed the likelihood by its own error only.
  expect(artifact.elbo).toBeLessThan(bestLogLikelihood() + 0.1);
});

/**
 * Log likelihood per training item at its maximum, −(D log 2π + Σ log λᵢ + (D − 2) log σ² + D) / 2 with the two largest eigenvalues λ
 * of the covariance and the mean σ² of the others: Tipping and Bishop (1999), equations 4, 7 and 8.
 */
function bestLogLikelihood(): number {
  const { x } = JSON.parse(readFileSync(join(folder, "train.json"), "utf8")) as { readonly x: number[][] };
  const D = x[0].length;
  const mean = x[0].map((_, d) => x.reduce((sum, row) => sum + row[d], 0) / x.length);
  const covariance = mean.map((_, i) =>
    mean.map((_, j) => x.reduce((sum, row) => sum + (row[i] - mean[i]) * (row[j] - mean[j]), 0) / x.length),
  );
  const eigenvalues = symmetricEigenvalues(covariance).sort((p, q) => q - p);
  const noise = eigenvalues.slice(2).reduce((sum, value) => sum + value, 0) / (D - 2);
  const logs = Math.log(eigenvalues[0]) + Math.log(eigenvalues[1]) + (D - 2) * Math.log(noise);
  return -(D * Math.log(2 * Math.PI) + logs + D) / 2;
}

/** Jacobi rotations (Golub and Van Loan 2013, section 8.5), far more sweeps than six rows need. */
function symmetricEigenvalues(matrix: readonly (readonly number[])[]): number[] {
  const a = matrix.map((row) => [...row]);
  for (let sweep = 0; sweep < 30; sweep++)
    for (let p = 0; p < a.length; p++)
      for (let q = p + 1; q < a.length; q++) {
        if (Math.abs(a[p][q]) < 1e-14) continue;
        const angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        for (const row of a) [row[p], row[q]] = [cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]];
        const [rowP, rowQ] = [a[p], a[q]];
        a[p] = rowP.map((value, k) => cos * value - sin * rowQ[k]);
        a[q] = rowP.map((value, k) => sin * value + cos * rowQ[k]);
      }
  return a.map((row, i) => row[i]);
}

describe("the amortized posterior of held-out items against the exact one", () => {
  test("means within 0.05 standard deviations, standard deviations within 5 %, correlations within 0.05", () => {
    const { means, scales } = encode();
    for (const [item, exactMean] of exact.means.entries()) {
      const [l00, , l10, l11] = scales[item];
      const sd = [Math.abs(l00), Math.hypot(l10, l11)];
      for (const i of [0, 1]) {
        expect(Math.abs(means[item][i] - exactMean[i]) / exact.sd[i], `item ${item}`).toBeLessThan(0.05);
        expect(Math.abs(sd[i] / exact.sd[i] - 1), `item ${item}`).toBeLessThan(0.05);
      }
      expect(Math.abs((Math.sign(l00) * l10) / sd[1] - exact.correlation), `item ${item}`).toBeLessThan(0.05);
    }
  });

  test("the draws have those means", () => {
    const { values } = posterior.variables[0];
    const items = held.x.length;
    let square = 0;
    for (const [item, exactMean] of exact.means.entries())
      for (const i of [0, 1]) {
        let sum = 0;
        for (let draw = 0; draw < posterior.draws; draw++) sum += values[(draw * items + item) * 2 + i];
        square += ((sum / posterior.draws - exactMean[i]) / exact.sd[i]) ** 2 / (2 * items);
      }
    // 1 / √4000 of it is Monte Carlo error.
    expect(Math.sqrt(square)).toBeLessThan(0.03);
  });

  test("is judged good", () => {
    expect(posterior.quality.verdict).toBe("good");
  });
});

/** Means and rows of triangular scales (2 × 2) that the encoder gives for the held-out items, without draws. */
function encode(): { readonly means: number[][]; readonly scales: number[][] } {
  const model = program.model();
  const bound = bindOrThrow(model, held, { sizes: artifact.sizes });
  const plan = planAmortized(program.core, model, bound, { batch: held.x.length, ...artifact.encoder });
  const executable = referenceEngine.compile(optimize(select(plan.lowered.graph, ["mean", "scale"])));
  const buffers = batchBuffers(plan);
  loadItems(
    plan,
    held.x.map((_, item) => item),
    buffers,
  );
  const noise = new Float64Array(2 * held.x.length);
  const { mean, scale } = executable.run({ ...artifact.tensors, ...buffers, noise });
  const rows = (values: ArrayLike<number>, width: number): number[][] =>
    held.x.map((_, item) => Array.from({ length: width }, (_, i) => values[item * width + i]));
  return { means: rows(mean, 2), scales: rows(scale, 4) };
}
