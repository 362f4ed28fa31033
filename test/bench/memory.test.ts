/** What `npm run bench -- --only memory` shows over 100 000 steps, on few: whether anything is held from step to step. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { works } from "../../bench/cases/memory.ts";
import { startChild } from "../../bench/harness/child.ts";
import { ours } from "../../bench/harness/contender.ts";
import { schools } from "../../bench/harness/schools.ts";
import { nodeHost } from "../../src/driver/node-host.ts";

const folder = mkdtempSync(join(tmpdir(), "ppl-memory-"));
afterAll(() => rmSync(folder, { recursive: true }));
const data = join(folder, "schools.json");
writeFileSync(data, JSON.stringify(schools));

const module = new URL("../../bench/cases/memory.ts", import.meta.url).href;
const steps = 2000;
/** Of a leak of one small object per step; compiled code comes and goes by some ten thousand. */
const mostBytes = 32 * steps;

const installed = nodeHost.installedEngines?.() ?? [];
const isThere = (engine: string): boolean =>
  !["onnx", "onnx:f64", "tfjs:node"].includes(engine) ||
  installed.some((label) => label.split(":")[0] === engine.split(":")[0]);

describe("nothing is kept from step to step", () => {
  test.each(works.filter(({ engine }) => isThere(engine)))(
    "$work on $engine",
    { timeout: 240_000 },
    async ({ engine, entry }) => {
      const { launch } = ours(engine, module, entry, { data, engine, count: steps });
      if (launch.kind === "missing") throw new Error(launch.reason);
      const child = await startChild(launch);
      try {
        const kept = async (): Promise<number> => Number((await child.run(1)).bytesKept);
        const first = await kept();
        // V8 may still have been compiling; what leaks does so again.
        expect(first < mostBytes ? first : await kept()).toBeLessThan(mostBytes);
      } finally {
        child.stop();
      }
    },
  );
});
