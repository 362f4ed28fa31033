/** Draws from distributions, as functions of noise. */
import type { CoreDefinedDistribution, CoreDistribution, CoreMixture } from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { pushedDraw } from "./bijections.ts";
import { chooseArm } from "./choose-arm.ts";
import { type Context, fail } from "./context.ts";
import { batchOf, enterEntry, entryValue, type Opened, openDefinition, shapeOf } from "./defined.ts";
import { lowerArguments } from "./distribution-arguments.ts";
import { distributionRows } from "./distributions.ts";
import { countLimit, drawCategory, drawCount, type Noise } from "./draws.ts";
import { lowerExpression } from "./lower-expression.ts";
import { dtypeOf } from "./lower-model.ts";
import { logWeights, withComponent } from "./mixture.ts";
import { createRows, type Rows } from "./rows.ts";
import type { Value } from "./value.ts";

export function drawFrom(distribution: CoreDistribution, noise: Noise, context: Context): Value {
  const { algebra } = context;
  switch (distribution.kind) {
    case "distribution": {
      const row = distributionRows[distribution.name];
      if (row.draw === undefined)
        return fail({
          code: "cannot-simulate",
          message: `${distribution.name} is improper: it has no draws`,
          labels: [{ span: distribution.span, text: "cannot be drawn from" }],
          help: "give it a proper prior",
        });
      return row.draw(algebra, noise, lowerArguments(distribution, context));
    }
    case "defined":
      return drawDefined(distribution, noise, context);
    case "mixture":
      return drawMixture(distribution, noise, context);
    case "censored": {
      const end = (bound: CoreExpression): Value => lowerExpression(bound, context);
      const { low, high } = distribution;
      const drawn = drawFrom(distribution.base, noise, context);
      const raised = low === undefined ? drawn : algebra.binary("max", drawn, end(low));
      return high === undefined ? raised : algebra.binary("min", raised, end(high));
    }
    case "transformed":
      return pushedDraw(distribution, drawFrom(distribution.base, noise, context), context);
    case "if":
    case "match":
      return chooseArm(distribution, (arm) => drawFrom(arm, noise, context), context);
  }
}

function drawDefined(distribution: CoreDefinedDistribution, noise: Noise, context: Context): Value {
  const opened = openDefinition(distribution, batchOf(noise.event, distribution), context);
  const { definition, rows } = opened;
  const inner = noiseOfRows(noise, opened);
  const event = shapeOf(definition.event, opened);
  const whole = (value: Value): Value => rows.leaveWhole(value, event);
  if (definition.draw !== undefined) return whole(drawByEntry(opened, definition.draw, inner));
  if (definition.quantile !== undefined && event.length === 0)
    return whole(entryValue(opened, definition.quantile, [inner.uniform([])]));
  if (countsFromZero(distribution)) return whole(drawBySums(distribution, opened, inner, context));
  return fail({
    code: "cannot-simulate",
    message: `${definition.name} has no draws: its definition has neither \`draw\` nor \`quantile\``,
    labels: [{ span: distribution.span, text: "cannot be drawn from" }],
    help: `add \`draw(u: Unit) = …\` to \`dist ${definition.name}\``,
  });
}

/** A component, and a draw from it: where all are of one kind, from the one with the arguments of that component. */
function drawMixture(distribution: CoreMixture, noise: Noise, context: Context): Value {
  const { algebra } = context;
  const split = noise.event.length - distribution.rank;
  const event = noise.event.slice(split);
  const rows = createRows(noise.event.slice(0, split), context);
  const own = noiseAlong(noise, rows, event);
  const probabilities = algebra.unary("exp", logWeights(distribution, context));
  const chosen = drawCategory(algebra, { ...own, event: [], uniform: () => own.uniform([]) }, probabilities);
  const drawn = distribution.components.map((component) => {
    const inner = withComponent(distribution, { kind: "value", value: chosen }, context);
    return algebra.stretch(drawFrom(component, own, inner), [], event);
  });
  const value = drawn.reduce((rest, each, at) =>
    algebra.select(algebra.binary("equal", chosen, at), each, rest),
  );
  return rows.leaveWhole(value, event);
}

/** Noise for one draw, with independent draws along axes. */
function noiseOfRows(noise: Noise, opened: Opened): Noise {
  return noiseAlong(noise, opened.rows, shapeOf(opened.definition.event, opened));
}

function noiseAlong(noise: Noise, rows: Rows, event: readonly number[]): Noise {
  return {
    event,
    normal: (own = event) => rows.enter(noise.normal([...rows.shape, ...own]), own.length),
    uniform: (own = event) => rows.enter(noise.uniform([...rows.shape, ...own]), own.length),
  };
}

function drawByEntry(
  opened: Opened,
  entry: NonNullable<CoreDefinedDistribution["definition"]["draw"]>,
  noise: Noise,
): Value {
  const { algebra } = opened.context;
  const given = entry.parameters.map(({ type }) => {
    const shape = shapeOf(type, opened);
    return type.range.low === 0 ? noise.uniform(shape) : noise.normal(shape);
  });
  const context = enterEntry(opened, entry, given, (step, inner) => {
    const event = shapeOf(step.type, opened);
    const own: Noise = {
      event,
      normal: (shape = event) => noise.normal(shape),
      uniform: (shape = event) => noise.uniform(shape),
    };
    const drawn = drawFrom(step.distribution, own, inner);
    return algebra.stretch(algebra.convert(drawn, dtypeOf(step.type.base)), [], event);
  });
  return lowerExpression(entry.value, context);
}

/** Numbers 0, 1, … of which there may be an upper end. */
function countsFromZero({ definition, bounds, support }: CoreDefinedDistribution): boolean {
  if (support.kind !== "discrete" || definition.event.dimensions.length > 0) return false;
  if (bounds === undefined) return definition.event.range.low === 0;
  return bounds.low.kind === "literal" && bounds.low.value === 0;
}

/** By inverting the cumulative sum of the probabilities. */
function drawBySums(
  distribution: CoreDefinedDistribution,
  opened: Opened,
  noise: Noise,
  context: Context,
): Value {
  const { algebra } = context;
  const { definition, bounds } = distribution;
  const high =
    definition.event.base === "bool"
      ? algebra.of(1)
      : bounds && opened.rows.enter(lowerExpression(bounds.high, context), 0);
  const logProbability = (k: Value): Value => {
    const inside = high === undefined ? k : algebra.binary("min", k, high);
    const log = entryValue(opened, definition.logDensity, [inside]);
    return high === undefined
      ? log
      : algebra.select(algebra.binary("lessEqual", k, high), log, Number.NEGATIVE_INFINITY);
  };
  const count = drawCount(algebra, { ...noise, uniform: () => noise.uniform([]) }, logProbability);
  // The sum of all probabilities may be rounded down to below the noise.
  if (high === undefined) return count;
  return algebra.select(algebra.binary("less", high, countLimit), algebra.binary("min", count, high), count);
}
