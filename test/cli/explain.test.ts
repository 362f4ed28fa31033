import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runHere, temporaryFolder } from "./real-cli.ts";

const folder = temporaryFolder({
  "mean.ppl": "model Mean[N] {\n  mu ~ Normal(0, 2)\n  plate n in N { observe y[n] ~ Normal(mu, 1) }\n}",
  "gaps.ppl":
    "model Gaps[N] {\n  b ~ Normal(0, 1)\n  plate n in N {\n    observe x[n]: Real? ~ Normal(0, 1)\n    observe y[n] ~ Normal(b * x[n], 1)\n  }\n}",
  "gaps.json": '{ "x": [1, null, 3, null], "y": [1, 2, 3, 4] }',
});
afterAll(() => folder.remove());

async function explain(...flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runHere(folder, ["explain", "./mean.ppl", ...flags]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

describe("explain", () => {
  test("missing values that are inferred are named", async () => {
    for (const stage of ["graph", "gradient", "each"]) {
      const call = ["explain", "./gaps.ppl", "--data", "./gaps.json", "--stage", stage];
      const { stdout } = await runHere(folder, call);
      expect(stdout.split("\n")[0]).toBe("// q/x: latent, what the data lack of x: x[1], x[3]");
    }
  });

  test("core needs no sizes", async () => {
    expect(await explain("--stage", "core")).toContain("observe y[n]: Real ~ Normal(loc: mu, scale: 1)");
  });

  test("the gradient is in the graph of every step", async () => {
    const each = await explain("--set", "N=5");
    expect(each).toMatch(/return logDensity=%\d+ gradient\/q\/mu=%\d+/);
    expect(await explain("--set", "N=5", "--stage", "graph")).not.toContain("gradient/");
  });

  test("every stage shows something", async () => {
    for (const stage of ["plate", "core", "graph", "gradient", "once", "each", "fused", "wasm", "memory"])
      expect((await explain("--set", "N=5", "--stage", stage)).trim(), stage).not.toBe("");
  });

  test("memory names inputs and outputs, wasm is instructions", async () => {
    expect(await explain("--set", "N=5", "--stage", "memory")).toContain("input data/y : float[5]");
    expect(await explain("--set", "N=5", "--stage", "wasm")).toMatch(/f64x2\.mul/);
  });

  test("--json holds the same text", async () => {
    const text = await explain("--stage", "core");
    expect(JSON.parse(await explain("--stage", "core", "--json"))).toEqual({
      model: "Mean",
      stage: "core",
      text: text.replace(/\n$/, ""),
    });
  });

  test("the plate diagram, on the terminal and as SVG", async () => {
    expect(await explain("--stage", "plate")).toContain("│ ● y   ~ Normal  ← mu │");
    const drawn = await runHere(folder, ["explain", "./mean.ppl", "--stage", "plate", "--out", "./mean.svg"]);
    expect([drawn.code, drawn.stdout]).toEqual([0, ""]);
    expect(readFileSync(join(folder.path, "mean.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
    for (const flags of [
      ["--stage", "core", "--out", "./mean.svg"],
      ["--stage", "plate", "--out", "./mean.png"],
    ])
      expect((await runHere(folder, ["explain", "./mean.ppl", ...flags])).code).toBe(2);
  });

  test("an unknown stage and a missing size are refused", async () => {
    const unknown = await runHere(folder, ["explain", "./mean.ppl", "--stage", "asm"]);
    expect(unknown.code).toBe(2);
    const open = await runHere(folder, ["explain", "./mean.ppl"]);
    expect(open.code).toBe(2);
    expect(open.stderr).toContain("data-size-unknown");
  });
});
