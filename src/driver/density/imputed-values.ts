/** Missing values that other lines compute with are inferred, as latents are: which these are, and what cannot be. */

import { type Problem, ProblemError } from "../../base/problem.ts";
import type { Span } from "../../base/span.ts";
import { evaluateKnown } from "../../compiler/lower/evaluate-known.ts";
import type { BoundData } from "../../data/bind-data.ts";
import { elementName, indicesAt, placeOf } from "../../data/raw-data.ts";
import { holdsCensored } from "../../lang/censored.ts";
import type { CoreModel, CoreProgram, CoreSite } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import type { CoreStatement } from "../../lang/core-statement.ts";
import { eventRankOf } from "../../lang/event-rank.ts";
import { distributionExpressions } from "../../lang/program-expressions.ts";
import { evaluateSize, type Size } from "../../lang/size.ts";
import { supportBounds } from "../../lang/support-bounds.ts";
import { incompleteNames } from "./missing-values.ts";
import { isDiscrete, markSummed, whyNotFinite, whyNotSummed } from "./summed-values.ts";

/** How missing values are inferred. Row-major positions of the missing elements, by variable. */
export interface InferredValues {
  /** The model in which variables with elements that are summed out are marked so. */
  readonly model: CoreModel;
  /** Real numbers, which are latents. */
  readonly imputed: Readonly<Record<string, readonly number[]>>;
  /** Whole numbers and booleans, which are summed out. */
  readonly summed: Readonly<Record<string, readonly number[]>>;
}

/** Throws `ProblemError` where a missing value is needed that cannot be inferred. */
export function inferredValues(
  { functions }: Pick<CoreProgram, "functions">,
  model: CoreModel,
  bound: BoundData,
): InferredValues {
  const imputed: Record<string, readonly number[]> = {};
  const summed: Record<string, readonly number[]> = {};
  const problems: Problem[] = [];
  const sites = new Map(model.sites.map((site) => [site.id, site]));
  for (const name of incompleteNames(bound)) {
    const use = useOf(name, model, sites);
    if (use === undefined) continue;
    const { present = new Float64Array(0) } = bound.values[name];
    const missing = [...present.keys()].filter((at) => present[at] === 0);
    const refusal = whyNotInferred(name, missing, model, bound);
    if (refusal !== undefined) problems.push(refuseNeeded(name, refusal, use.span, bound));
    else if (isDiscrete(name, model)) summed[name] = missing;
    else imputed[name] = missing;
  }
  const marked = markSummed(model, Object.keys(summed));
  for (const { name, span, ...reason } of whyNotSummed(marked, functions, Object.keys(summed)))
    problems.push(refuseNeeded(name, { at: summed[name][0], ...reason }, span, bound));
  if (problems.length > 0) throw new ProblemError(problems);
  return { model: marked, imputed, summed };
}

function refuseNeeded(name: string, { at, reason, help }: Refusal, span: Span, bound: BoundData): Problem {
  const { shape, origin } = bound.values[name];
  const indices = indicesAt(shape, at);
  return {
    code: "missing-value-needed",
    severity: "error",
    message: `\`${elementName(name, indices)}\` is missing, and other parts of the model are computed from \`${name}\`: ${reason}`,
    labels: [{ span, text: `\`${name}\` is needed here` }],
    place: placeOf(name, origin, indices),
    help,
  };
}

/** For what cannot infer missing values. Throws `ProblemError`. */
export function refuseImputed(program: CoreProgram, model: CoreModel, bound: BoundData, what: string): void {
  const [first] = Object.entries(inferredValues(program, model, bound).imputed);
  if (first === undefined) return;
  const [name, [at]] = first;
  const { shape, origin } = bound.values[name];
  const indices = indicesAt(shape, at);
  throw new ProblemError([
    {
      code: "missing-not-supported",
      severity: "error",
      message: `\`${elementName(name, indices)}\` is missing, other parts of the model are computed from \`${name}\`, and ${what} cannot infer it`,
      labels: [],
      place: placeOf(name, origin, indices),
      help: "leave out the rows with missing values",
    },
  ]);
}

interface Refusal {
  readonly at: number;
  readonly reason: string;
  readonly help: string;
}

