/** The few-shot example: its commands run, and networks go through all points. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runPpl } from "./run-ppl.ts";
import { readTranscript, root } from "./transcript.ts";

afterAll(() => rmSync(join(root, "few-shot.pplx"), { force: true }));

describe("few-shot", () => {
  test("is fitted and predicts as its page says", { timeout: 240_000 }, async () => {
    const [trained, predicted] = readTranscript("few-shot");
    const training = await runPpl(trained.command);
    expect(training.code, training.stderr).toBe(0);
    const densities = [...training.stdout.matchAll(/^\d\s+(-?\d+\.\d+)\s+\d+/gm)].map(([, value]) =>
      Number(value),
    );
    expect(densities).toHaveLength(4);
    // Ten points hit exactly, with noise of 0.3.
    const perfect = -10 * Math.log(0.3 * Math.sqrt(2 * Math.PI));
    for (const density of densities) {
      expect(density).toBeLessThan(perfect + 1e-3);
      expect(density).toBeGreaterThan(perfect - 0.5);
    }
    const { code, stdout, stderr } = await runPpl(predicted.command);
    expect(code, stderr).toBe(0);
    const rows = [...stdout.matchAll(/^(y\[\d\]) +\S+ +(\S+)/gm)];
    expect(rows.map(([, name]) => name)).toEqual(["y[0]", "y[1]", "y[2]", "y[3]", "y[4]"]);
    for (const [, , sd] of rows) expect(Math.abs(Number(sd) - 0.3)).toBeLessThan(0.03);
  });
});
