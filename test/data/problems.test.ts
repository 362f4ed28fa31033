/** One golden file per problem code: what the user gave, and the message. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Problem, ProblemError } from "../../src/base/problem.ts";
import { renderProblems } from "../../src/base/render-problem.ts";
import { type BindOptions, bindData } from "../../src/data/bind-data.ts";
import type { DataFacts } from "../../src/data/explain-data.ts";
import { modelFiles } from "../../src/data/model-files.ts";
import { parseCsvData } from "../../src/data/parse-csv-data.ts";
import { parseJsonData } from "../../src/data/parse-json-data.ts";
import { readBytes } from "../../src/data/read-bytes.ts";
import { readData } from "../../src/data/read-data.ts";
import { readTextFile } from "../../src/data/read-text-file.ts";
import { checkWritable } from "../../src/data/write-file.ts";
import type { CoreModel } from "../../src/lang/core.ts";
import { loadModel } from "../compiler/lower/load-model.ts";
import { golden } from "../golden.ts";
import { makeModel, size, types } from "./models.ts";

const program = `model Schools[J](sigma: Positive[J]) {
  mu ~ Normal(0, 5)
  tau ~ HalfCauchy(5)
  plate j in J {
    theta[j] ~ Normal(mu, tau)
    observe y[j] ~ Normal(theta[j], sigma[j])
    observe passed[j] ~ Bernoulli(0.5)
  }
}
`;

/** The model that the text above declares, with spans into it. */
function schools(): CoreModel {
  const at = (text: string) => {
    const start = program.indexOf(text);
    return { source: "schools.ppl", start, end: start + text.length };
  };
  const J = size({ J: 1 });
  const model = makeModel({
    name: "Schools",
    sizes: { J: undefined },
    inputs: { sigma: types.positive(J) },
    latent: { mu: types.real(), tau: types.positive(), theta: types.real(J) },
    observed: { y: types.real(J), passed: types.bool(J) },
  });
  const where: Record<string, string> = {
    mu: "mu ~",
    tau: "tau ~",
    theta: "theta[j] ~",
    y: "y[j] ~",
    passed: "passed[j] ~",
  };
  return {
    ...model,
    span: at("model Schools[J]"),
    sizes: model.sizes.map((size) => ({ ...size, span: at(size.name) })),
    inputs: model.inputs.map((input) => ({ ...input, span: at("sigma: Positive[J]") })),
    variables: model.variables.map((variable) => ({
      ...variable,
      span: at(where[variable.name].slice(0, -2)),
    })),
  };
}

const good = '"sigma": [15, 10, 16], "passed": [true, false, true]';

/** Data texts against the model above. */
const bound: Readonly<Record<string, { json?: string; csv?: string; options?: BindOptions }>> = {
  "data-missing": { json: `{ ${good} }` },
  "data-missing-near-miss": { json: '{ "Sigma": [15, 10, 16], "y": [28, 8, -3], "passed": [1, 0, 1] }' },
  "data-missing-all": { json: "{}" },
  "data-unknown-key": { json: `{ ${good}, "y": [28, 8, -3], "pased": [1, 1, 1] }` },
  "data-latent": { json: `{ ${good}, "y": [28, 8, -3], "tau": 2 }` },
  "data-shape": { json: `{ ${good}, "y": [[28], [8], [-3]] }` },
  "data-type": { csv: "y,sigma,passed\n28,15,1\n8,10,2\n-3,16,3\n" },
  "data-type-text": { csv: "y,sigma,passed\n28,15,1\n8,ten,0\n-3,16,1\n" },
  "data-nan": { csv: "y,sigma,passed\n28,15,1\ninf,10,1\n1e999,16,1\n" },
  "data-missing-value": { csv: "y,sigma,passed\n28,15,1\nNA,10,1\n,16,1\n" },
  "data-missing-value-input": { json: '{ "sigma": [15, null, 16], "passed": [1, 0, 1], "y": [1, 2, 3] }' },
  "data-out-of-support": { csv: "school,y,sigma,passed\nA,28,15,1\nB,8,-10,0\nC,-3,0,1\n" },
  "data-size-conflict": { json: `{ ${good}, "y": [28, 8] }` },
  "data-size-value": { json: `{ ${good}, "y": [28, 8, -3], "J": 2.5 }` },
  "data-size-unknown": { json: "{}", options: { requireObserved: false } },
  "data-size-unknown-name": { json: `{ ${good}, "y": [28, 8, -3] }`, options: { sizes: { j: 3 } } },
  "data-ragged": { json: `{ ${good}, "y": [28, [8, 9], -3] }` },
  "data-ragged-table": { csv: "y,sigma,passed\n28,15,1\n8,10\n" },
  "data-column-gap": { csv: "y.1,y.2,sigma,passed\n28,8,15,1\n" },
  "data-duplicate-column": { csv: "y,sigma,y,passed\n28,15,28,1\n" },
  "data-syntax": { json: '{\n  "y": [28, NaN, -3]\n}' },
  "data-empty": { csv: "y,sigma,passed\n" },
};

