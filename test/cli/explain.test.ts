import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runHere, temporaryFolder } from "./real-cli.ts";

const folder = temporaryFolder({
  "mean.ppl": "model Mean[N] {\n  mu ~ Normal(0, 2)\n  plate n in N { observe y[n] ~ Normal(mu, 1) }\n}",
});
afterAll(() => folder.remove());

async function explain(...flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runHere(folder, ["explain", "./mean.ppl", ...flags]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout;
}

describe("explain", () => {
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
