import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { inferWithArtifact, train } from "../../../src/driver/node-driver.ts";
import { provideWebgpu, requireOfWebgpu } from "../../../src/engines/tfjs/node-webgpu.ts";
import { line, programOf, rows } from "../../driver/programs.ts";
import { findChromium } from "../../web/chromium.ts";
import { expectClose } from "../conformance.ts";

const all = process.env.PPL_ALL_GPU_CASES !== undefined;

/** Unit roundoff of f32. */
const u = 2 ** -24;

function isInstalled(): boolean {
  try {
    return requireOfWebgpu().resolve("webgpu") !== "";
  } catch {
    return false;
  }
}

/** Chromium brings a Vulkan device on the processor, and a loader for it; without Chromium, what the system has. */
function softwareDevice(): Record<string, string> {
  const folders = [dirname(findChromium() ?? ""), "/usr/lib/chromium"];
  const driver = "vk_swiftshader_icd.json";
  const folder = folders.find((each) => existsSync(join(each, driver)));
  if (folder === undefined) return {};
  const libraries = [folder, process.env.LD_LIBRARY_PATH ?? ""].filter((each) => each !== "");
  return { VK_DRIVER_FILES: join(folder, driver), LD_LIBRARY_PATH: libraries.join(":") };
}

interface Found {
  readonly label: string;
  readonly inexact: readonly string[];
  readonly held: Readonly<Record<"before" | "after" | "disposed", number>>;
  readonly differences: { readonly cases: number; readonly lines: readonly string[] };
  readonly engines: readonly string[];
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  readonly means: readonly number[];
}

const isThere = isInstalled();
if (!isThere)
  console.warn(
    "no package webgpu here: install it, or name its folder in PPL_WEBGPU; WebGPU in Node is not tested",
  );

describe.skipIf(!isThere)("tfjs on WebGPU in Node", { timeout: all ? 900_000 : 300_000 }, () => {
  test("computes as the reference does, trains, answers, holds no memory, and lets its process end", async () => {
    const options = { seed: 1, steps: 5 };
    const task = { all, tolerance: { relative: 64 * u, absolute: 32 * u }, line, rows, steps: options.steps };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, "webgpu-in-node.ts"), JSON.stringify(task)],
      { env: { ...process.env, ...softwareDevice() }, maxBuffer: 2 ** 26 },
    );
    const found = JSON.parse(stdout) as Found;
    expect(found.label).toBe("tfjs (webgpu)");
    expect(found.inexact).toEqual([]);
    expect(found.differences.lines).toEqual([]);
    expect(found.differences.cases).toBeGreaterThan(all ? 200 : 45);
    expect(found.held.after).toBeLessThanOrEqual(found.held.before);
    expect(found.engines).toEqual(["tfjs:webgpu", "tfjs:webgpu"]);
    const expected = await train(await programOf(line), { x: rows }, { ...options, engine: "wasm:f32" });
    // Steps of Adam multiply the last places of f32.
    for (const [name, values] of Object.entries(expected.tensors))
      expectClose(found.tensors[name], values, { relative: 1e-3, absolute: 1e-4 }, name);
    const answer = await inferWithArtifact(expected, { x: rows.slice(0, 3) }, { seed: 1, draws: 20 });
    const means = answer.summary.map(({ mean }) => mean);
    expectClose(found.means, means, { relative: 1e-3, absolute: 1e-3 }, "means");
  });
});

describe("without what it needs, WebGPU in Node says what that is", () => {
  /** What is thrown where the package has this text, or is not there. */
  const problemWith = async (text: string | undefined): Promise<unknown> => {
    const folder = mkdtempSync(join(tmpdir(), "ppl-webgpu-"));
    const installed = join(folder, "node_modules/webgpu");
    if (text !== undefined) {
      mkdirSync(installed, { recursive: true });
      writeFileSync(
        join(installed, "package.json"),
        '{ "name": "webgpu", "type": "module", "main": "index.js" }',
      );
      writeFileSync(join(installed, "index.js"), text);
    }
    try {
      await provideWebgpu(createRequire(join(folder, "package.json")));
      return undefined;
    } catch (error) {
      return error instanceof ProblemError ? error.problems[0] : error;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("the package", async () => {
    expect(await problemWith(undefined)).toMatchObject({
      code: "engine-not-installed",
      help: "npm install webgpu",
    });
    expect(await problemWith('throw new Error("its library does not load")')).toMatchObject({
      code: "engine-not-installed",
      notes: ["its library does not load"],
    });
  });

  test("a device", async () => {
    const text =
      "export const globals = {}; export const create = () => ({ requestAdapter: async () => null });";
    expect(await problemWith(text)).toMatchObject({
      code: "engine-not-here",
      expected: expect.stringContaining("Vulkan"),
    });
    expect("gpu" in navigator).toBe(false);
  });
});
