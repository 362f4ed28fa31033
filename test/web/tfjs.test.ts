import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packScripts } from "../../examples/page/page-server.ts";
import { inferWithArtifact, train } from "../../src/driver/node-driver.ts";
import { line, programOf, rows } from "../driver/programs.ts";
import { expectClose } from "../engines/conformance.ts";
import { findChromium, noChromium, type Page } from "./chromium.ts";
import { callIn, type Site, scriptPage, startSite } from "./site.ts";

const root = join(import.meta.dirname, "../..");
const chromium = findChromium();
/** On the processor they take minutes: by default a part of the cases. */
const all = process.env.PPL_ALL_GPU_CASES !== undefined;
if (chromium === undefined) console.warn(`${noChromium}; tfjs on WebGL and WebGPU is not tested`);

/** Both interfaces on the processor, by SwiftShader, which Chromium brings. */
const software = [
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/** What training in the page gives. */
interface PageRun {
  readonly engine: string;
  readonly answeredBy: string;
  readonly remarks: readonly string[];
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  readonly means: readonly number[];
}

/** Unit roundoff of f32. */
const u = 2 ** -24;

describe.skipIf(chromium === undefined)(
  "tfjs on GPU interfaces, in a page",
  { timeout: all ? 600_000 : 120_000 },
  () => {
    let site: Site;
    let page: Page;

    beforeAll(async () => {
      const alias = { "ppl/web": join(root, "src/web.ts"), "ppl/web/tfjs": join(root, "src/web-tfjs.ts") };
      const files = await packScripts({ test: join(import.meta.dirname, "tfjs-page.ts") }, alias);
      files.set("/index.html", scriptPage);
      site = await startSite(files, software);
      page = await site.open("/");
    }, 60_000);

    afterAll(() => site?.close());

    const call = (name: string, ...args: readonly unknown[]): Promise<unknown> => callIn(page, name, args);

    const backends = ["webgl", "webgpu"] as const;

    test.each(backends)("%s computes exactly what is to be exact", async (backend) => {
      expect(await call("inexact", backend, all ? 1 : 41)).toEqual([]);
    });

    test.each(backends)("%s trains a model and answers from it as Node does", async (backend) => {
      const options = { seed: 1, steps: 5 };
      const expected = await train(await programOf(line), { x: rows }, { ...options, engine: "wasm:f32" });
      const run = (await call("train", backend, line, rows, options.steps)) as PageRun;
      expect(run.engine).toBe(`tfjs:${backend}`);
      expect(run.answeredBy).toBe(`tfjs:${backend}`);
      expect(run.remarks).toEqual([]);
      // Steps of Adam multiply the last places of f32.
      for (const [name, values] of Object.entries(expected.tensors))
        expectClose(run.tensors[name], values, { relative: 1e-3, absolute: 1e-4 }, name);
      const answer = await inferWithArtifact(expected, { x: rows.slice(0, 3) }, { seed: 1, draws: 20 });
      expectClose(
        run.means,
        answer.summary.map(({ mean }) => mean),
        { relative: 1e-3, absolute: 1e-3 },
        "means",
      );
    });

    test.each(backends)("%s holds no memory from run to run", async (backend) => {
      const { before, after } = (await call("heldAfter", backend, 20)) as Record<string, number>;
      expect(after).toBeLessThanOrEqual(before);
    });

    test.each(backends)("%s agrees with the reference on every op and its gradient", async (backend) => {
      const { cases, lines } = (await call(
        "differences",
        backend,
        {
          relative: 64 * u,
          absolute: 32 * u,
        },
        all,
      )) as { readonly cases: number; readonly lines: readonly string[] };
      expect(cases).toBeGreaterThan(all ? 200 : 45);
      expect(lines).toEqual([]);
    });
  },
);
