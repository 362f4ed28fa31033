/** `ppl train`: fits the derived amortizer to the items of a plate, with checkpoints that survive a kill. */

import { bug } from "../../base/bug.ts";
import { ProblemError } from "../../base/problem.ts";
import type { Source } from "../../base/span.ts";
import type { AmortizeOptions } from "../../compiler/lower/amortize.ts";
import { findItemPlate } from "../../compiler/lower/item-plate.ts";
import { lowerLogDensity } from "../../compiler/lower/log-density.ts";
import { drawsSideBySide, hasScored } from "../../compiler/lower/score-gradient.ts";
import type { BoundData } from "../../data/bind-data.ts";
import { type AmortizedState, amortized } from "../../inference/amortized/amortized.ts";
import { explainInference } from "../../inference/explain.ts";
import type { CoreModel } from "../../lang/core.ts";
import { withoutFolders } from "../../lang/modules/module-path.ts";
import type { GivenData, Program, TrainedModel, TrainOptions } from "../api-types.ts";
import { engines } from "../choose-engine.ts";
import { loweringInput } from "../density/density-plan.ts";
import { explainNonFinite } from "../density/explain-non-finite.ts";
import { refuseMissing } from "../density/missing-values.ts";
import type { Checkpoint, Host, TrainingRun } from "../host.ts";
import { bindOrThrow, defaultSeed } from "../infer-options.ts";
import { turnTaker } from "../turn-taker.ts";
import { version } from "../version.ts";
import { featureStatistics, parameterInputs, planAmortized } from "./amortized-plan.ts";
import { amortizedTarget } from "./amortized-target.ts";
import { loadTrainingEngine } from "./choose-training-engine.ts";
import { judgeObjectives, judgePrecision, judgeRejected } from "./judge-training.ts";
import { multiplyAdds, secondsOfStep, stepsPerBlock } from "./training-cost.ts";

const defaultBatch = 64;

/** Seconds between checkpoints. */
const checkpointSeconds = 5;

/** Steps whose mean ELBO progress shows. */
const shownSteps = 100;

/** After as many steps, none of them finite, training ends. */
const hopeless = 100;

/** Local dimensions up to which the guide has a full covariance: its head grows with the square. */
const largestFullCovariance = 12;

/**
 * Rejects with `ProblemError` for what the user can mend. When the signal aborts, resolves with what is trained so far,
 * `interrupted`; the checkpoint stays, and the same call with `resume` goes on from it as if nothing had happened.
 */
export async function train(
  program: Program,
  data: GivenData,
  options: TrainOptions,
  host: Host,
): Promise<TrainedModel> {
  const started = performance.now();
  const model = program.model(options.model);
  const bound = bindOrThrow(model, data, options);
  refuseMissing(bound, "training");
  const seed = options.seed ?? defaultSeed;
  const amortize = chooseAmortizer(program, model, bound, options);
  const plan = planAmortized(program.core, model, bound, amortize);
  const standard = featureStatistics(plan);
  const products = multiplyAdds(plan);
  const { engine: loaded, ...engine } = await loadTrainingEngine(options.engine, products, host);
  options.onDecision?.({ what: "engine", choice: engine.label, reason: engine.reason });
  options.onDecision?.({
    what: "guide",
    ...guideChoice(amortize, plan.lowered.localDimension),
  });
  const config = {
    ...amortized.defaults,
    ...(options.steps !== undefined && { steps: options.steps }),
    ...(options.learningRate !== undefined && { learningRate: options.learningRate }),
  };
  const blockSteps = stepsPerBlock(plan, config.steps, engine.label);
  const seconds = config.steps * secondsOfStep(engine.label, products);
  const target = amortizedTarget(plan, standard, loaded, { seed, blockSteps, seconds });
  const settings = { amortize, config, seed, engine: engine.label };
  const checkpoint = openCheckpoint(options, { program, model, bound, settings }, host);
  const run = amortized.prepare(target, config);
  const key = { seed, stream: 0 };
  const first = run.init(key);
  const found = checkpoint.read();
  const resumed = found !== undefined && "state" in found ? found : undefined;
  if (resumed !== undefined)
    options.onRemark?.(`goes on after ${resumed.state.step} of ${config.steps} steps`);
  if (found !== undefined && "moved" in found)
    options.onRemark?.(
      `begins anew: there is a checkpoint of another program, data, settings or version, now ${found.moved}`,
    );
  let state = resumed?.state ?? (first.kind === "ready" ? first.state : undefined);
  if (state === undefined) throw new Error("training could not start");

  // Of the last steps, as many as anything below asks for; NaN where a step was rejected.
  const reportedSteps = Math.max(1, Math.floor(config.steps / 10));
  const objectives: number[] = [...(resumed?.objectives ?? [])];
  const save = (reached: AmortizedState): void =>
    checkpoint.write(reached, objectives.slice(-Math.max(reportedSteps, shownSteps)));
  let saved = performance.now();
  const turn = turnTaker();
  while (!run.isDone(state) && !options.signal?.aborted) {
    const next = await run.runLater(state, key, blockSteps);
    state = next.state;
    for (const info of run.stretches.read(next.rows))
      objectives.push(info.rejected ? Number.NaN : info.objective);
    if (objectives.length >= hopeless || run.isDone(state)) {
      if (objectives.every(Number.isNaN))
        throw nothingLearned(
          program,
          model,
          bound,
          objectives.length,
          parameterInputs(plan, state.parameters),
        );
    }
    options.onProgress?.({
      phase: "training",
      done: state.step,
      total: config.steps,
      unit: "steps",
      detail: `ELBO ${recentObjective(objectives, shownSteps).toFixed(3)}`,
    });
    if (performance.now() - saved > 1000 * checkpointSeconds) {
      save(state);
      saved = performance.now();
    }
    await turn();
  }
  const interrupted = !run.isDone(state);
  if (interrupted) save(state);
  const remarks = [
    judgeObjectives(objectives),
    judgeRejected(objectives),
    engines[engine.label].precision === "f64"
      ? undefined
      : await judgePrecision(plan, standard, loaded, state.parameters),
  ].filter((remark) => remark !== undefined);
  target.dispose();
  return {
    kind: "trained-model",
    model: model.name,
    source: movedSource(program.source),
    pplVersion: version,
    sizes: Object.fromEntries(Object.entries(bound.sizes).filter(([name]) => name !== plan.plate.size)),
    encoder: { hidden: amortize.hidden, head: amortize.head },
    seed,
    steps: state.step,
    seconds: (performance.now() - started) / 1000,
    engine: engine.label,
    interrupted,
    remarks,
    elbo: recentObjective(objectives, reportedSteps),
    items: plan.items,
    tensors: {
      ...standard,
      ...Object.fromEntries(
        Object.entries(parameterInputs(plan, state.parameters)).map(([name, values]) => [
          name,
          values.slice(),
        ]),
      ),
    },
  };
}

