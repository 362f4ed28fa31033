/** The program as users start it: real files, real processes, real signals. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Conjugate: mu | y ~ Normal(Σy / (n + 1), 1 / √(n + 1)), here Normal(2.5, 0.5). */
const conjugate = `model Mean[N] {
  mu ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Normal(mu, 1) }
}
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ppl-"));
  writeFileSync(join(folder, "mean.ppl"), conjugate);
  writeFileSync(join(folder, "broken.ppl"), conjugate.replace("Normal(mu", "Normal(muu"));
  writeFileSync(join(folder, "y.json"), '{ "y": [3, 4.5, 2.5] }');
  writeFileSync(join(folder, "y.csv"), "who,y\na,3\nb,4.5\nc,2.5\n");
  writeFileSync(join(folder, "bad.csv"), "y\n3\nNA\n");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ppl(args: readonly string[], onStart: (child: ChildProcess) => void = () => {}): Promise<Result> {
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, env });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (piece) => {
    stdout += piece;
  });
  child.stderr.on("data", (piece) => {
    stderr += piece;
  });
  onStart(child);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

describe("infer", () => {
  test("finds a posterior known in closed form, the same from JSON and CSV, and writes it", async () => {
    const flags = ["--seed", "3", "--json", "--out", "draws.json"];
    const { code, stdout, stderr } = await ppl(["infer", "mean.ppl", "--data", "y.json", ...flags]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const printed = JSON.parse(stdout);
    const { mean, sd, mcse } = printed.summary.mu;
    expect(Math.abs(mean - 2.5)).toBeLessThan(4 * mcse);
    expect(Math.abs(sd - 0.5)).toBeLessThan(0.03);
    expect(printed.quality.verdict).toBe("good");

    const written = JSON.parse(readFileSync(join(folder, "draws.json"), "utf8"));
    const draws: number[] = written.posterior.mu.flat();
    expect(draws.reduce((sum, draw) => sum + draw, 0) / draws.length).toBeCloseTo(mean, 10);
    expect(written.observed_data.y).toEqual([3, 4.5, 2.5]);
    expect(written.posterior_predictive.y[0][0]).toHaveLength(3);

    const fromCsv = await ppl(["infer", "mean.ppl", "--data", "y.csv", "--seed", "3", "--json"]);
    expect(JSON.parse(fromCsv.stdout).summary).toEqual(printed.summary);
  });

  test.each([
    [["infer", "broken.ppl", "--data", "y.json"], "broken.ppl:3:40"],
    [["infer", "mean.ppl", "--data", "bad.csv"], "bad.csv, line 3 (row 2), column y"],
    [["infer", "mean.ppl", "--data", "none.csv"], "there is no such file"],
    [["infer", "none.ppl"], "there is no such file"],
    [["infer", "mean.ppl", "--data", "y.json", "--engine", "wsam"], "unknown-engine"],
  ])("%j: exit code 2, and no file is written", async (args, message) => {
    const before = readdirSync(folder).sort();
    const { code, stdout, stderr } = await ppl([...args, "--out", "never.json"]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  test("Ctrl-C ends a long run with 130, soon", async () => {
    const args = ["infer", "mean.ppl", "--data", "y.json", "--draws", "1000000", "--engine", "reference"];
    let pressed = 0;
    const { code, stderr } = await ppl([...args, "--warmup", "100", "--verbose"], (child) => {
      child.stderr?.once("data", () => {
        pressed = performance.now();
        child.kill("SIGINT");
      });
    });
    expect(code).toBe(130);
    expect(performance.now() - pressed).toBeLessThan(15_000);
    expect(stderr).toContain("stopping");
  });
});

test("a reader that goes away is no error", async () => {
  const { code, stderr } = await ppl(
    ["sample", "mean.ppl", "--set", "N=20000", "--draws", "50", "--json"],
    (child) => {
      child.stdout?.once("data", () => child.stdout?.destroy());
    },
  );
  expect(stderr).not.toContain("EPIPE");
  expect(code).toBe(0);
});

test.runIf(existsSync("/dev/full"))("an output that cannot be written is told in a line", () => {
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(process.execPath, [main, "--help"], {
    stdio: ["ignore", full, "pipe"],
  });
  closeSync(full);
  expect(String(stderr)).toBe("error: cannot write the output: the disk is full\n");
  expect(status).toBe(2);
});

test("sample draws from the prior: mu has mean 0 and sd 1, y has variance 2", async () => {
  const { code, stdout } = await ppl(["sample", "mean.ppl", "--set", "N=1", "--draws", "4000", "--json"]);
  expect(code).toBe(0);
  const { variables } = JSON.parse(stdout);
  const variance = (draws: number[]): number => draws.reduce((sum, x) => sum + x * x, 0) / draws.length;
  expect(variance(variables.mu)).toBeCloseTo(1, 0);
  expect(variance(variables.y.flat())).toBeGreaterThan(1.8);
  expect(variance(variables.y.flat())).toBeLessThan(2.2);
});
