/**
 * A hand-written guide: its draws as functions of noise, and the log density of the guide at these draws with the gradient through
 * the draws alone (the path derivative; Roeder, Wu and Duvenaud 2017, "Sticking the landing"). The guide is walked twice: once to
 * draw, once to score with what it learns held fixed. Discrete draws have no path: `score-gradient.ts`.
 */
import { bug } from "../../base/bug.ts";
import type { CoreModel, CoreSite } from "../../lang/core.ts";
import { constantSize } from "../../lang/size.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { elementCount, type NodeId } from "../graph.ts";
import { constrain, unconstrainedEvent } from "./bijector.ts";
import type { Context, DataCheck } from "./context.ts";
import { drawFrom } from "./draw-from.ts";
import type { Noise } from "./draws.ts";
import { type DensityOptions, lowerDensityInto } from "./log-density.ts";
import { lowerAsk } from "./lower-ask.ts";
import {
  createModelContext,
  drawsAxis,
  dtypeOf,
  type LearnedParameter,
  type LoweringInput,
  type ModelContext,
  walkStatements,
} from "./lower-model.ts";
import { lowerLearned, lowerSupport } from "./lower-support.ts";
import { normalCdf } from "./normal-tail.ts";
import { boundArray } from "./pieces.ts";
import { bindAt, eventShape, siteAxisSizes, viewAt, viewSiteAt } from "./places.ts";
import { type DiscreteDraws, type DiscreteSite, ownPlates } from "./score-gradient.ts";
import { siteLogDensity } from "./site-density.ts";
import { groupSteps } from "./step-order.ts";
import { type Factor, sumFactors } from "./sum-out.ts";
import type { Value } from "./value.ts";

export interface GuideOptions {
  /** The plate whose items are drawn side by side, and how many there are: `noise` has a row for each. */
  readonly items?: { readonly index: string; readonly size: number };
}

export interface GuideLowering {
  /** The latents' arrays, by name. */
  readonly values: ReadonlyMap<string, Value>;
  /** log q of the draws: one number, or one per item, behind the draws side by side. */
  readonly logGuide: NodeId;
  readonly discrete: DiscreteDraws;
  /** Standard normal numbers that the draws take, in all or per item: the width of the graph input `noise`. */
  readonly noiseLength: number;
  /** Graph inputs "guide/<path>". */
  readonly learned: readonly LearnedParameter[];
  readonly dataChecks: readonly DataCheck[];
}

/** The input's model has a guide. */
export function lowerGuideInto(input: LoweringInput, builder: Builder, options: GuideOptions): GuideLowering {
  const guide = input.model.guide ?? bug("a model without a guide");
  const own = { ...input, model: guide };
  const draws = drawsAxis(input);
  const rows = options.items?.size ?? 1;
  const width = (shape: readonly number[]): number => (elementCount(shape) * (draws?.size ?? 1)) / rows;
  let noiseLength = 0;
  const scratch = createBuilder();
  drawGuide(own, scratch, (shape) => {
    noiseLength += width(shape);
    return { node: scratch.fill(0, shape), axes: [], event: shape };
  });

  const lead = options.items === undefined ? [] : [rows];
  const noise = builder.input("noise", { dtype: "float", shape: [...lead, noiseLength] });
  let start = 0;
  const { context, learned, dataChecks, nodes } = drawGuide(own, builder, (shape, { algebra }) => {
    const limit = start + width(shape);
    const part = builder.emit("slice", [noise], {
      start: [...lead.map(() => 0), start],
      limit: [...lead, limit],
    });
    start = limit;
    if (draws === undefined)
      return { node: builder.emit("reshape", [part], { shape }), axes: [], event: shape };
    // Items lie outermost in the noise, the draws of an item behind them.
    const event = [...shape.slice(0, lead.length), draws.size, ...shape.slice(lead.length)];
    const whole = { node: builder.emit("reshape", [part], { shape: event }), axes: [], event };
    return algebra.eventToAxis(algebra.eventToFront(whole, lead.length), draws);
  });
  const { logGuide, discrete } = scoreGuide(guide, context, options);
  const values = new Map(
    guide.variables.map(({ name }) => [name, boundArray(context.scope.get(name), context)]),
  );
  return { values, logGuide, discrete: { ...discrete, drawn: nodes }, noiseLength, learned, dataChecks };
}

/** The log density of the model at the guide's draws, in the same graph. */
export function lowerGuidedDensity(
  input: LoweringInput,
  guide: GuideLowering,
  builder: Builder,
  options: Pick<DensityOptions, "keep">,
): ReturnType<typeof lowerDensityInto> {
  return lowerDensityInto(input, { ...options, scale: "constrained", values: guide.values }, builder, () =>
    bug("a guide has no coordinates"),
  );
}

interface DrawnGuide extends Pick<GuideLowering, "learned" | "dataChecks"> {
  readonly context: ModelContext;
  /** Nodes of the discrete draws, by variable. */
  readonly nodes: DiscreteDraws["drawn"];
}

