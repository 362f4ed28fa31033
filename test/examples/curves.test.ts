import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Artifact } from "../../src/artifact/artifact.ts";
import { driver } from "../../src/driver/driver.ts";
import { readElbo, readTranscript, root } from "./transcript.ts";

const folder = join(root, "examples/curves");

interface Curves {
  readonly time: readonly number[];
  readonly y: readonly (readonly number[])[];
}

function read(file: string): Curves {
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as Curves;
}

let artifact: Artifact;

beforeAll(async () => {
  const { program } = await driver.compile(driver.readSource(join(folder, "curves.ppl")));
  if (program === undefined) throw new Error("curves.ppl does not check");
  artifact = await driver.train(program, { ...read("train.json") }, { steps: 8000, seed: 3 });
}, 240_000);

/** Mean log evidence of what made the data: a sin(t + p) with a in (0.5, 2) and p in (0, 2), by a sum over a grid. */
function exactEvidence({ time, y }: Curves): number {
  const cells = 80;
  const deviation = 0.1;
  const grid = Array.from({ length: cells * cells }, (_, cell) => {
    const a = 0.5 + (1.5 * (Math.floor(cell / cells) + 0.5)) / cells;
    const p = (2 * ((cell % cells) + 0.5)) / cells;
    return time.map((t) => a * Math.sin(t + p));
  });
  const each = time.length * -Math.log(deviation * Math.sqrt(2 * Math.PI));
  const evidence = y.map((curve) => {
    const logs = grid.map(
      (values) =>
        each - values.reduce((sum, value, t) => sum + (curve[t] - value) ** 2, 0) / (2 * deviation ** 2),
    );
    const most = Math.max(...logs);
    return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / grid.length);
  });
  return evidence.reduce((sum, log) => sum + log, 0) / y.length;
}

test("the ELBO comes near the evidence of what made the data, and not beyond", () => {
  const exact = exactEvidence(read("train.json"));
  expect(exact).toBeCloseTo(9.06, 1);
  expect(artifact.elbo).toBeGreaterThan(exact - 1.5);
  // Weights are fitted to 4800 noisy numbers: a little more than the evidence would be possible.
  expect(artifact.elbo).toBeLessThan(exact + 0.5);
  expect(Math.abs(artifact.elbo - readElbo(readTranscript("curves")[0].output))).toBeLessThan(0.5);
});

test("the noise is found", () => {
  const [logNoise] = artifact.tensors["learn/noise"];
  expect(Math.abs(Math.exp(logNoise) - 0.1)).toBeLessThan(0.015);
});

test("the posterior of new curves is good", async () => {
  const posterior = await driver.inferWithArtifact(artifact, { ...read("test.json") }, { draws: 200 });
  expect(posterior.quality.verdict).toBe("good");
});
