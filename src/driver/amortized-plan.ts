/** From a model and its items to what amortized training and answering need: compiled graphs over a flat parameter vector. */
import { randomSource } from "../base/random.ts";
import { differentiate } from "../compiler/differentiate.ts";
import { elementCount } from "../compiler/graph.ts";
import {
  type AmortizedLowering,
  type AmortizeOptions,
  findItemPlate,
  type ItemPlate,
  lowerAmortized,
} from "../compiler/lower/amortize.ts";
import { unconstrainNumber } from "../compiler/lower/bijector.ts";
import { evaluateKnown } from "../compiler/lower/evaluate-known.ts";
import type { LearnedParameter } from "../compiler/lower/lower-model.ts";
import { optimize } from "../compiler/passes/optimize.ts";
import type { BoundData } from "../data/bind-data.ts";
import type { Engine } from "../engines/engine.ts";
import type { AmortizedTarget } from "../inference/target.ts";
import type { CoreExpression, CoreModel, CoreProgram } from "../lang/core.ts";
import { loweringInput, select } from "./density-plan.ts";

/** One learned or encoder weight in the flat vector. */
interface ParameterBlock {
  readonly input: string;
  readonly offset: number;
  readonly length: number;
}

export interface AmortizedPlan {
  readonly plate: ItemPlate;
  readonly lowered: AmortizedLowering;
  readonly options: AmortizeOptions;
  readonly blocks: readonly ParameterBlock[];
  readonly parameterCount: number;
  /** Items of the data at hand. */
  readonly items: number;
  /** Per item array: its values and how many numbers an item has. */
  readonly itemData: Readonly<Record<string, { readonly values: Float64Array; readonly width: number }>>;
  /** Data that all items share. */
  readonly sharedData: Readonly<Record<string, Float64Array>>;
}

/** Throws `ProblemError` where the model cannot be amortized. */
export function planAmortized(
  program: CoreProgram,
  model: CoreModel,
  bound: BoundData,
  options: AmortizeOptions,
): AmortizedPlan {
  const plate = findItemPlate(model);
  const items = bound.sizes[plate.size];
  const sizes = { ...bound.sizes, [plate.size]: options.batch };
  const lowered = lowerAmortized({ ...loweringInput(program, model, bound), sizes }, plate, options);
  let offset = 0;
  const shapes = [...lowered.learned, ...lowered.encoder];
  const blocks = shapes.map(({ input, shape }) => {
    const length = elementCount(shape);
    offset += length;
    return { input, offset: offset - length, length };
  });
  const entries = Object.entries(bound.values);
  const isItem = (name: string): boolean => plate.data.includes(name);
  return {
    plate,
    lowered,
    options,
    blocks,
    parameterCount: offset,
    items,
    itemData: Object.fromEntries(
      entries
        .filter(([name]) => isItem(name))
        .map(([name, { values }]) => [`data/${name}`, { values, width: values.length / items }]),
    ),
    sharedData: Object.fromEntries(
      entries.filter(([name]) => !isItem(name)).map(([name, { values }]) => [`data/${name}`, values]),
    ),
  };
}

/**
 * Mean and standard deviation of every feature over the items; constant features keep scale 1. Booleans are centred at
 * one half with scale one half: a rare value of one is no outlier.
 */
export function featureStatistics(plan: AmortizedPlan): Record<string, Float64Array> {
  const columns = plan.plate.data.flatMap((name) => {
    const { values, width } = plan.itemData[`data/${name}`];
    const { nodes, inputs } = plan.lowered.graph;
    if (nodes[inputs[`data/${name}`]].type.dtype === "bool")
      return Array.from({ length: width }, () => ({ mean: 0.5, scale: 0.5 }));
    return Array.from({ length: width }, (_, column) => {
      let mean = 0;
      for (let item = 0; item < plan.items; item++) mean += values[item * width + column];
      mean /= plan.items;
      let square = 0;
      for (let item = 0; item < plan.items; item++) square += (values[item * width + column] - mean) ** 2;
      const sd = Math.sqrt(square / plan.items);
      return { mean, scale: sd > 1e-6 ? sd : 1 };
    });
  });
  return {
    "standard/mean": Float64Array.from(columns, (column) => column.mean),
    "standard/scale": Float64Array.from(columns, (column) => column.scale),
  };
}

