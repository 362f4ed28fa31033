/** The driver's functions as programs in Node call them. */
import type { Artifact } from "../artifact/artifact.ts";
import type { GivenData, InferOptions, Posterior, Program, TrainedModel, TrainOptions } from "./api-types.ts";
import { infer as inferOn } from "./infer.ts";
import { inferWithArtifact as inferWithArtifactOn } from "./infer-with-artifact.ts";
import { nodeHost } from "./node-host.ts";
import { train as trainOn } from "./train.ts";

/** Rejects with `ProblemError` for what the user can mend; with partial draws at hand an abort resolves instead. */
export function infer(program: Program, data: GivenData, options: InferOptions = {}): Promise<Posterior> {
  return inferOn(program, data, options, nodeHost);
}

/** Rejects with `ProblemError` for data that do not fit the model or the sizes it was trained with. */
export function inferWithArtifact(
  artifact: Artifact,
  data: GivenData,
  options: InferOptions = {},
): Promise<Posterior> {
  return inferWithArtifactOn(artifact, data, options, nodeHost);
}

/** Rejects with `ProblemError` for what the user can mend; an abort resolves with what is trained so far. */
export function train(program: Program, data: GivenData, options: TrainOptions = {}): Promise<TrainedModel> {
  return trainOn(program, data, options, nodeHost);
}
