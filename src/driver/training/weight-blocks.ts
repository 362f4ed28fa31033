/** Weights of several graph inputs in one flat vector, as optimizers take them. */
import { bug } from "../../base/bug.ts";
import { elementCount } from "../../compiler/graph.ts";
import type { PackedWeight } from "../../compiler/pack-weights.ts";
import type { Outputs } from "../../engines/engine.ts";

export interface WeightBlock {
  /** Name of the graph input. */
  readonly input: string;
  readonly offset: number;
  readonly length: number;
}

export interface Weights {
  readonly blocks: readonly WeightBlock[];
  readonly parameterCount: number;
}

export function layWeights(
  inputs: readonly { readonly input: string; readonly shape: readonly number[] }[],
): Weights {
  let offset = 0;
  const blocks = inputs.map(({ input, shape }) => {
    const length = elementCount(shape);
    offset += length;
    return { input, offset: offset - length, length };
  });
  return { blocks, parameterCount: offset };
}

/** The weights as graph inputs: views of the flat vector. */
export function weightInputs(
  blocks: readonly WeightBlock[],
  parameters: Float64Array,
): Record<string, Float64Array> {
  return Object.fromEntries(
    blocks.map(({ input, offset, length }) => [input, parameters.subarray(offset, offset + length)]),
  );
}

/** Flat vectors to and from the inputs and outputs of a graph whose weights are packed. */
export interface WeightLayout {
  /** By names that start with the prefix. Weights by themselves are views. */
  inputs(prefix: string, vector: Float64Array): Record<string, Float64Array>;
  collect(outputs: Outputs, prefix: string): Float64Array;
}

export function weightLayout(blocks: readonly WeightBlock[], weights: readonly PackedWeight[]): WeightLayout {
  const byName = new Map(blocks.map((block) => [block.input, block]));
  const total = blocks.reduce((sum, { length }) => sum + length, 0);
  const packed = weights.map(({ input, parts }) => {
    let at = 0;
    const places = parts.map((part) => {
      const { offset, length } = byName.get(part) ?? bug(`no weight ${part}`);
      at += length;
      return { offset, length, at: at - length };
    });
    return { input, places, length: at };
  });
  return {
    inputs: (prefix, vector) =>
      Object.fromEntries(
        packed.map(({ input, places, length }) => {
          const [{ offset }] = places;
          if (places.length === 1) return [prefix + input, vector.subarray(offset, offset + length)];
          const joined = new Float64Array(length);
          for (const { offset, length, at } of places)
            joined.set(vector.subarray(offset, offset + length), at);
          return [prefix + input, joined];
        }),
      ),
    collect(outputs, prefix) {
      const vector = new Float64Array(total);
      for (const { input, places } of packed)
        for (const { offset, length, at } of places)
          vector.set(outputs[prefix + input].subarray(at, at + length), offset);
      return vector;
    },
  };
}
