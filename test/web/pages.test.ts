import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packScripts } from "../../examples/page/page-server.ts";
import { decodeArtifact, encodeArtifact } from "../../src/artifact/artifact.ts";
import type { GivenData, InferOptions, Posterior } from "../../src/driver/api-types.ts";
import { check } from "../../src/driver/check.ts";
import { edit } from "../../src/driver/edit/edit.ts";
import { conditionOn, setPrior } from "../../src/driver/edit/edits.ts";
import { infer, inferWithArtifact, train } from "../../src/driver/node-driver.ts";
import { eightSchools, eightSchoolsData, line, normalMean, programOf, rows } from "../driver/programs.ts";
import { expectClose } from "../engines/conformance.ts";
import { readTranscript } from "../examples/transcript.ts";
import { findChromium, noChromium, type Page } from "./chromium.ts";
import { callIn, type Site, scriptPage, startSite } from "./site.ts";

const root = join(import.meta.dirname, "../..");
const chromium = findChromium();
if (chromium === undefined) console.warn(`${noChromium}; pages are not tested`);

const trained = await train(await programOf(line), { x: rows }, { steps: 100 });
const normalData = { y: [1, 2, 1.5, 1.75] };
/** So many that the chains take seconds where a machine is fast, and workers take over. */
const manyData = { y: Array.from({ length: 200_000 }, (_, n) => n % 2) };

/** What a run in the page gives. */
interface PageRun {
  readonly draws: Readonly<Record<string, number[]>>;
  readonly verdict: string;
  readonly decisions: readonly string[];
  /** Workers that were made by the page itself. */
  readonly workers: number;
}