/** Reads the rows of those items into the batch inputs. */
export function loadItems(
  plan: AmortizedPlan,
  items: ArrayLike<number>,
  into: Readonly<Record<string, Float64Array>>,
): void {
  for (const [input, { values, width }] of Object.entries(plan.itemData)) {
    const target = into[input];
    for (let row = 0; row < items.length; row++)
      for (let i = 0; i < width; i++) target[row * width + i] = values[items[row] * width + i];
  }
}

export function batchBuffers(plan: AmortizedPlan): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(plan.itemData).map(([input, { width }]) => [
      input,
      new Float64Array(plan.options.batch * width),
    ]),
  );
}

/** The weights as graph inputs: views of the flat vector. */
export function parameterInputs(plan: AmortizedPlan, parameters: Float64Array): Record<string, Float64Array> {
  return Object.fromEntries(
    plan.blocks.map(({ input, offset, length }) => [input, parameters.subarray(offset, offset + length)]),
  );
}

/** Compiles the objective with its gradient. Scratch memory is shared: one thread, no re-entry. */
export function amortizedTarget(
  plan: AmortizedPlan,
  standard: Readonly<Record<string, Float64Array>>,
  engine: Engine,
  seed: number,
): AmortizedTarget & { dispose(): void } {
  const wrt = plan.blocks.map((block) => block.input);
  const graph = differentiate(select(plan.lowered.graph, ["objective"]), {
    of: "objective",
    wrt,
    prefix: "gradient/",
  });
  const executable = engine.compile(optimize(graph));
  const buffers = batchBuffers(plan);
  return {
    parameterCount: plan.parameterCount,
    items: plan.items,
    batchSize: plan.options.batch,
    localDimension: plan.lowered.localDimension,
    initialParameters: initialParameters(plan, seed),
    objectiveAndGradient(parameters, batch, noise, gradient) {
      loadItems(plan, batch, buffers);
      const outputs = executable.run({
        ...plan.sharedData,
        ...standard,
        ...buffers,
        ...parameterInputs(plan, parameters),
        noise,
      });
      for (const { input, offset } of plan.blocks) gradient.set(outputs[`gradient/${input}`], offset);
      return outputs.objective[0];
    },
    dispose: () => executable.dispose(),
  };
}

/** Streams of the starting weights, one per weight. */
const initialStream = 0x696e6974;

function initialParameters(plan: AmortizedPlan, seed: number): Float64Array {
  const parameters = new Float64Array(plan.parameterCount);
  const views = parameterInputs(plan, parameters);
  plan.lowered.encoder.forEach((weight, position) => {
    if (weight.initial === "glorot")
      fillGlorot(views[weight.input], weight.shape, { seed, stream: initialStream }, position);
  });
  plan.lowered.learned.forEach((parameter, position) => {
    fillLearned(views[parameter.input], parameter, { seed, stream: initialStream + 1 }, position);
  });
  return parameters;
}

function fillLearned(
  values: Float64Array,
  { shape, learn }: LearnedParameter,
  key: { readonly seed: number; readonly stream: number },
  position: number,
): void {
  const { initializer } = learn;
  switch (initializer.kind) {
    case "glorot":
      fillGlorot(values, shape, key, position);
      return;
    case "normal": {
      randomSource(key, position).fillNormal(values);
      for (let i = 0; i < values.length; i++) values[i] *= initializer.sd;
      return;
    }
    case "constant": {
      const { support } = learn;
      const bound = (expression: CoreExpression): number => evaluateKnown(expression, {}, {});
      const low = support.kind === "lower" || support.kind === "interval" ? bound(support.low) : undefined;
      const high = support.kind === "upper" || support.kind === "interval" ? bound(support.high) : undefined;
      values.fill(unconstrainNumber({ kind: support.kind, low, high }, initializer.value));
      return;
    }
  }
}

/** Uniform in ±√(6 / (fan in + fan out)): Glorot and Bengio (2010), equation 16. */
function fillGlorot(
  values: Float64Array,
  shape: readonly number[],
  key: { readonly seed: number; readonly stream: number },
  position: number,
): void {
  const fan = (shape[0] ?? 1) + (shape[shape.length - 1] ?? 1);
  const limit = Math.sqrt(6 / fan);
  randomSource(key, position).fillUniform(values);
  for (let i = 0; i < values.length; i++) values[i] = limit * (2 * values[i] - 1);
}
