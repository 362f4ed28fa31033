import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Artifact } from "../../src/artifact/artifact.ts";
import type { Posterior } from "../../src/driver/api-types.ts";
import { driver } from "../../src/driver/driver.ts";
import { readElbo, readTranscript, root } from "./transcript.ts";

const folder = join(root, "examples/vae");
const classes = 4;

function readImages(file: string): number[][] {
  return (JSON.parse(readFileSync(join(folder, file), "utf8")) as { readonly x: number[][] }).x;
}

const shown: number[] = [];
let artifact: Artifact;
let posterior: Posterior;

beforeAll(async () => {
  const { program } = await driver.compile(driver.readSource(join(folder, "vae.ppl")));
  if (program === undefined) throw new Error("vae.ppl does not check");
  artifact = await driver.train(
    program,
    { x: readImages("train.json") },
    {
      steps: 1000,
      onProgress: ({ detail }) => shown.push(Number(/-?[\d.]+/.exec(detail ?? "")?.[0])),
    },
  );
  posterior = await driver.inferWithArtifact(artifact, { x: readImages("test.json") }, { draws: 200 });
}, 120_000);

/** Nats per image of pixels that are independent, each with its own mean: what a model without latents reaches. */
function independentPixels(images: readonly (readonly number[])[]): number {
  return images[0].reduce((sum, _, pixel) => {
    const p = images.reduce((total, image) => total + image[pixel], 0) / images.length;
    return sum + (p > 0 ? p * Math.log(p) : 0) + (p < 1 ? (1 - p) * Math.log1p(-p) : 0);
  }, 0);
}

test("the ELBO grows in training, far beyond independent pixels, to what the transcript shows", () => {
  expect(shown.at(-1)).toBeGreaterThan(shown[0] + 5);
  expect(artifact.elbo).toBeGreaterThan(independentPixels(readImages("train.json")) + 10);
  // Every wrong pixel costs about log 50 and there is more than one per image.
  expect(artifact.elbo).toBeLessThan(-4);
  expect(Math.abs(artifact.elbo - readElbo(readTranscript("vae")[0].output))).toBeLessThan(1);
});

/** Posterior means of the latents, item by item. */
function codes(): number[][] {
  const [{ values, shape }] = posterior.variables;
  const [items, width] = shape;
  return Array.from({ length: items }, (_, item) =>
    Array.from({ length: width }, (_, i) => {
      let sum = 0;
      for (let draw = 0; draw < posterior.draws; draw++) sum += values[(draw * items + item) * width + i];
      return sum / posterior.draws;
    }),
  );
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}

test("the code of an image says which glyph it shows: its nearest neighbour shows the same", () => {
  const all = codes();
  const right = all.filter((code, item) => {
    const others = all.map((other, at) => (at === item ? Infinity : distance(code, other)));
    return others.indexOf(Math.min(...others)) % classes === item % classes;
  });
  expect(right.length / all.length).toBeGreaterThan(0.9);
});

test("the decoder gives images back: pixels of held-out images are told from their codes", () => {
  const images = readImages("test.json");
  const decode = decoder();
  const wrong = codes().reduce((sum, code, item) => {
    const logits = decode(code);
    return sum + images[item].filter((pixel, i) => (pixel === 1) !== logits[i] > 0).length;
  }, 0);
  // Two pixels in a hundred are noise that no code can tell.
  expect(wrong / (images.length * images[0].length)).toBeLessThan(0.04);
});

/** z ↦ logits, by the weights in the artifact: two dense layers, tanh between. */
function decoder(): (code: readonly number[]) => number[] {
  const weights = Object.entries(artifact.tensors).filter(([name]) => name.startsWith("learn/"));
  const [hiddenBias, outBias] = weights.filter(([name]) => name.endsWith("b")).map(([, values]) => values);
  const [hidden, out] = weights.filter(([name]) => name.endsWith("W")).map(([, values]) => values);
  const dense = (x: readonly number[], W: Float64Array, b: Float64Array): number[] =>
    Array.from(b, (bias, j) => x.reduce((sum, value, i) => sum + value * W[i * b.length + j], bias));
  return (code) => dense(dense(code, hidden, hiddenBias).map(Math.tanh), out, outBias);
}
