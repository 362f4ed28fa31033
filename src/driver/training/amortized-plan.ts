/** From a model and its items to what amortized training and answering need: compiled graphs over a flat parameter vector. */
import {
  type AmortizedLowering,
  type AmortizeOptions,
  lowerAmortized,
} from "../../compiler/lower/amortize.ts";
import { findItemPlate, type ItemPlate } from "../../compiler/lower/item-plate.ts";
import type { BoundData } from "../../data/bind-data.ts";
import type { CoreModel, CoreProgram } from "../../lang/core.ts";
import { checkTrainingMemory } from "../density/check-memory.ts";
import { loweringInput } from "../density/density-plan.ts";
import { layWeights, type WeightBlock, weightInputs } from "./weight-blocks.ts";

export interface AmortizedPlan {
  readonly plate: ItemPlate;
  readonly lowered: AmortizedLowering;
  readonly options: AmortizeOptions;
  readonly blocks: readonly WeightBlock[];
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
  const input = { ...loweringInput(program, model, bound), sizes, counts: bound.sizes };
  const lowered = lowerAmortized(input, plate, options);
  const { blocks, parameterCount } = layWeights([...lowered.learned, ...lowered.encoder]);
  checkTrainingMemory(lowered.graph, parameterCount, bound);
  const entries = Object.entries(bound.values);
  const isItem = (name: string): boolean => plate.data.includes(name);
  return {
    plate,
    lowered,
    options,
    blocks,
    parameterCount,
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
  return weightInputs(plan.blocks, parameters);
}
