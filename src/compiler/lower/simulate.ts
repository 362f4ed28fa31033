/**
 * The verb "simulate": every draw becomes a draw, as a function of noise inputs. Variables whose values are given keep them, so the
 * same lowering serves prior draws (nothing given) and posterior predictions (latents given).
 */
import { holdsCensored } from "../../lang/censored.ts";
import type { CorePlace, CoreSite, CoreVariable } from "../../lang/core.ts";
import type { CoreBijection, CoreDistribution } from "../../lang/core-distribution.ts";
import { distributions } from "../../lang/distributions.ts";
import { createBuilder } from "../builder.ts";
import type { Graph, NodeId } from "../graph.ts";
import { bindingNames } from "./binding-names.ts";
import { type DataCheck, fail, sizeValue } from "./context.ts";
import { drawBetween } from "./draw-between.ts";
import { drawFrom } from "./draw-from.ts";
import { type Noise, sortAscending } from "./draws.ts";
import { bindPresence, presence } from "./given.ts";
import { lowerAsk } from "./lower-ask.ts";
import {
  bindInput,
  createModelContext,
  dtypeOf,
  inputArray,
  type LearnedParameter,
  type LoweringInput,
  type ModelContext,
  siteOf,
  walkStatements,
} from "./lower-model.ts";
import { lowerLearned, lowerSupport } from "./lower-support.ts";
import { offEnds } from "./off-ends.ts";
import { addPiece, boundArray } from "./pieces.ts";
import { axisRange, bindAt, eventShape, siteAxisSizes, viewAt, viewSiteAt } from "./places.ts";
import { groupSteps } from "./step-order.ts";
import { isTruncated, whyNotTruncated } from "./truncate.ts";
import type { Value } from "./value.ts";

export interface SimulateOptions {
  /** Variables whose values are inputs (`value/<name>`); the rest is drawn. */
  readonly given: readonly string[];
  /** Observed variables of which the missing elements are inputs (`value/<name>`, the whole array); the rest is drawn. */
  readonly kept?: readonly string[];
}

/** One noise input of the graph: fill it with independent numbers of that kind before each run. */
export interface NoiseInput {
  readonly input: string;
  readonly kind: "normal" | "uniform";
  readonly shape: readonly number[];
}

export interface SimulateLowering {
  /**
   * Inputs: `data/<name>` for the model's inputs and for observed variables whose first elements are only looked back at,
   * `value/<name>`, `learn/<path>`, noise. Outputs: `variable/<name>`, `binding/<name>`.
   */
  readonly graph: Graph;
  readonly noise: readonly NoiseInput[];
  /** Observed variables whose first elements are only looked back at: they must be given as `data/<name>`. */
  readonly initial: readonly string[];
  readonly learned: readonly LearnedParameter[];
  readonly dataChecks: readonly DataCheck[];
}

/** Throws `ProblemError` naming the site where there is no way to draw. */
export function lowerSimulate(input: LoweringInput, options: SimulateOptions): SimulateLowering {
  const builder = createBuilder();
  const noise = new Map<string, NoiseInput>();
  const learned: LearnedParameter[] = [];
  const dataChecks: DataCheck[] = [];
  const context = createModelContext(
    input,
    builder,
    lowerLearned(learned),
    (check) => dataChecks.push(check),
    lowerAsk,
  );
  const initial: string[] = [];
  const given = new Set(options.given);
  const kept = new Set(options.kept);
  if (kept.size > 0) bindPresence(context);
  for (const variable of input.model.variables)
    if (given.has(variable.name)) bindInput(`value/${variable.name}`, variable.name, variable.type, context);
    else {
      if (kept.has(variable.name))
        bindInput(`value/${variable.name}`, keptName(variable.name), variable.type, context);
      if (bindInitialValues(variable, context)) initial.push(variable.name);
    }

  walkStatements(input.model.body, context, {
    draw(site, here) {
      if (given.has(site.variable)) return;
      refuseUndrawable(site, here);
      const event = eventShape(site, here);
      let count = 0;
      const next = (kind: NoiseInput["kind"], own: readonly number[]): Value => {
        const name = `noise/${site.id}/${count++}`;
        const shape = [...siteAxisSizes(site, here), ...own];
        noise.set(name, { input: name, kind, shape });
        const node = builder.input(name, { dtype: "float", shape });
        return viewSiteAt({ node, axes: [], event: shape }, site, here);
      };
      const source: Noise = {
        event,
        normal: (own = event) => next("normal", own),
        uniform: (own = event) => next("uniform", own),
      };
      let value = drawSite(site, source, here);
      if (site.support.kind === "ordered") value = sortAscending(here.algebra, value);
      const typed = here.algebra.convert(value, dtypeOf(site.event.base));
      const drawn = here.algebra.stretch(typed, here.plates, event);
      const present = kept.has(site.variable) ? presence(site, here) : undefined;
      const known =
        present && here.algebra.select(present, drawn, viewAt(keptName(site.variable), site.place, here));
      bindAt(site.variable, site.place, known ?? drawn, here);
    },
    factor(_value, statement) {
      fail({
        code: "cannot-simulate",
        message: "a model with a `factor` has no draws from the prior",
        labels: [{ span: statement.span, text: "this term has no distribution to draw from" }],
      });
    },
    group: (statement) => groupSteps(statement, context, (site) => !given.has(site.variable)),
  });

  const outputs: Record<string, NodeId> = {};
  for (const variable of input.model.variables)
    outputs[`variable/${variable.name}`] = boundArray(context.scope.get(variable.name), context).node;
  for (const name of bindingNames(input.model.body)) {
    const binding = context.scope.get(name);
    if (binding === undefined) continue;
    outputs[`binding/${name}`] = boundArray(binding, context).node;
  }
  return { graph: builder.finish(outputs), noise: [...noise.values()], initial, learned, dataChecks };
}

