/** Whole runs: what comes out, in which form, and that it is the same every time. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { version } from "../../src/driver/version.ts";
import { type Folder, type Result, runHere, runProcess, temporaryFolder } from "./real-cli.ts";

const schools = `model EightSchools[J](sigma: Positive[J]) {
  mu  ~ Normal(0, 5)
  tau ~ HalfCauchy(5)
  plate j in J {
    theta[j] ~ Normal(mu, tau) via noncentered
    observe y[j] ~ Normal(theta[j], sigma[j])
  }
}
`;

/** One factor: for w = (1, 1, 1) and noise 1, z | x ~ Normal(Σx / 4, 1 / 2). */
const factor = `model Factor[N, D] {
  plate n in N {
    z[n] ~ Normal(0, 1)
    plate d in D { observe x[n, d] ~ Normal(z[n], 1) }
  }
}
`;

/** Conjugate: mu | y ~ Normal(Σy / (n + 1), 1 / √(n + 1)), here Normal(2.5, 0.5). */
const mean = `model Mean[N] {
  mu ~ Normal(0, 1)
  plate n in N { observe y[n] ~ Normal(mu, 1) }
}
`;

const y = [28, 8, -3, 7, -1, 1, 18, 12];
const sigma = [15, 10, 16, 11, 9, 11, 10, 18];

let folder: Folder;
beforeAll(() => {
  const items = Array.from({ length: 200 }, (_, i) => {
    const z = 1.5 * Math.sin(i);
    return [z + Math.sin(3.1 * i), z + Math.cos(5.3 * i), z + Math.sin(7.7 * i + 1)];
  });
  folder = temporaryFolder({
    "schools.ppl": schools,
    "schools.json": JSON.stringify({ y, sigma }),
    "schools.csv": `name,y,sigma\n${y.map((each, i) => `s${i},${each},${sigma[i]}`).join("\n")}\n`,
    "mean.ppl": mean,
    "mean.json": '{ "y": [3, 4.5, 2.5] }',
    "broken.ppl": mean.replace("Normal(mu", "Normal(muu"),
    "factor.ppl": factor,
    "items.json": JSON.stringify({ x: items }),
    "new.json": '{ "x": [[1, 2, 1], [-1, 0, -1]] }',
  });
});
afterAll(() => folder.remove());

const infer = ["infer", "./schools.ppl", "--data", "./schools.json"] as const;
const few = ["--warmup", "200", "--draws", "100"] as const;

async function here(args: readonly string[]): Promise<Result> {
  const result = await runHere(folder, args);
  expect(result.stderr).toBe("");
  expect(result.code).toBe(0);
  return result;
}

function read(name: string): string {
  return readFileSync(folder.file(name), "utf8");
}

describe("infer", () => {
  test("--json has the documented form", async () => {
    const printed = JSON.parse((await here([...infer, ...few, "--json"])).stdout);
    const number = expect.any(Number);
    expect(printed).toEqual({
      model: "EightSchools",
      strategy: "nuts",
      engine: "wasm",
      seed: 1,
      seconds: number,
      interrupted: false,
      chains: 4,
      draws: 100,
      summary: expect.any(Object),
      quality: expect.any(Object),
    });
    const thetas = y.map((_, j) => `theta[${j}]`);
    expect(Object.keys(printed.summary)).toEqual(["mu", "tau", ...thetas]);
    for (const row of Object.values<Record<string, number>>(printed.summary)) {
      expect(Object.keys(row)).toEqual(["mean", "sd", "q5", "q50", "q95", "ess", "ess_tail", "rhat", "mcse"]);
      expect(Object.values(row).every(Number.isFinite)).toBe(true);
      expect(row.q5 < row.q50 && row.q50 < row.q95).toBe(true);
    }
    expect(["good", "caution", "bad"]).toContain(printed.quality.verdict);
    expect(Array.isArray(printed.quality.reasons)).toBe(true);
    expect(printed.quality.divergences).toBeGreaterThanOrEqual(0);
  });

  test("the CSV has a row per draw, the JSON the groups of InferenceData", async () => {
    const run = [...infer, ...few, "--quiet"];
    await here([...run, "--out", "./draws.csv"]);
    await here([...run, "--out", "./draws.json"]);
    const [header, ...rows] = read("draws.csv").trimEnd().split("\n");
    expect(rows).toHaveLength(400);
    const columns = header.split(",");
    expect(columns.slice(0, 2)).toEqual(["chain", "draw"]);
    const { posterior, ...groups } = JSON.parse(read("draws.json"));
    expect(Object.keys(groups)).toEqual(
      expect.arrayContaining(["sample_stats", "posterior_predictive", "observed_data", "constant_data"]),
    );
    const last = rows[399].split(",").map(Number);
    expect(last[columns.indexOf("mu")]).toBe(posterior.mu[3][99]);
    expect(last[columns.findIndex((column) => /^theta\W*7/.test(column))]).toBe(posterior.theta[3][99][7]);
    expect(groups.observed_data.y).toEqual(y);
    expect(groups.constant_data.sigma).toEqual(sigma);
    expect(groups.posterior_predictive.y[3]).toHaveLength(100);
  });

  test("one seed gives one file in every process, format of data and number of threads", async () => {
    const write = async (out: string, more: readonly string[], data = "schools.json"): Promise<string> => {
      const args = ["infer", "schools.ppl", "--data", data, ...few, "--quiet", "--out", out, ...more];
      expect((await runProcess(folder, args)).code).toBe(0);
      return read(out);
    };
    const first = await write("a.csv", ["--seed", "5", "--parallel", "1"]);
    expect(await write("b.csv", ["--seed", "5", "--parallel", "4"], "schools.csv")).toBe(first);
    expect(await write("c.csv", ["--seed", "6"])).not.toBe(first);
  });

  test("svi finds the conjugate posterior, and says which options mean nothing to it", async () => {
    const args = ["infer", "./mean.ppl", "--data", "./mean.json", "--strategy", "svi"];
    const { code, stdout, stderr } = await runHere(folder, [...args, "--chains", "2", "--warmup", "5"]);
    expect(code).toBe(0);
    // On a busy machine a line of progress follows; so below.
    expect(stderr.split("\n")[0]).toBe("note: --chains, --warmup do not apply to svi");
    expect(stdout).toContain("Mean  svi · wasm");
    const printed = JSON.parse((await here([...args, "--json"])).stdout);
    expect(printed).toMatchObject({ strategy: "svi", chains: 1 });
    expect(Math.abs(printed.summary.mu.mean - 2.5)).toBeLessThan(0.05);
    expect(Math.abs(printed.summary.mu.sd - 0.5)).toBeLessThan(0.05);
  });

  test("--verbose says what was chosen and why", async () => {
    const { stderr } = await runHere(folder, [...infer, ...few, "--verbose", "--parallel", "2"]);
    expect(stderr).toContain("strategy: nuts (10 unknown numbers; up to 1000 are sampled)");
    expect(stderr).toContain("engine: wasm (compiled, in double precision)");
    expect(stderr).toContain("chains: 4, in up to 2 worker threads");
  });
});

