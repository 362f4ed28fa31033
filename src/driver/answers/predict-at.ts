/** Predictions for other data: which latents keep the values of the posterior, and which are those of other items. */
import { nearMisses } from "../../base/near-miss.ts";
import { type Problem, ProblemError } from "../../base/problem.ts";
import type { BoundData } from "../../data/bind-data.ts";
import { isRawData, rawDataFromValues } from "../../data/parse-json-data.ts";
import type { RawData } from "../../data/raw-data.ts";
import type { CoreModel, CoreVariable } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import type { CoreStatement } from "../../lang/core-statement.ts";
import { letStatements } from "../../lang/discrete-dependents.ts";
import { distributionExpressions } from "../../lang/program-expressions.ts";
import { type Size, sizeNames } from "../../lang/size.ts";
import { supportBounds } from "../../lang/support-bounds.ts";
import type {
  DrawnVariable,
  GivenData,
  InferOptions,
  Predictions,
  PredictOptions,
  Program,
} from "../api-types.ts";
import { bindOrThrow } from "../infer-options.ts";
import { chooseMember } from "../members/choose-member.ts";
import { constantData } from "./posterior.ts";
import { simulateAt } from "./predict.ts";

export interface Fitted {
  readonly program: Program;
  /** As the posterior was asked of it: of a family, the member. */
  readonly model: CoreModel;
  readonly data: RawData;
  readonly bound: BoundData;
  readonly posterior: readonly DrawnVariable[];
  /** Of all chains. */
  readonly draws: number;
  readonly seed: number;
}

/** Rejects with `ProblemError` for data that do not fit the model, and for sizes that no prediction can have. */
export async function predictAt(
  fitted: Fitted,
  data: GivenData,
  options: PredictOptions,
): Promise<Predictions> {
  const { program, model, bound, posterior, draws, seed } = fitted;
  const other = bindOrThrow(model, withDescription(fitted, data), options, false);
  const anew = latentsAnew(model, bound.sizes, other.sizes, options.anew);
  const { signal, onProgress } = options;
  const input = { posterior, draws, seed, anew, signal, onProgress };
  const variables = await simulateAt(program, model, other, input);
  return { variables, anew: [...anew], constantData: constantData(model, other) };
}

/** Throws `ProblemError`, before the posterior is there, where `predictAt` would for these data. */
export function checkPredictable(
  program: Program | undefined,
  data: GivenData,
  options: InferOptions,
  other: GivenData,
  wishes: PredictOptions,
): void {
  if (program === undefined) throw new ProblemError([predictingWithArtifact]);
  const chosen = chooseMember(program.model(options.model), data, options.member);
  const bound = bindOrThrow(chosen.model, chosen.data, options);
  const others = bindOrThrow(chosen.model, withDescription({ program, ...chosen }, other), wishes, false);
  latentsAnew(chosen.model, bound.sizes, others.sizes, wishes.anew);
}

/** The description of the member is that of the posterior. */
function withDescription(
  { program, model, data }: Pick<Fitted, "program" | "model" | "data">,
  given: GivenData,
): RawData {
  const raw = isRawData(given) ? given : rawDataFromValues(given);
  const described = program.model(model.name).varies.flatMap(({ name }) => {
    const value = data.values.get(name);
    return value === undefined || raw.values.has(name) ? [] : [[name, value] as const];
  });
  return { ...raw, values: new Map([...raw.values, ...described]) };
}

/** Every item has latents of its own, so other data are other items. */
export const predictingWithArtifact: Problem = {
  code: "cannot-predict",
  severity: "error",
  message:
    "a trained model has nothing to predict other data with: what its items share is in the file already",
  labels: [],
  help: "give the other data as --data, or `ppl sample` the model",
};

type Sizes = Readonly<Record<string, number>>;

/**
 * Latents whose values in the posterior say nothing about the other data: those in a plate of another size (or one that `sizes` names),
 * which holds other items, and those that depend on them. Throws `ProblemError` where a size differs that is not that of a plate.
 */
