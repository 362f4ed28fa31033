import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Folder, runHere, temporaryFolder } from "./real-cli.ts";

const groups = `/// Means of μ.
family Groups[N, K = 3](x: Positive[N]) {
  vary noise in { small, large }
  vary s: Positive ~ LogNormal(0, 1)
  μ ~ Normal(0, 5)
  plate n in N {
    z[n] ~ Bernoulli(0.5)
    observe y[n]: Real? ~ Normal(if z[n] { μ } else { x[n] }, s)
  }
}
`;
const wrong = "model Wrong {\n  σ ~ HalfNormal(1)\n  observe y ~ Normal(0, sgma)\n}\n";

let folder: Folder;
beforeAll(() => {
  folder = temporaryFolder({ "groups.ppl": groups, "wrong.ppl": wrong });
  mkdirSync(folder.file("empty"));
});
afterAll(() => folder.remove());

test("several files and folders: each is told, and one error is enough for exit code 2", async () => {
  const { code, stdout, stderr } = await runHere(folder, ["check", folder.path]);
  expect(code).toBe(2);
  expect(stdout).toBe(
    "groups.ppl: no errors\n  Groups[N, K] takes x; varies noise, s; draws μ, z; observes y\n",
  );
  expect(stderr).toContain("wrong.ppl:3:25");
  expect((await runHere(folder, ["check", "./groups.ppl", "./groups.ppl"])).stdout).toBe(stdout);
});

test("a file that cannot be read does not hide the others", async () => {
  const { code, stdout, stderr } = await runHere(folder, ["check", "./none.ppl", "./groups.ppl"]);
  expect(code).toBe(2);
  expect(stdout).toContain("groups.ppl: no errors");
  expect(stderr).toContain("error[model-unreadable]");
  expect((await runHere(folder, ["check", "./empty"])).stderr).toContain("error[no-model-files]");
});

test("--json: problems with places and facts, and the outline of each model", async () => {
  const { code, stdout, stderr } = await runHere(folder, ["check", "./groups.ppl", "./wrong.ppl", "--json"]);
  expect(code).toBe(2);
  expect(stderr).toBe("");
  const { files, problems, models } = JSON.parse(stdout);
  expect(files).toEqual(["groups.ppl", "wrong.ppl"]);
  expect(problems).toEqual([
    {
      code: "unknown-name",
      severity: "error",
      message: "unknown name `sgma`",
      labels: [
        {
          source: "wrong.ppl",
          start: wrong.indexOf("sgma"),
          end: wrong.indexOf("sgma") + 4,
          line: 3,
          column: 25,
          endLine: 3,
          endColumn: 29,
          text: "no such name",
        },
      ],
      help: "bind it above, or make it an input in the header: `(sgma: Real)`",
      facts: { name: "sgma", near: [] },
    },
  ]);
  const place = (text: string) => ({
    source: "groups.ppl",
    start: groups.indexOf(text),
    end: groups.indexOf(text) + text.length,
  });
  const [model] = models;
  expect(models).toHaveLength(1);
  expect(model).toMatchObject({
    file: "groups.ppl",
    name: "Groups",
    doc: "Means of μ.",
    at: { line: 2, column: 1, endLine: 10, endColumn: 2 },
    sizes: [{ name: "N" }, { name: "K", default: "3" }],
    inputs: [{ name: "x", type: "Positive[N]", at: place("x") }],
    varies: [
      { name: "noise", options: ["small", "large"], at: place("noise") },
      { name: "s", type: "Positive" },
    ],
    draws: [
      { name: "μ", type: "Real", distributions: ["Normal"], discrete: false },
      { name: "z", type: "Bool[N]", distributions: ["Bernoulli"], discrete: true },
    ],
    observes: [{ name: "y", type: "Real[N]", mayMiss: true, at: { line: 8, column: 13 } }],
  });
});
