/**
 * What the driver offers its doors (command line, embedding API): types only. The command line takes a `Driver` as an
 * argument and knows nothing else of the compiler, so that it is tested without one.
 */
import type { Artifact } from "../artifact/artifact.ts";
import type { FittedMembers } from "../artifact/fitted-members.ts";
import type { Problem } from "../base/problem.ts";
import type { Source } from "../base/span.ts";
import type { RawMembers } from "../data/members-file.ts";
import type { RawData } from "../data/raw-data.ts";
import type { LeaveOneOut } from "../inference/diagnostics/leave-one-out.ts";
import type { CoreModel, CoreProgram } from "../lang/core.ts";
import type { Formatted } from "../lang/format/format.ts";
import type { Edition } from "./edit/edition.ts";
import type { Stage } from "./explain/explain-stages.ts";
import type { ModelOutline } from "./explain/outline.ts";
import type { Exported, ExportFormat } from "./export/export-formats.ts";

export type { FittedMember, FittedMembers } from "../artifact/fitted-members.ts";

export interface CompileOptions {
  /** The text that `path`, as in `import … from "./lib.ppl"` in the text called `from`, names; `undefined` where there is none. */
  readonly resolve?: (path: string, from: string) => Source | undefined;
}

export interface Compilation {
  readonly source: Source;
  /** What problems have their places in: `source`, and after edits the texts that it comes from. */
  readonly sources: readonly Source[];
  /** Errors and warnings, in order of place. */
  readonly problems: readonly Problem[];
  /** Absent when there are errors. */
  readonly program?: Program;
}

export interface Program {
  readonly core: CoreProgram;
  readonly source: Source;
  /** For `edit`. */
  readonly edition: Edition;
  /** Throws `ProblemError` when there is no such model, or several and no name. */
  model(name?: string): CoreModel;
}

/** A data file as read, or values by name from an embedding program: numbers, booleans, nested and typed arrays. */
export type GivenData = RawData | Readonly<Record<string, unknown>>;

export interface Progress {
  /** What is going on, one or two words: "warm-up", "sampling", "training". */
  readonly phase: string;
  /** Of the whole run, all chains and phases together. */
  readonly done: number;
  readonly total: number;
  /** What is counted: "draws", "steps". */
  readonly unit: string;
  /** How far each chain is, from 0 to 1. */
  readonly chains?: readonly number[];
  /** One short remark: "ELBO -12.31", "3 divergences". */
  readonly detail?: string;
}

interface CommonOptions {
  /** Needed only when the program has several models. */
  readonly model?: string;
  readonly seed?: number;
  /** Of a family: what describes the member, by name: numbers, arrays, names of options. Data may give it too. */
  readonly member?: Readonly<Record<string, unknown>>;
  /** Sizes given by hand, checked against what the data say. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Names in the data that the model does not know are ignored instead of refused. */
  readonly allowExtra?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Called before the run begins, once for everything that was chosen. */
  readonly onDecision?: (decision: Decision) => void;
}

/** Something chosen on the caller's behalf or at their wish, and why. */
export interface Decision {
  readonly what: "strategy" | "engine" | "chains" | "guide" | "discrete variables" | "missing values";
  /** "nuts", "reference", "4, in up to 2 worker threads". */
  readonly choice: string;
  readonly reason: string;
}

/**
 * Values of some continuous latent variables, on the model's own scale: by name, each whole. One point for all chains, or a list with
 * one for each. What is not given starts where it would without.
 */
export type StartingPoints = GivenData | readonly GivenData[];

export interface InferOptions extends CommonOptions {
  readonly strategy?: "auto" | "nuts" | "svi";
  /** "auto", "reference", "tfjs:cpu", "tfjs:wasm", … */
  readonly engine?: string;
  readonly chains?: number;
  /** Warm-up draws per chain. */
  readonly warmup?: number;
  /** Kept draws per chain. */
  readonly draws?: number;
  /** Worker threads. */
  readonly parallel?: number;
  readonly targetAccept?: number;
  readonly maxDepth?: number;
  /** Of NUTS's mass matrix. */
  readonly metric?: "diagonal" | "dense";
  /** Where chains of NUTS start. */
  readonly init?: StartingPoints;
}

