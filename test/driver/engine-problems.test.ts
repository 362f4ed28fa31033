/** What engines and workers are refused for, in words: one golden file each under `test/golden/engines/`. */
import { expect, test } from "vitest";
import { ProblemError } from "../../src/base/problem.ts";
import { renderProblem } from "../../src/base/render-problem.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import type { Graph } from "../../src/compiler/graph.ts";
import { watchChains } from "../../src/driver/chains/watch-chains.ts";
import { infer } from "../../src/driver/web-driver.ts";
import { loadWebEngine } from "../../src/driver/web-engines.ts";
import { runLater } from "../../src/engines/engine.ts";
import { loadEngine } from "../../src/engines/load.ts";
import { installedPackages } from "../../src/engines/tfjs/installed-packages.ts";
import type { TfjsCore } from "../../src/engines/tfjs/load-backend.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { golden } from "../golden.ts";
import { normalMean, programOf } from "./programs.ts";

const refusals: Readonly<Record<string, () => Promise<unknown>>> = {
  "engine-not-in-pages": () => loadWebEngine("onnx"),
  "engine-not-here": () => loadEngine("tfjs", { backend: "webgl" }),
  "engine-not-installed": () =>
    createTfjsEngine(
      { backend: "cpu" },
      { ...installedPackages, backend: () => Promise.reject(new Error("Cannot find package")) },
    ),
  "engine-lacks-kernel": async () => (await loadEngine("tfjs", { backend: "cpu" })).compile(sorted(10_000)),
  "engine-failed": onBrokenDevice,
  "out-of-memory": async () => (await loadEngine("wasm")).compile(doubled(2 ** 29)),
  "worker-not-started": async () => {
    const blocked = (): never => {
      throw new Error("refused by the content policy");
    };
    return infer(
      await programOf(normalMean),
      { y: [1, 2] },
      { draws: 100_000, parallel: 2, worker: blocked },
    );
  },
  "worker-ended": async () => {
    const watch = watchChains([{ chain: 0 } as never], () => undefined);
    watch.gone("exit code 134");
    return watch.ended;
  },
};

test.each(Object.entries(refusals))("%s", async (code, refused) => {
  const error = await refused().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProblemError);
  const { problems } = error as ProblemError;
  expect(problems.map((problem) => problem.code)).toEqual([code]);
  const message = problems.map((problem) => renderProblem(problem, [], { color: false })).join("\n");
  await golden(`engines/${code}.txt`, { message });
});

function sorted(length: number): Graph {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [length] });
  return builder.finish({ y: builder.emit("sort", [x], {}) });
}

/** Operand and result take 8 bytes per element each. */
function doubled(length: number): Graph {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [length] });
  return builder.finish({ y: builder.emit("add", [x, x], {}) });
}

/** WebGPU goes on with zeros after an error, which its scopes tell of. */
async function onBrokenDevice(): Promise<unknown> {
  const device = {
    pushErrorScope: () => undefined,
    popErrorScope: async () => ({ message: "Buffer size (68719476736) exceeds the max buffer size limit" }),
  };
  const backend = {
    device,
    write: (values: unknown) => ({ values }),
    read: async ({ values }: { readonly values: Float32Array }) => values,
    disposeData: () => true,
  };
  const core = {
    engine: () => ({ registry: { webgpu: backend } }),
    getKernelsForBackend: () => [],
  } as unknown as TfjsCore;
  const engine = await createTfjsEngine(
    { backend: "webgpu" },
    { core: async () => core, backend: async () => undefined },
  );
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [2] });
  const executable = engine.compile(builder.finish({ y: x }));
  expect(() => executable.run({ x: [1, 2] })).toThrow("runAsync");
  return runLater(executable, { x: [1, 2] });
}
