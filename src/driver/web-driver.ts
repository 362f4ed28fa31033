/** The driver's functions as pages call them. */
import type { Artifact } from "../artifact/artifact.ts";
import type { GivenData, InferOptions, Posterior, Program, TrainedModel, TrainOptions } from "./api-types.ts";
import { infer as inferOn } from "./infer.ts";
import { inferWithArtifact as inferWithArtifactOn } from "./training/infer-with-artifact.ts";
import { train as trainOn } from "./training/train.ts";
import { type WebOptions, webHost } from "./web-host.ts";

export type WebInferOptions = InferOptions & WebOptions;

/** A page has no files for checkpoints. */
export type WebTrainOptions = Omit<TrainOptions, "checkpoint" | "resume"> & Pick<WebOptions, "engines">;

/** Rejects with `ProblemError` for what the user can mend; with partial draws at hand an abort resolves instead. */
export function infer(program: Program, data: GivenData, options: WebInferOptions = {}): Promise<Posterior> {
  return inferOn(program, data, options, webHost(options));
}

/** Rejects with `ProblemError` for data that do not fit the model or the sizes it was trained with. */
export function inferWithArtifact(
  artifact: Artifact,
  data: GivenData,
  options: WebInferOptions = {},
): Promise<Posterior> {
  return inferWithArtifactOn(artifact, data, options, webHost(options));
}

/** Rejects with `ProblemError` for what the user can mend; an abort resolves with what is trained so far. */
export function train(
  program: Program,
  data: GivenData,
  options: WebTrainOptions = {},
): Promise<TrainedModel> {
  return trainOn(program, data, options, webHost(options));
}
