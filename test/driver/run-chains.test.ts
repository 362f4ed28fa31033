import { describe, expect, test } from "vitest";
import { planDensity } from "../../src/driver/density-plan.ts";
import { densityTarget } from "../../src/driver/density-target.ts";
import { bindOrThrow } from "../../src/driver/infer-options.ts";
import { nodeHost } from "../../src/driver/node-host.ts";
import type { ChainTask } from "../../src/driver/run-chain.ts";
import { type ChainResult, runChains } from "../../src/driver/run-chains.ts";
import { loadEngine } from "../../src/engines/load.ts";
import { strategies } from "../../src/inference/registry.ts";
import { eightSchools, eightSchoolsData, programOf } from "./programs.ts";

const program = await programOf(eightSchools);
const model = program.model();
const plan = planDensity(program.core, model, bindOrThrow(model, eightSchoolsData, {}));
const target = densityTarget(plan, await loadEngine("reference"));

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
  const run = async (parallel: number, patience?: number): Promise<readonly ChainResult[]> =>
    runChains(plan, target, tasks, {
      parallel,
      threads: 1,
      startChains: nodeHost.startChains,
      patience,
      engine: "reference",
      onBatch: () => undefined,
    });

  test("gives the same here, in workers, and when workers take over in between", async () => {
    const here = await run(0);
    expect(here.every((result) => result.done && result.infos.length > 0)).toBe(true);
    expect(await run(2, 0)).toEqual(here);
    expect(await run(2, 1)).toEqual(here);
    expect(await run(2)).toEqual(here);
  });
});