describe.skipIf(chromium === undefined)("a page under a strict content policy", () => {
  let site: Site;
  let page: Page;
  let example: Page;

  beforeAll(async () => {
    const alias = { "ppl/web": join(root, "src/web.ts") };
    const files = await packScripts(
      {
        test: join(import.meta.dirname, "page.ts"),
        main: join(root, "examples/page/main.ts"),
        "web-chain-worker": join(root, "src/driver/web-chain-worker.ts"),
      },
      alias,
    );
    files.set("/index.html", readFileSync(join(root, "examples/page/index.html"), "utf8"));
    files.set("/test.html", scriptPage);
    files.set("/own-worker.js", 'import "./web-chain-worker.js";');
    // They run chains until the third message, and then come to an end.
    for (const [name, end] of Object.entries({
      closing: "self.close()",
      throwing: "setTimeout(() => { throw new Error('no such luck'); })",
      rejecting: "",
    }))
      files.set(
        `/${name}-worker.js`,
        `import "./web-chain-worker.js";
         const post = self.postMessage.bind(self);
         let left = 3;
         self.postMessage = (message, transfer) => {
           left -= 1;
           if (left > 0) return post(message, transfer);
           if (left === 0) ${end || "{}"};
           throw new Error("no message");
         };`,
      );
    files.set("/line.pplx", encodeArtifact(await train(await programOf(line), { x: rows }, { steps: 100 })));
    site = await startSite(files, ["--disable-gpu"]);
    page = await site.open("/test.html");
    example = await site.open("/");
  }, 60_000);

  afterAll(() => site?.close());

  const call = (name: string, ...args: readonly unknown[]): Promise<unknown> => callIn(page, name, args);

  const refusal = (name: string, ...args: readonly unknown[]): Promise<unknown> =>
    page.evaluate(`runs.refusal(runs.${name}(${args.map((each) => JSON.stringify(each)).join(", ")}))`);

  const fromPage = (text: string, data: object, options: InferOptions): Promise<PageRun> =>
    call("infer", text, data, options) as Promise<PageRun>;

  const inNode = async (text: string, data: GivenData, options: InferOptions): Promise<Posterior> =>
    infer(await programOf(text), data, options);

  test("the policy is in force", async () => {
    expect(await call("textIsNoCode")).toBe(true);
  });

  test("eight schools: the same draws in the calling thread and in workers, those of Node but for roundings", async () => {
    const options = { seed: 3, chains: 3 };
    const here = await fromPage(eightSchools, eightSchoolsData, { ...options, parallel: 0 });
    expect(here.decisions).toContain("chains: 3, in the calling thread");
    const inWorkers = await fromPage(eightSchools, eightSchoolsData, { ...options, parallel: 2 });
    expect(inWorkers.decisions).toContain("chains: 3, in up to 2 worker threads");
    expect(inWorkers.draws).toEqual(here.draws);
    const own = await call("inferInWorkersOf", "/own-worker.js", eightSchools, eightSchoolsData, options);
    expect((own as PageRun).draws).toEqual(here.draws);

    // `Math.exp` and its like round differently in other versions of JavaScript engines; chains multiply the difference.
    const short = { seed: 3, chains: 2, warmup: 20, draws: 2 };
    const [few, expected] = await Promise.all([
      fromPage(eightSchools, eightSchoolsData, short),
      inNode(eightSchools, eightSchoolsData, short),
    ]);
    for (const { name, values } of expected.variables)
      expectClose(few.draws[name], values, { relative: 1e-6, absolute: 1e-6 }, name);

    const { summary } = await inNode(eightSchools, eightSchoolsData, options);
    const [mu] = summary;
    const mean = here.draws.mu.reduce((sum, each) => sum + each, 0) / here.draws.mu.length;
    expect(Math.abs(mean - mu.mean)).toBeLessThan(5 * Math.SQRT2 * mu.mcse);
    expect(here.verdict).toBe("good");
  });

  test("chains that take longer are run by workers", async () => {
    const options = { seed: 1, chains: 2 };
    const run = await call("inferInWorkersOf", "/own-worker.js", normalMean, manyData, {
      ...options,
      parallel: 2,
    });
    const { draws, workers } = run as PageRun;
    expect(workers).toBe(2);
    expect(draws).toEqual((await fromPage(normalMean, manyData, { ...options, parallel: 0 })).draws);
    const mean = draws.mu.reduce((sum, each) => sum + each, 0) / draws.mu.length;
    // The posterior is Normal(100 000 / 200 000.25, 1 / √200 000.25).
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.001);
  });

  test("SVI", async () => {
    const { draws, decisions } = await fromPage(normalMean, normalData, { strategy: "svi", seed: 2 });
    expect(decisions).toContain("strategy: svi");
    const mean = draws.mu.reduce((sum, each) => sum + each, 0) / draws.mu.length;
    expect(Math.abs(mean - 6.25 / 4.25)).toBeLessThan(0.05);
  });

  test("a trained file answers as in Node; training in the page gives the weights that it gives in Node", async () => {
    const expected = await inferWithArtifact(trained, { x: rows.slice(0, 3) }, { draws: 50 });
    const { draws } = (await call("answer", "/line.pplx", { x: rows.slice(0, 3) })) as PageRun;
    for (const { name, values } of expected.variables)
      expectClose(draws[name], values, { relative: 1e-9, absolute: 1e-9 }, name);
    const bytes = Uint8Array.from((await call("train", line, { x: rows }, 100)) as number[]);
    const { tensors } = decodeArtifact(bytes, "from the page");
    expect(Object.keys(tensors)).toEqual(Object.keys(trained.tensors));
    for (const [name, values] of Object.entries(trained.tensors))
      expectClose(tensors[name], values, { relative: 1e-6, absolute: 1e-6 }, name);
  });

  test("programs are checked, formatted and edited as in Node", async () => {
    const half = "def half(x: Real): Real = x / 2\nmodel M { a ~ Normal(half(1), 1); b ~ Normal(a, 1) }\n";
    const texts = [half, half.replace("half(1)", "hlf(1)"), half];
    expect(await call("check", texts)).toEqual([
      [],
      check(texts[1]).problems.map(({ code, labels }) => [code, labels[0].span.start]),
      [],
    ]);
    expect(await call("format", "model Coin{p~Beta( 1,1 )}")).toBe("model Coin { p ~ Beta(1, 1) }\n");

    const edited = edit(await programOf(half), (draft) => {
      setPrior(draft, "a", "Normal(half(4), 3)");
      conditionOn(draft, ["b"]);
    });
    if (edited.program === undefined) throw new Error("does not check");
    const page = (await call("edit", half, "a", "Normal(half(4), 3)", ["b"], { b: 1 })) as PageRun & {
      readonly text: string;
      readonly isSame: boolean;
    };
    expect(page.text).toBe(edited.source.text);
    expect(page.isSame).toBe(true);
    const options = { seed: 3, chains: 1, draws: 20, warmup: 20 };
    const [expected] = (await infer(edited.program, { b: 1 }, options)).variables;
    expectClose(page.draws.a, expected.values, { relative: 1e-6, absolute: 1e-6 }, "a");
    expect(await refusal("edit", half, "c", "Normal(0, 1)", [], {})).toEqual([
      edit(await programOf(half), (draft) => setPrior(draft, "c", "Normal(0, 1)")).problems[0].code,
    ]);
  });

  test("what a page has not is refused with a problem", async () => {
    expect(await refusal("infer", normalMean, normalData, { engine: "onnx:f64" })).toEqual([
      "engine-not-in-pages",
    ]);
    const long = { draws: 4000 };
    expect(await refusal("inferInWorkersOf", "/nowhere.js", normalMean, manyData, long)).toEqual([
      "worker-not-started",
    ]);
    expect(await refusal("inferInWorkersOf", "https://localhost:1/x.js", normalMean, manyData, long)).toEqual(
      ["worker-not-started"],
    );
  });

  test.each(["closing", "throwing", "rejecting"])(
    "a worker that ends in its midst is an error: %s",
    async (name) => {
      const run = ["inferInWorkersOf", `/${name}-worker.js`, normalMean, manyData, { draws: 4000 }] as const;
      expect(await refusal(...run)).toEqual(["worker-ended"]);
    },
  );

  test("the example shows its table", async () => {
    const state = 'document.querySelector("#state").textContent';
    await expect.poll(() => example.evaluate(state), { timeout: 20_000 }).toBe("quality: good");
    const shown = (await example.evaluate('document.querySelector("table").innerText')) as string;
    const [expected] = readTranscript("page").map(({ output }) => output.trim().split("\n").slice(1, -1));
    const [ours, theirs] = [shown.split("\n"), expected].map((rows) => rows.map((row) => row.split(/\s+/)));
    expect(ours.map(([name]) => name)).toEqual(theirs.map(([name]) => name));
    for (const [at, [, mean, , sd]] of theirs.entries())
      expect(Math.abs(Number(ours[at][1]) - Number(mean))).toBeLessThan(0.1 * Number(sd) + 0.1);
    expect(example.messages).toEqual([]);
  });
});
