/** An amortized plan compiled on an engine: whole blocks of optimisation steps in one call. */
import { adamCarries, adamStep } from "../../compiler/adam.ts";
import { differentiate } from "../../compiler/differentiate.ts";
import { type PackedWeights, packWeights } from "../../compiler/pack-weights.ts";
import { hoistInvariants } from "../../compiler/passes/hoist-invariants.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { repeatSteps } from "../../compiler/repeat-steps.ts";
import { type Engine, type Outputs, runLater, type Values } from "../../engines/engine.ts";
import { adamDefaults } from "../../inference/optimizer.ts";
import type {
  AmortizedAscent,
  AmortizedBlock,
  AmortizedTarget,
  AmortizedTrace,
} from "../../inference/target.ts";
import { select } from "../density/density-plan.ts";
import type { AmortizedPlan } from "./amortized-plan.ts";
import { initialParameters } from "./initial-parameters.ts";
import { weightLayout } from "./weight-blocks.ts";

type Inputs = Readonly<Record<string, Values>>;

export interface TargetOptions {
  readonly seed: number;
  readonly blockSteps: number;
  /** How long all blocks will take together, about. */
  readonly seconds?: number;
}

/** Compiles blocks of so many steps. Scratch memory is shared: one thread, no re-entry. */
export function amortizedTarget(
  plan: AmortizedPlan,
  standard: Readonly<Record<string, Float64Array>>,
  engine: Engine,
  { seed, blockSteps, seconds = 0 }: TargetOptions,
): AmortizedTarget & { dispose(): void } {
  const { batch } = plan.options;
  const { localDimension } = plan.lowered;
  const { graph, weights } = trainingBlock(plan, blockSteps);
  const executable = engine.compile(graph, { seconds });
  const state = weightLayout(plan.blocks, weights);
  const rows = (name: string, width: number): Float64Array | Float32Array =>
    executable.inputView?.(name) ?? new Float64Array(blockSteps * width);
  const noise = rows("noise", batch * localDimension);
  const rates = new Float64Array(blockSteps);
  const active = new Float64Array(blockSteps);
  const items = Object.entries(plan.itemData).map(([name, { values, width }]) => {
    const isInt = plan.lowered.graph.nodes[plan.lowered.graph.inputs[name]].type.dtype === "int";
    const length = blockSteps * batch * width;
    return { name, values, width, rows: isInt ? new Float64Array(length) : rows(name, batch * width) };
  });
  const inputsOf = ({ parameters, moments }: AmortizedAscent, block: AmortizedBlock): Inputs => {
    for (const { values, width, rows } of items) copyRows(values, width, block.items, rows);
    noise.set(block.noise);
    rates.set(block.rates);
    active.fill(0).fill(1, 0, block.rates.length);
    return {
      ...plan.sharedData,
      ...standard,
      ...Object.fromEntries(items.map(({ name, rows }) => [name, rows])),
      ...state.inputs("", parameters),
      ...state.inputs("first/", moments.first),
      ...state.inputs("second/", moments.second),
      noise,
      rate: rates,
      active,
      count: [moments.count],
      maxNorm: [block.maxGradientNorm],
    };
  };
  const collect = (outputs: Outputs, block: AmortizedBlock): AmortizedAscent & AmortizedTrace => ({
    parameters: state.collect(outputs, "next/"),
    moments: {
      count: outputs["next/count"][0],
      first: state.collect(outputs, "next/first/"),
      second: state.collect(outputs, "next/second/"),
    },
    objectives: Float64Array.from(outputs.objective.subarray(0, block.rates.length)),
    gradientNorms: Float64Array.from(outputs.gradientNorm.subarray(0, block.rates.length)),
  });
  return {
    parameterCount: plan.parameterCount,
    items: plan.items,
    batchSize: batch,
    localDimension,
    initialParameters: initialParameters(plan, seed),
    blockSteps,
    ascend: (from, block) => collect(executable.run(inputsOf(from, block)), block),
    ...(executable.runAsync !== undefined && {
      ascendLater: async (from: AmortizedAscent, block: AmortizedBlock) =>
        collect(await runLater(executable, inputsOf(from, block)), block),
    }),
    dispose: () => executable.dispose(),
  };
}

/** So many steps: the objective of a batch, its gradient, the weights and moments after it (`adamStep`, `repeatSteps`). */
function trainingBlock(plan: AmortizedPlan, count: number): PackedWeights {
  const wrt = plan.blocks.map((block) => block.input);
  const objective = select(plan.lowered.graph, ["objective"]);
  const graph = differentiate(objective, { of: "objective", wrt, prefix: "gradient/" });
  const packed = packWeights(graph, wrt);
  const weights = packed.weights.map(({ input }) => input);
  const step = optimize(adamStep({ graph: packed.graph, weights, ...adamDefaults }));
  const varying = ["noise", "rate", "active", ...Object.keys(plan.itemData)];
  // The step is as it should be; only what is the same in all of them can still move out.
  const block = repeatSteps(step, { count, carried: adamCarries(weights), varying });
  return { graph: hoistInvariants(block), weights: packed.weights };
}

/** The rows of those items, one after the other. */
function copyRows(
  values: Float64Array,
  width: number,
  items: Int32Array,
  rows: Float64Array | Float32Array,
): void {
  let at = 0;
  for (let row = 0; row < items.length; row++) {
    const start = items[row] * width;
    for (let i = 0; i < width; i++) rows[at++] = values[start + i];
  }
}
