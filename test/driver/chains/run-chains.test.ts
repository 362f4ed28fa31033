import { describe, expect, test } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { nodeChains } from "../../../src/driver/chains/node-chains.ts";
import type { ChainTask } from "../../../src/driver/chains/run-chain.ts";
import { type ChainResult, runChains } from "../../../src/driver/chains/run-chains.ts";
import { planDensity } from "../../../src/driver/density/density-plan.ts";
import { densityTarget } from "../../../src/driver/density/density-target.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { nodeHost } from "../../../src/driver/node-host.ts";
import { loadEngine } from "../../../src/engines/load.ts";
import { strategies } from "../../../src/inference/registry.ts";
import { eightSchools, eightSchoolsData, programOf } from "../programs.ts";

const program = await programOf(eightSchools);
const model = program.model();
const plan = planDensity(program.core, model, bindOrThrow(model, eightSchoolsData, {}));
const target = densityTarget(plan, await loadEngine("reference"));

const task = (strategy: "nuts", chain: number): ChainTask => ({
  chain,
  strategy,
  config: { ...strategies.nuts.defaults, warmup: 70, draws: 50 },
  key: { seed: 3, stream: chain },
});

describe.each([
  { strategy: "nuts", config: { warmup: 150, draws: 100 } },
  { strategy: "svi", config: { maxSteps: 300 } },
] as const)("$strategy", ({ strategy, config }) => {
  const tasks: ChainTask[] = [0, 1, 2].map((chain) => ({
    chain,
    strategy,
    config: { ...strategies[strategy].defaults, ...config },
    key: { seed: 3, stream: chain },
  }));
  const run = async (parallel: number, patience?: number): Promise<readonly ChainResult[]> => {
    const results = await runChains(plan, target, tasks, {
      parallel,
      threads: 1,
      startChains: nodeHost.startChains,
      patience,
      engine: "reference",
      onBatch: () => undefined,
    });
    // Where batches end depends on the time they took.
    return results.map((result) => ({
      ...result,
      rows: [Float64Array.from(result.rows.flatMap((part) => [...part]))],
    }));
  };

  test("gives the same here, in workers, and when workers take over in between", async () => {
    const here = await run(0);
    expect(here.every((result) => result.done && result.steps > 0)).toBe(true);
    expect(await run(2, 0)).toEqual(here);
    expect(await run(2, 1)).toEqual(here);
    expect(await run(2)).toEqual(here);
  });
});

test("no worker is started for the work of a moment", async () => {
  const results = await runChains(plan, target, [task("nuts", 0), task("nuts", 1)], {
    parallel: 2,
    threads: 1,
    startChains: () => expect.fail("a worker is started"),
    engine: "reference",
    onBatch: () => undefined,
  });
  expect(results.map(({ steps, done }) => ({ steps, done }))).toEqual(
    Array(2).fill({ steps: 120, done: true }),
  );
});

// Four chains of 1000 + 1000, as `infer` makes them, where a call of the density takes so long.
test.each([
  { microseconds: 5, started: false },
  { microseconds: 30, started: false },
  { microseconds: 100, started: true },
])("eight schools at $microseconds µs a gradient: workers are started: $started", async (trial) => {
  const fast = densityTarget(plan, await loadEngine("wasm"));
  const tasks = [0, 1, 2, 3].map((chain) => ({ ...task("nuts", chain), config: strategies.nuts.defaults }));
  let milliseconds = 0;
  const results = runChains(plan, fast, tasks, {
    parallel: 2,
    threads: 1,
    startChains: () => {
      throw new Error("a worker is started");
    },
    now: () => {
      milliseconds += trial.microseconds / 1000;
      return milliseconds;
    },
    engine: "wasm",
    onBatch: () => undefined,
  });
  if (trial.started) await expect(results).rejects.toThrow("a worker is started");
  else expect((await results).every(({ steps, done }) => steps === 2000 && done)).toBe(true);
  fast.dispose();
});

describe("a worker that ends before its chains are done", () => {
  const tasks: ChainTask[] = [0, 1, 2].map((chain) => ({
    chain,
    strategy: "nuts",
    config: { ...strategies.nuts.defaults, warmup: 150, draws: 1000 },
    key: { seed: 3, stream: chain },
  }));
  const failure = async (startChains: typeof nodeHost.startChains): Promise<unknown> => {
    const options = { parallel: 2, threads: 1, startChains, patience: 0, engine: "reference" } as const;
    const results = runChains(plan, target, tasks, { ...options, onBatch: () => undefined });
    return results.then(
      () => "no failure",
      (error) => (error instanceof ProblemError ? error.problems : String(error)),
    );
  };
  const found = (reason: unknown): unknown => [
    expect.objectContaining({ code: "worker-ended", found: reason }),
  ];

  const ends = [
    ["exit", found("exit code 3")],
    ["success", found("exit code 0")],
    ["silence", found("exit code 0")],
    ["throw", "Error: no such luck"],
    ["reject", "Error: no such luck"],
    ["memory", found("it ran out of memory")],
  ] as const;
  test.each(ends.flatMap(([death, expected]) => [0, 2].map((messages) => ({ death, messages, expected }))))(
    "is an error: $death after $messages messages",
    async ({ death, messages, expected }) => {
      const script = new URL("./dying-worker.ts", import.meta.url);
      const options = { argv: [death, messages], resourceLimits: { maxOldGenerationSizeMb: 80 } };
      expect(await failure(nodeChains(script, options))).toEqual(expected);
    },
  );

  test("is an error where it is ended from outside, or has no file", async () => {
    const stopped = await failure((work, take) => {
      const thread = nodeHost.startChains?.(work, take) ?? expect.fail();
      setTimeout(() => thread.stop(), 50);
      return thread;
    });
    expect(stopped).toEqual(found(expect.stringMatching(/^exit code [01]$/)));
    expect(await failure(nodeChains(new URL("./nowhere.ts", import.meta.url)))).toMatch("Cannot find module");
  });
});