const shares = `model Shares[N] {
  a: Positive[3] ~ HalfNormal(5)
  plate n in N { observe share[n]: Simplex[3]? ~ Dirichlet(a) }
}
`;

const covered = new Set<string>();

test.each(Object.entries(bound))("%s", async (name, { json, csv, options }) => {
  const [text, file] = json !== undefined ? [json, "schools.json"] : [csv ?? "", "schools.csv"];
  const { data, problems } = (json !== undefined ? parseJsonData : parseCsvData)(text, file);
  // Sizes by hand stand in where only the size is in question.
  const model = name === "data-size-unknown" ? { ...schools(), inputs: [] } : schools();
  const found = data === undefined ? problems : bindData(model, data, options).problems;
  await accept(name, { "schools.ppl": program, [file]: text }, found);
});

test("data-partly-missing", async () => {
  const text = '{ "share": [[0.2, 0.3, 0.5], [0.1, null, 0.2], [null, null, null]] }';
  const { data } = parseJsonData(text, "shares.json");
  if (data === undefined) throw new Error("no data");
  const { problems } = bindData(loadModel(shares).model, data);
  await accept("data-partly-missing", { "test.ppl": shares, "shares.json": text }, problems, shares);
});

test("files", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ppl-"));
  mkdirSync(join(folder, "out.json"));
  mkdirSync(join(folder, "empty"));
  writeFileSync(join(folder, "latin1.ppl"), Uint8Array.of(0x6d, 0x0a, 0xe9));
  writeFileSync(join(folder, "schools.xlsx"), "PK");
  const cases: Readonly<Record<string, () => unknown>> = {
    "data-unreadable": () => readData(join(folder, "schools.json")),
    "data-format": () => readData(join(folder, "schools.xlsx")),
    "model-unreadable": () => readTextFile(join(folder, "latin1.ppl"), "model"),
    "no-model-files": () => modelFiles([join(folder, "empty")]),
    "artifact-unreadable": () => readBytes(join(folder, "latin2.ppl"), "artifact"),
    "output-unwritable": () => checkWritable(join(folder, "out.json"), []),
    "output-unwritable-extension": () => checkWritable(join(folder, "out.txt"), [".json", ".csv"]),
  };
  try {
    for (const [name, run] of Object.entries(cases)) await accept(name, {}, problemsOf(run, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("every code has a golden file", () => {
  const codes: Record<DataFacts["code"], true> = {
    "data-unreadable": true,
    "model-unreadable": true,
    "artifact-unreadable": true,
    "no-model-files": true,
    "data-format": true,
    "output-unwritable": true,
    "data-syntax": true,
    "data-empty": true,
    "data-ragged": true,
    "data-duplicate-column": true,
    "data-column-gap": true,
    "data-missing": true,
    "data-unknown-key": true,
    "data-latent": true,
    "data-shape": true,
    "data-type": true,
    "data-missing-value": true,
    "data-nan": true,
    "data-partly-missing": true,
    "data-out-of-support": true,
    "data-size-conflict": true,
    "data-size-value": true,
    "data-size-unknown": true,
    "data-size-unknown-name": true,
  };
  expect([...covered].sort()).toEqual(Object.keys(codes).sort());
});

async function accept(
  name: string,
  given: Readonly<Record<string, string>>,
  problems: readonly Problem[],
  text = program,
): Promise<void> {
  expect(problems.length).toBeGreaterThan(0);
  expect(name.startsWith(problems[0].code)).toBe(true);
  for (const { code } of problems) covered.add(code);
  const sources = ["schools.ppl", "test.ppl"].map((each) => ({ name: each, text }));
  await golden(`data/${name}.txt`, {
    ...given,
    message: renderProblems(problems, sources, { color: false }),
  });
}

function problemsOf(run: () => unknown, folder: string): readonly Problem[] {
  try {
    run();
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const relative = (text: string): string => text.replaceAll(`${folder}/`, "");
    return error.problems.map((problem) => ({
      ...problem,
      message: relative(problem.message),
      ...(problem.help !== undefined && { help: relative(problem.help) }),
    }));
  }
}
