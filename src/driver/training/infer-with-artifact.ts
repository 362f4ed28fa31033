/** Answers for new items from a trained model: encode, draw, weigh. No optimisation, no chains. */
import type { Artifact } from "../../artifact/artifact.ts";
import { ProblemError } from "../../base/problem.ts";
import { randomSource } from "../../base/random.ts";
import { elementCount, type Graph } from "../../compiler/graph.ts";
import type { DType } from "../../compiler/ops.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { type Engine, type Executable, type Outputs, runLater } from "../../engines/engine.ts";
import { smoothWeights } from "../../inference/diagnostics/pareto-smoothing.ts";
import type { PosteriorData, PosteriorVariable } from "../../inference/posterior-data.ts";
import type { Base } from "../../lang/type.ts";
import { leavingOutWithArtifact } from "../answers/log-likelihood.ts";
import { describePosterior } from "../answers/posterior.ts";
import { interrupted, simulateFrom } from "../answers/predict.ts";
import { predictingWithArtifact } from "../answers/predict-at.ts";
import type { GivenData, InferOptions, Posterior, Quality } from "../api-types.ts";
import { askedTrainingEngine } from "../choose-engine.ts";
import { compile } from "../compile.ts";
import { checkDrawsMemory } from "../density/check-memory.ts";
import { select } from "../density/density-plan.ts";
import { refuseMissing } from "../density/missing-values.ts";
import type { Host } from "../host.ts";
import { bindOrThrow, defaultSeed } from "../infer-options.ts";
import { turnTaker } from "../turn-taker.ts";
import { type AmortizedPlan, batchBuffers, loadItems, planAmortized } from "./amortized-plan.ts";

const defaultDraws = 1000;

/** Items per run of the compiled graphs. */
const block = 64;

/** Importance weights need the likelihood of every draw: at most so many items are checked. */
const checkedItems = 64;
const mostChecks = 400;

/** Pareto k-hat above which importance weights say that the guide is not the posterior (Vehtari et al. 2024). */
const khatLimit = 0.7;

/** Features further than this many training standard deviations from the training mean are new to the encoder. */
const farAway = 6;

/** Rejects with `ProblemError` for data that do not fit the model or the sizes it was trained with. */
export async function inferWithArtifact(
  artifact: Artifact,
  data: GivenData,
  options: InferOptions,
  host: Host,
): Promise<Posterior> {
  const started = performance.now();
  const { program, problems } = await compile(artifact.source);
  if (program === undefined) throw new ProblemError(problems);
  const model = program.model(artifact.model);
  const bound = bindOrThrow(model, data, { ...options, trainedSizes: artifact.sizes });
  refuseMissing(bound, "a trained network");
  const choice = askedTrainingEngine(options.engine) ?? {
    label: "wasm",
    reason: "importance weights need double precision",
  };
  const amortized = "answers come from the trained network";
  options.onDecision?.({ what: "strategy", choice: "amortized", reason: amortized });
  options.onDecision?.({ what: "engine", choice: choice.label, reason: choice.reason });
  const plan = planAmortized(program.core, model, bound, { batch: block, ...artifact.encoder });
  const answerer = createAnswerer(plan, artifact, await host.loadEngine(choice.label));
  const seed = options.seed ?? defaultSeed;
  const draws = options.draws ?? defaultDraws;

  const checks = Math.min(draws, mostChecks);
  const rounds = countRounds(Math.ceil(plan.items / block) * draws + checks, options);
  const variables = await drawVariables(plan, answerer, draws, seed, rounds);
  const khats = await checkItems(plan, answerer, checks, seed, rounds);
  answerer.dispose();
  const posterior: PosteriorData = { strategy: "amortized", chains: 1, draws, variables, statistics: {} };
  const described = describePosterior(posterior, {
    model,
    bound,
    engine: choice.label,
    seed,
    seconds: (performance.now() - started) / 1000,
    interrupted: false,
    predict: async (values, total) =>
      simulateFrom(program, model, bound, values, total, {
        ...options,
        seed,
        trained: { parameters: learnedParameters(artifact), engine: await host.loadEngine("wasm") },
      }),
    predictAt: refusePredictAt,
    logLikelihood: refuseLogLikelihood,
  });
  // Independent draws: what diagnoses chains has no meaning.
  const summary = described.summary.map((row) => ({
    ...row,
    ess: Number.NaN,
    essTail: Number.NaN,
    rhat: Number.NaN,
    mcse: row.sd / Math.sqrt(draws),
  }));
  return { ...described, summary, quality: judge(khats, farItems(plan, artifact)) };
}