function nothingLearned(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  steps: number,
  weights: Readonly<Record<string, Float64Array>>,
): ProblemError {
  const problem = explainInference({ code: "training-not-finite", steps });
  return new ProblemError([explainNonFinite(problem, program, model, bound, weights)]);
}

/** Widths and head from the sizes of an item's data and latents. */
function chooseAmortizer(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  options: TrainOptions,
): AmortizeOptions {
  const plate = findItemPlate(model);
  const batch = Math.min(options.batchSize ?? defaultBatch, bound.sizes[plate.size]);
  if (model.guide !== undefined)
    return { batch, hidden: [], head: "written", ...(hasScored(model) && { draws: drawsSideBySide }) };
  const input = loweringInput(program.core, model, bound);
  const one = lowerLogDensity(
    { ...input, sizes: { ...bound.sizes, [plate.size]: 1 } },
    { scale: "unconstrained" },
  );
  const features = plate.data.reduce(
    (sum, name) => sum + (bound.values[name]?.values.length ?? 0) / bound.sizes[plate.size],
    0,
  );
  const width = Math.min(256, Math.max(32, 2 ** Math.ceil(Math.log2(features + 2 * one.dimension))));
  const head = one.dimension <= largestFullCovariance ? "fullCovariance" : "meanField";
  return { batch, hidden: [width, width], head };
}

function guideChoice(
  { hidden, head }: AmortizeOptions,
  dimension: number,
): { readonly choice: string; readonly reason: string } {
  if (head === "written") return { choice: "the one in the file", reason: "the model has a guide" };
  const choice = `a network with layers of ${hidden.join(" and ")}, ${headWords[head]}`;
  return { choice, reason: `${dimension} latent numbers per item` };
}

const headWords = { fullCovariance: "full covariance", meanField: "independent coordinates" } as const;

function recentObjective(objectives: readonly number[], count: number): number {
  const recent = objectives.slice(-count).filter((objective) => !Number.isNaN(objective));
  return recent.reduce((sum, objective) => sum + objective, 0) / recent.length;
}

/** Without the folders. */
/** The program without the folders that it lies in. */
function movedSource({ name, text, modules }: Source): Source {
  const moved = modules?.map((each) => ({ ...each, name: withoutFolders(each.name, name) }));
  return { name: fileName(name), text, ...(moved && { modules: moved }) };
}

function fileName(path: string): string {
  return path.replace(/^.*[/\\]/s, "");
}

function openCheckpoint(
  { checkpoint: path, resume = true }: TrainOptions,
  run: TrainingRun,
  host: Host,
): Checkpoint {
  if (path === undefined) return { read: () => undefined, write() {} };
  return (host.openCheckpoint ?? bug("there are no files here"))(path, resume, run);
}
