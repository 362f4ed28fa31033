/** A density plan compiled on an engine: what strategies run on. Workers load this, not the compiler. */
import { elementCount, type Graph } from "../../compiler/graph.ts";
import type { SplitGraph } from "../../compiler/split-invariant.ts";
import type { Engine, Executable, RunRows, Values } from "../../engines/engine.ts";
import type { DensityTarget, NutsTransitions, PositionRows } from "../../inference/target.ts";
import { coordinateName } from "../answers/element-names.ts";
import { outputName } from "../answers/output-name.ts";
import { compileGuide } from "../training/written-guide.ts";
import { fixedInputs } from "./compiled-split.ts";
import type { DensityPlan } from "./density-plan.ts";

/**
 * Compiles a plan; its report when that is first asked for. Where the engine has one, the sampler is compiled around the
 * density. The target's functions share scratch memory: one thread, no re-entry.
 */
export function densityTarget(plan: DensityPlan, engine: Engine): DensityTarget & { dispose(): void } {
  // Where a guide is fitted, nothing asks for the density at positions.
  let compiled = plan.guide === undefined ? compileDensity(plan, engine) : undefined;
  // Names made once: a call takes less time than making them would.
  const gradients = plan.blocks.map(({ input, offset, length }) => ({
    output: `gradient/${input}`,
    offset,
    length,
  }));
  let compiledReport: ReportGraph | undefined;
  const report = (): ReportGraph => (compiledReport ??= compileReport(plan, engine));
  const reported = new Float64Array(plan.constrainedLength);
  const outputNames = plan.variables.map((variable) => ({
    output: outputName(variable),
    offset: variable.offset,
  }));
  const guide = plan.guide && compileGuide(plan.guide, plan, engine);
  return {
    dimension: plan.dimension,
    coordinateName: (index) => coordinateName(plan.blocks, index),
    variables: plan.variables,
    constrainedLength: plan.constrainedLength,
    logDensityAndGradient(position, gradient) {
      compiled ??= compileDensity(plan, engine);
      const outputs = compiled.run(position);
      for (const { output, offset, length } of gradients) {
        const part = outputs[output];
        for (let i = 0; i < length; i++) gradient[offset + i] = part[i];
      }
      return outputs.logDensity[0];
    },
    constrain(position) {
      const outputs = report().run(position);
      for (const { output, offset } of outputNames) {
        const values = outputs[output];
        for (let i = 0; i < values.length; i++) reported[offset + i] = values[i];
      }
      return reported;
    },
    ...(engine.compileRows !== undefined && {
      constrainRows(rows: PositionRows) {
        const values = plan.variables.map(({ shape }) => new Float64Array(rows.count * elementCount(shape)));
        const byName = Object.fromEntries(outputNames.map(({ output }, i) => [output, values[i]]));
        report().runRows?.(rows, byName);
        return values;
      },
    }),
    nuts: compiled?.nuts,
    ...(guide !== undefined && { guide }),
    dispose() {
      compiled?.executable.dispose();
      compiledReport?.executable.dispose();
      guide?.dispose();
    },
  };
}

/** A graph as a function of the position. */
interface PositionGraph {
  readonly executable: Executable;
  run(position: Float64Array): ReturnType<Executable["run"]>;
}

function compileDensity(
  plan: DensityPlan,
  engine: Engine,
): PositionGraph & { readonly nuts: NutsTransitions | undefined } {
  const { density, blocks, dimension } = plan;
  if (engine.compileSampler === undefined)
    return { ...atPositions(density, plan, engine, engine.compile(density.each)), nuts: undefined };
  const executable = engine.compileSampler(density.each, blocks);
  const graph = atPositions(density, plan, engine, executable);
  // A run puts all inputs into memory, where the sampler finds those that are fixed, as rows do below.
  graph.run(new Float64Array(dimension));
  return { ...graph, nuts: executable.nuts };
}

interface ReportGraph extends PositionGraph {
  readonly runRows?: RunRows;
}

function compileReport(plan: DensityPlan, engine: Engine): ReportGraph {
  const { report, blocks, dimension } = plan;
  if (engine.compileRows === undefined) return atPositions(report, plan, engine, engine.compile(report.each));
  const executable = engine.compileRows(report.each, blocks);
  const graph = atPositions(report, plan, engine, executable);
  graph.run(new Float64Array(dimension));
  return { ...graph, runRows: executable.runRows };
}

function atPositions(
  split: SplitGraph,
  { blocks, data }: DensityPlan,
  engine: Engine,
  executable: Executable,
): PositionGraph {
  const inputs: Record<string, Values> = {};
  for (const [name, values] of Object.entries(fixedInputs(split, data, engine)))
    inputs[name] = inMemory(split.each, executable, name, values);
  const latents = blocks
    .filter(({ input }) => Object.hasOwn(split.each.inputs, input))
    .map((block) => ({
      ...block,
      values: inMemory(split.each, executable, block.input, new Float64Array(block.length)),
    }));
  for (const { input, values } of latents) inputs[input] = values;
  return {
    executable,
    run(position) {
      for (const { values, offset, length } of latents)
        for (let i = 0; i < length; i++) values[i] = position[offset + i];
      return executable.run(inputs);
    },
  };
}

/** The values in the engine's own memory where it offers that, so that no run copies them. */
function inMemory(
  graph: Graph,
  executable: Executable,
  name: string,
  values: Float64Array,
): Float64Array | Float32Array {
  const { dtype } = graph.nodes[graph.inputs[name]].type;
  if (executable.inputView === undefined || dtype === "int") return values;
  const view = executable.inputView(name);
  view.set(values);
  return view;
}
