/** One step of Adam on a variational autoencoder, in single precision. */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { randomSource } from "../../src/base/random.ts";
import { adamScalars, adamUpdate } from "../../src/compiler/adam.ts";
import { arithmetic } from "../../src/compiler/arithmetic.ts";
import { createBuilder } from "../../src/compiler/builder.ts";
import { differentiate } from "../../src/compiler/differentiate.ts";
import { elementCount, type Graph, type NodeId } from "../../src/compiler/graph.ts";
import { type PackedWeights, packWeights } from "../../src/compiler/pack-weights.ts";
import { optimize } from "../../src/compiler/passes/optimize.ts";
import { copyInto } from "../../src/compiler/rebuild.ts";
import { repeatSteps } from "../../src/compiler/repeat-steps.ts";
import type { EngineLabel } from "../../src/driver/choose-engine.ts";
import { select } from "../../src/driver/density/density-plan.ts";
import { nodeHost } from "../../src/driver/node-host.ts";
import type { AmortizedPlan } from "../../src/driver/training/amortized-plan.ts";
import { weightLayout } from "../../src/driver/training/weight-blocks.ts";
import type { Values } from "../../src/engines/engine.ts";
import { adamDefaults } from "../../src/inference/optimizer.ts";
import { alternate } from "../harness/alternate.ts";
import { type Contender, type Measurable, ours } from "../harness/contender.ts";
import { readFloats, writeFloats } from "../harness/floats.ts";
import { nodeContender, pythonContender } from "../harness/peers.ts";
import {
  type Case,
  type Context,
  measureTimes,
  timesTable,
  usualTurns,
  type Work,
} from "../harness/section.ts";
import { vaePlan } from "./vae/plan.ts";

interface Size {
  readonly hidden: number;
  readonly batch: number;
}

const pixels = 784;
const latents = 20;
const rate = 1e-3;
const sizes: readonly Size[] = [
  { hidden: 400, batch: 128 },
  { hidden: 1000, batch: 512 },
];

export const vae: Case = {
  name: "vae",
  title: "One Adam step of a variational autoencoder",
  async run(context) {
    const works: Work[] = [];
    for (const size of sizes) {
      const name = `${pixels}-${size.hidden}-${latents}, batch ${size.batch}`;
      context.progress(name);
      const outcomes = await alternate(await contendersOf(size, context), {
        ...usualTurns(context),
        tolerance: 1e-4,
      });
      works.push({ name, outcomes });
    }
    const measurements = measureTimes(works);
    return {
      about:
        "ELBO with one draw per item, its gradient and Adam, on random binary images: the encoder that our compiler derives (one hidden layer of tanh, a " +
        "linear path to the mean), a decoder with one hidden layer. Single precision but for `reference`. Ours make 16 steps in one call (`tfjs:wasm` 4; `ppl " +
        "train` about 40 with the small network and 4 with the large one), weights and moments in and out; peers keep them from step to step, and use all cores. `tfjs:node` is as in trainings of half a minute and " +
        "more, `without XLA` as in shorter ones. The losses of the first three steps have to agree.",
      tables: [timesTable(measurements)],
      notes: [],
      measurements,
    };
  },
};

interface VaeTask extends Size {
  readonly engine: string;
  /** In one call. */
  readonly steps: number;
  /** What the engine is told about how long it will be used. */
  readonly seconds: number;
  /** Of the graph, where the engine can. */
  readonly threads: number;
  readonly images: string;
  readonly noise: string;
  readonly parameters: string;
}

const usual = { steps: 16, seconds: 3600, threads: availableParallelism() };
type OwnOptions = Partial<typeof usual & { readonly name: string }>;

async function contendersOf(size: Size, { peers, temporaryFolder, quick }: Context): Promise<Contender[]> {
  const plan = await planOf(size, new Float32Array(size.batch * pixels));
  const normals = (length: number, stream: number): Float64Array => {
    const values = new Float64Array(length);
    randomSource({ seed: 1, stream }, 0).fillNormal(values);
    return values;
  };
  const file = (name: string): string => join(temporaryFolder, `${name}-${size.hidden}`);
  const task = {
    ...size,
    images: writeFloats(
      file("images"),
      normals(size.batch * pixels, 1).map((value) => (value > 0.8 ? 1 : 0)),
    ),
    noise: writeFloats(file("noise"), normals(size.batch * latents, 2)),
    parameters: writeFloats(
      file("parameters"),
      normals(plan.parameterCount, 3).map((value) => 0.03 * value),
    ),
    shapes: [...plan.lowered.learned, ...plan.lowered.encoder].map(({ input, shape }) => ({ input, shape })),
    rate,
  };
  const own = (engine: string, { name = `ppl ${engine}`, ...options }: OwnOptions = {}): Contender =>
    ours(name, import.meta.url, "adamSteps", { ...task, ...usual, ...options, engine });
  const script = (name: string): string => resolve(import.meta.dirname, "vae", name);
  return [
    own("wasm:f32"),
    own("wasm:f32", { name: "ppl wasm:f32, one thread", threads: 1 }),
    own("tfjs:wasm", { steps: 4 }),
    own("onnx"),
    own("tfjs:node"),
    own("tfjs:node", { name: "ppl tfjs:node, without XLA", seconds: 0 }),
    ...(quick || size.batch > 128 ? [] : [own("reference", { steps: 1 })]),
    nodeContender(
      peers,
      "TensorFlow.js wasm",
      "TensorFlow.js",
      new URL("./vae/tfjs.ts", import.meta.url).href,
      "adamStepsByTfjs",
      task,
    ),
    pythonContender(peers, "JAX jit", "JAX", script("jax_vae.py"), task),
    pythonContender(peers, "PyTorch", "PyTorch", script("torch_vae.py"), { ...task, compile: false }),
    pythonContender(peers, "PyTorch, compiled", "PyTorch", script("torch_vae.py"), {
      ...task,
      compile: true,
    }),
  ];
}

