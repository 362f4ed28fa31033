/**
 * Gradients of the ELBO through discrete draws, which have no path: E[f ∇ log q(z)], the score function or REINFORCE estimator
 * (Williams 1992), beside the path derivative of everything else (Schulman et al. 2015, "Gradient estimation using stochastic computation
 * graphs"). Two things lower its variance and leave its mean: a draw is judged by the terms alone that depend on it, each plate's item
 * by its own (Ranganath, Gerrish and Blei 2014, section 3.1), less a baseline, the mean of what the other draws side by side have got
 * (Kool, van Hoof and Welling 2019, "Buy 4 REINFORCE samples, get a baseline for free!").
 */
import type { Span } from "../../base/span.ts";
import type { CoreModel, CoreSite } from "../../lang/core.ts";
import type { CoreAxisStatement, CoreStatement } from "../../lang/core-statement.ts";
import type { Builder } from "../builder.ts";
import { elementCount, type NodeId } from "../graph.ts";
import type { DensityState } from "./log-density.ts";
import { drawsAxis } from "./lower-model.ts";
import { sumPlates } from "./sum-factor.ts";
import type { Factor } from "./sum-out.ts";
import type { Algebra, Axis, Value } from "./value.ts";

/** What a guide draws with `score`. */
export interface DiscreteDraws {
  /** Nodes of the draws, by variable. */
  readonly drawn: ReadonlyMap<string, readonly NodeId[]>;
  readonly sites: readonly DiscreteSite[];
  /** All terms of log q, of which the gradient is that through draws alone. */
  readonly factors: readonly Factor[];
}

/** log q, per draw and item, and what of it is discrete. */
export interface ScoredGuide {
  readonly logGuide: NodeId;
  readonly discrete?: DiscreteDraws;
}

export interface DiscreteSite {
  readonly variable: string;
  /** Per dimension of its place, the guide's plate that it is drawn in. */
  readonly along: readonly (Axis | undefined)[];
  /** log q of its draws, with its whole gradient: through what the guide learns, and through other draws. */
  readonly logProbability: Value;
  readonly plates: readonly Axis[];
  readonly span: Span;
}

/** Draws that judge each other. */
export const drawsSideBySide = 8;

/** Whether the model has discrete latents that a guide draws. */
export function hasScored({ sites }: CoreModel): boolean {
  return sites.some(({ score }) => score === true);
}

/** log p − log q, the mean of all draws and items, with the gradient through draws of both kinds. */
export function meanElbo(density: DensityState, guide: ScoredGuide): NodeId {
  const { builder } = density.context.algebra;
  const each = builder.emit("sub", [density.outputs.logDensity, guide.logGuide], {});
  const { shape } = builder.typeOf(each);
  const axes = shape.map((_, at) => at);
  const total = axes.length === 0 ? each : builder.emit("reduceSum", [each], { axes });
  const items = elementCount(shape) / (density.context.input.draws ?? 1);
  const score = guide.discrete && scoreGradient(density, guide.discrete);
  const mean = scaled(builder, total, 1 / elementCount(shape));
  return score === undefined ? mean : builder.emit("add", [mean, scaled(builder, score.node, 1 / items)], {});
}

function scaled(builder: Builder, node: NodeId, by: number): NodeId {
  return by === 1 ? node : builder.emit("mul", [node, builder.fill(by, [])], {});
}

/** A number that is 0 and has the gradient of the mean ELBO through discrete draws; `undefined` where there are none. */
function scoreGradient(density: DensityState, { drawn, sites, factors }: DiscreteDraws): Value | undefined {
  const { algebra, input } = density.context;
  const draws = drawsAxis(input);
  if (sites.length === 0 || draws === undefined) return undefined;
  // What is summed out ties items together.
  const separate = density.enumerated.length === 0;
  const arrayOf = (terms: readonly Factor[], axes: readonly Axis[]): Value =>
    alongAxes(algebra, terms, draws, axes);
  const parts = sites.map(({ variable, along, logProbability, plates, span }) => {
    const dependents = dependentsOf(algebra.builder, drawn.get(variable) ?? []);
    const touched = (terms: readonly Factor[]): Factor[] =>
      terms.filter(({ value }) => dependents.has(value.node));
    const common = (separate ? platesOf(input.model, variable) : []).flatMap((index, at) => {
      const model = index === undefined ? undefined : density.context.axes.get(index);
      const guide = along[at];
      return model === undefined || guide === undefined ? [] : [{ model, guide }];
    });
    const guideAxes = common.map(({ guide }) => guide);
    const ofModel = separate
      ? arrayOf(
          touched(density.factors),
          common.map(({ model }) => model),
        )
      : density.total;
    const signal = algebra.sub(ofModel, arrayOf(touched(factors), guideAxes));
    const score = arrayOf([{ value: logProbability, plates, span }], guideAxes);
    return algebra.sumEvent(
      algebra.mul(algebra.unary("stopGradient", advantage(algebra, signal, draws)), score),
    );
  });
  const total = algebra.mul(algebra.sumAxes(algebra.add(...parts), [draws]), 1 / draws.size);
  return algebra.sub(total, algebra.unary("stopGradient", total));
}

/** How much better each draw is than the mean of the others. */
function advantage(algebra: Algebra, signal: Value, draws: Axis): Value {
  if (draws.size === 1) return signal;
  const mean = algebra.mul(algebra.sumAxes(signal, [draws]), 1 / draws.size);
  return algebra.mul(algebra.sub(signal, mean), draws.size / (draws.size - 1));
}

/** The sum of terms for each draw and, as event dimensions, for each item of the axes. */
function alongAxes(algebra: Algebra, terms: readonly Factor[], draws: Axis, axes: readonly Axis[]): Value {
  const keep = new Set([draws.id, ...axes.map(({ id }) => id)]);
  const sums = terms.map(({ value, plates }) =>
    sumPlates(
      algebra,
      value,
      plates.filter(({ id }) => !keep.has(id)),
    ),
  );
  const wide = algebra.stretch(algebra.add(0, ...sums), [draws, ...axes], []);
  return axes.reduceRight((part, axis) => algebra.axisToEvent(part, axis), wide);
}

function dependentsOf(builder: Builder, starts: readonly NodeId[]): { has(node: NodeId): boolean } {
  const found = new Set(starts);
  let next = Math.min(...starts);
  return {
    has(node) {
      for (; next <= node; next++)
        if (builder.nodeOf(next).inputs.some((input) => found.has(input))) found.add(next);
      return found.has(node);
    },
  };
}

/** Per dimension of the variable's place, the plate in which all its sites draw it. */
function platesOf(model: CoreModel, variable: string): readonly (string | undefined)[] {
  const [first, ...others] = model.sites
    .filter((site) => site.variable === variable)
    .map((site) => ownPlates(model, site));
  return first.map((index, at) => (others.every((each) => each[at] === index) ? index : undefined));
}

/** Per dimension of a site's place, the index of the plate. */
export function ownPlates(model: CoreModel, { place }: CoreSite): readonly (string | undefined)[] {
  const plates = new Set(plateIndices(model.body));
  return place.map((each) => (each.kind === "axis" && plates.has(each.index) ? each.index : undefined));
}

function plateIndices(statements: readonly CoreStatement[]): string[] {
  return statements.flatMap((statement) => {
    if (statement.kind === "if") return plateIndices([...statement.then, ...statement.else]);
    if (statement.kind !== "axis") return [];
    return [...ownIndex(statement), ...plateIndices(statement.body)];
  });
}

function ownIndex({ ordered, index }: CoreAxisStatement): string[] {
  return ordered ? [] : [index];
}
