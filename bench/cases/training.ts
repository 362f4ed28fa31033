/** `ppl train` on each engine: blocks of steps as it makes them. What `--engine auto` goes by (`src/driver/training/training-cost.ts`). */
import { availableParallelism } from "node:os";
import { randomSource } from "../../src/base/random.ts";
import { type EngineLabel, engines as engineRows } from "../../src/driver/choose-engine.ts";
import { nodeHost } from "../../src/driver/node-host.ts";
import { type AmortizedPlan, featureStatistics } from "../../src/driver/training/amortized-plan.ts";
import { amortizedTarget } from "../../src/driver/training/amortized-target.ts";
import { rankedEngines } from "../../src/driver/training/choose-training-engine.ts";
import { multiplyAdds } from "../../src/driver/training/training-cost.ts";
import { startAdam } from "../../src/inference/optimizer.ts";
import { alternate } from "../harness/alternate.ts";
import { type Measurable, ours } from "../harness/contender.ts";
import {
  type Case,
  formatRatio,
  type Measurement,
  measureTimes,
  timesTable,
  usualTurns,
  type Work,
} from "../harness/section.ts";
import { fitCost } from "../harness/statistics.ts";
import { vaePlan } from "./vae/plan.ts";

interface Size {
  readonly pixels: number;
  readonly hidden: number;
  readonly batch: number;
}

interface Task extends Size {
  readonly engine: EngineLabel;
}

const sizes: readonly Size[] = [
  { pixels: 8, hidden: 16, batch: 32 },
  { pixels: 64, hidden: 64, batch: 64 },
  { pixels: 784, hidden: 400, batch: 128 },
  { pixels: 784, hidden: 1000, batch: 512 },
];
const latents = 4;
export const stepsOfBlock = 8;

const native: readonly EngineLabel[] = ["onnx", "tfjs:node"];
const engines: readonly EngineLabel[] = ["wasm", "wasm:f32", ...native, "tfjs:wasm"];

export const training: Case = {
  name: "training",
  title: `Training, ${stepsOfBlock} steps in one call`,
  async run(context) {
    const works: Work[] = [];
    const products = new Map<string, number>();
    for (const size of sizes) {
      const count = multiplyAdds(await planOf(size));
      const name = `${size.pixels}-${size.hidden}-${latents}, batch ${size.batch} (${(count / 1e6).toPrecision(2)} · 10⁶ multiply-adds forwards)`;
      products.set(name, count);
      context.progress(name);
      const contenders = engines.map((engine) =>
        ours(`ppl ${engine}`, import.meta.url, "trainingBlocks", { ...size, engine }),
      );
      works.push({
        name,
        outcomes: await alternate(contenders, { ...usualTurns(context), tolerance: 1e-3 }),
      });
    }
    const measurements = measureTimes(works);
    return {
      about:
        "The block of steps that `ppl train` hands to its engine, minibatches and noise in, weights and moments out. Networks as under the " +
        "variational autoencoder. The first three objectives have to agree.",
      tables: [timesTable(measurements)],
      notes: costs(measurements, products),
      measurements,
    };
  },
};

function planOf(size: Size): Promise<AmortizedPlan> {
  const random = randomSource({ seed: 1, stream: 0 }, 0);
  return vaePlan({ ...size, latents }, () => random.uniform() < 0.3);
}

/** What each engine's steps cost, and whether `auto` would have taken the fastest. */
function costs(measurements: readonly Measurement[], products: ReadonlyMap<string, number>): string[] {
  const seconds = (engine: EngineLabel, work: string): number | undefined => {
    const found = measurements.find((each) => each.work === work && each.system === `ppl ${engine}`);
    return found?.value && found.value.least / stepsOfBlock;
  };
  const fitted = engines.flatMap((engine) => {
    const points = [...products].flatMap(([work, x]) => {
      const y = seconds(engine, work);
      return y === undefined ? [] : [{ x, y }];
    });
    if (points.length < 2) return [];
    const { constant, slope } = fitCost(points);
    const known = engineRows[engine];
    return [
      `${engine}: step ${constant.toExponential(1)} s (chosen by: ${known.step.toExponential(1)}), a multiply-add ${slope.toExponential(1)} s (${known.multiplyAdd.toExponential(1)}).`,
    ];
  });
  const choices = [...products].flatMap(([work, x]) => {
    const measured = engines.flatMap((engine) => {
      const y = seconds(engine, work);
      return y === undefined ? [] : [{ engine, y }];
    });
    const installed = measured.flatMap(({ engine }) => (native.includes(engine) ? [engine] : []));
    const [{ label }] = rankedEngines(x, installed);
    const chosen = measured.find(({ engine }) => engine === label);
    if (chosen === undefined) return [];
    const best = measured.reduce((a, b) => (b.y < a.y ? b : a));
    return [
      `${work}: auto takes ${label}, ${formatRatio(chosen.y / best.y)} times the fastest, ${best.engine}.`,
    ];
  });
  return [...fitted, ...choices];
}

export async function trainingBlocks(task: Task): Promise<Measurable> {
  const plan = await planOf(task);
  const engine = await nodeHost.loadEngine(task.engine, availableParallelism());
  const target = amortizedTarget(plan, featureStatistics(plan), engine, {
    seed: 1,
    blockSteps: stepsOfBlock,
  });
  const noise = new Float64Array(stepsOfBlock * task.batch * target.localDimension);
  randomSource({ seed: 2, stream: 0 }, 0).fillNormal(noise);
  const block = {
    items: Int32Array.from({ length: stepsOfBlock * task.batch }, (_, at) => at % task.batch),
    noise,
    rates: new Float64Array(stepsOfBlock).fill(1e-4),
    maxGradientNorm: 100,
  };
  const start = { parameters: target.initialParameters, moments: startAdam(target.parameterCount) };
  return {
    values: [...target.ascend(start, block).objectives.subarray(0, 3)],
    run(times) {
      for (let i = 0; i < times; i++) target.ascend(start, block);
      return undefined;
    },
  };
}
