import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test, vi } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { createBuilder } from "../../../src/compiler/builder.ts";
import type { Engine, Executable } from "../../../src/engines/engine.ts";
import { installedPackages } from "../../../src/engines/tfjs/installed-packages.ts";
import { createTfjsEngine } from "../../../src/engines/tfjs/tfjs-engine.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("loads silently, without a current backend and without listeners on the process", async () => {
  const spies = (["log", "info", "warn", "error"] as const).map((method) => vi.spyOn(console, method));
  const events = ["uncaughtException", "unhandledRejection"];
  const before = events.map((event) => process.listenerCount(event));
  const currentBefore = tf.engine().backendName;
  for (const backend of ["cpu", "wasm"] as const) {
    const doubled = double(await createTfjsEngine({ backend }, installedPackages));
    expect(doubled.run({ x: [1, 2] }).y[1]).toBe(4);
    doubled.dispose();
  }
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  expect(events.map((event) => process.listenerCount(event))).toEqual(before);
  expect(tf.engine().backendName).toBe(currentBefore);
});

test("makes one backend object however many engines are made at once", async () => {
  await Promise.all([1, 2, 3].map(() => createTfjsEngine({ backend: "wasm" }, installedPackages)));
  const object = tf.engine().registry.wasm;
  const engines = await Promise.all(
    [1, 2].map(() => createTfjsEngine({ backend: "wasm" }, installedPackages)),
  );
  expect(tf.engine().registry.wasm).toBe(object);
  const [first, second] = engines.map(double);
  first.dispose();
  expect([...second.run({ x: [3, 4] }).y]).toEqual([6, 8]);
  second.dispose();
});

test("runs next to the other backend and to an application that uses tfjs itself", async () => {
  const executables = await Promise.all(
    (["cpu", "wasm", "cpu", "wasm"] as const).map(async (backend) =>
      double(await createTfjsEngine({ backend }, installedPackages)),
    ),
  );
  for (const current of ["wasm", "cpu"]) {
    await tf.setBackend(current);
    const theirs = tf.tensor1d([1, 2, 3]);
    for (let round = 0; round < 3; round++)
      for (const executable of executables)
        expect([...executable.run({ x: [round, 5] }).y]).toEqual([2 * round, 10]);
    const sum = tf.add(theirs, theirs);
    expect([...sum.dataSync()]).toEqual([2, 4, 6]);
    expect(tf.getBackend()).toBe(current);
    tf.dispose([theirs, sum]);
  }
  for (const executable of executables) executable.dispose();
});

test("says which package is missing and how to install it", async () => {
  const missing = async (): Promise<never> => {
    throw new Error("Cannot find package '@tensorflow/tfjs-backend-wasm' imported from engine.js\nstack");
  };
  const error: unknown = await createTfjsEngine(
    { backend: "wasm" },
    { ...installedPackages, backend: missing },
  ).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProblemError);
  expect(error instanceof ProblemError && error.problems).toEqual([
    {
      code: "engine-not-installed",
      severity: "error",
      message: "the tfjs engine needs the package `@tensorflow/tfjs-backend-wasm`, which could not be loaded",
      labels: [],
      notes: ["Cannot find package '@tensorflow/tfjs-backend-wasm' imported from engine.js"],
      help: "npm install @tensorflow/tfjs-backend-wasm",
    },
  ]);
});

test("says so when the packages do not have a kernel that a graph needs", async () => {
  const core = { ...tf, getKernel: () => undefined } as unknown as typeof tf;
  const engine = await createTfjsEngine({ backend: "cpu" }, { ...installedPackages, core: async () => core });
  expect(() => double(engine)).toThrow("engine-lacks-kernel: the cpu backend of tfjs");
});

test("refuses to sort so many numbers that comparing all pairs would take too long", async () => {
  const engine = await createTfjsEngine({ backend: "cpu" }, installedPackages);
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [10_000] });
  const graph = builder.finish({ y: builder.emit("sort", [x], {}) });
  expect(() => engine.compile(graph)).toThrow("no kernel that sorts 10000 numbers");
});

/** y = x + x for two floats. */
function double(engine: Engine): Executable {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [2] });
  return engine.compile(builder.finish({ y: builder.emit("add", [x, x], {}) }));
}
