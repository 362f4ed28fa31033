/** Weights of several graph inputs in one flat vector, as optimizers take them. */
import { elementCount } from "../../compiler/graph.ts";

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
