import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { detectOnnx } from "../../../src/engines/onnx/detect.ts";
import { loadRuntime, notInstalled, type OnnxRuntime } from "../../../src/engines/onnx/load-runtime.ts";
import { createOnnxEngine } from "../../../src/engines/onnx/onnx-engine.ts";

describe("loading", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("says which package is missing and how to get it", () => {
    vi.stubEnv("PPL_ONNXRUNTIME", undefined);
    const require = (): never => {
      throw new Error("Cannot find module 'onnxruntime-node/dist/binding.js'\nRequire stack: …");
    };
    expect(() => loadRuntime(require)).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            code: "engine-not-installed",
            notes: ["Cannot find module 'onnxruntime-node/dist/binding.js'"],
            help: "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node",
          }),
        ],
      }),
    );
  });

  test("names the folder where it was looked for, if a variable names one", () => {
    const { notes, help } = notInstalled(new Error("Cannot find module"), {
      PPL_ONNXRUNTIME: "/no/such/folder",
    });
    expect(notes).toEqual([
      "Cannot find module",
      "looked for from /no/such/folder, the folder that PPL_ONNXRUNTIME names",
    ]);
    expect(help).toContain(
      "name a folder with node_modules/onnxruntime-node in PPL_ONNXRUNTIME, or unset it",
    );
  });

  test.each([
    ["nothing", undefined],
    ["no binding", {}],
    ["a binding without sessions", { binding: {} }],
    ["sessions without a run", { binding: { InferenceSession: class {} } }],
  ])("refuses a package with %s", (_, module) => {
    expect(() => loadRuntime(() => module)).toThrow("engine-not-installed");
  });

  test("starts the runtime once it is found", () => {
    class InferenceSession {
      loadModel(): void {}
      run(): void {}
      dispose(): void {}
    }
    let started = 0;
    const module = {
      binding: { InferenceSession },
      initOrt() {
        started++;
      },
    };
    expect(loadRuntime(() => module)).toBe(module.binding);
    expect(started).toBe(1);
  });

  test("an engine is refused where the runtime computes something else than it should", async () => {
    const runtime: OnnxRuntime = {
      InferenceSession: class {
        loadModel(): void {}
        run() {
          return { y: { type: "float64", dims: [1], data: Float64Array.of(5), location: "cpu" } } as const;
        }
        dispose(): void {}
      },
    };
    await expect(createOnnxEngine({}, () => runtime)).rejects.toThrow("engine-not-installed");
  });
});

describe("detecting", () => {
  const root = mkdtempSync(join(tmpdir(), "ppl-onnx-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const machine = { platform: "linux", arch: "x64" };
  const folder = (name: string, ...machines: string[]): string => {
    const directory = join(root, name, "onnxruntime-node");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "package.json"), JSON.stringify({ version: "1.2.3" }));
    for (const each of machines) {
      mkdirSync(join(directory, "bin", "napi-v6", each), { recursive: true });
      writeFileSync(join(directory, "bin", "napi-v6", each, "onnxruntime_binding.node"), "");
    }
    return join(root, name);
  };

  test("nowhere", () => {
    const piece = detectOnnx([join(root, "nothing")], machine);
    expect(piece).toMatchObject({ package: "onnxruntime-node", state: "absent" });
    expect(piece.advice).toContain("npm install onnxruntime-node");
    expect(piece.version).toBeUndefined();
  });

  test("in the second folder", () => {
    const piece = detectOnnx([join(root, "nothing"), folder("whole", "linux/x64", "darwin/arm64")], machine);
    expect(piece).toMatchObject({ state: "present", version: "1.2.3" });
    expect(piece.advice).toBeUndefined();
  });

  test("without a library for this machine", () => {
    const piece = detectOnnx([folder("other", "darwin/arm64")], machine);
    expect(piece).toMatchObject({ state: "incomplete", version: "1.2.3" });
    expect(piece.advice).toContain("linux on x64");
  });
});
