import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bundleCommand } from "../../scripts/bundle-command.ts";
import { version } from "../../src/driver/version.ts";

const root = resolve(import.meta.dirname, "../..");
// Inside the repository, where packages are found.
const folder = join(root, "node_modules/.cache/ppl-command");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): string {
  return execFileSync(process.execPath, [join(folder, "main.js"), ...args], { cwd: root, encoding: "utf8" });
}

test("the bundled command runs as the sources do, with threads and without", {
  timeout: 120_000,
}, async () => {
  await bundleCommand(root, folder);
  expect(run("--version").trim()).toBe(version);
  const program = "examples/eight-schools/eight-schools.ppl";
  const infer = (...more: string[]): unknown => {
    const json = run("infer", program, "--data", "examples/eight-schools/data.json", "--json", ...more);
    const { seconds: _, ...answer } = JSON.parse(json);
    return answer;
  };
  // Long enough for workers to start, which are files of their own; draws do not depend on them.
  const one = infer("--draws", "20000", "--chains", "2", "--engine", "reference", "--parallel", "1");
  expect(infer("--draws", "20000", "--chains", "2", "--engine", "reference", "--parallel", "2")).toEqual(one);
  expect(one).toMatchObject({ model: "EightSchools" });
});
