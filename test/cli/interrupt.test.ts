/** Ctrl-C, as real signals to real processes. */
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Folder, runProcess, temporaryFolder } from "./real-cli.ts";

const mean = `model Mean[N] {
  mu ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Normal(mu, 1) }
}
`;

const factor = `model Factor[N, D] {
  learn w: Real[D] = normal(0.3)
  plate n in N {
    z[n] ~ Normal(0, 1)
    observe x[n]: Real[D] ~ Normal(w * z[n], 1)
  }
}
`;

let folder: Folder;
beforeAll(() => {
  const y = Array.from({ length: 20_000 }, (_, i) => Math.sin(i));
  const x = Array.from({ length: 100 }, (_, i) => [Math.sin(i), Math.cos(i), Math.sin(i) + 0.1]);
  folder = temporaryFolder({
    "mean.ppl": mean,
    "y.json": JSON.stringify({ y }),
    "factor.ppl": factor,
    "x.json": JSON.stringify({ x }),
  });
});
afterAll(() => folder.remove());

/** Presses Ctrl-C as soon as stderr says something that matches; again for every further pattern. */
function interruptAt(...patterns: readonly RegExp[]): (child: ChildProcess) => void {
  return (child) => {
    let said = "";
    let next = 0;
    child.stderr?.on("data", (piece) => {
      said += piece;
      if (next < patterns.length && patterns[next].test(said)) {
        next += 1;
        child.kill("SIGINT");
      }
    });
  };
}

// The slow engine, so that there is time to press.
const infer = [
  "infer",
  "mean.ppl",
  "--data",
  "y.json",
  "--chains",
  "2",
  "--warmup",
  "100",
  "--engine",
  "reference",
];
const long = [...infer, "--draws", "12000"];

describe("infer", () => {
  test("keeps the draws that are there in a whole file", async () => {
    const args = [...long, "--out", "draws.json"];
    const { code, stdout, stderr } = await runProcess(folder, args, { onStart: interruptAt(/sampling: /) });
    expect(code).toBe(130);
    expect(stderr).toContain("stopping; Ctrl-C again quits at once");
    expect(stderr).toContain("wrote draws.json with the draws until the interruption");
    expect(stdout).toContain("interrupted");
    const written = JSON.parse(readFileSync(folder.file("draws.json"), "utf8"));
    expect(written.posterior_attrs.interrupted).toBe(1);
    const lengths: number[] = written.posterior.mu.map((chain: number[]) => chain.length);
    expect(new Set(lengths).size).toBe(1);
    expect(lengths[0]).toBeGreaterThan(100);
    expect(lengths[0]).toBeLessThan(12_000);
    expect(stdout).toContain(`of ${lengths[0]} draws`);
  });

  test("without --out writes nothing; twice ends at once", async () => {
    const before = folder.list();
    const onStart = interruptAt(/sampling: /, /stopping/);
    const { code } = await runProcess(folder, long, { onStart });
    expect(code).toBe(130);
    expect(folder.list()).toEqual(before);
  });

  test("before the first kept draw: nothing is written, and said", async () => {
    const before = folder.list();
    const args = [...infer, "--warmup", "1000000", "--out", "never.json", "--verbose"];
    const { code, stdout, stderr } = await runProcess(folder, args, { onStart: interruptAt(/chains: /) });
    expect(code).toBe(130);
    expect(stdout).toBe("");
    expect(stderr).toContain("stopped before there was anything to keep");
    expect(folder.list()).toEqual(before);
  });
});

test("sample stops, although it computes in the main thread", async () => {
  const before = folder.list();
  const args = ["sample", "mean.ppl", "--set", "N=1000", "--draws", "200000", "--out", "never.csv"];
  const { code, stderr } = await runProcess(folder, args, { onStart: interruptAt(/simulating: /) });
  expect(code).toBe(130);
  expect(stderr).toContain("stopped before all draws were made");
  expect(folder.list()).toEqual(before);
});

describe("train", () => {
  const train = ["train", "factor.ppl", "--data", "x.json", "--steps", "2000"];
  const bytes = (name: string): Buffer => readFileSync(folder.file(name));

  test("goes on after Ctrl-C to the same bytes, and --restart begins anew", async () => {
    const whole = await runProcess(folder, [...train, "--out", "whole.pplx"]);
    expect(whole.code).toBe(0);
    expect(existsSync(folder.file("whole.pplx.checkpoint"))).toBe(false);

    const args = [...train, "--out", "part.pplx", "--verbose"];
    const stopped = await runProcess(folder, args, { onStart: interruptAt(/engine: /) });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(
      /stopped after \d+ steps; the same command goes on from part\.pplx\.checkpoint/,
    );
    expect(existsSync(folder.file("part.pplx"))).toBe(false);
    expect(existsSync(folder.file("part.pplx.checkpoint"))).toBe(true);

    const resumed = await runProcess(folder, args);
    expect(resumed.code).toBe(0);
    expect(bytes("part.pplx").equals(bytes("whole.pplx"))).toBe(true);
    expect(existsSync(folder.file("part.pplx.checkpoint"))).toBe(false);

    folder.write({ "part.pplx.checkpoint": "damaged" });
    const refused = await runProcess(folder, args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--restart");
    const restarted = await runProcess(folder, [...args, "--restart"]);
    expect(restarted.code).toBe(0);
    expect(bytes("part.pplx").equals(bytes("whole.pplx"))).toBe(true);
  });
});
