/** Names of an array's elements, as users write them. */
import { bug } from "../../base/bug.ts";
import type { CoordinateBlock } from "../../compiler/lower/density-latents.ts";
import { indexLabel, indexLabels } from "../../inference/summary.ts";

/** "theta[0]", "theta[1]", … row-major; the bare name for a number. */
export function elementNames(name: string, shape: readonly number[]): string[] {
  return indexLabels(shape).map((label) => name + label);
}

/** Of one of all coordinates. */
export function coordinateName(blocks: readonly CoordinateBlock[], index: number): string {
  const block = blocks.find(({ offset, length }) => index < offset + length);
  if (block === undefined) bug(`there is no coordinate ${index}`);
  const { elements, offset, shape, variable } = block;
  if (elements === undefined) return variable + indexLabel(shape, index - offset);
  return variable + indexLabel(elements.shape, elements.at[index - offset]);
}
