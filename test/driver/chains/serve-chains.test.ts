import { afterEach, expect, test, vi } from "vitest";
import { serveChains } from "../../../src/driver/chains/serve-chains.ts";
import { planDensity } from "../../../src/driver/density/density-plan.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { loadEngine } from "../../../src/engines/load.ts";
import { strategies } from "../../../src/inference/registry.ts";
import { eightSchools, eightSchoolsData, programOf } from "../programs.ts";

afterEach(() => vi.restoreAllMocks());

test.each([
  { clock: "slow", turns: true },
  { clock: "standing", turns: false },
])("the event loop turns between messages when time has gone by: $clock clock", async ({ turns }) => {
  const program = await programOf(eightSchools);
  const model = program.model();
  const plan = planDensity(program.core, model, bindOrThrow(model, eightSchoolsData, {}));
  const engine = await loadEngine("reference");
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (now += turns ? 300 : 0));
  const config = { ...strategies.nuts.defaults, warmup: 100, draws: 100 };
  const task = { chain: 0, strategy: "nuts", config, key: { seed: 3, stream: 0 } } as const;
  const turnsAtMessage: number[] = [];
  const kinds: string[] = [];
  let count = 0;
  const timer = setInterval(() => count++, 0);
  await serveChains(
    { plan, engine: "reference", threads: 1, tasks: [task, { ...task, chain: 1 }] },
    async () => engine,
    ({ kind }) => {
      kinds.push(kind);
      turnsAtMessage.push(count);
    },
  );
  clearInterval(timer);
  expect(kinds.filter((kind) => kind === "done")).toHaveLength(2);
  expect((turnsAtMessage.at(-1) ?? 0) > 0).toBe(turns);
});
