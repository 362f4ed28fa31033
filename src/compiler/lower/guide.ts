/**
 * A hand-written guide: its draws as functions of noise, and the log density of the guide at these draws with the gradient through
 * the draws alone (the path derivative; Roeder, Wu and Duvenaud 2017, "Sticking the landing"). The guide is walked twice: once to
 * draw, once to score with what it learns held fixed.
 */
import { bug } from "../../base/bug.ts";
import type { CoreModel, CoreSite } from "../../lang/core.ts";
import { constantSize } from "../../lang/size.ts";
import { type Builder, createBuilder } from "../builder.ts";
import type { NodeId } from "../graph.ts";
import { constrain, unconstrainedEvent } from "./bijector.ts";
import type { Context, DataCheck } from "./context.ts";
import { drawFrom } from "./draw-from.ts";
import type { Noise } from "./draws.ts";
import { type DensityOptions, lowerDensityInto } from "./log-density.ts";
import {
  createModelContext,
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
  /** log q of the draws: one number, or one per item. */
  readonly logGuide: NodeId;
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
  const rows = options.items?.size ?? 1;
  let noiseLength = 0;
  const scratch = createBuilder();
  drawGuide(own, scratch, (shape) => {
    noiseLength += width(shape, rows);
    return scratch.fill(0, shape);
  });

  const lead = options.items === undefined ? [] : [rows];
  const noise = builder.input("noise", { dtype: "float", shape: [...lead, noiseLength] });
  let start = 0;
  const { context, learned, dataChecks } = drawGuide(own, builder, (shape) => {
    const limit = start + width(shape, rows);
    const part = builder.emit("slice", [noise], {
      start: [...lead.map(() => 0), start],
      limit: [...lead, limit],
    });
    start = limit;
    return builder.emit("reshape", [part], { shape });
  });
  const logGuide = scoreGuide(guide, context, options);
  const values = new Map(
    guide.variables.map(({ name }) => [name, boundArray(context.scope.get(name), context)]),
  );
  return { values, logGuide, noiseLength, learned, dataChecks };
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

function width(shape: readonly number[], rows: number): number {
  return shape.reduce((product, length) => product * length, 1) / rows;
}

interface DrawnGuide extends Pick<GuideLowering, "learned" | "dataChecks"> {
  readonly context: ModelContext;
}

/** `fresh` gives standard normal numbers of a shape. */
function drawGuide(
  input: LoweringInput,
  builder: Builder,
  fresh: (shape: readonly number[]) => NodeId,
): DrawnGuide {
  const learned: LearnedParameter[] = [];
  const dataChecks: DataCheck[] = [];
  // One array for all steps of an axis that are taken one by one.
  const noises = new Map<string, NodeId>();
  const context = createModelContext(input, builder, lowerLearned(learned, "guide/"), (check) =>
    dataChecks.push(check),
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
        const node = noises.get(name) ?? fresh(shape);
        noises.set(name, node);
        return viewSiteAt({ node, axes: [], event: shape }, site, here);
      };
      const noise: Noise = { event: drawn, normal, uniform: (own) => normalCdf(algebra, normal(own)) };
      const raw = algebra.stretch(drawFrom(site.distribution, noise, here), here.plates, drawn);
      const place = (name: string, value: Value): void => bindAt(name, site.place, value, here);
      if (site.bijector) place(coordinatesName(site), raw);
      const value = site.bijector ? constrain(algebra, lowerSupport(site.support, here), raw).value : raw;
      const typed = algebra.convert(value, dtypeOf(site.event.base));
      place(site.variable, algebra.stretch(typed, here.plates, event));
    },
    factor: () => bug("a guide with a factor"),
    group: (statement) => groupSteps(statement, context, () => true),
  });
  return { context, learned, dataChecks };
}

/** What the guide drew is known to it, what it learned and bound is made again. */
function scoreGuide(guide: CoreModel, drawn: ModelContext, options: GuideOptions): NodeId {
  const { algebra } = drawn;
  const kept = new Set([
    ...guide.inputs.map(({ name }) => name),
    ...guide.variables.map(({ name }) => name),
    ...guide.sites.map(coordinatesName),
  ]);
  const context: ModelContext = {
    ...drawn,
    scope: new Map([...drawn.scope].filter(([name]) => kept.has(name))),
    learned: fixed(drawn.learned),
  };
  const factors: Factor[] = [];
  walkStatements(guide.body, context, {
    draw(site, here) {
      for (const value of siteTerms(site, here))
        factors.push({ value, plates: here.plates, span: site.span });
    },
    factor: () => bug("a guide with a factor"),
    group: (statement) => groupSteps(statement, context, () => false),
  });
  const { items } = options;
  const keep = items === undefined ? undefined : context.axes.get(items.index);
  return algebra.convert(sumFactors(algebra, factors, [], { keep: keep && [keep] }), "float").node;
}

function siteTerms(site: CoreSite, here: ModelContext): readonly Value[] {
  if (!site.bijector) return siteLogDensity(site, viewAt(site.variable, site.place, here), here);
  const { algebra } = here;
  const u = viewAt(coordinatesName(site), site.place, here);
  const dimensions = unconstrainedEvent(site.support, eventShape(site, here)).map(constantSize);
  const { logJacobian } = constrain(algebra, lowerSupport(site.support, here), u);
  return [
    ...siteLogDensity({ ...site, event: { ...site.event, dimensions } }, u, here),
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
