/** Distributions that a `dist` defines: entries are inlined, with arguments for the parameters. */
import { bug } from "../../base/bug.ts";
import type {
  CoreDefinedDistribution,
  CoreDefinition,
  CoreEntry,
  CoreStep,
} from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import type { NumberType } from "../../lang/type.ts";
import { type Context, innerSizes, sizeValue } from "./context.ts";
import { lowerAny, lowerExpression } from "./lower-expression.ts";
import { dtypeOf } from "./lower-model.ts";
import { createRows, type Rows } from "./rows.ts";
import { otherTail } from "./tails.ts";
import type { Value } from "./value.ts";

/** A use of a definition: its parameters are in scope, independent draws lie along axes. */
export interface Opened {
  readonly definition: CoreDefinition;
  readonly context: Context;
  readonly rows: Rows;
}

/** `batch` is the shape of independent draws. */
export function openDefinition(
  distribution: CoreDefinedDistribution,
  batch: readonly number[],
  context: Context,
): Opened {
  const { definition, span } = distribution;
  const rows = createRows(batch, context);
  const inner: Context = { ...context, ...innerSizes(distribution.sizes, context, span), scope: new Map() };
  const opened: Opened = { definition, context: inner, rows };
  for (const { name, type } of definition.parameters) {
    const value = lowerExpression(distribution.arguments[name], context);
    bindNumber(opened, name, type, rows.enter(value, type.dimensions.length));
  }
  return opened;
}

/** How many of the event's dimensions are independent draws. */
export function batchOf(
  event: readonly number[],
  { definition }: CoreDefinedDistribution,
): readonly number[] {
  return event.slice(0, event.length - definition.event.dimensions.length);
}

/** Terms of log p(x): what the density adds up, each with only the axes that it needs. */
export function definedTerms(
  distribution: CoreDefinedDistribution,
  x: Value,
  context: Context,
): readonly Value[] {
  const opened = openDefinition(distribution, batchOf(x.event, distribution), context);
  const { definition, rows } = opened;
  const rank = definition.event.dimensions.length;
  const inner = enterEntry(opened, definition.logDensity, [rows.enter(x, rank)]);
  return addends(definition.logDensity.value, inner).map(rows.leave);
}

/** `draw` of normal noise that is given: each independent draw has a number of it. */
export function drawnFrom(distribution: CoreDefinedDistribution, z: Value, context: Context): Value {
  const opened = openDefinition(distribution, z.event, context);
  const { definition, rows } = opened;
  if (definition.draw === undefined) return bug(`${definition.name} has no draw`);
  return rows.leave(entryValue(opened, definition.draw, [rows.enter(z, 0)]));
}

/** F(x) */
export function cdfAt(opened: Opened, x: Value): Value {
  const { algebra } = opened.context;
  const { cdf, logCdf, logSurvival, name } = opened.definition;
  if (cdf !== undefined) return entryValue(opened, cdf, [x]);
  if (logCdf !== undefined) return algebra.unary("exp", entryValue(opened, logCdf, [x]));
  if (logSurvival === undefined) return bug(`${name} has no cdf`);
  return algebra.unary("neg", algebra.unary("expm1", entryValue(opened, logSurvival, [x])));
}

export type Tail = "below" | "above";

/** log F(x) or log (1 − F(x)), by the entry that says it, or else by one of the others. */
export function logTailAt(opened: Opened, tail: Tail, x: Value): Value {
  const { algebra } = opened.context;
  const { cdf, logCdf, logSurvival } = opened.definition;
  const [own, other] = tail === "below" ? [logCdf, logSurvival] : [logSurvival, logCdf];
  if (own !== undefined) return entryValue(opened, own, [x]);
  if (cdf === undefined && other !== undefined) return otherTail(algebra, entryValue(opened, other, [x]));
  const share = cdfAt(opened, x);
  return tail === "below" ? algebra.unary("log", share) : algebra.unary("log1p", algebra.unary("neg", share));
}

/** The value of an entry at these values of its parameters. */
export function entryValue(opened: Opened, entry: CoreEntry, given: readonly Value[]): Value {
  return lowerExpression(entry.value, enterEntry(opened, entry, given));
}

/** A scope with an entry's parameters and bindings. */
export function enterEntry(
  opened: Opened,
  entry: CoreEntry,
  given: readonly Value[],
  draw: (step: Extract<CoreStep, { kind: "draw" }>, context: Context) => Value = () =>
    bug("a draw outside of `draw`"),
): Context {
  const context: Context = { ...opened.context, scope: new Map(opened.context.scope) };
  const inner: Opened = { ...opened, context };
  for (const [position, { name, type }] of entry.parameters.entries())
    bindNumber(inner, name, type, given[position]);
  for (const step of entry.steps) {
    if (step.kind === "draw") bindNumber(inner, step.name, step.type, draw(step, context));
    else context.scope.set(step.name, { kind: "value", value: lowerAny(step.value, context) });
  }
  return context;
}

export function shapeOf(type: NumberType, { context, definition }: Opened): number[] {
  return type.dimensions.map((size) => sizeValue(size, context, definition.span));
}

function bindNumber({ context }: Opened, name: string, type: NumberType, value: Value): void {
  const typed = context.algebra.convert(value, dtypeOf(type.base));
  context.scope.set(name, { kind: "value", value: typed });
}

function addends(expression: CoreExpression, context: Context): readonly Value[] {
  const { algebra } = context;
  const negated = (each: CoreExpression): Value[] =>
    addends(each, context).map((term) => algebra.unary("neg", term));
  if (expression.kind === "call") {
    const [left, right] = expression.arguments;
    if (expression.function === "add") return [...addends(left, context), ...addends(right, context)];
    if (expression.function === "sub") return [...addends(left, context), ...negated(right)];
    if (expression.function === "neg") return negated(left);
  }
  return [algebra.convert(lowerExpression(expression, context), "float")];
}
