import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { posteriorCsv } from "../../src/data/draws-csv.ts";
import { posteriorJson, priorJson } from "../../src/data/inference-data.ts";
import { writeDraws } from "../../src/data/write-draws.ts";
import { checkWritable, writeFileAtomically } from "../../src/data/write-file.ts";
import { named, smallPosterior } from "./posteriors.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ppl-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("InferenceData", () => {
  const written = JSON.parse([...posteriorJson(smallPosterior, "0.1.0")].join(""));

  test("groups hold [chain][draw][…shape]", () => {
    expect(written.posterior.mu).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(written.posterior.theta[1][2]).toEqual([10, 11]);
    expect(written.posterior.cov[0][1]).toEqual([
      [4, 5],
      [6, 7],
    ]);
    expect(written.sample_stats.diverging[0]).toEqual([false, false, true]);
    expect(written.observed_data.y).toEqual([0, 1]);
    expect(written.constant_data.flag).toBe(false);
  });

  test("dimensions are named after sizes, never twice in one variable", () => {
    expect(written.dims).toEqual({
      theta: ["J"],
      cov: ["K", "K_1"],
      pair: ["pair_dim_0"],
      y: ["J"],
      sigma: ["J"],
    });
    expect(written.coords.J).toEqual([0, 1]);
    expect(Object.keys(written.coords).sort()).toEqual(["J", "K", "K_1", "pair_dim_0"]);
  });

  test("one dimension name never stands for two lengths", () => {
    const variables = [named("a", [2], ["N"], 12), named("b", [3], ["N"], 18), named("N_1", [], [], 6)];
    const { dims, coords } = JSON.parse([...posteriorJson({ ...smallPosterior, variables }, "0")].join(""));
    expect(coords[dims.a[0]]).toHaveLength(2);
    expect(coords[dims.b[0]]).toHaveLength(3);
    expect(Object.keys(coords)).not.toContain("N_1");
  });

  test("reals stay reals: whole numbers keep a decimal point, integers have none", () => {
    const text = [...posteriorJson(smallPosterior, "0")].join("");
    expect(text).toContain('"mu": [[0.0,1.0,2.0],[3.0,4.0,5.0]]');
    expect(text).toContain('"z": [[0,1,2],[3,4,5]]');
  });

  test("prior draws are one chain in two groups", () => {
    const variables = [
      { ...named("mu", [], [], 4), observed: false },
      { ...named("y", [2], ["N"], 8), observed: true },
    ];
    const prior = JSON.parse([...priorJson({ model: "M", seed: 1, draws: 4, variables }, "0")].join(""));
    expect(prior.prior.mu).toEqual([[0, 1, 2, 3]]);
    expect(prior.prior_predictive.y[0][3]).toEqual([6, 7]);
  });
});

test("CSV has a row per draw and a column per element", () => {
  const [header, ...rows] = parse([...posteriorCsv(smallPosterior)].join(""));
  expect(header.slice(0, 9)).toEqual([
    "chain",
    "draw",
    "mu",
    "theta[0]",
    "theta[1]",
    "cov[0,0]",
    "cov[0,1]",
    "cov[1,0]",
    "cov[1,1]",
  ]);
  expect(header.slice(-2)).toEqual(["lp__", "diverging__"]);
  expect(rows).toHaveLength(6);
  expect(rows[4].slice(0, 5)).toEqual(["1", "1", "4", "8", "9"]);
  for (const row of rows) expect(row).toHaveLength(header.length);
});

describe("writing", () => {
  const code = (run: () => void): unknown => {
    try {
      run();
      return "written";
    } catch (error) {
      return (
        error instanceof Error &&
        "problems" in error &&
        Array.isArray(error.problems) &&
        error.problems[0].message
      );
    }
  };

  test("the extension decides", () => {
    writeDraws(join(folder, "a.json"), smallPosterior, "0");
    writeDraws(join(folder, "a.CSV"), smallPosterior, "0");
    expect(JSON.parse(readFileSync(join(folder, "a.json"), "utf8"))).toHaveProperty("posterior");
    expect(readFileSync(join(folder, "a.CSV"), "utf8")).toMatch(/^chain,draw,/);
    expect(code(() => writeDraws(join(folder, "a.txt"), smallPosterior, "0"))).toContain(
      "end in .json or .csv",
    );
    expect(readdirSync(folder).sort()).toEqual(["a.CSV", "a.json"]);
  });

  test("what cannot be written is said, and no trace stays", () => {
    mkdirSync(join(folder, "dir.json"));
    expect(code(() => writeFileAtomically(join(folder, "dir.json"), ["x"]))).toContain("it is a folder");
    expect(code(() => writeFileAtomically(join(folder, "no", "a.json"), ["x"]))).toContain(
      "there is no folder",
    );
    expect(code(() => checkWritable(join(folder, "no", "a.json"), []))).toContain("there is no folder");
    expect(code(() => checkWritable(join(folder, "dir.json"), [".json"]))).toContain("it is a folder");
    expect(readdirSync(folder)).toEqual(["dir.json"]);
  });

  test("a failure half way leaves the old file as it was", () => {
    const path = join(folder, "a.json");
    writeFileSync(path, "old");
    const pieces = function* (): Generator<string> {
      yield "n".repeat(3_000_000);
      throw new Error("stop");
    };
    expect(() => writeFileAtomically(path, pieces())).toThrow("stop");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a.json"]);
  });

  test("pieces are joined whole, also beyond a chunk and outside ASCII", () => {
    const path = join(folder, "big.txt");
    const pieces = Array.from({ length: 3000 }, (_, i) => `${i}é😀`.repeat(100));
    writeFileAtomically(path, pieces);
    expect(readFileSync(path, "utf8")).toBe(pieces.join(""));
    writeFileAtomically(path, new Uint8Array([1, 2, 3]));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
  });
});
