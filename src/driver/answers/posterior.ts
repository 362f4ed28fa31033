/** The driver's posterior object: what a strategy drew, with the data it was asked about, summarised and judged. */
import type { BoundData } from "../../data/bind-data.ts";
import { leaveOneOut, worstKHat } from "../../inference/diagnostics/leave-one-out.ts";
import { createPosterior } from "../../inference/posterior.ts";
import type { PosteriorData } from "../../inference/posterior-data.ts";
import type { Quality as Judgement } from "../../inference/quality.ts";
import type { CoreModel } from "../../lang/core.ts";
import { constantValue, formatSize } from "../../lang/size.ts";
import type { NumberType } from "../../lang/type.ts";
import type {
  CrossValidation,
  DrawnVariable,
  GivenData,
  Posterior,
  Predictions,
  PredictOptions,
  Quality,
} from "../api-types.ts";
import type { DiscreteDraws } from "./discrete-posterior.ts";
import { elementNames } from "./element-names.ts";
import type { PointwiseDensities } from "./log-likelihood.ts";

export interface PosteriorContext {
  readonly model: CoreModel;
  readonly bound: BoundData;
  readonly engine: string;
  readonly seed: number;
  readonly seconds: number;
  readonly interrupted: boolean;
  /** What was summed out, drawn for each of the draws. */
  readonly discrete?: DiscreteDraws;
  predict(variables: readonly DrawnVariable[], draws: number): Promise<readonly DrawnVariable[]>;
  predictAt(
    variables: readonly DrawnVariable[],
    draws: number,
    data: GivenData,
    options: PredictOptions,
  ): Promise<Predictions>;
  /** Log densities of the observations, for each draw. Absent where there is no model at hand. */
  logLikelihood(): Promise<PointwiseDensities>;
}

/** Names of per-draw statistics, ours → those of InferenceData. */
const statisticNames: Readonly<Record<string, string>> = {
  logDensity: "lp",
  divergent: "diverging",
  treeDepth: "tree_depth",
  acceptStat: "acceptance_rate",
  stepSize: "step_size",
  leapfrogs: "n_steps",
};

export function describePosterior(data: PosteriorData, context: PosteriorContext): Posterior {
  const { model, bound } = context;
  const judged = createPosterior(data);
  const variables = [...data.variables, ...(context.discrete?.draws ?? [])];
  const posterior: Posterior = {
    model: model.name,
    strategy: data.strategy,
    engine: context.engine,
    seed: context.seed,
    seconds: context.seconds,
    interrupted: context.interrupted,
    chains: data.chains,
    draws: data.draws,
    variables,
    sampleStats: Object.fromEntries(
      Object.entries(data.statistics).map(([name, values]) => [statisticNames[name] ?? name, values]),
    ),
    predictive: [],
    observedData: model.variables
      .filter((variable) => variable.observed)
      .flatMap((variable) => givenVariable(variable.name, variable.type, bound)),
    constantData: constantData(model, bound),
    summary: Object.entries(judged.summary()).map(([name, row]) => ({
      name,
      mean: row.mean,
      sd: row.sd,
      q5: row.q5,
      q50: row.q50,
      q95: row.q95,
      ess: row.essBulk,
      essTail: row.essTail,
      rhat: row.rhat,
      mcse: row.mcse,
    })),
    discrete: context.discrete?.posteriors ?? [],
    quality: quality(judged.quality()),
    async predict() {
      const predictive = await context.predict(variables, data.chains * data.draws);
      return { ...posterior, predictive };
    },
    predictAt: (data, options = {}) =>
      context.predictAt(variables, posterior.chains * posterior.draws, data, options),
    async leaveOneOut() {
      const densities = await context.logLikelihood();
      return {
        logLikelihood: densities.variables,
        ...crossValidate(densities, data, posterior.summary),
      };
    },
  };
  return posterior;
}

/** All observations together; chains count by the mean effective share of their draws, as in ArviZ. */
function crossValidate(
  { variables, onInferred }: PointwiseDensities,
  { chains, draws }: PosteriorData,
  summary: Posterior["summary"],
): Omit<CrossValidation, "logLikelihood"> {
  const total = chains * draws;
  const points = variables.flatMap(({ name, shape, values }, variable) =>
    rowNames(name, shape).flatMap((label, at, { length }) =>
      Number.isNaN(values[at]) ? [] : [{ label, values, at, length, inferred: onInferred[variable][at] }],
    ),
  );
  const matrix = new Float64Array(total * points.length);
  points.forEach(({ values, at, length }, point) => {
    for (let draw = 0; draw < total; draw++)
      matrix[draw * points.length + point] = values[draw * length + at];
  });
  const sizes = summary.map(({ ess }) => ess).filter(Number.isFinite);
  const mean = sizes.length === 0 ? total : sizes.reduce((sum, ess) => sum + ess, 0) / sizes.length;
  const found = leaveOneOut(matrix, points.length, Math.min(1, mean / total));
  const names = points.map(({ label }) => label);
  const untrusted = points.filter((_, at) => !(found.kHats[at] <= worstKHat));
  return {
    ...found,
    names,
    untrusted: untrusted.map(({ label }) => label),
    onInferred: untrusted.filter(({ inferred }) => inferred).map(({ label }) => label),
  };
}

/** Of "u, v", which are observed together: "u[0], v[0]". */
function rowNames(name: string, shape: readonly number[]): string[] {
  const [first, ...others] = name.split(", ").map((each) => elementNames(each, shape));
  return first.map((label, at) => [label, ...others.map((names) => names[at])].join(", "));
}

function quality({ verdict, reasons, ...numbers }: Judgement): Quality {
  const known = Object.entries(numbers).filter((entry): entry is [string, number] => entry[1] !== null);
  return { verdict, reasons, numbers: Object.fromEntries(known) };
}

/** The inputs of a model as bound. */
export function constantData(model: CoreModel, bound: BoundData): DrawnVariable[] {
  return model.inputs.flatMap((input) => givenVariable(input.name, input.type, bound));
}

function givenVariable(name: string, type: NumberType, bound: BoundData): DrawnVariable[] {
  const given = bound.values[name];
  if (given === undefined) return [];
  const dimensions = type.dimensions.map((size) =>
    constantValue(size) === undefined ? formatSize(size) : "",
  );
  const values = given.values.map((value, at) => (given.present?.[at] === 0 ? Number.NaN : value));
  return [{ name, shape: given.shape, dimensions, base: type.base, values }];
}
