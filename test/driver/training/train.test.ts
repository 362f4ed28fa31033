import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import { decodeArtifact, encodeArtifact } from "../../../src/artifact/artifact.ts";
import { ProblemError } from "../../../src/base/problem.ts";
import { randomSource } from "../../../src/base/random.ts";
import type { Host } from "../../../src/driver/host.ts";
import { inferWithArtifact, train } from "../../../src/driver/node-driver.ts";
import { nodeHost } from "../../../src/driver/node-host.ts";
import { judgeObjectives } from "../../../src/driver/training/judge-training.ts";
import { train as trainOn } from "../../../src/driver/training/train.ts";
import { version } from "../../../src/driver/version.ts";
import { createWasmEngine } from "../../../src/engines/wasm/wasm-engine.ts";
import { factor, normalMean, programOf } from "../programs.ts";

const folder = mkdtempSync(join(tmpdir(), "ppl-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Rows of a two-factor model in four dimensions with noise sd 0.5. */
function factorRows(count: number, stream: number): number[][] {
  const random = randomSource({ seed: 1, stream }, 0);
  const loadings = [
    [1, 0],
    [0.5, 1],
    [-1, 0.5],
    [0, -1],
  ];
  return Array.from({ length: count }, () => {
    const z = [random.normal(), random.normal()];
    return loadings.map((row) => row[0] * z[0] + row[1] * z[1] + 0.5 * random.normal());
  });
}

const data = { x: factorRows(200, 1) };

describe("a size is the number of items, not of those in a batch: weight decay is ridge regression", () => {
  const x = Array.from({ length: 40 }, (_, n) => Math.sin(n));
  const y = x.map((each, n) => 2 * each + 0.3 * Math.cos(5 * n));
  const sum = (of: (each: number, n: number) => number): number => x.map(of).reduce((a, b) => a + b, 0);
  // The maximum of −10 w² − Σ (y − w x)² / 2.
  const expected = sum((each, n) => each * y[n]) / (sum((each) => each * each) + 20);

  test.each([
    ["in the model", "", "factor -10 * square(w) / N"],
    ["handed on", "def share[K](v: Real) -> Real = v / K", "factor -10 * share[N](square(w))"],
    [
      "handed on as a number",
      "def share(v: Real, K: Size) -> Real = v / K",
      "factor -10 * share(square(w), N)",
    ],
    [
      "handed on twice",
      "def once[K](v: Real) -> Real = 2 * v / (2 * K)\ndef twice[M](v: Real) -> Real = once[2 * M](2 * v)",
      "factor -10 * twice[N](square(w))",
    ],
    [
      "of a distribution",
      "dist Held[K](v: Real) on Real { logpdf(u) = -0.5 * square(u) - 10 * square(v) / K }",
      "factor logpdf(Held[N](w), 0)",
    ],
  ])("%s", async (_, declared, factor) => {
    const program = await programOf(`${declared}
    model Ridge[N](x: Real[N]) {
      learn w = 0.5
      plate n in N {
        z[n] ~ Normal(0, 1)
        ${factor}
        observe y[n] ~ Normal(w * x[n] + 0.001 * z[n], 1)
      }
    }`);
    for (const batchSize of [40, 8]) {
      const { tensors } = await train(program, { x, y }, { steps: 1500, batchSize, learningRate: 0.01 });
      expect(Math.abs(tensors["learn/w"][0] - expected)).toBeLessThan(0.02);
    }
  });
});

describe("training", () => {
  test("raises the ELBO and is the same twice", async () => {
    const program = await programOf(factor);
    const short = await train(program, data, { steps: 40, seed: 2 });
    const long = await train(program, data, { steps: 1500, seed: 2 });
    const again = await train(program, data, { steps: 40, seed: 2 });
    expect(long.elbo).toBeGreaterThan(short.elbo + 0.5);
    expect(again.tensors).toEqual(short.tensors);
  });

  test("both engines train to the same place", async () => {
    const program = await programOf(factor);
    const reference = await train(program, data, { steps: 60, seed: 2, engine: "reference" });
    const tfjs = await train(program, data, { steps: 60, seed: 2, engine: "tfjs:wasm" });
    const ours = reference.tensors["learn/W"];
    const theirs = tfjs.tensors["learn/W"];
    // Single precision over 60 steps of a smooth objective.
    for (const [i, value] of ours.entries()) expect(theirs[i]).toBeCloseTo(value, 3);
  });

  test("is an error where a thread of the engine ends", async () => {
    const host: Host = {
      ...nodeHost,
      loadEngine: () =>
        createWasmEngine({
          precision: "f32",
          splitLimits: { worth: 0, chunk: 0 },
          threads: {
            count: 2,
            start(_, onEnd) {
              const worker = new Worker("setTimeout(() => process.exit(3), 50)", { eval: true });
              worker.on("exit", (code) => onEnd(`exit code ${code}`));
              return { end: () => void worker.terminate() };
            },
          },
        }),
    };
    const run = trainOn(await programOf(factor), data, { steps: 1_000_000 }, host);
    await expect(run).rejects.toThrow(
      "worker-ended: a worker thread of the wasm engine has ended: exit code 3",
    );
  });

  test.each(["wasm", "wasm:f32"])("goes on after an abort as if there had been none: %s", async (engine) => {
    const program = await programOf(factor);
    const checkpoint = join(folder, `${engine}.pplx.checkpoint`);
    // More than one call of the engine, and the last one not full.
    const settings = { steps: 1001, seed: 4, engine };
    const whole = await train(program, data, settings);
    const controller = new AbortController();
    const part = await train(program, data, {
      ...settings,
      checkpoint,
      signal: controller.signal,
      onProgress: (progress) => progress.done >= 300 && controller.abort(),
    });
    expect(part.interrupted).toBe(true);
    expect(part.steps).toBeLessThan(1001);
    const resumed = await train(program, data, { ...settings, checkpoint });
    expect(resumed.interrupted).toBe(false);
    expect(resumed.tensors).toEqual(whole.tensors);
    expect(resumed.elbo).toBe(whole.elbo);
  });

  test("a checkpoint of another run is not used", async () => {
    const program = await programOf(factor);
    const checkpoint = join(folder, "other.pplx.checkpoint");
    const controller = new AbortController();
    await train(program, data, {
      steps: 1000,
      seed: 4,
      checkpoint,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    const fresh = await train(program, data, { steps: 100, seed: 5 });
    const remarks: string[] = [];
    const onRemark = (text: string): number => remarks.push(text);
    const besides = await train(program, data, { steps: 100, seed: 5, checkpoint, onRemark });
    expect(remarks.join()).toContain("other.pplx.checkpoint.old");
    expect(existsSync(`${checkpoint}.old`)).toBe(true);
    expect(besides.tensors).toEqual(fresh.tensors);
  });

  test("a model without a plate of local latents is refused", async () => {
    const program = await programOf(normalMean);
    await expect(train(program, { y: [1, 2] }, { steps: 1 })).rejects.toThrow("not-amortizable");
  });
});

describe("artifacts", () => {
  test("survive writing and reading bit for bit, and answer the same", async () => {
    const program = await programOf(factor);
    const trained = await train(program, data, { steps: 300, seed: 1 });
    const bytes = encodeArtifact(trained);
    const read = decodeArtifact(bytes, "factor.pplx");
    const { seconds: _, interrupted: __, remarks: ___, ...kept } = trained;
    expect(read).toEqual(kept);
    const rows = { x: factorRows(70, 2) };
    const before = await inferWithArtifact(trained, rows, { draws: 50 });
    const after = await inferWithArtifact(read, rows, { draws: 50 });
    expect(after.variables[0].values).toEqual(before.variables[0].values);
    expect(after.variables[0].shape).toEqual([70, 2]);
  });

  test("the answer for an item does not depend on the others", async () => {
    const program = await programOf(factor);
    const trained = await train(program, data, { steps: 300, seed: 1 });
    const rows = factorRows(5, 3);
    const all = await inferWithArtifact(trained, { x: rows }, { draws: 2000 });
    const one = await inferWithArtifact(trained, { x: [rows[3]] }, { draws: 2000 });
    const expected = all.summary.find((row) => row.name === "z[3,0]")!;
    const found = one.summary.find((row) => row.name === "z[0,0]")!;
    expect(Math.abs(found.mean - expected.mean)).toBeLessThan((6 * expected.sd) / Math.sqrt(2000));
  });

  test("replicated data are drawn from the trained model at each draw", async () => {
    const trained = await train(await programOf(factor), data, { steps: 300, seed: 1 });
    const posterior = await inferWithArtifact(trained, { x: factorRows(3, 3) }, { draws: 500 });
    const [x] = (await posterior.predict()).predictive;
    expect(x.shape).toEqual([3, 4]);
    const z = posterior.variables[0].values;
    const weights = trained.tensors["learn/W"];
    const sigma = Math.exp(trained.tensors["learn/sigma"][0]);
    const residuals = x.values.map((value, at) => {
      const [row, column] = [Math.floor(at / 4), at % 4];
      const mean = weights[2 * column] * z[2 * row] + weights[2 * column + 1] * z[2 * row + 1];
      return (value - mean) / sigma;
    });
    const mean = residuals.reduce((sum, each) => sum + each, 0) / residuals.length;
    const variance = residuals.reduce((sum, each) => sum + (each - mean) ** 2, 0) / residuals.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(6000));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 6000));
  });

  test("other data are no question to a trained model, and its draws leave nothing out", async () => {
    const trained = await train(await programOf(factor), data, { steps: 10, seed: 1 });
    const posterior = await inferWithArtifact(trained, { x: factorRows(3, 3) }, { draws: 50 });
    await expect(posterior.predictAt({})).rejects.toThrow("cannot-predict");
    await expect(posterior.leaveOneOut()).rejects.toThrow("no-pointwise-density");
  });

  test("an item far from the training data is pointed out", async () => {
    const program = await programOf(factor);
    const trained = await train(program, data, { steps: 300, seed: 1 });
    const posterior = await inferWithArtifact(trained, { x: [[50, 0, 0, 0]] }, { draws: 100 });
    expect(posterior.quality.verdict).not.toBe("good");
    expect(posterior.quality.reasons.join(" ")).toContain("training data");
  });

  test.each([
    ["artifact-unreadable", (bytes: Uint8Array) => bytes.subarray(0, 3)],
    ["artifact-unreadable", () => new TextEncoder().encode("model M { mu ~ Normal(0, 1) }")],
    ["artifact-damaged", (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 9)],
    ["artifact-damaged", (bytes: Uint8Array) => bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte))],
    ["artifact-newer", (bytes: Uint8Array) => bytes.map((byte, i) => (i === 4 ? 99 : byte))],
  ])("a file that is not one is refused: %s", async (code, spoil) => {
    const program = await programOf(factor);
    const trained = await train(program, data, { steps: 2, seed: 1 });
    const path = join(folder, "spoilt.pplx");
    writeFileSync(path, spoil(encodeArtifact(trained)));
    try {
      decodeArtifact(readFileSync(path), path);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      expect(error.problems[0].code).toBe(code);
    }
  });
});

test("the version is the package's", () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")) as {
    version: string;
  };
  expect(version).toBe(manifest.version);
});

describe("judging a run", () => {
  test("a run that ends far below its best is pointed out", () => {
    const rising = Array.from({ length: 400 }, (_, i) => -100 + i / 10);
    const falling = [...rising, ...Array.from({ length: 100 }, () => -600)];
    expect(judgeObjectives(rising)).toBeUndefined();
    expect(judgeObjectives(falling)).toContain("-600.00");
    expect(judgeObjectives([...rising, ...Array.from({ length: 100 }, () => Number.NaN)])).toBeDefined();
  });

  test("a good run on tfjs has no remarks, one at an absurd rate has", async () => {
    const program = await programOf(factor);
    const good = await train(program, data, { steps: 300, engine: "tfjs:wasm", seed: 1 });
    const absurd = await train(program, data, { steps: 300, learningRate: 30, seed: 1 });
    expect(good.remarks).toEqual([]);
    expect(absurd.remarks).not.toEqual([]);
  });
});
