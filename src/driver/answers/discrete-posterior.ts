/** Discrete variables that were summed out, given the draws of all others: probabilities, draws, the most probable values. */
import { randomSource } from "../../base/random.ts";
import { elementCount } from "../../compiler/graph.ts";
import { lowerConditionals } from "../../compiler/lower/conditionals.ts";
import { optimize } from "../../compiler/passes/optimize.ts";
import { splitInvariant } from "../../compiler/split-invariant.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { Engine } from "../../engines/engine.ts";
import type { PosteriorData } from "../../inference/posterior-data.ts";
import type { CoreModel } from "../../lang/core.ts";
import { summedVariables } from "../../lang/discrete-dependents.ts";
import { constantValue, formatSize } from "../../lang/size.ts";
import type { DiscretePosterior, DrawnVariable, InferOptions, Program } from "../api-types.ts";
import { compileSplit } from "../density/compiled-split.ts";
import { dataInputs, loweringInput, select } from "../density/density-plan.ts";
import { turnTaker } from "../turn-taker.ts";

/** Stream of the random numbers, apart from those of chains and predictions. */
const discreteStream = 0x64697363;

/** Values over all draws at most; 256 MiB. */
const mostValues = 2 ** 25;

export interface DiscreteDraws {
  readonly draws: readonly DrawnVariable[];
  readonly posteriors: readonly DiscretePosterior[];
}

interface DiscreteOptions extends Pick<InferOptions, "signal" | "onDecision" | "onProgress"> {
  readonly seed: number;
  readonly engine: Engine;
}

/** Undefined where nothing was summed out, where it is too much to report, or where the signal aborts. */
export async function drawDiscrete(
  program: Program,
  model: CoreModel,
  bound: BoundData,
  posterior: PosteriorData,
  options: DiscreteOptions,
): Promise<DiscreteDraws | undefined> {
  const input = loweringInput(program.core, model, bound);
  if (summedVariables(input.model).size === 0 || options.signal?.aborted) return undefined;
  const { graph, variables, noise } = lowerConditionals(input);
  const total = posterior.chains * posterior.draws;
  const elements = variables.reduce((sum, { name, shape, count }) => {
    const length = elementCount(shape);
    const { elements: missing } = missingElements(name, bound);
    return sum + length + (missing?.length ?? length) * count;
  }, 0);
  if (elements * total > mostValues) {
    const reason = `${elements} numbers for each of ${total} draws; up to ${mostValues} in all are kept`;
    options.onDecision?.({ what: "discrete variables", choice: "not reported", reason });
    return undefined;
  }
  const latents = posterior.variables.filter((each) => Object.hasOwn(graph.inputs, `value/${each.name}`));
  const names = variables.map(({ name }) => name);
  const probes = Object.fromEntries(
    variables.map(({ name, shape, count }) => [
      `probe/${name}`,
      new Float64Array(elementCount(shape) * count),
    ]),
  );
  const compiled = (kinds: readonly string[]) => {
    const outputs = kinds.flatMap((kind) => names.map((name) => `${kind}/${name}`));
    const split = splitInvariant(
      optimize(select(graph, outputs)),
      (input) => input.startsWith("value/") || input.startsWith("noise/") || input.startsWith("probe/"),
    );
    const { executable, fixed } = compileSplit(split, dataInputs(bound), options.engine);
    return {
      run(draw: number, uniforms: Readonly<Record<string, Float64Array>>) {
        const values = latents.map(({ name, shape, values: all }): [string, Float64Array] => {
          const length = elementCount(shape);
          return [`value/${name}`, all.subarray(draw * length, (draw + 1) * length)];
        });
        const inputs = { ...fixed, ...probes, ...uniforms, ...Object.fromEntries(values) };
        const needed = Object.keys(split.each.inputs).map((name) => [name, inputs[name]] as const);
        return executable.run(Object.fromEntries(needed));
      },
      dispose: () => executable.dispose(),
    };
  };
  const each = compiled(["probability", "draw"]);
  const uniforms = Object.fromEntries(
    noise.map(({ input, shape }) => [input, new Float64Array(elementCount(shape))]),
  );
  const results = variables.map((variable) => {
    const length = elementCount(variable.shape);
    return {
      ...variable,
      length,
      draws: new Float64Array(total * length),
      sums: new Float64Array(length * variable.count),
    };
  });
  const turn = turnTaker();
  for (let draw = 0; draw < total; draw++) {
    const random = randomSource({ seed: options.seed, stream: discreteStream }, draw);
    for (const values of Object.values(uniforms)) random.fillUniform(values);
    const outputs = each.run(draw, uniforms);
    for (const { name, length, draws, sums } of results) {
      const probability = outputs[`probability/${name}`];
      for (let i = 0; i < sums.length; i++) sums[i] += probability[i] / total;
      const values = outputs[`draw/${name}`];
      for (let i = 0; i < length; i++) draws[draw * length + i] = Math.round(values[i]);
    }
    await turn();
    if (options.signal?.aborted) {
      each.dispose();
      return undefined;
    }
  }
  each.dispose();
  const densities = posterior.statistics.logDensity ?? new Float64Array(total);
  const highest = densities.reduce((best, value, draw) => (value > densities[best] ? draw : best), 0);
  const best = compiled(["best"]);
  const most = best.run(highest, {});
  const posteriors = results.map(({ name, shape, count, sums }): DiscretePosterior => {
    return {
      name,
      shape,
      count,
      probabilities: sums,
      best: Float64Array.from(most[`best/${name}`], Math.round),
      ...missingElements(name, bound),
    };
  });
  best.dispose();
  return {
    draws: results.map(({ name, shape, draws }) => ({
      ...drawnVariable(name, shape, draws, model),
      ...missingElements(name, bound),
    })),
    posteriors,
  };
}

/** Of an observed variable: which of its elements are no data. */
function missingElements(name: string, { values }: BoundData): { readonly elements?: readonly number[] } {
  const present = Object.hasOwn(values, name) ? values[name].present : undefined;
  return present === undefined ? {} : { elements: [...present.keys()].filter((at) => present[at] === 0) };
}

function drawnVariable(
  name: string,
  shape: readonly number[],
  values: Float64Array,
  { variables }: CoreModel,
): DrawnVariable {
  const type = variables.find((each) => each.name === name)?.type;
  const dimensions = shape.map((_, at) => {
    const size = type?.dimensions[at];
    return size === undefined || constantValue(size) !== undefined ? "" : formatSize(size);
  });
  return { name, shape, dimensions, base: type?.base ?? "int", values };
}
