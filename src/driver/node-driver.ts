/** The driver's functions as programs in Node call them. */
import type { Artifact } from "../artifact/artifact.ts";
import type { FittedMembers } from "../artifact/fitted-members.ts";
import type {
  FitOptions,
  GivenData,
  GivenMember,
  InferOptions,
  Posterior,
  Predictions,
  PredictMemberOptions,
  Program,
  TrainedModel,
  TrainOptions,
} from "./api-types.ts";
import { infer as inferOn } from "./infer.ts";
import { fitMembers as fitMembersOn } from "./members/fit-members.ts";
import { predictMember as predictMemberOn } from "./members/predict-member.ts";
import { nodeHost } from "./node-host.ts";
import { inferWithArtifact as inferWithArtifactOn } from "./training/infer-with-artifact.ts";
import { train as trainOn } from "./training/train.ts";

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

/** Rejects with `ProblemError` for what the user can mend, and when the signal aborts. */
export function fitMembers(
  program: Program,
  members: readonly GivenMember[],
  options: FitOptions = {},
): Promise<FittedMembers> {
  return fitMembersOn(program, members, options, nodeHost);
}

/** Rejects with `ProblemError` for data that do not fit the family or the sizes of what was fitted. */
export function predictMember(
  fitted: FittedMembers,
  member: string,
  data: GivenData,
  options: PredictMemberOptions = {},
): Promise<Predictions> {
  return predictMemberOn(fitted, member, data, options, nodeHost);
}
