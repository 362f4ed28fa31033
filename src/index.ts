/** ppl as a library: compile a program, infer, simulate, train; everything else is behind these. */
export type { Artifact } from "./artifact/artifact.ts";
export type { FittedMember, FittedMembers, FittedValue } from "./artifact/fitted-members.ts";
export { type Problem, ProblemError } from "./base/problem.ts";
export { renderProblem } from "./base/render-problem.ts";
export type { Source, Span } from "./base/span.ts";
export { sample } from "./driver/answers/predict.ts";
export type {
  Compilation,
  CrossValidation,
  Decision,
  DrawnMembersOptions,
  DrawnVariable,
  FitOptions,
  GivenData,
  GivenMember,
  InferOptions,
  MembersOptions,
  Posterior,
  Predictions,
  PredictMemberOptions,
  PredictOptions,
  PriorDraws,
  Program,
  Progress,
  Quality,
  SampleOptions,
  SimulatedMember,
  SimulatedMembers,
  StartingPoints,
  SummaryRow,
  TrainedModel,
  TrainOptions,
} from "./driver/api-types.ts";
export { check } from "./driver/check.ts";
export { compile } from "./driver/compile.ts";
export { edit, type ProgramDraft } from "./driver/edit/edit.ts";
export { addStatement, conditionOn, fixValue, removeVariable, setPrior } from "./driver/edit/edits.ts";
export { drawMembers } from "./driver/members/draw-members.ts";
export { simulateMembers } from "./driver/members/simulate-members.ts";
export { fitMembers, infer, inferWithArtifact, predictMember, train } from "./driver/node-driver.ts";
export { version } from "./driver/version.ts";
export type { CheckedText } from "./lang/check/check-text.ts";
export { type Formatted, format } from "./lang/format/format.ts";