function planOf(size: Size, images: Float32Array): Promise<AmortizedPlan> {
  return vaePlan({ ...size, pixels, latents }, (pixel) => images[pixel] === 1);
}

/** Several steps in one call: gradient, moments and moved weights, from what the call before made of them. */
export async function adamSteps(task: VaeTask): Promise<Measurable> {
  const { steps, seconds } = task;
  const plan = await planOf(task, readFloats(task.images));
  const engine = await nodeHost.loadEngine(task.engine as EngineLabel, task.threads);
  const gradient = gradientOf(plan);
  const names = gradient.weights.flatMap(({ input }) => [input, `first/${input}`, `second/${input}`]);
  const block = repeatSteps(stepGraph(gradient), {
    count: steps,
    carried: Object.fromEntries(names.map((name) => [name, `next/${name}`])),
    varying: ["firstShare", "secondShare"],
  });
  const executable = engine.compile(block, { seconds });
  const fixed: Record<string, Values> = {
    "data/x": Float64Array.from(readFloats(task.images)),
    "standard/mean": new Float64Array(pixels).fill(0.5),
    "standard/scale": new Float64Array(pixels).fill(0.5),
    noise: Float64Array.from(readFloats(task.noise)),
  };
  const start = readFloats(task.parameters);
  const state: Record<string, Float64Array | Float32Array> = {};
  for (const name of names)
    state[name] =
      executable.inputView?.(name) ??
      new Float32Array(elementCount(block.nodes[block.inputs[name]].type.shape));
  for (const array of Object.values(state)) array.fill(0);
  for (const [input, values] of Object.entries(
    weightLayout(plan.blocks, gradient.weights).inputs("", Float64Array.from(start)),
  ))
    state[input].set(values);
  let count = 0;
  const shares = (beta: number): readonly number[] =>
    Array.from({ length: steps }, (_, at) => 1 - beta ** (count + at + 1));
  const call = (): Float64Array | Float32Array => {
    const [firstShare, secondShare] = [shares(adamDefaults.beta1), shares(adamDefaults.beta2)];
    const outputs = executable.run({ ...fixed, ...state, firstShare, secondShare });
    for (const name of names) state[name].set(outputs[`next/${name}`]);
    count += steps;
    return outputs.objective;
  };
  const values: number[] = [];
  while (values.length < 3) values.push(...call());
  return {
    values: values.slice(0, 3),
    run(times) {
      const calls = Math.ceil(times / steps);
      const began = performance.now();
      for (let i = 0; i < calls; i++) call();
      return { seconds: ((performance.now() - began) / 1000) * (times / (calls * steps)) };
    },
  };
}

/** Inputs: those of the objective, `first/…` and `second/…` of every weight, `firstShare` and `secondShare`, 1 − βᵗ. Outputs: `objective`, `next/…`. */
function stepGraph({ graph, weights }: PackedWeights): Graph {
  const builder = createBuilder();
  const math = arithmetic(builder);
  const ids = copyInto(builder, graph);
  const number = (name: string): NodeId => builder.input(name, { dtype: "float", shape: [] });
  const [first, second] = [number("firstShare"), number("secondShare")];
  const scalars = adamScalars(math, adamDefaults, math.like(first, rate), { first, second });
  const outputs: Record<string, NodeId> = { objective: ids[graph.outputs.objective] };
  for (const { input } of weights) {
    const { type } = graph.nodes[graph.inputs[input]];
    const state = {
      weight: ids[graph.inputs[input]],
      first: builder.input(`first/${input}`, type),
      second: builder.input(`second/${input}`, type),
    };
    const after = adamUpdate(math, state, ids[graph.outputs[`gradient/${input}`]], scalars);
    outputs[`next/${input}`] = after.weight;
    outputs[`next/first/${input}`] = after.first;
    outputs[`next/second/${input}`] = after.second;
  }
  return optimize(builder.finish(outputs));
}

/** The objective's gradient by weights as `ppl train` packs them. */
function gradientOf(plan: AmortizedPlan): PackedWeights {
  const wrt = plan.blocks.map((block) => block.input);
  const objective = select(plan.lowered.graph, ["objective"]);
  return packWeights(differentiate(objective, { of: "objective", wrt, prefix: "gradient/" }), wrt);
}