test("train, then infer with what it wrote", async () => {
  const args = ["train", "./factor.ppl", "--data", "./items.json", "--out", "./factor.pplx", "--json"];
  const trained = JSON.parse((await here([...args, "--steps", "1500"])).stdout);
  expect(trained).toMatchObject({ model: "Factor", steps: 1500, seed: 1, interrupted: false });
  expect(Object.keys(trained)).toEqual(expect.arrayContaining(["engine", "seconds", "elbo", "out"]));

  const answer = ["infer", "./factor.pplx", "--data", "./new.json"];
  const printed = JSON.parse((await here([...answer, "--json"])).stdout);
  expect(printed.strategy).toBe("amortized");
  expect(Object.keys(printed.summary)).toEqual(["z[0]", "z[1]"]);
  expect(Math.abs(printed.summary["z[0]"].mean - 1)).toBeLessThan(0.15);
  expect(Math.abs(printed.summary["z[1]"].mean + 0.5)).toBeLessThan(0.15);
  expect(Math.abs(printed.summary["z[0]"].sd - 0.5)).toBeLessThan(0.1);

  const noted = await runHere(folder, [...answer, "--chains", "2", "--strategy", "nuts"]);
  expect(noted.code).toBe(0);
  expect(noted.stderr.split("\n")[0]).toBe("note: --strategy, --chains do not apply to amortized");
});

test("sample --set gives sizes, and writes both forms", async () => {
  const args = ["sample", "./mean.ppl", "--set", "N=3", "--draws", "5", "--seed", "2"];
  const printed = JSON.parse((await here([...args, "--json"])).stdout);
  expect(printed.variables.mu).toHaveLength(5);
  expect(printed.variables.y.map((draw: number[]) => draw.length)).toEqual([3, 3, 3, 3, 3]);
  await here([...args, "--quiet", "--out", "./prior.json"]);
  const { prior, prior_predictive } = JSON.parse(read("prior.json"));
  expect(prior.mu[0]).toEqual(printed.variables.mu);
  expect(prior_predictive.y[0]).toEqual(printed.variables.y);
  await here([...args, "--quiet", "--out", "./prior.csv"]);
  expect(read("prior.csv").trimEnd().split("\n")).toHaveLength(6);
});

describe("doctor", () => {
  test("shows versions and engines", async () => {
    const { stdout } = await here(["doctor"]);
    expect(stdout).toMatch(new RegExp(`ppl +${version.replaceAll(".", "\\.")}`));
    expect(stdout).toMatch(/reference +available/);
  });

  test("--json", async () => {
    const { versions, engines } = JSON.parse((await here(["doctor", "--json"])).stdout);
    expect(versions).toMatchObject({ ppl: version, node: process.version });
    const found = engines.find((engine: { name: string }) => engine.name === "reference");
    expect(found).toMatchObject({ available: true });
  });
});

describe("the terminal", () => {
  const check = ["check", "broken.ppl"];
  const code = "\x1b[";

  test("colour only where it is wanted", async () => {
    const plain = await runProcess(folder, check);
    const forced = await runProcess(folder, check, { env: { FORCE_COLOR: "1" } });
    const neither = await runProcess(folder, check, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    expect(plain.stderr).not.toContain(code);
    expect(forced.stderr).toContain(code);
    expect(neither.stderr).not.toContain(code);
  });

  test.skipIf(process.platform !== "linux")("shows a line that goes away, in colour", async () => {
    const long = [...infer, "--warmup", "5000", "--draws", "20000", "--chains", "2"];
    const args = long.map((arg) => arg.replace("./", ""));
    const { stdout } = await runProcess(folder, args, { terminal: true });
    expect(stdout).toMatch(/\r(warm-up|sampling) [█░]+ +\d+ %/u);
    // The last thing drawn on the line is nothing; the answer follows.
    const pieces = stdout.split(`${code}K`);
    expect(pieces.slice(0, -2).join("")).toContain("█");
    expect(pieces.at(-2)).toBe("\r");
    expect(pieces.at(-1)).toContain("EightSchools");
    expect(pieces.at(-1)).toContain(code);
  });
});
