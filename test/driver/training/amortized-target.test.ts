import { expect, test } from "vitest";
import { randomSource } from "../../../src/base/random.ts";
import { differentiate } from "../../../src/compiler/differentiate.ts";
import { optimize } from "../../../src/compiler/passes/optimize.ts";
import type { EngineLabel } from "../../../src/driver/choose-engine.ts";
import { select } from "../../../src/driver/density/density-plan.ts";
import { bindOrThrow } from "../../../src/driver/infer-options.ts";
import { nodeHost } from "../../../src/driver/node-host.ts";
import {
  batchBuffers,
  featureStatistics,
  loadItems,
  parameterInputs,
  planAmortized,
} from "../../../src/driver/training/amortized-plan.ts";
import { amortizedTarget } from "../../../src/driver/training/amortized-target.ts";
import type { Engine, Precision } from "../../../src/engines/engine.ts";
import type { OnnxRuntime } from "../../../src/engines/onnx/load-runtime.ts";
import { createOnnxEngine } from "../../../src/engines/onnx/onnx-engine.ts";
import { referenceEngine } from "../../../src/engines/reference/reference-engine.ts";
import { findNativeAddon } from "../../../src/engines/tfjs/native-addon.ts";
import { createTfjsNativeEngine } from "../../../src/engines/tfjs/native-engine.ts";
import { amortized } from "../../../src/inference/amortized/amortized.ts";
import { adamAscent, startAdam } from "../../../src/inference/optimizer.ts";
import { runtime as onnxRuntime, onRuntime } from "../../engines/onnx/runtime.ts";
import { programOf } from "../programs.ts";

/** Items of numbers, counts and booleans, with data that all share. */
const mixed = `
net decoder[Z, D](z: Real[Z]) -> Real[D] = z |> dense(5) |> tanh |> dense(D)
model Mixed[N, D, Z = 2](scale: Real[D]) {
  learn decode = decoder[Z, D]
  learn noise: Positive = 1
  plate n in N {
    z[n]: Real[Z] ~ Normal(0, 1)
    observe x[n]: Real[D] ~ Normal(decode(z[n]) * scale, noise)
    observe count[n]: Int ~ Poisson(exp(z[n, 0]))
    observe flag[n]: Bool ~ Bernoulli(logits: z[n, 1])
  }
}`;

const items = 37;
const data = {
  x: Array.from({ length: items }, (_, n) => [Math.sin(n), Math.cos(3 * n), n / items]),
  count: Array.from({ length: items }, (_, n) => n % 4),
  flag: Array.from({ length: items }, (_, n) => n % 3 === 0),
  scale: [1, 2, 0.5],
};
const seed = 3;
const key = { seed, stream: 0 };

const program = await programOf(mixed);
const model = program.model();
const plan = planAmortized(program.core, model, bindOrThrow(model, data, {}), {
  batch: 8,
  hidden: [6],
  head: "fullCovariance",
});
const standard = featureStatistics(plan);
const config = { steps: 23, learningRate: 0.02, maxGradientNorm: 5 };

function runOn(engine: Engine, blockSteps: number, most: number) {
  const target = amortizedTarget(plan, standard, engine, { seed, blockSteps });
  const run = amortized.prepare(target, config);
  const start = run.init(key);
  if (start.kind !== "ready") throw new Error("no start");
  let { state } = start;
  const infos = [];
  while (!run.isDone(state)) {
    const next = run.stretches.run(structuredClone(state), key, most);
    state = next.state;
    infos.push(...run.stretches.read(next.rows));
  }
  target.dispose();
  return { state, infos };
}

