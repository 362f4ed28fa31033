/** Whether memory stays flat over very many gradients, transitions and training steps. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineLabel } from "../../src/driver/choose-engine.ts";
import { densityTarget } from "../../src/driver/density/density-target.ts";
import { nodeHost } from "../../src/driver/node-host.ts";
import { turnTaker } from "../../src/driver/turn-taker.ts";
import { nuts } from "../../src/inference/nuts/nuts.ts";
import { startChild } from "../harness/child.ts";
import { type Measurable, ours } from "../harness/contender.ts";
import { residentBytes } from "../harness/machine.ts";
import { planOf } from "../harness/plan-of.ts";
import { schools } from "../harness/schools.ts";
import { type Case, type Measurement, threeDigits } from "../harness/section.ts";
import { stepsOfBlock, trainingBlocks } from "./training.ts";

const program = "examples/eight-schools/eight-schools.ppl";

export const works = [
  ...(["wasm", "reference", "tfjs:cpu", "tfjs:wasm", "onnx:f64"] as const).map((engine) => ({
    work: "gradients",
    engine,
    entry: "gradientMemory",
  })),
  ...(["wasm", "reference"] as const).map((engine) => ({
    work: "NUTS transitions",
    engine,
    entry: "transitionMemory",
  })),
  ...(["wasm", "wasm:f32", "onnx", "tfjs:node", "tfjs:wasm"] as const).map((engine) => ({
    work: "training steps",
    engine,
    entry: "trainingMemory",
  })),
];

const steps = 100_000;
/** Seconds: twice as many steps take some ten minutes on the slowest engine. */
const patience = 3600;

/** V8 makes the space for new objects larger in steps of 16 and 32 MiB, also late in a run, which would look like a leak. */
const smallNursery = { NODE_OPTIONS: "--max-semi-space-size=1" };

/** MiB by which memory may change after warm-up. */
const flat = 2;

export const memory: Case = {
  name: "memory",
  title: "Memory over 100 000 steps",
  async run(context) {
    const data = join(context.temporaryFolder, "schools.json");
    writeFileSync(data, JSON.stringify(schools));
    const rows: string[][] = [];
    const measurements: Measurement[] = [];
    for (const { work, engine, entry } of works) {
      const system = `ppl ${engine}`;
      context.progress(`${work}, ${system}`);
      const common = { work: `resident memory, ${work}`, system, ours: true, unit: "MiB" };
      const count = context.quick ? steps / 10 : steps;
      const contender = ours(system, import.meta.url, entry, { data, engine, count });
      if (contender.launch.kind === "missing") continue;
      try {
        const child = await startChild({ ...contender.launch, environment: smallNursery }, patience);
        const { before, after } = await child.run(1);
        child.stop();
        const change = Number(after) - Number(before);
        const same = { median: change, lower: change, upper: change, least: change, most: change };
        measurements.push({ ...common, value: same });
        rows.push([
          `${count.toLocaleString("en")} ${work}`,
          system,
          `${threeDigits(Number(before))} MiB`,
          `${threeDigits(Number(after))} MiB`,
          `${change < 0 ? "" : "+"}${threeDigits(change)} MiB`,
          change <= flat ? "flat" : "grows",
        ]);
      } catch (error) {
        const remark = error instanceof Error ? error.message.split("\n")[0] : String(error);
        measurements.push({ ...common, remark });
        rows.push([work, system, remark, "", "", ""]);
      }
    }
    return {
      about:
        "Resident memory of a process that makes so many steps after as many to warm up, garbage collected every thousand steps, V8's space for new " +
        "objects kept at 1 MiB; " +
        `up to ${flat} MiB more is called flat. Gradients and transitions of eight schools, training steps of a small network.`,
      tables: [{ columns: ["work", "system", "after warm-up", "at the end", "change", ""], rows }],
      notes: [
        "The event loop turns every 50 ms, as in the long loops of `ppl`. V8 posts a task with every scavenge, and Node keeps some hundred bytes " +
          "for it until the loop turns: any synchronous loop in Node that makes garbage grows by as much, and 100 000 training steps on `tfjs:wasm` that never gave " +
          "way by 5.9 MiB.",
      ],
      measurements,
    };
  },
};

interface Task {
  readonly data: string;
  readonly engine: EngineLabel;
  readonly count: number;
}

export async function gradientMemory({ data, engine, count }: Task): Promise<Measurable> {
  const target = densityTarget(await planOf({ program, data }), await nodeHost.loadEngine(engine));
  const gradient = new Float64Array(target.dimension);
  const position = new Float64Array(target.dimension).fill(0.1);
  return watched(count, 1, () => target.logDensityAndGradient(position, gradient));
}

export async function transitionMemory({ data, engine, count }: Task): Promise<Measurable> {
  const target = densityTarget(await planOf({ program, data }), await nodeHost.loadEngine(engine));
  const run = nuts.prepare(target, { ...nuts.defaults, draws: 3 * count });
  const key = { seed: 1, stream: 0 };
  const start = run.init(key);
  if (start.kind === "failed") throw new Error(start.problem.message);
  let { state } = start;
  return watched(count, 100, () => {
    state = run.stretches?.run(state, key, 100).state ?? state;
  });
}

export async function trainingMemory({ engine, count }: Task): Promise<Measurable> {
  const blocks = await trainingBlocks({ pixels: 8, hidden: 16, batch: 32, engine });
  return watched(count, stepsOfBlock, () => void blocks.run(1));
}

/**
 * Garbage is collected every thousand steps, so that what is seen is what is kept, and not how far V8 lets its heap grow or how much malloc
 * holds of what was garbage. `bytesKept` is what JavaScript holds on to, exact enough to show a leak after few calls. The event loop turns as
 * in our own long loops (`turn-taker.ts`): V8 posts a task with every scavenge, and Node keeps it until then.
 */
function watched(count: number, atOnce: number, work: () => void): Measurable {
  const calls = Math.ceil(count / atOnce);
  const stretch = Math.ceil(1000 / atOnce);
  const turn = turnTaker();
  const many = async (): Promise<{ readonly resident: number; readonly kept: number }> => {
    for (let i = 0; i < calls; i++) {
      work();
      await turn();
      if ((i + 1) % stretch === 0) globalThis.gc?.();
    }
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return { resident: residentBytes() / 2 ** 20, kept: heapUsed + arrayBuffers };
  };
  return {
    values: [],
    async run() {
      const before = await many();
      const after = await many();
      return { before: before.resident, after: after.resident, bytesKept: after.kept - before.kept };
    },
  };
}
