/** The neural ODE: its commands run, and the law that it learned takes a new state where the true one does. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runPpl } from "./run-ppl.ts";
import { readTranscript, root } from "./transcript.ts";

afterAll(() => rmSync(join(root, "neural-ode.pplx"), { force: true }));

describe("neural-ode", () => {
  test("is trained, and predicts as its page says", { timeout: 240_000 }, async () => {
    const [trained, predicted] = readTranscript("neural-ode");
    const training = await runPpl(trained.command);
    expect(training.code, training.stderr).toBe(0);
    const { code, stdout, stderr } = await runPpl(predicted.command);
    expect(code, stderr).toBe(0);
    const means = [...stdout.matchAll(/^x\[\S+ +(\S+)/gm)].map(([, mean]) => Number(mean));
    const file = readFileSync(join(root, "examples/neural-ode/true.json"), "utf8");
    const { x } = JSON.parse(file) as { x: number[][][] };
    const expected = x.flat(2);
    expect(means).toHaveLength(expected.length);
    means.forEach((mean, at) => {
      expect(Math.abs(mean - expected[at])).toBeLessThan(0.05);
    });
  });
});
