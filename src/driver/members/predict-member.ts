/** Observations of a fitted member at other inputs, drawn from its family with what the member learned. */
import type { FittedMember, FittedMembers } from "../../artifact/fitted-members.ts";
import { ProblemError } from "../../base/problem.ts";
import { isRawData, rawDataFromValues } from "../../data/parse-json-data.ts";
import type { CoreModel } from "../../lang/core.ts";
import { sizeNames } from "../../lang/size.ts";
import { constantData } from "../answers/posterior.ts";
import { simulateAt } from "../answers/predict.ts";
import { latentsAnew } from "../answers/predict-at.ts";
import type { DrawnVariable, GivenData, Predictions, PredictMemberOptions } from "../api-types.ts";
import { compile } from "../compile.ts";
import type { Host } from "../host.ts";
import { bindOrThrow, defaultSeed } from "../infer-options.ts";
import { chooseMember } from "./choose-member.ts";
import { findMember } from "./find-member.ts";

const defaultDraws = 1000;

/** Latents of the member keep their fitted values. Rejects with `ProblemError`. */
export async function predictMember(
  fitted: FittedMembers,
  name: string,
  data: GivenData,
  options: PredictMemberOptions,
  host: Host,
): Promise<Predictions> {
  const { program, problems } = await compile(fitted.source);
  if (program === undefined) throw new ProblemError(problems);
  const member = findMember(fitted, name);
  const raw = isRawData(data) ? data : rawDataFromValues(data);
  const { model, data: described } = chooseMember(program.model(fitted.family), raw, member.description);
  const bound = bindOrThrow(
    model,
    described,
    { ...options, trainedSizes: fittedSizes(model, member.sizes) },
    false,
  );
  const draws = options.draws ?? defaultDraws;
  const posterior = member.values
    .filter(({ kind }) => kind !== "learned")
    .map((each): DrawnVariable => repeated(each, draws));
  const variables = await simulateAt(program, model, bound, {
    posterior,
    draws,
    seed: options.seed ?? defaultSeed,
    anew: latentsAnew(model, member.sizes, bound.sizes),
    trained: { parameters: member.parameters, engine: await host.loadEngine("wasm") },
    signal: options.signal,
    onProgress: options.onProgress,
  });
  return { variables, anew: [], constantData: constantData(model, bound) };
}

/** Sizes that what was fitted has: other data have to agree in them. */
function fittedSizes(model: CoreModel, sizes: Readonly<Record<string, number>>): Record<string, number> {
  const fitted = [
    ...model.body.flatMap((each) => {
      if (each.kind === "learn") return each.type.dimensions;
      return each.kind === "learnNet" ? Object.values(each.sizes) : [];
    }),
    ...model.variables
      .filter(({ observed }) => !observed)
      .flatMap(({ type, axes }) => type.dimensions.slice(axes)),
  ];
  const names = new Set(fitted.flatMap(sizeNames));
  return Object.fromEntries(Object.entries(sizes).filter(([name]) => names.has(name)));
}

/** The one value as so many draws. */
function repeated({ name, shape, values }: FittedMember["values"][number], draws: number): DrawnVariable {
  const all = new Float64Array(draws * values.length);
  for (let draw = 0; draw < draws; draw++) all.set(values, draw * values.length);
  return { name, shape, dimensions: shape.map(() => ""), base: "real", values: all };
}
