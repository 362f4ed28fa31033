import { afterAll, expect, test } from "vitest";
import { createModuleBuilder } from "../../../../src/engines/wasm/assembler/module-builder.ts";
import { createCrew } from "../../../../src/engines/wasm/threads/crew.ts";
import { createTeam } from "../../../../src/engines/wasm/threads/team.ts";
import { countingLoop } from "../../../../src/engines/wasm/vector-code.ts";
import { webAssembly } from "../../../../src/engines/wasm/web-assembly.ts";
import { pooledThreads } from "./pooled-threads.ts";

const api = webAssembly()!;
const count = 3;
const chunks = 40;
const threads = pooledThreads(count);
afterAll(() => threads.end());

test("each chunk is done once per run, and every thread does some", () => {
  // Per chunk: how often it was done. Per thread: how many chunks it did.
  const module = createModuleBuilder();
  let end = 1024;
  const reserve = (bytes: number): number => {
    const address = end;
    end += 64 * Math.ceil(bytes / 64);
    return address;
  };
  const team = createTeam(module, count, reserve);
  const doneAt = reserve(4 * chunks);
  const byThread = reserve(4 * count);
  const stretches = [chunks, 1, 7].map((size) =>
    team.addStretch(`stretch of ${size}`, size, (code, chunk, thread) => {
      for (const [local, address] of [
        [chunk, doneAt],
        [thread, byThread],
      ]) {
        code.get(local);
        code.i32(4);
        code.op("i32.mul");
        code.i32(1);
        code.atomic("i32.atomic.rmw.add", address);
        code.op("drop");
      }
      // Long enough for others to come.
      const counter = code.local("i32");
      countingLoop(code, counter, 5000, 1, () => undefined);
    }),
  );
  const run = module.addFunction("run", { params: [], results: [] }, (code) => {
    for (const stretch of stretches) team.run(code, stretch);
  });
  module.exportFunction("run", run);
  const layout = team.finish()!;
  module.importSharedMemory("env", "memory", 1);
  const compiled = new api.Module(module.finish());
  const memory = new api.Memory({ initial: 1, maximum: 1, shared: true });
  const { exports } = new api.Instance(compiled, { env: { memory } });
  const crew = createCrew(threads, compiled, memory, layout);
  const words = new Int32Array(memory.buffer);
  const shares = (): number[] => [...words.subarray(byThread / 4, byThread / 4 + count)];
  let runs = 0;
  const until = performance.now() + 20_000;
  while (runs < 2000 || (Math.min(...shares()) === 0 && performance.now() < until)) {
    crew.guard(() => (exports.run as () => void)());
    runs += 1;
  }
  const times = [...words.subarray(doneAt / 4, doneAt / 4 + chunks)];
  expect(times).toEqual(times.map((_, chunk) => runs * (1 + (chunk === 0 ? 1 : 0) + (chunk < 7 ? 1 : 0))));
  expect(Math.min(...shares())).toBeGreaterThan(0);
  crew.dispose();
});