export interface SampleOptions extends CommonOptions {
  readonly draws?: number;
}

export interface ExplainOptions extends CommonOptions {
  readonly stage: Stage;
  /** Of the plate diagram; text when absent. */
  readonly form?: "text" | "svg";
}

export interface ExportOptions extends Pick<CommonOptions, "model" | "sizes" | "allowExtra"> {
  readonly format: ExportFormat;
  /** Of floats in .onnx; f64 of a log density and f32 of a network when absent. */
  readonly precision?: "f32" | "f64";
  /** Items per run of a trained model's network; 1 when absent. */
  readonly batch?: number;
}

export interface TrainOptions extends CommonOptions {
  /** Where to keep the checkpoint while training; none is kept when absent. */
  readonly checkpoint?: string;
  /** Go on from the checkpoint when it exists and matches; that of another run is renamed to end in `.old`. False: it is removed. */
  readonly resume?: boolean;
  /** Told whether it goes on from a checkpoint. */
  readonly onRemark?: (text: string) => void;
  readonly steps?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly engine?: string;
}

/** Draws of one named quantity, `draws` (× chains outermost, in a posterior) before its own shape, row-major. */
export interface DrawnVariable {
  readonly name: string;
  readonly shape: readonly number[];
  /** Size names of the dimensions where they have one: "J"; "" otherwise. */
  readonly dimensions: readonly string[];
  readonly base: "real" | "int" | "bool";
  /** Of an observed variable whose missing values are inferred: their row-major positions. The others are the data, in every draw. */
  readonly elements?: readonly number[];
  readonly values: Float64Array;
}

/** A discrete variable that was summed out, given data and all draws of the other latents. Its draws are among `variables`. */
export interface DiscretePosterior {
  readonly name: string;
  readonly shape: readonly number[];
  /** Number of values: 0, …, count − 1. */
  readonly count: number;
  /** Shape, then the values: the mean over the draws of the exact conditional probabilities. */
  readonly probabilities: Float64Array;
  /** The values that are most probable together, of all such variables, given the draw with the largest log density. */
  readonly best: Float64Array;
  /** Of an observed variable: row-major positions of the missing elements. The others are the data, with probability 1. */
  readonly elements?: readonly number[];
}

export interface SummaryRow {
  /** One element: "mu", "theta[3]". */
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly q5: number;
  readonly q50: number;
  readonly q95: number;
  /** Diagnostics of chains; NaN where they have no meaning. */
  readonly ess: number;
  readonly essTail: number;
  readonly rhat: number;
  readonly mcse: number;
}

export interface Quality {
  readonly verdict: "good" | "caution" | "bad";
  /** One sentence each: what speaks against the answer, or for it. */
  readonly reasons: readonly string[];
  /** The numbers behind the reasons: divergences, worstRhat, smallestEss, elbo, … */
  readonly numbers: Readonly<Record<string, number>>;
}

export interface Posterior {
  readonly model: string;
  /** The one that ran: never "auto". */
  readonly strategy: string;
  readonly engine: string;
  readonly seed: number;
  readonly seconds: number;
  /** The run was stopped by its signal; what is here are the draws until then. */
  readonly interrupted: boolean;
  readonly chains: number;
  /** Kept draws per chain. */
  readonly draws: number;
  /** Values of each: chains × draws × shape. */
  readonly variables: readonly DrawnVariable[];
  /** Per draw (chains × draws): "lp", "diverging", "energy", "tree_depth", "acceptance_rate", "step_size", "n_steps". */
  readonly sampleStats: Readonly<Record<string, Float64Array>>;
  /** Replicated observed variables, like `variables`; empty until `predict` is asked for. */
  readonly predictive: readonly DrawnVariable[];
  /** Observed variables and inputs as given; `values` has just the shape. */
  readonly observedData: readonly DrawnVariable[];
  readonly constantData: readonly DrawnVariable[];
  readonly summary: readonly SummaryRow[];
  /** What was summed out, in order of the program; empty where there was nothing, or too much of it. */
  readonly discrete: readonly DiscretePosterior[];
  readonly quality: Quality;
  /** The same posterior with `predictive` filled: one replicated data set per draw. */
  predict(): Promise<Posterior>;
  /**
   * Predictions for other data of the same model: inputs and sizes, without observations. Latents keep the values of each posterior
   * draw, except those in a plate of another size: these are other items, and drawn from the model. Rejects with `ProblemError`.
   */
  predictAt(data: GivenData, options?: PredictOptions): Promise<Predictions>;
  /**
   * How well each observation is predicted by the others (PSIS-LOO). Rejects with `ProblemError` where observations have no density
   * of their own, and for answers from a trained file.
   */
  leaveOneOut(): Promise<CrossValidation>;
}

