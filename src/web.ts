/** ppl in pages, published as `ppl/web`: what `ppl` is in Node, without files, on Web Workers. Nothing here imports from Node. */
export { type Artifact, decodeArtifact, encodeArtifact } from "./artifact/artifact.ts";
export { type Problem, ProblemError } from "./base/problem.ts";
export { renderProblem } from "./base/render-problem.ts";
export type { Source, Span } from "./base/span.ts";
export { sample } from "./driver/answers/predict.ts";
export type {
  Compilation,
  Decision,
  DrawnVariable,
  GivenData,
  Posterior,
  PriorDraws,
  Program,
  Progress,
  Quality,
  SampleOptions,
  SummaryRow,
  TrainedModel,
} from "./driver/api-types.ts";
export { check } from "./driver/check.ts";
export { compile } from "./driver/compile.ts";
export { edit, type ProgramDraft } from "./driver/edit/edit.ts";
export { addStatement, conditionOn, fixValue, removeVariable, setPrior } from "./driver/edit/edits.ts";
export { version } from "./driver/version.ts";
export {
  infer,
  inferWithArtifact,
  train,
  type WebInferOptions,
  type WebTrainOptions,
} from "./driver/web-driver.ts";
export type { PageWorker, WebOptions } from "./driver/web-host.ts";
export type { CheckedText } from "./lang/check/check-text.ts";
export { type Formatted, format } from "./lang/format/format.ts";
