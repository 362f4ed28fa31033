/** What `infer`, `sample` and `train` have in common: defaults, and data bound to a model or refused. */
import { hasErrors, ProblemError } from "../base/problem.ts";
import { type BindOptions, type BoundData, bindData } from "../data/bind-data.ts";
import type { CoreModel } from "../lang/core.ts";
import type { GivenData, InferOptions } from "./api-types.ts";

export const defaultSeed = 1;

/** Throws `ProblemError` with all that is wrong with the data. */
export function bindOrThrow(
  model: CoreModel,
  data: GivenData,
  options: Pick<InferOptions, "sizes" | "allowExtra"> & Pick<BindOptions, "trainedSizes">,
  requireObserved = true,
): BoundData {
  const { bound, problems } = bindData(model, data, {
    sizes: options.sizes,
    trainedSizes: options.trainedSizes,
    allowExtra: options.allowExtra,
    requireObserved,
  });
  if (bound === undefined || hasErrors(problems)) throw new ProblemError(problems);
  return bound;
}
