import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { driver } from "../../src/driver/driver.ts";
import { readElbo, readTranscript, root } from "./transcript.ts";

test("convolutions there and back learn the images, as far as the transcript shows", {
  timeout: 120_000,
}, async () => {
  const { program } = await driver.compile(driver.readSource(join(root, "examples/conv-vae/conv-vae.ppl")));
  if (program === undefined) throw new Error("conv-vae.ppl does not check");
  const data = JSON.parse(readFileSync(join(root, "examples/vae/train.json"), "utf8"));
  const { elbo } = await driver.train(program, data, { steps: 500 });
  // Pixels that are independent of one another give −28 (vae.test.ts).
  expect(elbo).toBeGreaterThan(-14);
  expect(Math.abs(elbo - readElbo(readTranscript("conv-vae")[0].output))).toBeLessThan(0.5);
});
