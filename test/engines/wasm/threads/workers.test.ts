import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { createBuilder } from "../../../../src/compiler/builder.ts";
import type { Graph } from "../../../../src/compiler/graph.ts";
import { nodeThreads } from "../../../../src/engines/node-threads.ts";
import { createModuleBuilder } from "../../../../src/engines/wasm/assembler/module-builder.ts";
import type { Threads, ThreadTask } from "../../../../src/engines/wasm/threads/threads.ts";
import { createWasmEngine, type WasmExecutable } from "../../../../src/engines/wasm/wasm-engine.ts";
import { type WasmModule, webAssembly } from "../../../../src/engines/wasm/web-assembly.ts";
import { sampleValues } from "../../op-cases.ts";

const splitLimits = { worth: 0, chunk: 0 };
const size = 20_000;

/** A loop, reductions that chunks meet in, and a product. */
function layered(): Graph {
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [size] });
  const rows = builder.emit("reshape", [builder.emit("exp", [x], {})], { shape: [200, size / 200] });
  const product = builder.emit("matmul", [rows, rows], { transposeLeft: false, transposeRight: true });
  return builder.finish({
    sum: builder.emit("reduceSum", [rows], { axes: [0, 1] }),
    columns: builder.emit("reduceSum", [rows], { axes: [0] }),
    product,
  });
}
const inputs = { x: sampleValues("float", [size], -1, 1, 1, 0) };

function copy(executable: WasmExecutable): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(executable.run(inputs)).map(([name, values]) => [name, [...values]]),
  );
}

test("the same bits on every run, from two engines in turns, with any number of threads", async () => {
  const graph = layered();
  const alone = await createWasmEngine({ threads: nodeThreads(1), splitLimits });
  const expected = copy(alone.compile(graph));
  const executables = [];
  for (const count of [2, 3])
    executables.push((await createWasmEngine({ threads: nodeThreads(count), splitLimits })).compile(graph));
  for (let run = 0; run < 300; run++)
    for (const executable of executables)
      if (run % 100 === 0) expect(copy(executable)).toEqual(expected);
      else executable.run(inputs);
  for (const executable of executables) {
    expect(copy(executable)).toEqual(expected);
    executable.dispose();
  }
});

test("without enough work nothing is shared and no worker starts", async () => {
  const start = (): never => expect.fail("a worker is started");
  const engine = await createWasmEngine({ threads: { count: 4, start } });
  const plain = await createWasmEngine();
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [100] });
  const graph = builder.finish({ y: builder.emit("exp", [x], {}) });
  const executable = engine.compile(graph);
  executable.run({ x: new Float64Array(100) });
  expect(executable.written.bytes).toEqual(plain.compile(graph).written.bytes);
});

function memoryWithoutGarbage(): NodeJS.MemoryUsage {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage();
}

test("keeps memory as it is over a hundred thousand runs with threads", async () => {
  const engine = await createWasmEngine({ threads: nodeThreads(2), splitLimits });
  const builder = createBuilder();
  const x = builder.input("x", { dtype: "float", shape: [200] });
  const executable = engine.compile(
    builder.finish({ y: builder.emit("reduceSum", [builder.emit("sqrt", [x], {})], { axes: [0] }) }),
  );
  const values = { x: executable.inputView("x").fill(4) };
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) executable.run(values);
  };
  run(10_000);
  const before = memoryWithoutGarbage();
  run(100_000);
  const after = memoryWithoutGarbage();
  expect(executable.run(values).y[0]).toBe(400);
  expect(after.heapUsed - before.heapUsed).toBeLessThan(2_000_000);
  expect(after.rss - before.rss).toBeLessThan(20_000_000);
  executable.dispose();
});

