import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ProblemError } from "../../src/base/problem.ts";
import { readData } from "../../src/data/read-data.ts";
import { readTextFile } from "../../src/data/read-text-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ppl-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function problem(run: () => unknown): string {
  try {
    run();
    return "none";
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return `${error.problems[0].code}: ${error.problems[0].message}`.replaceAll(`${folder}/`, "");
  }
}

test("the extension decides, in any case", () => {
  expect([...readData(file("a.json", '{"y": 1}')).values.keys()]).toEqual(["y"]);
  expect([...readData(file("a.CSV", "\ufeffy\n1\n")).values.keys()]).toEqual(["y"]);
  expect(problem(() => readData(file("a.txt", "")))).toMatch(/^data-format: /);
});

test("files that cannot be read", () => {
  expect(problem(() => readData(join(folder, "no.json")))).toBe(
    "data-unreadable: cannot read the data file `no.json`: there is no such file",
  );
  expect(problem(() => readTextFile(folder, "model"))).toContain("it is a folder");
  const utf16 = Uint8Array.of(0xff, 0xfe, 0x7b, 0);
  expect(problem(() => readTextFile(file("utf16.ppl", utf16), "model"))).toContain("it looks like UTF-16");
  const latin1 = Uint8Array.of(0x61, 0x0a, 0x62, 0xe9, 0x0a);
  expect(problem(() => readTextFile(file("latin1.ppl", latin1), "model"))).toContain(
    "line 2 has bytes that are none",
  );
  const large = file("large.ppl", "");
  truncateSync(large, 5 * 1024 * 1024);
  expect(problem(() => readTextFile(large, "model"))).toBe(
    "model-unreadable: cannot read the model file `large.ppl`: it is larger than 4 MB",
  );
});

test("letters with marks are the same however the file writes them", () => {
  expect(readTextFile(file("nfd.csv", "gro\u0308\u00dfe\n1\n"), "data")).toBe("gr\u00f6\u00dfe\n1\n");
});