/** The steps one by one: gradients of the reference, moments and weights in JavaScript. */
function byHand() {
  const wrt = plan.blocks.map((block) => block.input);
  const graph = differentiate(select(plan.lowered.graph, ["objective"]), {
    of: "objective",
    wrt,
    prefix: "gradient/",
  });
  const executable = referenceEngine.compile(optimize(graph));
  const target = amortizedTarget(plan, standard, referenceEngine, { seed, blockSteps: 1 });
  const batches: Int32Array[] = [];
  const spied = {
    ...target,
    ascend(...[from, block]: Parameters<typeof target.ascend>) {
      batches.push(block.items);
      return target.ascend(from, block);
    },
  };
  const spy = amortized.prepare(spied, config);
  let { state } = spy.init(key) as { state: Parameters<typeof spy.step>[0] };
  let parameters = target.initialParameters;
  let moments = startAdam(target.parameterCount);
  const objectives: number[] = [];
  for (let step = 0; step < config.steps; step++) {
    state = spy.step(state, key).state;
    const buffers = batchBuffers(plan);
    loadItems(plan, batches[step], buffers);
    const noise = new Float64Array(8 * plan.lowered.localDimension);
    randomSource(key, step + 1).fillNormal(noise);
    const inputs = {
      ...plan.sharedData,
      ...standard,
      ...buffers,
      ...parameterInputs(plan, parameters),
      noise,
    };
    const outputs = executable.run(inputs);
    const gradient = Float64Array.from(wrt.flatMap((name) => [...outputs[`gradient/${name}`]]));
    const norm = Math.hypot(...gradient);
    const short = gradient.map((slope) => slope * Math.min(1, config.maxGradientNorm / norm));
    const rate = 0.01 * (1 + Math.cos((Math.PI * step) / config.steps));
    ({ parameters, moments } = adamAscent(moments, parameters, short, rate));
    objectives.push(outputs.objective[0]);
  }
  return { parameters, objectives };
}

const expected = byHand();

const ofHost = (label: EngineLabel) => ({ label, engine: () => nodeHost.loadEngine(label) });
const native = findNativeAddon();
const onnxOf = (runtime: OnnxRuntime, precision: Precision) => ({
  engine: () => createOnnxEngine({ precision }, () => runtime),
});
const loads: readonly { readonly label: string; readonly engine?: () => Promise<Engine> }[] = [
  ...(["wasm", "wasm:f32", "reference", "tfjs:wasm"] as const).map(ofHost),
  native === undefined ? { label: "(skipped: no add-on of tfjs-node) tfjs:node" } : ofHost("tfjs:node"),
  {
    label: `${native === undefined ? "(skipped: no add-on of tfjs-node) " : ""}tfjs:node by XLA`,
    ...(native !== undefined && {
      engine: async () => createTfjsNativeEngine({ precision: "f32", xla: true }),
    }),
  },
  ...(["f32", "f64"] as const).map((precision) => ({
    label: `${onRuntime}onnx, ${precision}`,
    ...(onnxRuntime !== undefined && onnxOf(onnxRuntime, precision)),
  })),
];

for (const { label, engine } of loads)
  test.skipIf(engine === undefined)(`${label}: a block is its steps one by one, and as by hand`, async () => {
    if (engine === undefined) return;
    const loaded = await engine();
    const block = runOn(loaded, 6, 6);
    const single = runOn(loaded, 6, 1);
    expect(block.infos).toEqual(single.infos);
    expect(block.state).toEqual(single.state);
    expect(block.state.moments.count).toBe(config.steps);

    const tolerance = loaded.precisions.includes("f64") ? 1e-9 : 2e-3;
    for (const [step, { objective }] of block.infos.entries()) {
      const exact = expected.objectives[step];
      expect(Math.abs(objective - exact)).toBeLessThan(tolerance * (1 + Math.abs(exact)));
    }
    for (const [i, value] of block.state.parameters.entries())
      expect(Math.abs(value - expected.parameters[i])).toBeLessThan(tolerance);
  });

test("a step that overflows is rejected and changes nothing", async () => {
  const target = amortizedTarget(plan, standard, referenceEngine, { seed, blockSteps: 2 });
  const parameters = target.initialParameters.map((value, i) => (i === 0 ? 1e200 : value));
  const from = { parameters, moments: startAdam(target.parameterCount) };
  const after = target.ascend(from, {
    items: Int32Array.from({ length: 16 }, (_, i) => i),
    noise: new Float64Array(16 * 2).fill(0.5),
    rates: Float64Array.of(0.1, 0.1),
    maxGradientNorm: 1,
  });
  expect(after.parameters).toEqual(parameters);
  expect(after.moments).toEqual(from.moments);
  expect(after.gradientNorms.every(Number.isFinite) && after.objectives.every(Number.isFinite)).toBe(false);
});
