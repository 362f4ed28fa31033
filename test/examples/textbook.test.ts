/** The models of the textbooks: each checks, draws data, and has a density whose gradient agrees with differences. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseJsonData } from "../../src/data/parse-json-data.ts";
import { planDensity } from "../../src/driver/density/density-plan.ts";
import { densityTarget } from "../../src/driver/density/density-target.ts";
import { bindOrThrow } from "../../src/driver/infer-options.ts";
import { createWasmEngine } from "../../src/engines/wasm/wasm-engine.ts";
import { normals } from "../compiler/lower/sample-data.ts";
import { programOf } from "../driver/programs.ts";
import { runPpl } from "./run-ppl.ts";
import { root } from "./transcript.ts";

const folder = join(root, "examples/textbook");
const read = (file: string): string => readFileSync(join(folder, file), "utf8");
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ppl"))
  .map((file) => file.slice(0, -".ppl".length));

const engine = await createWasmEngine();

/** With an improper prior there is nothing to draw from. */
const improper = ["icar"];

test("the page lists every program once", () => {
  const listed = [...read("README.md").matchAll(/\[([\w-]+)\]\(\1\.ppl\)/g)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(names.toSorted());
});

describe.each(names)("%s", (name) => {
  test.runIf(!improper.includes(name))("draws a data set", async () => {
    const data = Object.keys(JSON.parse(read(`${name}.json`)));
    const { code, stdout, stderr } = await runPpl(
      `ppl sample examples/textbook/${name}.ppl --data examples/textbook/${name}.json --draws 2 --json`,
    );
    expect(code, stdout + stderr).toBe(0);
    const { variables } = JSON.parse(stdout);
    const observed = data.filter((each) => each in variables);
    expect(observed.length).toBeGreaterThan(0);
    for (const each of observed) expect(variables[each].flat(3), each).not.toContain(null);
  });

  test("has a density whose gradient agrees with differences", async () => {
    const program = await programOf(read(`${name}.ppl`));
    const model = program.model();
    const { data = {}, problems } = parseJsonData(read(`${name}.json`), `${name}.json`);
    expect(problems).toEqual([]);
    const plan = planDensity(program.core, model, bindOrThrow(model, data, {}));
    const target = densityTarget(plan, engine);
    const at = normals(target.dimension, 3, 0.3);
    const direction = normals(target.dimension, 4, 1);
    const gradient = new Float64Array(target.dimension);
    const scratch = new Float64Array(target.dimension);
    const valueAt = (step: number): number =>
      target.logDensityAndGradient(
        at.map((each, i) => each + step * direction[i]),
        scratch,
      );
    const value = target.logDensityAndGradient(at, gradient);
    const slope = gradient.reduce((sum, each, i) => sum + each * direction[i], 0);
    const step = 1e-5;
    const difference =
      (8 * (valueAt(step) - valueAt(-step)) - (valueAt(2 * step) - valueAt(-2 * step))) / (12 * step);
    expect(value).toBeLessThan(Infinity);
    expect(Math.abs(value)).toBeGreaterThan(0);
    const rounding = (1e-14 * Math.abs(value)) / step;
    expect(Math.abs(slope - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(slope)) + 30 * rounding);
    target.dispose();
  });
});