/** No name of a program can be it. */
function keptName(variable: string): string {
  return `${variable} as inferred`;
}

/** Leading elements that no statement draws (`y[t-1]` with t from 1): the start of the observed array. Tells whether there are any. */
function bindInitialValues(variable: CoreVariable, context: ModelContext): boolean {
  const places = variable.sites.map((id) => siteOf(id, context).place);
  const start = (place: CorePlace): number =>
    place.kind === "axis"
      ? axisRange(place.index, context).from
      : sizeValue(place.value, context, variable.span);
  for (let dimension = 0; dimension < variable.axes; dimension++) {
    const to = Math.min(...places.map((place) => start(place[dimension])));
    if (to === 0) continue;
    const array = inputArray(`data/${variable.name}`, variable.type, context);
    const value = context.algebra.slice(array, dimension, 0, to);
    context.scope.set(variable.name, addPiece(undefined, dimension, { from: 0, to, value }, places[0]));
    return true;
  }
  return false;
}

/** The site's draw; between the declared bounds where these cut its distribution down. */
function drawSite(site: CoreSite, noise: Noise, context: ModelContext): Value {
  const { distribution, support } = site;
  const drawn = isTruncated(site)
    ? drawBetween(site, noise, context)
    : drawFrom(distribution, noise, context);
  // Only what is censored lies at an end otherwise than by rounding.
  if (support.kind === "discrete" || holdsCensored(distribution)) return drawn;
  return offEnds(context.algebra, drawn, lowerSupport(support, context));
}

function refuseUndrawable(site: CoreSite, context: ModelContext): void {
  const names = distributionNames(site.distribution);
  const improper = names.some((name) => !distributions[name].proper);
  const reason = improper
    ? undefined
    : site.support.kind === "ordered" && site.event.dimensions.length > 1
      ? "ordered rows of an array are not supported yet"
      : site.support.kind === "ordered" && hasArrayArguments(site.distribution)
        ? "in order, draws from different distributions have no simple form"
        : isTruncated(site)
          ? whyNotTruncated(site, context.input.model)
          : undefined;
  if (reason === undefined) return;
  fail({
    code: "cannot-simulate",
    message: `\`${site.variable}\` has no draws from the prior: ${reason}`,
    labels: [{ span: site.span, text: "has no draws" }],
  });
}

function hasArrayArguments(distribution: CoreDistribution): boolean {
  switch (distribution.kind) {
    case "distribution":
    case "defined":
      return Object.values(distribution.arguments).some(
        ({ type }) => type.kind === "number" && type.dimensions.length > 0,
      );
    case "mixture":
      return distribution.index === undefined && distribution.components.some(hasArrayArguments);
    case "censored":
      return hasArrayArguments(distribution.base);
    case "transformed":
      return isArray(distribution.bijection) || hasArrayArguments(distribution.base);
    case "if":
      return hasArrayArguments(distribution.then) || hasArrayArguments(distribution.else);
    case "match":
      return distribution.arms.some((arm) => hasArrayArguments(arm.value));
  }
}

function isArray(bijection: CoreBijection): boolean {
  if (!("operand" in bijection)) return false;
  const { type } = bijection.operand;
  return type.kind === "number" && type.dimensions.length > 0;
}

function distributionNames(distribution: CoreDistribution): (keyof typeof distributions)[] {
  switch (distribution.kind) {
    case "distribution":
      return [distribution.name];
    case "defined":
      return [];
    case "mixture":
      return distribution.components.flatMap(distributionNames);
    case "censored":
    case "transformed":
      return distributionNames(distribution.base);
    case "if":
      return [...distributionNames(distribution.then), ...distributionNames(distribution.else)];
    case "match":
      return distribution.arms.flatMap((arm) => distributionNames(arm.value));
  }
}