export function latentsAnew(
  model: CoreModel,
  before: Sizes,
  now: Sizes,
  sizes: readonly string[] = [],
): ReadonlySet<string> {
  refuseUnknownSizes(model, Object.keys(before), sizes);
  const asked = new Set(sizes);
  const other = (name: string): boolean => asked.has(name) || before[name] !== now[name];
  const differs = (size: Size): boolean => sizeNames(size).some(other);
  const latents = model.variables.filter(({ observed }) => !observed);
  const problems = latents.flatMap((variable) => {
    const { type, axes } = variable;
    const length = type.dimensions.slice(axes).find(differs);
    if (length !== undefined) return [otherLength(variable, length, before, now)];
    const ordered = orderedSizes(model.body).filter(
      (size) => differs(size) && sizeNames(size).some((name) => !asked.has(name)),
    );
    const series = type.dimensions
      .slice(0, axes)
      .find((size) => ordered.some((each) => sameNames(each, size)));
    return series === undefined ? [] : [otherSeries(model, variable, series)];
  });
  if (problems.length > 0) throw new ProblemError(problems);

  const anew = new Set(latents.filter(({ type }) => type.dimensions.some(differs)).map(({ name }) => name));
  const lets = letStatements(model.body);
  const reads = (expressions: readonly CoreExpression[]): boolean =>
    expressions.some((each) => findExpression(each, readsAnew) !== undefined);
  const bindings = new Set<string>();
  const readsAnew = (each: CoreExpression): boolean =>
    each.kind === "variable" && (anew.has(each.name) || bindings.has(each.name));
  for (let grown = true; grown; ) {
    const count = anew.size + bindings.size;
    for (const { name, value } of lets) if (reads([value])) bindings.add(name);
    for (const { variable, distribution, support } of model.sites)
      if (latents.some(({ name }) => name === variable))
        if (reads([...distributionExpressions(distribution), ...supportBounds(support)])) anew.add(variable);
    grown = anew.size + bindings.size > count;
  }
  return anew;
}

function sameNames(a: Size, b: Size): boolean {
  const names = sizeNames(b);
  return sizeNames(a).some((name) => names.includes(name));
}

/** Where ordered axes end. */
function orderedSizes(statements: readonly CoreStatement[]): Size[] {
  const within = (statement: CoreStatement): Size[] => {
    switch (statement.kind) {
      case "axis":
        return [...(statement.ordered ? [statement.to] : []), ...orderedSizes(statement.body)];
      case "if":
        return [...orderedSizes(statement.then), ...orderedSizes(statement.else)];
      case "draw":
      case "let":
      case "factor":
      case "learn":
      case "learnNet":
        return [];
    }
  };
  return statements.flatMap(within);
}

function refuseUnknownSizes(model: CoreModel, known: readonly string[], sizes: readonly string[]): void {
  const unknown = sizes.find((size) => !known.includes(size));
  if (unknown === undefined) return;
  const [near] = nearMisses(unknown, known);
  throw new ProblemError([
    {
      code: "no-such-size",
      severity: "error",
      message: `\`${model.name}\` has no size \`${unknown}\``,
      labels: [],
      place: `--anew ${unknown}`,
      ...(known.length > 0 && { expected: `one of ${known.map((name) => `\`${name}\``).join(", ")}` }),
      ...(near !== undefined && { help: `did you mean \`${near}\`?` }),
    },
  ]);
}

function otherLength(variable: CoreVariable, size: Size, before: Sizes, now: Sizes): Problem {
  const name = sizeNames(size).find((each) => before[each] !== now[each]) ?? sizeNames(size)[0];
  return {
    code: "cannot-predict",
    severity: "error",
    message: `\`${variable.name}\` has another length in the data to predict for`,
    labels: [{ span: variable.span, text: "the posterior has values of its old length only" }],
    expected: `${name} = ${before[name]}, as in the data of the posterior`,
    found: `${name} = ${now[name]}`,
    help: "only plates can hold other items; give data with the same lengths of everything else",
  };
}

function otherSeries(model: CoreModel, variable: CoreVariable, size: Size): Problem {
  const observed = model.variables.find(
    (each) => each.observed && each.type.dimensions.some((dimension) => sameNames(dimension, size)),
  );
  return {
    code: "cannot-predict",
    severity: "error",
    message: `\`${variable.name}\` is a series of another length in the data to predict for`,
    labels: [{ span: variable.span, text: "runs along a `for` axis, so it is not made of separate items" }],
    help:
      observed === undefined
        ? `--anew ${sizeNames(size)[0]} if it is another series`
        : `to forecast, append missing values to \`${observed.name}\` (\`Real?\`) in the data themselves; --anew ${sizeNames(size)[0]} if it is another series`,
  };
}