export interface PredictOptions
  extends Pick<CommonOptions, "sizes" | "allowExtra" | "signal" | "onProgress"> {
  /** Names of sizes whose plates hold other items than in the data of the posterior, even where they are of the same size. */
  readonly anew?: readonly string[];
}

export interface Predictions {
  /** Observed variables, and bindings that depend on the data, like the posterior's `variables`. */
  readonly variables: readonly DrawnVariable[];
  /** Names of the latents that were drawn from the model, for they belong to other items. */
  readonly anew: readonly string[];
  /** Inputs as given; `values` has just the shape. */
  readonly constantData: readonly DrawnVariable[];
}

export interface CrossValidation extends LeaveOneOut {
  /** The observations in the order of `pointwise` and `kHats`: "y[3]". Those that are missing are left out. */
  readonly names: readonly string[];
  /** Names of those with a k-hat above 0.7: their terms cannot be trusted. */
  readonly untrusted: readonly string[];
  /** Those of them whose density depends on missing values that are inferred, of which each may say more than all others. */
  readonly onInferred: readonly string[];
  /** Log density of each observation given each draw, like the posterior's `variables`; NaN where a value is missing. */
  readonly logLikelihood: readonly DrawnVariable[];
}

export interface TrainedModel extends Artifact {
  readonly seconds: number;
  /** Training was stopped before its last step. */
  readonly interrupted: boolean;
  /** Why the result should not be trusted, one sentence each; empty when nothing speaks against it. */
  readonly remarks: readonly string[];
}

export interface PriorDraws {
  readonly model: string;
  readonly seed: number;
  readonly draws: number;
  /** Values of each: draws × shape. Latents, bindings and observed variables, in order of the program. */
  readonly variables: readonly (DrawnVariable & { readonly observed: boolean })[];
}

/** One member of a family; values are numbers, booleans and nested lists, options names. */
export interface SimulatedMember {
  /** What `vary` declares, given or drawn. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Inputs and observed variables. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Everything else that was drawn. */
  readonly latents: Readonly<Record<string, unknown>>;
}

export interface SimulatedMembers {
  readonly family: string;
  readonly seed: number;
  readonly sizes: Readonly<Record<string, number>>;
  readonly members: readonly SimulatedMember[];
  /** The same draws by name. Values of each: members × shape; options are positions. */
  readonly variables: PriorDraws["variables"];
}

export interface MembersOptions extends CommonOptions {
  /** How many; 100 where absent. */
  readonly members?: number;
}

/** A member of a family with data of its own, and what messages and files call it. */
export interface GivenMember {
  readonly name: string;
  readonly data: GivenData;
}

export interface FitOptions extends CommonOptions {
  /** Steps per member at most. */
  readonly steps?: number;
  readonly engine?: string;
}

/** Data sets that another family draws. */
export interface DrawnMembersOptions extends MembersOptions {
  /** The family that draws them, in the same file. */
  readonly from: string;
}

export interface PredictMemberOptions extends CommonOptions {
  readonly draws?: number;
}

export interface DoctorReport {
  /** "ppl", "node", "chevrotain", … and their versions. */
  readonly versions: Readonly<Record<string, string>>;
  readonly engines: readonly {
    readonly name: string;
    readonly available: boolean;
    readonly detail: string;
    readonly howToEnable?: string;
  }[];
  /** What `--engine auto` takes here, for which work and why. */
  readonly auto: readonly { readonly work: string; readonly engine: string; readonly reason: string }[];
}

