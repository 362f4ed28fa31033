/** Names of an array's elements, as users write them. */
import { indexLabels } from "../../inference/summary.ts";

/** "theta[0]", "theta[1]", … row-major; the bare name for a number. */
export function elementNames(name: string, shape: readonly number[]): string[] {
  return indexLabels(shape).map((label) => name + label);
}