function whyNotInferred(
  name: string,
  missing: readonly number[],
  model: CoreModel,
  bound: BoundData,
): Refusal | undefined {
  const at = missing[0];
  const help = `give the value, or draw \`${name}\` without \`observe\` and observe a measurement of it`;
  const own = model.sites.filter(({ variable }) => variable === name);
  if (own.some(({ distribution, support }) => eventRankOf(distribution) > 0 || support.kind === "ordered"))
    return { at, reason: "numbers drawn one by one are inferred, but these are drawn as a whole", help };
  if (own.some(({ distribution }) => holdsCensored(distribution)))
    return { at, reason: "what is censored is not inferred", help };
  const endless = whyNotFinite(name, own);
  if (endless !== undefined) return { at, ...endless };
  const areas = drawnAreas(name, model, bound);
  const { shape } = bound.values[name];
  const undrawn = missing.find((element) => {
    const indices = indicesAt(shape, element);
    return !areas.some((area) =>
      area.every(({ from, to }, axis) => from <= indices[axis] && indices[axis] < to),
    );
  });
  if (undrawn === undefined) return undefined;
  const element = elementName(name, indicesAt(shape, undrawn));
  return {
    at: undrawn,
    reason: "no line says how it is distributed",
    help: `give the value, or add a line such as \`observe ${element} ~ …\``,
  };
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** For each statement that draws elements of a variable, the indices that it takes in along each of its axes. */
function drawnAreas(
  name: string,
  model: CoreModel,
  { sizes, knowns }: BoundData,
): readonly (readonly Range[])[] {
  const sites = new Map(model.sites.map((site) => [site.id, site]));
  const numberOf = (size: Size): number => evaluateSize(size, sizes) ?? 0;
  const within = (
    statement: CoreStatement,
    axes: ReadonlyMap<string, Range>,
  ): readonly (readonly Range[])[] => {
    switch (statement.kind) {
      case "draw": {
        const site = sites.get(statement.site);
        if (site?.variable !== name) return [];
        const area = site.place.map((place): Range => {
          if (place.kind === "axis") return axes.get(place.index) ?? { from: 0, to: 0 };
          const at = numberOf(place.value);
          return { from: at, to: at + 1 };
        });
        return [area];
      }
      case "axis": {
        const { index, from, to, body } = statement;
        const inner = new Map([...axes, [index, { from: numberOf(from), to: numberOf(to) }]]);
        return body.flatMap((each) => within(each, inner));
      }
      case "if": {
        const isTrue = evaluateKnown(statement.condition, knowns, sizes) !== 0;
        return (isTrue ? statement.then : statement.else).flatMap((each) => within(each, axes));
      }
      case "let":
      case "factor":
      case "learn":
      case "learnNet":
        return [];
    }
  };
  return model.body.flatMap((each) => within(each, new Map()));
}

/** Where a binding, a factor or a draw is computed from a variable. */
function useOf(
  name: string,
  model: CoreModel,
  sites: ReadonlyMap<string, CoreSite>,
): CoreExpression | undefined {
  const isUse = ({ kind, ...rest }: CoreExpression): boolean =>
    kind === "variable" && "name" in rest && rest.name === name;
  return expressionsOf(model.body, sites)
    .map((expression) => findExpression(expression, isUse))
    .find((found) => found !== undefined);
}

/** Every expression that a draw, binding or factor computes with. */
function expressionsOf(
  statements: readonly CoreStatement[],
  sites: ReadonlyMap<string, CoreSite>,
): readonly CoreExpression[] {
  const within = (statement: CoreStatement): readonly CoreExpression[] => {
    switch (statement.kind) {
      case "draw": {
        const site = sites.get(statement.site);
        if (site === undefined) return [];
        return [...distributionExpressions(site.distribution), ...supportBounds(site.support)];
      }
      case "let":
      case "factor":
        return [statement.value];
      case "axis":
        return expressionsOf(statement.body, sites);
      case "if":
        return [...expressionsOf(statement.then, sites), ...expressionsOf(statement.else, sites)];
      case "learn":
      case "learnNet":
        return [];
    }
  };
  return statements.flatMap(within);
}
