/** `ppl train` on each engine: blocks of steps as it makes them. What `--engine auto` goes by (`src/driver/training/training-cost.ts`). */
import { availableParallelism } from "node:os";
import { randomSource } from "../../src/base/random.ts";
import type { EngineLabel } from "../../src/driver/choose-engine.ts";
import { compile } from "../../src/driver/compile.ts";
import { bindOrThrow } from "../../src/driver/infer-options.ts";
import { nodeHost } from "../../src/driver/node-host.ts";
import {
  type AmortizedPlan,
  featureStatistics,
  planAmortized,
} from "../../src/driver/training/amortized-plan.ts";
import { amortizedTarget } from "../../src/driver/training/amortized-target.ts";
import { multiplyAdds } from "../../src/driver/training/training-cost.ts";
import { startAdam } from "../../src/inference/optimizer.ts";
import { alternate } from "../harness/alternate.ts";
import { type Measurable, ours } from "../harness/contender.ts";
import { type Case, measureTimes, timesTable, usualTurns, type Work } from "../harness/section.ts";

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

const engines: readonly EngineLabel[] = ["wasm", "wasm:f32", "onnx", "tfjs:node", "tfjs:wasm"];

const program = (hidden: number): string => `
net decoder[Z, D](z: Real[Z]) -> Real[D] = z |> dense(${hidden}) |> tanh |> dense(D)
model Vae[N, D, Z = ${latents}] {
  learn decode = decoder[Z, D]
  plate n in N {
    z[n]: Real[Z] ~ Normal(0, 1)
    observe x[n]: Bool[D] ~ Bernoulli(logits: decode(z[n]))
  }
}
`;

export const training: Case = {
  name: "training",
  title: `Training, ${stepsOfBlock} steps in one call`,
  async run(context) {
    const works: Work[] = [];
    for (const size of sizes) {
      const products = multiplyAdds(await planOf(size));
      const name = `${size.pixels}-${size.hidden}-${latents}, batch ${size.batch} (${(products / 1e6).toPrecision(2)} · 10⁶ multiply-adds forwards)`;
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
      notes: [],
      measurements,
    };
  },
};

async function planOf({ pixels, hidden, batch }: Size): Promise<AmortizedPlan> {
  const compiled = await compile({ name: "vae.ppl", text: program(hidden) });
  if (compiled.program === undefined) throw new Error("the program does not compile");
  const model = compiled.program.model(undefined);
  const random = randomSource({ seed: 1, stream: 0 }, 0);
  const x = Array.from({ length: batch }, () => Array.from({ length: pixels }, () => random.uniform() < 0.3));
  const bound = bindOrThrow(model, { x }, {});
  return planAmortized(compiled.program.core, model, bound, { batch, hidden: [hidden], head: "meanField" });
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
