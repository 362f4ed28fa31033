/** Everything users get wrong is answered with exit code 2, a message that helps, and no file written. */
import { mkdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { golden } from "../golden.ts";
import { type BadInput, badInputs, type TrainedFile } from "./bad-input-cases.ts";
import { type Folder, runHere, temporaryFolder } from "./real-cli.ts";

const factor = `model Factor[N, D] {
  learn w: Real[D] = normal(0.3)
  plate n in N {
    z[n] ~ Normal(0, 1)
    observe x[n]: Real[D] ~ Normal(w * z[n], 1)
  }
}
`;

let trained = new Uint8Array();
beforeAll(async () => {
  const folder = temporaryFolder({ "factor.ppl": factor, "items.json": '{ "x": [[1, 2, 3], [2, 4, 5]] }' });
  const args = ["train", "./factor.ppl", "--data", "./items.json", "--out", "./factor.pplx", "--steps", "2"];
  const { code, stderr } = await runHere(folder, args);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  trained = readFileSync(folder.file("factor.pplx"));
  folder.remove();
}, 60_000);

test.each(Object.entries(badInputs))("%s", async (name, input) => {
  const folder = prepare(input);
  const before = folder.list();
  const { code, stdout, stderr } = await runHere(folder, input.args);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(folder.list()).toEqual(before);
  folder.remove();
  await golden(`bad-input/${name}.txt`, {
    command: ["ppl", ...input.args.map((arg) => arg.replace(/^\.\//, ""))].join(" "),
    ...Object.fromEntries(Object.entries(input.files).map(([file, content]) => [file, show(content)])),
    message: stderr,
  });
});

test("with --json, the same problems are one object on stdout", async () => {
  const { args, files } = badInputs["data-several-faults"];
  const folder = prepare({ args, files });
  const { code, stdout, stderr } = await runHere(folder, [...args, "--json"]);
  folder.remove();
  expect(code).toBe(2);
  expect(stderr).toBe("");
  const { problems } = JSON.parse(stdout);
  expect(problems.map((problem: { code: string }) => problem.code).sort()).toEqual([
    "data-missing-value",
    "data-out-of-support",
    "data-unknown-key",
  ]);
});

describe("large files are answered in bounded time", () => {
  const mean = "model Mean[N] {\n  mu ~ Normal(0, 1)\n  plate n in N { observe y[n] ~ Normal(mu, 1) }\n}\n";
  const megabytes = (piece: string): string => piece.repeat(Math.ceil((10 * 2 ** 20) / piece.length));
  const quickly = async (
    files: Readonly<Record<string, string>>,
    args: readonly string[],
  ): Promise<{ code: number | null; stderr: string }> => {
    const folder = temporaryFolder(files);
    const started = performance.now();
    const result = await runHere(folder, args);
    // Two seconds on an idle machine.
    expect(performance.now() - started).toBeLessThan(30_000);
    folder.remove();
    return result;
  };

  test("a model of 10 MB", async () => {
    const { code, stderr } = await quickly({ "m.ppl": megabytes(mean) }, ["check", "./m.ppl"]);
    expect(code).toBe(2);
    expect(stderr).toContain("larger than");
  });

  test("a model just below the limit, of nothing but errors", async () => {
    const text = "}{ @@ x ~ ((\n".repeat(18_000);
    const { code, stderr } = await quickly({ "m.ppl": text }, ["check", "./m.ppl"]);
    expect(code).toBe(2);
    expect(stderr.length).toBeLessThan(100_000);
  });

  test("data of 10 MB whose last value is broken", async () => {
    const rows = megabytes("1.25\n");
    const args = (file: string) => ["infer", "./m.ppl", "--data", file];
    const csv = await quickly({ "m.ppl": mean, "d.csv": `y\n${rows}oops\n` }, args("./d.csv"));
    expect(csv.code).toBe(2);
    expect(csv.stderr).toContain(`line ${rows.length / 5 + 2}`);
    const list = rows.trimEnd().replaceAll("\n", ",");
    const json = await quickly({ "m.ppl": mean, "d.json": `{ "y": [${list},] }` }, args("./d.json"));
    expect(json.code).toBe(2);
    expect(json.stderr).toContain("unexpected `]`");
  });
});

function prepare({ files }: BadInput): Folder {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    if (content === "folder") mkdirSync(folder.file(name));
    else folder.write({ [name]: typeof content === "function" ? content(trained) : content });
  }
  return folder;
}

/** Long texts are shortened, bytes and invisible characters written out. */
function show(content: string | Uint8Array | TrainedFile): string {
  if (typeof content === "function") return `what \`ppl train\` wrote, through ${content}`;
  const text = typeof content === "string" ? content : `${content.length} bytes, no text`;
  const shorten = (run: string, [character]: string): string =>
    `${character.repeat(3)}… ${run.length} in all …${character.repeat(3)}`;
  const written = (character: string): string =>
    `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return text.replace(/(.)\1{40,}/g, shorten).replace(/[^\n\t\x20-\x7e\u0080-\uffff]/g, written);
}
