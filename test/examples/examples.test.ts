import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Ran, runPpl } from "./run-ppl.ts";
import { type Row, readRows, readTranscript, readVerdict, root } from "./transcript.ts";

const folder = join(root, "examples");
const examples = readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory());

/** Those that train, that are programs, and those without data, are run by tests of their own. */
const sampled = examples.filter(
  (example) =>
    ![
      "curves",
      "factor-model",
      "few-shot",
      "neural-ode",
      "conv-vae",
      "pixel-cnn",
      "vae",
      "embed",
      "page",
      "posteriordb",
    ].includes(example),
);

describe.each(examples)("%s", (example) => {
  const files = readdirSync(join(folder, example));
  const readme = existsSync(join(folder, example, "README.md"))
    ? readFileSync(join(folder, example, "README.md"), "utf8")
    : "";

  test("has a page, whose commands are those of the expected output", () => {
    const shown = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
      .flatMap(([, block]) => block.split("\n"))
      .filter((line) => /^(ppl|node) /.test(line));
    const expected = readTranscript(example).map(({ command }) => command);
    expect(expected.length).toBeGreaterThan(0);
    expect(shown).toEqual(expect.arrayContaining(expected));
  });

  test("every file that the page names is there", () => {
    const paths = [...readme.matchAll(/examples\/[\w./-]+\w/g)].map(([path]) => join(root, path));
    const links = [...readme.matchAll(/\]\(([^):#]+)\)/g)].map(([, link]) => join(folder, example, link));
    for (const path of [...paths, ...links]) expect(existsSync(path), path).toBe(true);
  });

  test("programs say what they are; data are small and their source is told", () => {
    const sources = readFileSync(join(folder, "DATA.md"), "utf8");
    for (const file of files) {
      const path = join(folder, example, file);
      if (file.endsWith(".ppl")) expect(readFileSync(path, "utf8"), file).toMatch(/^\/\/\/ \w/);
      if (!/\.(csv|json)$/.test(file)) continue;
      expect(statSync(path).size, file).toBeLessThan(60_000);
      expect(
        [`\`${example}/${file}\``, `\`${example}/*\``].some((each) => sources.includes(each)),
        file,
      ).toBe(true);
    }
  });
});

/**
 * Draws are the same on every machine as long as its mathematical functions round alike; where they do not, two runs differ by
 * their Monte Carlo errors: √(2 / ESS) standard deviations for means, and 1 / √ESS of itself for a standard deviation.
 */
function expectSameRow(ours: Row, expected: Row): void {
  const { name, mean, sd, ess } = expected;
  const rounding = 0.51 * sd * 0.01;
  const meanLimit = sd * Math.max(0.1, 5 * Math.sqrt(2 / ess) || 0) + rounding;
  const sdLimit = sd * Math.max(0.1, 5 / Math.sqrt(ess) || 0) + rounding;
  expect(ours.name).toBe(name);
  expect(Math.abs(ours.mean - mean), `mean of ${name}`).toBeLessThanOrEqual(meanLimit);
  expect(Math.abs(ours.sd - sd), `sd of ${name}`).toBeLessThanOrEqual(sdLimit);
}

describe("expected output", () => {
  const blocks = sampled.flatMap((example) => readTranscript(example));

  test.each(blocks)("$command", { timeout: 120_000 }, async ({ command, output }) => {
    const { code, stdout, stderr }: Ran = await runPpl(command);
    expect(code, stderr).toBe(0);
    const expected = readRows(output);
    const rows = readRows(stdout);
    expect(expected.length).toBeGreaterThan(1);
    expect(rows).toHaveLength(expected.length);
    for (const [position, row] of rows.entries()) expectSameRow(row, expected[position]);
    expect(readVerdict(stdout)).toBe(readVerdict(output));
  });

  test("the filtered local-level model has the same posterior as the one with levels", () => {
    const [filtered, drawn] = readTranscript("local-level").map(({ output }) => readRows(output));
    for (const name of ["move", "noise"]) {
      const [a, b] = [filtered, drawn].map((rows) => rows.find((row) => row.name === name));
      if (a === undefined || b === undefined) throw new Error(`no ${name}`);
      const error = Math.sqrt(1 / a.ess + 1 / b.ess);
      expect(Math.abs(a.mean - b.mean) / a.sd, name).toBeLessThan(4 * error);
    }
  });
});

test("the programs of posteriordb check", async () => {
  const [{ command, output }] = readTranscript("posteriordb");
  expect((await runPpl(command)).stdout.replaceAll(`${root}/`, "").trim()).toBe(output.trim());
  for (const file of readdirSync(join(folder, "posteriordb")).filter((each) => each.endsWith(".ppl"))) {
    const { code, stderr } = await runPpl(`ppl check examples/posteriordb/${file}`);
    expect(code, stderr).toBe(0);
  }
});

test("embed runs as it stands", { timeout: 60_000 }, () => {
  const [{ output }] = readTranscript("embed");
  const hooks = join(root, "test/examples/source-hooks.ts");
  const main = join(folder, "embed/main.ts");
  const printed = execFileSync(process.execPath, ["--import", hooks, main], { encoding: "utf8" });
  const lines = printed.trimEnd().split("\n");
  const expected = output.trimEnd().split("\n");
  const shape = (line: string): string => line.replace(/-?\d+(\.\d+)?/g, "#").replace(/ +/g, " ");
  expect(lines.map(shape)).toEqual(expected.map(shape));
  const numbers = (line: string): number[] => (line.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  for (const [position, line] of expected.entries()) {
    const [a, b] = [numbers(lines[position]), numbers(line)];
    if (line.includes("±")) expect(Math.abs(a.at(-2)! - b.at(-2)!)).toBeLessThan(0.1 * b.at(-1)! + 0.1);
    if (line.includes("%")) expect(Math.abs(a.at(-1)! - b.at(-1)!)).toBeLessThan(6);
  }
});
