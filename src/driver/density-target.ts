/** A density plan compiled on an engine: what strategies run on. Workers load this, not the compiler. */
import type { Graph } from "../compiler/graph.ts";
import type { SplitGraph } from "../compiler/split-invariant.ts";
import type { Engine, Executable } from "../engines/engine.ts";
import type { DensityTarget, TargetVariable } from "../inference/target.ts";
import type { DensityPlan } from "./density-plan.ts";

/** Compiles a plan. The target's functions share scratch memory: one thread, no re-entry. */
export function densityTarget(plan: DensityPlan, engine: Engine): DensityTarget & { dispose(): void } {
  const density = compileSplit(plan.density, plan.data, engine);
  const report = compileSplit(plan.report, plan.data, engine);
  const views = plan.blocks.map((block) => ({ ...block, values: new Float64Array(block.length) }));
  const latents = Object.fromEntries(views.map((view) => [view.input, view.values]));
  const densityInputs = { ...density.fixed, ...latents };
  const reportInputs = { ...report.fixed, ...latents };
  const load = (position: Float64Array): void => {
    for (const { values, offset, length } of views)
      for (let i = 0; i < length; i++) values[i] = position[offset + i];
  };
  return {
    dimension: plan.dimension,
    coordinates: plan.coordinates,
    variables: plan.variables,
    constrainedLength: plan.constrainedLength,
    logDensityAndGradient(position, gradient) {
      load(position);
      const outputs = density.executable.run(densityInputs);
      for (const { input, offset, length } of views) {
        const part = outputs[`gradient/${input}`];
        for (let i = 0; i < length; i++) gradient[offset + i] = part[i];
      }
      return outputs.logDensity[0];
    },
    constrain(position) {
      load(position);
      const outputs = report.executable.run(reportInputs);
      const result = new Float64Array(plan.constrainedLength);
      for (const variable of plan.variables) result.set(outputs[outputName(variable)], variable.offset);
      return result;
    },
    dispose() {
      density.executable.dispose();
      report.executable.dispose();
    },
  };
}

export interface CompiledSplit {
  readonly executable: Executable;
  /** The inputs that never change: data and what was computed from them. */
  readonly fixed: Readonly<Record<string, Float64Array>>;
}

/** Runs the invariant part once and compiles the rest. */
export function compileSplit(
  split: SplitGraph,
  data: Readonly<Record<string, Float64Array>>,
  engine: Engine,
): CompiledSplit {
  const once = engine.compile(split.once);
  const needed = (graph: Graph): Record<string, Float64Array> =>
    Object.fromEntries(Object.entries(data).filter(([name]) => Object.hasOwn(graph.inputs, name)));
  const results = Object.entries(once.run(needed(split.once))).map(
    ([name, values]) => [name, Float64Array.from(values)] as const,
  );
  once.dispose();
  return {
    executable: engine.compile(split.each),
    fixed: { ...needed(split.each), ...Object.fromEntries(results) },
  };
}

function outputName(variable: TargetVariable): string {
  return `${variable.kind === "latent" ? "variable" : "binding"}/${variable.name}`;
}