function learnedParameters({ tensors }: Artifact): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, values]) =>
      name.startsWith("learn/") ? [[name, Float64Array.from(values)]] : [],
    ),
  );
}

async function refuseLogLikelihood(): Promise<never> {
  throw new ProblemError([leavingOutWithArtifact]);
}

async function refusePredictAt(): Promise<never> {
  throw new ProblemError([predictingWithArtifact]);
}

interface Answerer {
  /** Draws of every variable for the loaded block. */
  draw(items: readonly number[], noise: Float64Array): Promise<Outputs>;
  /** log p(x, z) and log q(z | x) per item of the block. */
  weigh(
    items: readonly number[],
    noise: Float64Array,
  ): Promise<{ readonly logDensity: ArrayLike<number>; readonly logGuide: ArrayLike<number> }>;
  dispose(): void;
}

function createAnswerer(plan: AmortizedPlan, artifact: Artifact, engine: Engine): Answerer {
  const { graph } = plan.lowered;
  const names = Object.keys(graph.outputs).filter((name) => name.startsWith("variable/"));
  const drawing = engine.compile(optimize(select(graph, names)));
  const weighing = engine.compile(optimize(select(graph, ["logDensity", "logGuide"])));
  const buffers = batchBuffers(plan);
  const run = (executable: Executable, items: readonly number[], noise: Float64Array) => {
    // A short last block is filled up with its own first item.
    const padded = Array.from({ length: block }, (_, row) => items[row] ?? items[0]);
    loadItems(plan, padded, buffers);
    return runLater(executable, { ...plan.sharedData, ...artifact.tensors, ...buffers, noise });
  };
  return {
    draw: (items, noise) => run(drawing, items, noise),
    async weigh(items, noise) {
      const { logDensity, logGuide } = await run(weighing, items, noise);
      return { logDensity, logGuide };
    },
    dispose() {
      drawing.dispose();
      weighing.dispose();
    },
  };
}

/** Call and await once per run of a graph: tells progress, gives way, and throws `ProblemError` when it is to stop. */
function countRounds(total: number, { onProgress, signal }: InferOptions): () => Promise<void> {
  const turn = turnTaker();
  let done = 0;
  return async () => {
    done += 1;
    onProgress?.({ phase: "answering", done, total, unit: "runs" });
    await turn();
    if (signal?.aborted) throw new ProblemError([interrupted]);
  };
}

async function drawVariables(
  plan: AmortizedPlan,
  answerer: Answerer,
  draws: number,
  seed: number,
  nextRound: () => Promise<void>,
): Promise<PosteriorVariable[]> {
  const elements = latentVariables(plan, 0).reduce((sum, { width }) => sum + plan.items * width, 0);
  checkDrawsMemory(draws, 8 * elements);
  const variables = latentVariables(plan, draws);
  const noise = new Float64Array(block * plan.lowered.localDimension);
  for (const { position, items } of blocksOf(plan.items))
    for (let draw = 0; draw < draws; draw++) {
      randomSource({ seed, stream: position }, draw).fillNormal(noise);
      const outputs = await answerer.draw(items, noise);
      for (const { name, values, width } of variables) {
        const part = outputs[`variable/${name}`];
        const start = (draw * plan.items + items[0]) * width;
        for (let i = 0; i < items.length * width; i++) values[start + i] = part[i];
      }
      await nextRound();
    }
  return variables.map(({ width: _, ...variable }) => variable);
}

