import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { driver } from "../../src/driver/driver.ts";
import { runNet } from "../stdlib/run-net.ts";
import { readElbo, readTranscript, root } from "./transcript.ts";

const file = join(root, "examples/pixel-cnn/pixel-cnn.ppl");

test("the probabilities of all images of 2 × 2 pixels sum to one", () => {
  const nets = readFileSync(file, "utf8").split("/// The rows of an image")[0];
  const program = `${nets}
    model M[N](x: Real[N, 2, 2, 1]) {
      learn f = pixel_logits[2, 2](channels: [3])
      value = [one_image(x[n], f(x[n])) for n in N]
    }
    def one_image(x: Real[2, 2, 1], logits: Real[2, 2]): Real =
      sum([sum([log_sigmoid((2 * x[h, w, 0] - 1) * logits[h, w]) for w in 2]) for h in 2])`;
  const images = Array.from({ length: 16 }, (_, image) => [0, 1, 2, 3].map((pixel) => (image >> pixel) & 1));
  const { value } = runNet(program, { sizes: { N: 16 }, inputs: { x: images.flat() } });
  expect(value.reduce((sum, each) => sum + Math.exp(each), 0)).toBeCloseTo(1, 12);
  expect(new Set(value.map((each) => each.toFixed(6))).size).toBe(16);
});

test("images are likelier than under the autoencoder", { timeout: 240_000 }, async () => {
  const { program } = await driver.compile(driver.readSource(file));
  if (program === undefined) throw new Error("pixel-cnn.ppl does not check");
  const data = JSON.parse(readFileSync(join(root, "examples/vae/train.json"), "utf8"));
  const { elbo } = await driver.train(program, data, { steps: 1000 });
  expect(elbo).toBeGreaterThan(readElbo(readTranscript("vae")[0].output));
  expect(Math.abs(elbo - readElbo(readTranscript("pixel-cnn")[0].output))).toBeLessThan(0.5);
});
