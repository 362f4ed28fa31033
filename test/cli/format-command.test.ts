import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cli } from "./fake-driver.ts";
import { type Folder, runHere, runProcess, temporaryFolder } from "./real-cli.ts";

const untidy = "model Coin{p~Beta( 1,1 ) // the coin\n  observe heads~Bernoulli(p)}\n";
const tidy = `model Coin {
  p ~ Beta(1, 1) // the coin
  observe heads ~ Bernoulli(p)
}
`;
const broken = "model Coin { p ~ Beta(1, }\n";

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder({ "untidy.ppl": untidy, "tidy.ppl": tidy });
});
afterEach(() => folder.remove());

const read = (name: string): string => readFileSync(folder.file(name), "utf8");

test("files are formatted in place, and only what changes is written and named", async () => {
  const before = statSync(folder.file("tidy.ppl")).mtimeMs;
  const args = ["fmt", "./untidy.ppl", "./tidy.ppl"];
  expect(await runHere(folder, args)).toEqual({ code: 0, stdout: "", stderr: "formatted untidy.ppl\n" });
  expect(read("untidy.ppl")).toBe(tidy);
  expect(statSync(folder.file("tidy.ppl")).mtimeMs).toBe(before);
  expect(folder.list()).toEqual(["tidy.ppl", "untidy.ppl"]);
  expect(await runHere(folder, args)).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("--check lists what would change, writes nothing and exits with 1", async () => {
  const checked = await runHere(folder, ["fmt", "./untidy.ppl", "./tidy.ppl", "--check"]);
  expect(checked).toEqual({ code: 1, stdout: "untidy.ppl\n", stderr: "" });
  expect(read("untidy.ppl")).toBe(untidy);
  expect((await runHere(folder, ["fmt", "./tidy.ppl", "--check"])).code).toBe(0);
});

test("folders are searched, but for hidden ones and packages", async () => {
  for (const name of ["deep", "deep/er", ".hidden", "node_modules"]) mkdirSync(folder.file(name));
  folder.write({
    "deep/er/a.ppl": untidy,
    "deep/b.txt": untidy,
    ".hidden/c.ppl": untidy,
    "node_modules/d.ppl": untidy,
  });
  const { stdout } = await runHere(folder, ["fmt", folder.path, "./untidy.ppl", "--check"]);
  expect(stdout).toBe("deep/er/a.ppl\nuntidy.ppl\n");
  const { code, stderr } = await runHere(folder, ["fmt", "./node_modules/none", "./deep/er"]);
  expect(code).toBe(2);
  expect(stderr).toContain("there is no such file");
});

test("a file with syntax errors stays as it is, and the others are formatted", async () => {
  folder.write({ "broken.ppl": broken });
  const { code, stderr } = await runHere(folder, ["fmt", "./broken.ppl", "./untidy.ppl"]);
  expect(code).toBe(2);
  expect(stderr).toContain("formatted untidy.ppl");
  expect(stderr).toMatch(/error\[[a-z-]+\]/);
  expect(stderr).toContain("broken.ppl:1:");
  expect(read("broken.ppl")).toBe(broken);
});

test("permissions stay, and a link stays a link to the same file", async () => {
  chmodSync(folder.file("untidy.ppl"), 0o640);
  symlinkSync("untidy.ppl", folder.file("link.ppl"));
  expect((await runHere(folder, ["fmt", "./link.ppl"])).code).toBe(0);
  expect(read("untidy.ppl")).toBe(tidy);
  expect(statSync(folder.file("untidy.ppl")).mode & 0o777).toBe(0o640);
});

test("--json is one object in every case", async () => {
  folder.write({ "broken.ppl": broken });
  const args = ["fmt", "./broken.ppl", "./tidy.ppl", "./untidy.ppl", "--json", "--check"];
  const { code, stdout, stderr } = await runHere(folder, args);
  expect(code).toBe(2);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({
    files: [
      { file: "broken.ppl", status: "broken" },
      { file: "tidy.ppl", status: "unchanged" },
      { file: "untidy.ppl", status: "changed" },
    ],
    problems: [{ labels: [{ source: "broken.ppl", line: 1 }, { text: "opened here" }] }],
  });
});

describe("stdin", () => {
  const run = (text: string, ...args: string[]) =>
    runProcess(folder, ["fmt", "-", ...args], {
      onStart: (child) => child.stdin && Readable.from([text]).pipe(child.stdin),
    });

  test("goes formatted to stdout", async () => {
    expect(await run(untidy)).toEqual({ code: 0, stdout: tidy, stderr: "" });
    expect(await run(untidy, "--check")).toEqual({ code: 1, stdout: "-\n", stderr: "" });
  });

  test("with errors, nothing comes out", async () => {
    const { code, stdout, stderr } = await run(broken);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("stdin:1:");
  });

  test("goes alone", async () => {
    const { code, stderr, calls } = await cli(["fmt", "-", "model.ppl"]);
    expect(code).toBe(2);
    expect(stderr).toContain("`-` goes alone");
    expect(calls).toEqual([]);
  });
});