/** All of these throw `ProblemError` for what the user can mend, and other errors for our own bugs only. */
export interface Driver {
  readonly version: string;
  compile(source: Source | string, options?: CompileOptions): Promise<Compilation>;
  format(source: Source): Promise<Formatted>;
  outline(program: Program): ModelOutline[];
  infer(program: Program, data: GivenData, options: InferOptions): Promise<Posterior>;
  /** Rejects, before anything long runs, where the posterior's `leaveOneOut` would; without a program, of a trained model. */
  checkLeaveOneOut(program: Program | undefined, data: GivenData, options: InferOptions): Promise<void>;
  /** Rejects, before anything long runs, where the posterior's `predictAt` would; without a program, of a trained model. */
  checkPredictable(
    program: Program | undefined,
    data: GivenData,
    options: InferOptions,
    other: GivenData,
    wishes: PredictOptions,
  ): Promise<void>;
  sample(program: Program, data: GivenData, options: SampleOptions): Promise<PriorDraws>;
  simulateMembers(program: Program, data: GivenData, options: MembersOptions): Promise<SimulatedMembers>;
  train(program: Program, data: GivenData, options: TrainOptions): Promise<TrainedModel>;
  /** Whether members of the family learn for themselves: then `fitMembers` trains it. */
  learnsPerMember(program: Program, model?: string): Promise<boolean>;
  fitMembers(program: Program, members: readonly GivenMember[], options: FitOptions): Promise<FittedMembers>;
  /** Members for the family `options.model`. */
  drawMembers(program: Program, options: DrawnMembersOptions): Promise<readonly GivenMember[]>;
  predictMember(
    fitted: FittedMembers,
    member: string,
    data: GivenData,
    options: PredictMemberOptions,
  ): Promise<Predictions>;
  inferWithArtifact(artifact: Artifact, data: GivenData, options: InferOptions): Promise<Posterior>;
  /** Stage → what it shows. */
  readonly stages: Readonly<Record<Stage, string>>;
  explain(program: Program, data: GivenData, options: ExplainOptions): Promise<string>;
  doctor(): Promise<DoctorReport>;
  exportModel(program: Program, data: GivenData, options: ExportOptions): Promise<Exported>;
  exportArtifact(artifact: Artifact, data: GivenData | undefined, options: ExportOptions): Promise<Exported>;

  /** A model file, or stdin where the path is `-`: `data/read-text-file.ts`. */
  readSource(path: string): Source;
  /** The file that a path in the file called `from` names; `undefined` where it cannot be read. */
  readModule(path: string, from: string): Source | undefined;
  /** Replaces a model's text: `data/write-source.ts`. */
  writeSource(path: string, text: string): void;
  /** Files and folders to the model files that they are or hold: `data/model-files.ts`. */
  modelFiles(paths: readonly string[]): string[];
  /** A data file by its extension: `data/read-data.ts`. */
  readData(path: string): RawData;
  /** A members file, a folder with a file per member, or the data of one member: `data/given-members.ts`. */
  readGivenMembers(path: string): readonly GivenMember[];
  readArtifact(path: string): Artifact;
  /** What `ppl train` wrote, of either kind. */
  readTrained(path: string): Artifact | FittedMembers;
  writeFittedMembers(path: string, fitted: FittedMembers): void;
  writeArtifact(path: string, artifact: Artifact): void;
  /** By extension: InferenceData JSON or long CSV; `data/write-draws.ts`. */
  writeDraws(
    path: string,
    draws:
      | (Posterior & Partial<Pick<CrossValidation, "logLikelihood">> & { readonly predictions?: Predictions })
      | PriorDraws,
  ): void;
  writeExport(path: string, exported: Exported): void;
  /** A diagram. */
  writeText(path: string, text: string): void;
  /** As `checkWritable`, of a path that may be a folder where no extensions are asked for. */
  checkExport(path: string, extensions: readonly string[], inputs: readonly string[]): void;
  /** A members file: `data/members-file.ts`. */
  writeMembers(path: string, members: SimulatedMembers): void;
  readMembers(path: string): RawMembers;
  /** Refuses, before anything long runs, an output path that could not be written, or is one of the inputs. */
  checkWritable(path: string, extensions: readonly string[], inputs?: readonly string[]): void;
}
