/** A hand-written guide with its model and data, as plain data that cross worker boundaries. */
import { ProblemError } from "../../base/problem.ts";
import { randomSource } from "../../base/random.ts";
import { createBuilder } from "../../compiler/builder.ts";
import { differentiate } from "../../compiler/differentiate.ts";
import type { Graph } from "../../compiler/graph.ts";
import type { DataCheck } from "../../compiler/lower/context.ts";
import { lowerGuidedDensity, lowerGuideInto } from "../../compiler/lower/guide.ts";
import type { DensityState } from "../../compiler/lower/log-density.ts";
import type { LoweringInput } from "../../compiler/lower/lower-model.ts";
import { lowerMeanFieldInto, type MeanFieldParameter } from "../../compiler/lower/mean-field.ts";
import {
  drawsSideBySide,
  hasScored,
  meanElbo,
  type ScoredGuide,
} from "../../compiler/lower/score-gradient.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { splitInvariant } from "../../compiler/split-invariant.ts";
import type { BoundData } from "../../data/bind-data.ts";
import { svi } from "../../inference/svi/svi.ts";
import type { CoreModel, CoreProgram } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import { programExpressions } from "../../lang/program-expressions.ts";
import { checkKnownData } from "../density/check-known-data.ts";
import { checkGraphMemory } from "../density/check-memory.ts";
import { type GuidePlan, loweringInput, select } from "../density/density-plan.ts";
import { refuseImputed } from "../density/imputed-values.ts";
import { incompleteNames } from "../density/missing-values.ts";
import { initialParameters } from "./initial-parameters.ts";
import { refuseUndescribed } from "./refuse-undescribed.ts";
import { layWeights, type Weights, weightInputs } from "./weight-blocks.ts";

/** The model has a guide, or discrete latents drawn with `score`, for which one is derived. `reported` are outputs of a density that a draw is to give too. */
export function planGuide(
  program: CoreProgram,
  model: CoreModel,
  bound: BoundData,
  reported: readonly string[],
  seed: number,
): GuidePlan {
  refuseUndescribed(model);
  refuseMissingInGuide(model, bound);
  if (model.guide !== undefined) refuseImputed(program, model, bound, "a guide written by hand");
  const input = loweringInput(program, model, bound);
  const single = lowerGuided(input, undefined);
  const samples = hasScored(model) ? drawsSideBySide : 1;
  const { guide, graph } = samples === 1 ? single : lowerGuided(input, samples);
  checkGraphMemory(graph, bound);
  checkKnownData(guide.dataChecks, bound);
  const { blocks, parameterCount } = layWeights(guide.parameters);
  const differentiated = differentiate(select(graph, ["elbo"]), {
    of: "elbo",
    wrt: blocks.map((block) => block.input),
    prefix: "gradient/",
  });
  const varies = (name: string): boolean => name.startsWith("guide/") || name === "noise";
  return {
    objective: splitInvariant(optimize(differentiated), varies),
    draw: splitInvariant(optimize(select(single.graph, ["logDensity", "logGuide", ...reported])), varies),
    blocks,
    parameterCount,
    initialParameters: guide.start({ blocks, parameterCount }, seed),
    noiseLength: single.guide.noiseLength,
    samples,
  };
}

/** What is fitted: the guide's parameters, and where they start. */
interface PlannedGuide {
  readonly parameters: readonly { readonly input: string; readonly shape: readonly number[] }[];
  readonly noiseLength: number;
  readonly dataChecks: readonly DataCheck[];
  start(weights: Weights, seed: number): Float64Array;
}

function lowerGuided(
  input: LoweringInput,
  draws: number | undefined,
): { readonly guide: PlannedGuide; readonly graph: Graph } {
  const builder = createBuilder();
  const many = { ...input, draws };
  const finish = (density: DensityState, guide: ScoredGuide): Graph =>
    builder.finish({ ...density.outputs, logGuide: guide.logGuide, elbo: meanElbo(density, guide) });
  if (input.model.guide === undefined) {
    const guide = lowerMeanFieldInto(many, builder);
    const { parameters, noiseLength, density } = guide;
    const start = (weights: Weights, seed: number) => startMeanField(parameters, weights, seed);
    const planned = { parameters, noiseLength, dataChecks: density.dataChecks, start };
    return { guide: planned, graph: finish(density, guide) };
  }
  const guide = lowerGuideInto(many, builder, {});
  const density = lowerGuidedDensity(many, guide, builder, {});
  const { learned, noiseLength, dataChecks } = guide;
  const lowered = { learned, encoder: [] };
  const start = (weights: Weights, seed: number) => initialParameters({ lowered, ...weights }, seed);
  return { guide: { parameters: learned, noiseLength, dataChecks, start }, graph: finish(density, guide) };
}

/** Means around 0, as those of the Gaussian guide of `svi`. */
function startMeanField(
  parameters: readonly MeanFieldParameter[],
  { blocks, parameterCount }: Weights,
  seed: number,
): Float64Array {
  const values = new Float64Array(parameterCount);
  const views = weightInputs(blocks, values);
  const random = randomSource({ seed, stream: 0 }, 0);
  const { initialRadius } = svi.defaults;
  for (const { input, start } of parameters)
    if (start !== "scattered") views[input].fill(start);
    else
      for (let i = 0; i < views[input].length; i++)
        views[input][i] = initialRadius * (2 * random.uniform() - 1);
  return values;
}

/** A guide has no value to look at where one is missing. */
function refuseMissingInGuide({ guide }: CoreModel, bound: BoundData): void {
  const incomplete = incompleteNames(bound);
  const uses = guide === undefined ? [] : programExpressions(guide);
  for (const each of uses) {
    const use = findExpression(each, ({ kind, ...rest }) => {
      return kind === "variable" && "name" in rest && incomplete.includes(rest.name);
    });
    if (use !== undefined)
      throw new ProblemError([
        {
          code: "not-supported-yet",
          severity: "error",
          message: "guides cannot look at variables of which values are missing yet",
          labels: [{ span: use.span, text: "some of its values are missing" }],
          help: "leave the guide out, or give all values",
        },
      ]);
  }
}