function latentVariables(
  plan: AmortizedPlan,
  draws: number,
): (PosteriorVariable & { readonly width: number })[] {
  const graph: Graph = plan.lowered.graph;
  return Object.entries(graph.outputs).flatMap(([output, id]) => {
    if (!output.startsWith("variable/")) return [];
    const [, ...event] = graph.nodes[id].type.shape;
    const width = elementCount(event);
    return [
      {
        name: output.slice("variable/".length),
        shape: [plan.items, ...event],
        dimensions: [plan.plate.size, ...event.map(() => "")],
        kind: "latent" as const,
        base: baseOf(graph.nodes[id].type.dtype),
        values: new Float64Array(draws * plan.items * width),
        width,
      },
    ];
  });
}

function baseOf(dtype: DType): Base {
  return dtype === "float" ? "real" : dtype;
}

/** k-hat of the importance weights of some items, evenly spread. */
async function checkItems(
  plan: AmortizedPlan,
  answerer: Answerer,
  draws: number,
  seed: number,
  nextRound: () => Promise<void>,
): Promise<{ readonly item: number; readonly khat: number }[]> {
  const count = Math.min(checkedItems, plan.items);
  const items = Array.from({ length: count }, (_, i) => Math.floor((i * plan.items) / count));
  const noise = new Float64Array(block * plan.lowered.localDimension);
  const logWeights = items.map(() => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw++) {
    randomSource({ seed, stream: 0x6b686174 }, draw).fillNormal(noise);
    const { logDensity, logGuide } = await answerer.weigh(items, noise);
    for (let row = 0; row < count; row++) logWeights[row][draw] = logDensity[row] - logGuide[row];
    await nextRound();
  }
  return items.map((item, row) => ({ item, khat: smoothWeights(logWeights[row]).kHat }));
}

function farItems(plan: AmortizedPlan, artifact: Artifact): number[] {
  const mean = artifact.tensors["standard/mean"];
  const scale = artifact.tensors["standard/scale"];
  const far: number[] = [];
  for (let item = 0; item < plan.items; item++) {
    let column = 0;
    let worst = 0;
    for (const name of plan.plate.data) {
      const { values, width } = plan.itemData[`data/${name}`];
      for (let i = 0; i < width; i++, column++)
        worst = Math.max(worst, Math.abs(values[item * width + i] - mean[column]) / scale[column]);
    }
    if (worst > farAway) far.push(item);
  }
  return far;
}

function judge(
  khats: readonly { readonly item: number; readonly khat: number }[],
  far: readonly number[],
): Quality {
  const bad = khats.filter(({ khat }) => !(khat < khatLimit));
  const worst = khats.reduce((a, b) => (b.khat > a.khat || Number.isNaN(b.khat) ? b : a));
  const reasons: string[] = [];
  if (bad.length > 0)
    reasons.push(
      `${bad.length} of ${khats.length} checked items have k-hat above ${khatLimit} (worst ${worst.khat.toFixed(2)} at item ${worst.item}): the trained guide is not the posterior there. A weaker model, more training data or other training may help.`,
    );
  if (far.length > 0)
    reasons.push(
      `${far.length === 1 ? `Item ${far[0]} lies` : `${far.length} items (first: ${far[0]}) lie`} more than ${farAway} standard deviations from the training data: the encoder has seen nothing like that.`,
    );
  const share = bad.length / khats.length;
  return {
    verdict: share > 0.1 ? "bad" : bad.length > 0 || far.length > 0 ? "caution" : "good",
    reasons,
    numbers: { worstKhat: worst.khat, checkedItems: khats.length, itemsFarFromTraining: far.length },
  };
}

function* blocksOf(
  items: number,
): Generator<{ readonly position: number; readonly items: readonly number[] }> {
  for (let start = 0, position = 0; start < items; start += block, position++)
    yield { position, items: Array.from({ length: Math.min(block, items - start) }, (_, i) => start + i) };
}
