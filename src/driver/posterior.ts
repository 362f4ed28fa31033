/** The driver's posterior object: what a strategy drew, with the data it was asked about, summarised and judged. */
import type { BoundData } from "../data/bind-data.ts";
import { createPosterior } from "../inference/posterior.ts";
import type { PosteriorData } from "../inference/posterior-data.ts";
import type { Quality as Judgement } from "../inference/quality.ts";
import type { CoreModel } from "../lang/core.ts";
import { constantValue, formatSize } from "../lang/size.ts";
import type { NumberType } from "../lang/type.ts";
import type { DrawnVariable, Posterior, Quality } from "./api-types.ts";
import type { DiscreteDraws } from "./discrete-posterior.ts";

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
    constantData: model.inputs.flatMap((input) => givenVariable(input.name, input.type, bound)),
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
  };
  return posterior;
}

function quality({ verdict, reasons, ...numbers }: Judgement): Quality {
  const known = Object.entries(numbers).filter((entry): entry is [string, number] => entry[1] !== null);
  return { verdict, reasons, numbers: Object.fromEntries(known) };
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