/** `fresh` gives standard normal numbers of a shape, for all draws side by side. */
function drawGuide(
  input: LoweringInput,
  builder: Builder,
  fresh: (shape: readonly number[], context: ModelContext) => Value,
): DrawnGuide {
  const learned: LearnedParameter[] = [];
  const dataChecks: DataCheck[] = [];
  // One array for all steps of an axis that are taken one by one.
  const noises = new Map<string, Value>();
  const nodes = new Map<string, NodeId[]>();
  const context = createModelContext(
    input,
    builder,
    lowerLearned(learned, "guide/"),
    (check) => dataChecks.push(check),
    lowerAsk,
  );
  walkStatements(input.model.body, context, {
    draw(site, here) {
      const { algebra } = here;
      const event = eventShape(site, here);
      const drawn = site.bijector ? unconstrainedEvent(site.support, event) : event;
      let count = 0;
      const normal = (own: readonly number[] = drawn): Value => {
        const shape = [...siteAxisSizes(site, here), ...own];
        const name = `${site.id}/${count++}`;
        const array = noises.get(name) ?? fresh(shape, context);
        noises.set(name, array);
        return viewSiteAt(array, site, here);
      };
      const noise: Noise = { event: drawn, normal, uniform: (own) => normalCdf(algebra, normal(own)) };
      const raw = algebra.stretch(drawFrom(site.distribution, noise, here), here.plates, drawn);
      const place = (name: string, value: Value): void => bindAt(name, site.place, value, here);
      if (site.bijector) place(coordinatesName(site), raw);
      const value = site.bijector ? constrain(algebra, lowerSupport(site.support, here), raw).value : raw;
      const typed = algebra.convert(value, dtypeOf(site.event.base));
      place(site.variable, algebra.stretch(typed, here.plates, event));
      if (site.score) nodes.set(site.variable, [...(nodes.get(site.variable) ?? []), raw.node]);
    },
    factor: () => bug("a guide with a factor"),
    group: (statement) => groupSteps(statement, context, () => true),
  });
  return { context, learned, dataChecks, nodes };
}

/** What the guide drew is known to it, what it learned and bound is made again. */
function scoreGuide(
  guide: CoreModel,
  drawn: ModelContext,
  { items }: GuideOptions,
): { readonly logGuide: NodeId; readonly discrete: Omit<DiscreteDraws, "drawn"> } {
  const { algebra } = drawn;
  const kept = new Set([
    ...guide.inputs.map(({ name }) => name),
    ...guide.variables.map(({ name }) => name),
    ...guide.sites.map(coordinatesName),
  ]);
  const walk = (
    learned: Context["learned"],
    visit: (site: CoreSite, terms: readonly Value[], here: ModelContext) => void,
  ): ModelContext => {
    const scope = new Map([...drawn.scope].filter(([name]) => kept.has(name)));
    const context: ModelContext = { ...drawn, scope, learned };
    walkStatements(guide.body, context, {
      draw: (site, here) => visit(site, siteTerms(site, here), here),
      factor: () => bug("a guide with a factor"),
      group: (statement) => groupSteps(statement, context, () => false),
    });
    return context;
  };
  const factors: Factor[] = [];
  const context = walk(fixed(drawn.learned), (site, terms, { plates }) => {
    for (const value of terms) factors.push({ value, plates, span: site.span });
  });
  const sites: DiscreteSite[] = [];
  if (guide.sites.some(({ score }) => score))
    walk(drawn.learned, (site, terms, here) => {
      if (!site.score) return;
      const along = ownPlates(guide, site).map((index) =>
        index === undefined ? index : here.axes.get(index),
      );
      const { plates } = here;
      sites.push({
        variable: site.variable,
        along,
        logProbability: algebra.add(...terms),
        plates,
        span: site.span,
      });
    });
  const item = items === undefined ? undefined : context.axes.get(items.index);
  const keep = [drawsAxis(drawn.input), item].filter((axis) => axis !== undefined);
  const total = algebra.stretch(sumFactors(algebra, factors, [], { keep }), keep, []);
  return { logGuide: algebra.convert(total, "float").node, discrete: { sites, factors } };
}

function siteTerms(site: CoreSite, here: ModelContext): readonly Value[] {
  if (!site.bijector) return siteLogDensity(site, viewAt(site.variable, site.place, here), here);
  const { algebra } = here;
  const u = viewAt(coordinatesName(site), site.place, here);
  const dimensions = unconstrainedEvent(site.support, eventShape(site, here)).map(constantSize);
  const { logJacobian } = constrain(algebra, lowerSupport(site.support, here), u);
  const onLine: CoreSite = { ...site, support: { kind: "real" }, event: { ...site.event, dimensions } };
  return [
    ...siteLogDensity(onLine, u, here),
    ...logJacobian.map((term) => algebra.unary("neg", algebra.sumEvent(term))),
  ];
}

/** No name of a program can be this. */
function coordinatesName({ variable }: CoreSite): string {
  return `coordinates of ${variable}`;
}

/** The same values, of which no gradient is taken. */
function fixed(learned: Context["learned"]): Context["learned"] {
  return (path, learn, context) => context.algebra.unary("stopGradient", learned(path, learn, context));
}
