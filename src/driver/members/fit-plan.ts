/** A member of a family as an objective: the log density of its data as a function of what it learns and of its latents. */

import { createBuilder } from "../../compiler/builder.ts";
import { differentiate } from "../../compiler/differentiate.ts";
import type { Graph, NodeId } from "../../compiler/graph.ts";
import type { CoordinateBlock } from "../../compiler/lower/density-latents.ts";
import { lowerDensityInto } from "../../compiler/lower/log-density.ts";
import type { LearnedParameter } from "../../compiler/lower/lower-model.ts";
import { boundArray } from "../../compiler/lower/pieces.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { CoreModel, CoreProgram } from "../../lang/core.ts";
import { checkKnownData } from "../density/check-known-data.ts";
import { checkGraphMemory } from "../density/check-memory.ts";
import { loweringInput, select } from "../density/density-plan.ts";
import { refuseImputed } from "../density/imputed-values.ts";
import { refuseScored } from "../training/refuse-score.ts";
import { layWeights, type Weights } from "../training/weight-blocks.ts";

export interface FitPlan extends Weights {
  /** Inputs `learn/<path>`, `q/<site>` and data → `logDensity`, `gradient/<input>`. */
  readonly objective: Graph;
  /** The same inputs → `variable/<name>`, `binding/<name>` and `learned/<name>` of numbers and arrays that are learned. */
  readonly report: Graph;
  readonly learned: readonly LearnedParameter[];
}

/**
 * The log density is that of the model's own variables: latents are fitted to their mode. Throws `ProblemError` for what sizes and
 * data show to be wrong.
 */
export function planFit(program: CoreProgram, model: CoreModel, bound: BoundData): FitPlan {
  refuseScored(model, "a fit to the mode");
  refuseImputed(program, model, bound, "a fit to the mode");
  const builder = createBuilder();
  const input = loweringInput(program, model, bound);
  const options = { scale: "unconstrained", jacobian: false } as const;
  const state = lowerDensityInto(input, options, builder, (block) => coordinatesInput(builder, block));
  const graph = builder.finish({ ...state.outputs, ...learnedValues(model, state.context) });
  checkGraphMemory(graph, bound);
  checkKnownData(state.dataChecks, bound);
  const weights = layWeights([...state.learned, ...state.coordinates]);
  const objective = differentiate(select(graph, ["logDensity"]), {
    of: "logDensity",
    wrt: weights.blocks.map((block) => block.input),
    prefix: "gradient/",
  });
  const reported = Object.keys(graph.outputs).filter((name) => name !== "logDensity");
  return {
    ...weights,
    objective: optimize(objective),
    report: optimize(select(graph, reported)),
    learned: state.learned,
  };
}

function coordinatesInput(
  builder: ReturnType<typeof createBuilder>,
  { input, shape }: CoordinateBlock,
): { readonly node: NodeId; readonly axes: []; readonly event: readonly number[] } {
  return { node: builder.input(input, { dtype: "float", shape }), axes: [], event: shape };
}

function learnedValues(
  { body }: CoreModel,
  context: ReturnType<typeof lowerDensityInto>["context"],
): Record<string, NodeId> {
  return Object.fromEntries(
    body.flatMap((each) =>
      each.kind === "learn"
        ? [[`learned/${each.name}`, boundArray(context.scope.get(each.name), context).node]]
        : [],
    ),
  );
}