describe("the end of workers", () => {
  test("comes with dispose, after which the executable runs no more", async () => {
    const ended: string[] = [];
    const inner = nodeThreads(3);
    const threads: Threads = {
      count: 3,
      start: (task, onEnd) =>
        inner.start(task, (reason) => {
          ended.push(reason);
          onEnd(reason);
        }),
    };
    const executable = (await createWasmEngine({ threads, splitLimits })).compile(layered());
    executable.run(inputs);
    executable.dispose();
    await expect.poll(() => ended.length, { timeout: 10_000 }).toBe(2);
    expect(() => executable.run(inputs)).toThrow("has been disposed of");
  });

  test("is not waited for when the process has nothing else to do", () => {
    const root = resolve(import.meta.dirname, "../../../..");
    const script = `
      import { createBuilder } from "${root}/src/compiler/builder.ts";
      import { nodeThreads } from "${root}/src/engines/node-threads.ts";
      import { createWasmEngine } from "${root}/src/engines/wasm/wasm-engine.ts";
      const engine = await createWasmEngine({ threads: nodeThreads(3), splitLimits: { worth: 0, chunk: 0 } });
      const builder = createBuilder();
      const x = builder.input("x", { dtype: "float", shape: [1000] });
      const executable = engine.compile(builder.finish({ y: builder.emit("exp", [x], {}) }));
      const until = performance.now() + 300;
      while (performance.now() < until) executable.run({ x: new Float64Array(1000) });
      console.log("done");
    `;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(output).toBe("done\n");
  });

  /** A module whose `work` takes a chunk of what is offered, if it is to, and traps. */
  function failingModule({ layout: { offer } }: ThreadTask, takes: boolean): WasmModule {
    const module = createModuleBuilder();
    module.importSharedMemory("env", "memory", 1);
    const work = module.addFunction("work", { params: ["i32"], results: [] }, (code) => {
      const taken = code.local("i64");
      if (takes)
        code.loop((again) => {
          code.i32(0);
          code.i64(1n);
          code.atomic("i64.atomic.rmw.add", offer);
          code.tee(taken);
          code.op("i32.wrap_i64");
          code.get(taken);
          code.i64(32n);
          code.op("i64.shr_u");
          code.op("i32.wrap_i64");
          code.i32(0xffff);
          code.op("i32.and");
          code.op("i32.ge_u");
          code.branchIf(again);
        });
      code.op("unreachable");
    });
    module.exportFunction("work", work);
    const api = webAssembly()!;
    return new api.Module(module.finish());
  }

  async function runUntilItThrows(start: Threads["start"]): Promise<string[]> {
    const executable = (await createWasmEngine({ threads: { count: 2, start }, splitLimits })).compile(
      layered(),
    );
    const messages: string[] = [];
    const until = performance.now() + 20_000;
    while (messages.length < 2 && performance.now() < until)
      try {
        executable.run(inputs);
        await new Promise((resolve) => setTimeout(resolve, 1));
      } catch (error) {
        messages.push(String(error));
      }
    executable.dispose();
    return messages;
  }

  test.each([true, false])("is an error, from then on: in the midst of a chunk %j", async (takes) => {
    const inner = nodeThreads(2);
    const messages = await runUntilItThrows((task, onEnd) => {
      // Pages of the module that fails need not be as many.
      const module = failingModule({ ...task }, takes);
      return inner.start({ ...task, module }, onEnd);
    });
    expect(messages.length).toBe(2);
    for (const message of messages)
      expect(message).toMatch(/a worker thread of the wasm engine has (failed|ended)/);
  });

  test("is an error where the worker is ended from outside", async () => {
    const inner = nodeThreads(2);
    const messages = await runUntilItThrows((task, onEnd) => {
      const handle = inner.start(task, onEnd);
      setTimeout(() => handle.end(), 50);
      return handle;
    });
    expect(messages[0]).toMatch(/a worker thread of the wasm engine has ended: exit code \d/);
  });

  test("is an error where the worker cannot begin", async () => {
    const messages = await runUntilItThrows((task, onEnd) => {
      const worker = new Worker("throw new Error('no such luck')", { eval: true, workerData: task });
      worker.on("error", (error) => onEnd(String(error)));
      return { end: () => void worker.terminate() };
    });
    expect(messages[0]).toContain("a worker thread of the wasm engine has ended: Error: no such luck");
  });
});
