/** A hand-written guide with its model and data, as plain data that cross worker boundaries. */
import { ProblemError } from "../../base/problem.ts";
import { createBuilder } from "../../compiler/builder.ts";
import { differentiate } from "../../compiler/differentiate.ts";
import { lowerGuidedDensity, lowerGuideInto } from "../../compiler/lower/guide.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { splitInvariant } from "../../compiler/split-invariant.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { CoreModel, CoreProgram } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import { programExpressions } from "../../lang/program-expressions.ts";
import { checkKnownData } from "../density/check-known-data.ts";
import { checkGraphMemory } from "../density/check-memory.ts";
import { type GuidePlan, loweringInput, select } from "../density/density-plan.ts";
import { incompleteNames } from "../density/missing-values.ts";
import { initialParameters } from "./initial-parameters.ts";
import { layWeights } from "./weight-blocks.ts";

/** The model has a guide. `reported` are outputs of a density that a draw is to give too. */
export function planGuide(
  program: CoreProgram,
  model: CoreModel,
  bound: BoundData,
  reported: readonly string[],
  seed: number,
): GuidePlan {
  refuseMissingInGuide(model, bound);
  const input = loweringInput(program, model, bound);
  const builder = createBuilder();
  const guide = lowerGuideInto(input, builder, {});
  const { outputs } = lowerGuidedDensity(input, guide, builder, {});
  const elbo = builder.emit("sub", [outputs.logDensity, guide.logGuide], {});
  const graph = builder.finish({ ...outputs, logGuide: guide.logGuide, elbo });
  checkGraphMemory(graph, bound);
  checkKnownData(guide.dataChecks, bound);
  const { blocks, parameterCount } = layWeights(guide.learned);
  const differentiated = differentiate(select(graph, ["elbo"]), {
    of: "elbo",
    wrt: blocks.map((block) => block.input),
    prefix: "gradient/",
  });
  const varies = (name: string): boolean => name.startsWith("guide/") || name === "noise";
  const lowered = { learned: guide.learned, encoder: [] };
  return {
    objective: splitInvariant(optimize(differentiated), varies),
    draw: splitInvariant(optimize(select(graph, ["logDensity", "logGuide", ...reported])), varies),
    blocks,
    parameterCount,
    initialParameters: initialParameters({ lowered, blocks, parameterCount }, seed),
    noiseLength: guide.noiseLength,
  };
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
