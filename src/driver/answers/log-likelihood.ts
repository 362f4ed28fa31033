/** The log density of each observation given the draws of all latents. */
import { type Problem, ProblemError } from "../../base/problem.ts";
import { elementCount, type Graph } from "../../compiler/graph.ts";
import { lowerLogDensity } from "../../compiler/lower/log-density.ts";
import type { Inseparable } from "../../compiler/lower/pointwise.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { splitInvariant } from "../../compiler/split-invariant.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { Engine, Outputs } from "../../engines/engine.ts";
import type { PosteriorData } from "../../inference/posterior-data.ts";
import type { CoreModel } from "../../lang/core.ts";
import type { DrawnVariable, GivenData, InferOptions, Program } from "../api-types.ts";
import { checkDrawsMemory } from "../density/check-memory.ts";
import { compileSplit } from "../density/compiled-split.ts";
import { dataInputs, loweringInput, select } from "../density/density-plan.ts";
import { bindOrThrow } from "../infer-options.ts";
import { chooseMember } from "../members/choose-member.ts";
import { turnTaker } from "../turn-taker.ts";

/**
 * Throws `ProblemError`, before the posterior is there, where `leaveOneOut` of it would; without a program, of a trained model.
 */
export function checkLeaveOneOut(program: Program | undefined, data: GivenData, options: InferOptions): void {
  if (program === undefined) throw new ProblemError([leavingOutWithArtifact]);
  const chosen = chooseMember(program.model(options.model), data, options.member);
  pointwiseGraph(program, chosen.model, bindOrThrow(chosen.model, chosen.data, options));
}

export const leavingOutWithArtifact: Problem = {
  code: "no-pointwise-density",
  severity: "error",
  message:
    "a trained model's draws are near the posterior, not of it, so they cannot be reweighted to leave an observation out",
  labels: [],
  help: "leave out --loo, or compare models on items that were not trained with",
};

/** Outputs `pointwise/<name>`. Throws `ProblemError` where observations have no density of their own. */
function pointwiseGraph(program: Program, model: CoreModel, bound: BoundData): Graph {
  const { graph, inseparable } = lowerLogDensity(loweringInput(program.core, model, bound), {
    scale: "constrained",
    pointwise: true,
  });
  refuseInseparable(inseparable, model);
  return graph;
}

export interface PointwiseDensities {
  readonly variables: readonly DrawnVariable[];
  /** Of each of them per observation: whether its density depends on missing values that are inferred. */
  readonly onInferred: readonly (readonly boolean[])[];
}

/**
 * Per observed variable [chains × draws × …], NaN where a value is missing. A vector drawn as a whole is one observation. Rejects with
 * `ProblemError` where observations have no density of their own.
 */
export async function logLikelihood(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  posterior: PosteriorData,
  engine: Engine,
): Promise<PointwiseDensities> {
  const graph = pointwiseGraph(program, model, bound);
  const outputs = Object.keys(graph.outputs).filter((name) => name.startsWith("pointwise/"));
  const total = posterior.chains * posterior.draws;
  const shapes = outputs.map((output) => graph.nodes[graph.outputs[output]].type.shape);
  checkDrawsMemory(total, 8 * shapes.reduce((sum, shape) => sum + elementCount(shape), 0));
  const split = splitInvariant(optimize(select(graph, outputs)), (name) => name.startsWith("value/"));
  const { executable, fixed } = compileSplit(split, dataInputs(bound), engine);
  const latents = posterior.variables.filter(({ name }) => Object.hasOwn(split.each.inputs, `value/${name}`));
  const variables = outputs.map((output, at): DrawnVariable => {
    const shape = shapes[at];
    const values = new Float64Array(total * elementCount(shape));
    return {
      name: output.slice("pointwise/".length),
      shape,
      dimensions: shape.map(() => ""),
      base: "real",
      values,
    };
  });
  const turn = turnTaker();
  /** With missing values of another draw. */
  const densitiesAt = (draw: number, missing = draw): Outputs => {
    const values = latents.map(({ name, shape, elements, values: all }): [string, Float64Array] => {
      const length = elementCount(shape);
      const from = elements === undefined ? draw : missing;
      return [`value/${name}`, all.subarray(from * length, (from + 1) * length)];
    });
    return executable.run({ ...fixed, ...Object.fromEntries(values) });
  };
  for (let draw = 0; draw < total; draw++) {
    const results = densitiesAt(draw);
    for (const { name, shape, values: into } of variables)
      into.set(results[`pointwise/${name}`], draw * elementCount(shape));
    await turn();
  }
  const others = densitiesAt(0, total - 1);
  const onInferred = variables.map(({ name, values }) =>
    Array.from(others[`pointwise/${name}`], (other, at) => !Object.is(other, values[at])),
  );
  executable.dispose();
  return { variables, onInferred };
}

function refuseInseparable(inseparable: readonly Inseparable[], model: CoreModel): void {
  if (inseparable.length === 0) return;
  throw new ProblemError(
    inseparable.map(({ variables, reason }) => ({
      code: "no-pointwise-density",
      severity: "error",
      message: `the observations of ${variables.map((name) => `\`${name}\``).join(" and ")} have no density of their own: ${reason}`,
      labels: model.sites
        .filter((site) => variables.includes(site.variable))
        .map(({ span }) => ({ span, text: "depends on a discrete variable that is summed out" })),
      help: "leave out --loo",
    })),
  );
}
