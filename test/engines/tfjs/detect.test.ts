import { join } from "node:path";
import { expect, test } from "vitest";
import { detectTfjs } from "../../../src/engines/tfjs/detect.ts";

test("finds the pieces that this project installs, with their versions", () => {
  const used = detectTfjs().filter(({ package: name }) => !name.includes("tfjs-node") && name !== "webgpu");
  expect(used.map((piece) => piece.package)).toEqual([
    "@tensorflow/tfjs-core",
    "@tensorflow/tfjs-backend-cpu",
    "@tensorflow/tfjs-backend-wasm",
  ]);
  for (const piece of used) {
    expect(piece.state).toBe("present");
    expect(piece.version).toMatch(/^4\./);
    expect(piece.advice).toBeUndefined();
  }
});

test("says for each missing piece what would add it", () => {
  const pieces = detectTfjs(() => undefined);
  for (const piece of pieces) {
    expect(piece.state).toBe("absent");
    expect(piece.advice).toContain(`npm install ${piece.package}`);
  }
  const gpu = pieces.find((piece) => piece.package === "@tensorflow/tfjs-node-gpu");
  expect(gpu?.advice).toBe(
    "npm install @tensorflow/tfjs-node-gpu (fetches a native library while installing; where it cannot, build its add-on against the TensorFlow of a Python package with scripts/tfjs-native.sh (Linux), and name it in PPL_TFJS_NODE)",
  );
});

test("tells a native package without its library from a whole one", () => {
  const find = (name: string) => ({ version: "4.22.0", directory: join("/packages", name) });
  const stateWith = (files: readonly string[]) => {
    const present = files.map((file) => join("/packages/@tensorflow/tfjs-node", file));
    const piece = detectTfjs(find, (path) => present.includes(path)).find(
      ({ package: name }) => name === "@tensorflow/tfjs-node",
    );
    return [piece?.state, piece?.advice === undefined];
  };
  expect(stateWith(["lib/napi-v8/tfjs_binding.node", "deps/lib"])).toEqual(["present", true]);
  expect(stateWith(["deps/lib"])).toEqual(["incomplete", false]);
  expect(stateWith(["lib/napi-v8/tfjs_binding.node"])).toEqual(["incomplete", false]);
});
