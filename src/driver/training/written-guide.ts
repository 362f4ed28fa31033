/** A hand-written guide compiled on an engine. */
import type { SplitGraph } from "../../compiler/split-invariant.ts";
import type { Engine, Executable } from "../../engines/engine.ts";
import type { WrittenGuide } from "../../inference/target.ts";
import { outputName } from "../answers/output-name.ts";
import { compileSplit } from "../density/compiled-split.ts";
import type { DensityPlan, GuidePlan } from "../density/density-plan.ts";
import { weightInputs } from "./weight-blocks.ts";

/** Draws are compiled when the first is asked for. */
export function compileGuide(
  guide: GuidePlan,
  { data, variables, constrainedLength }: DensityPlan,
  engine: Engine,
): WrittenGuide & { dispose(): void } {
  const { blocks, parameterCount, initialParameters, noiseLength, samples } = guide;
  const compile = (split: SplitGraph): GuideGraph => {
    const { executable, fixed } = compileSplit(split, data, engine);
    const run = (parameters: Float64Array, noise: Float64Array) =>
      executable.run({ ...fixed, ...weightInputs(blocks, parameters), noise });
    return { run, dispose: () => executable.dispose() };
  };
  const objective = compile(guide.objective);
  let drawing: GuideGraph | undefined;
  return {
    parameterCount,
    noiseLength,
    samples,
    initialParameters,
    elboAndGradient(parameters, noise, gradient) {
      const outputs = objective.run(parameters, noise);
      for (const { input, offset } of blocks) gradient.set(outputs[`gradient/${input}`], offset);
      return outputs.elbo[0];
    },
    draw(parameters, noise) {
      drawing ??= compile(guide.draw);
      const outputs = drawing.run(parameters, noise);
      const values = new Float64Array(constrainedLength);
      for (const variable of variables) values.set(outputs[outputName(variable)], variable.offset);
      return { logDensity: outputs.logDensity[0], logGuide: outputs.logGuide[0], values };
    },
    dispose() {
      objective.dispose();
      drawing?.dispose();
    },
  };
}

interface GuideGraph {
  run(parameters: Float64Array, noise: Float64Array): ReturnType<Executable["run"]>;
  dispose(): void;
}
