/**
 * Walks a model's statements: plates become named axes, bindings enter the scope, draws and factors go to a verb
 * (log density, simulation). Whatever a verb does not decide is decided here.
 */
import { bug } from "../../base/bug.ts";
import type {
  CoreAxisStatement,
  CoreFunction,
  CoreLearn,
  CoreModel,
  CorePlace,
  CoreSite,
  CoreStatement,
} from "../../lang/core.ts";
import type { Base, NumberType } from "../../lang/type.ts";
import type { Builder } from "../builder.ts";
import type { DType } from "../ops.ts";
import { type Context, fail, type IndexCheck, isTuple, sizeValue, sizeValues } from "./context.ts";
import { evaluateKnown } from "./evaluate-known.ts";
import { lowerAny, lowerExpression } from "./lower-expression.ts";
import { addPiece, mergePieces, pieceRange } from "./pieces.ts";
import { type Axis, createAlgebra, type Value } from "./value.ts";

/** The model and everything about it that must be known before it can be lowered. */
export interface LoweringInput {
  readonly model: CoreModel;
  readonly functions: Readonly<Record<string, CoreFunction>>;
  readonly sizes: Readonly<Record<string, number>>;
  /** Values of scalar Bool and Int inputs, for `if` statements. */
  readonly knowns: Readonly<Record<string, number>>;
}

export interface ModelContext extends Context {
  readonly input: LoweringInput;
  /** Enclosing axes that are vectorised, outermost first. */
  readonly plates: readonly Axis[];
  /** All axes entered so far, by index variable: an axis that is walked twice is the same axis. */
  readonly axes: Map<string, Axis>;
}

export interface Verb {
  draw(site: CoreSite, context: ModelContext): void;
  factor(value: Value, statement: CoreStatement, context: ModelContext): void;
  /** The body of an ordered axis in groups to be walked one after the other. */
  group(statement: CoreAxisStatement, context: ModelContext): readonly StepGroup[];
  /** Called before the body of an ordered axis, with the whole axis open. */
  enterOrdered?(statement: CoreAxisStatement, context: ModelContext): void;
}

/** Statements of an ordered axis's body that are walked together, in order. */
export interface StepGroup {
  readonly statements: readonly CoreStatement[];
  /** Whether the steps are taken one after the other; else all at once. */
  readonly stepwise: boolean;
}

/** A parameter fitted by maximum likelihood: a graph input on the unconstrained scale. */
export interface LearnedParameter {
  /** "decode/dense0/W" */
  readonly path: string;
  /** Name of the graph input: "learn/decode/dense0/W". */
  readonly input: string;
  readonly shape: readonly number[];
  readonly learn: Extract<CoreLearn, { kind: "learn" }>;
}

/** Longest ordered axis that is taken step by step. */
const longestUnrolled = 20_000;

export function createModelContext(
  input: LoweringInput,
  builder: Builder,
  learned: (path: string, learn: LearnedParameter["learn"], context: Context) => Value,
  noteIndexCheck: (check: IndexCheck) => void,
): ModelContext {
  const algebra = createAlgebra(builder);
  let order = 0;
  const context: ModelContext = {
    algebra,
    input,
    functions: input.functions,
    sizes: input.sizes,
    scope: new Map(),
    path: "",
    plates: [],
    axes: new Map(),
    learned,
    nextOrder: () => order++,
    noteIndexCheck,
  };
  for (const each of input.model.inputs) bindInput(`data/${each.name}`, each.name, each.type, context);
  return context;
}

/** Makes a whole array a graph input and binds its name to it. */
export function bindInput(inputName: string, name: string, type: NumberType, context: ModelContext): void {
  const value = inputArray(inputName, type, context);
  context.scope.set(name, { kind: "value", value });
}

/** A whole array as a graph input. */
export function inputArray(inputName: string, type: NumberType, context: ModelContext): Value {
  const shape = type.dimensions.map((size) => sizeValue(size, context, context.input.model.span));
  if (shape.some((length) => length < 0))
    fail({
      code: "axis-empty",
      message: `\`${inputName.split("/").slice(1).join("/")}\` would have a negative length: [${shape.join(", ")}]`,
      labels: [{ span: context.input.model.span, text: "with these sizes" }],
      help: "give data with more elements",
    });
  const node = context.algebra.builder.input(inputName, { dtype: dtypeOf(type.base), shape });
  return { node, axes: [], event: shape };
}

export function dtypeOf(base: Base): DType {
  return base === "real" ? "float" : base;
}

export function walkStatements(
  statements: readonly CoreStatement[],
  context: ModelContext,
  verb: Verb,
): void {
  for (const statement of statements) walkStatement(statement, context, verb);
}

function walkStatement(statement: CoreStatement, context: ModelContext, verb: Verb): void {
  switch (statement.kind) {
    case "draw":
      verb.draw(siteOf(statement.site, context), context);
      return;
    case "let": {
      const lowered = lowerAny(statement.value, context);
      if (isTuple(lowered)) context.scope.set(statement.name, { kind: "value", value: lowered });
      else bindAt(statement.name, statement.place, lowered, context);
      return;
    }
    case "factor":
      verb.factor(lowerExpression(statement.value, context), statement, context);
      return;
    case "axis":
      walkAxis(statement, context, verb);
      return;
    case "if":
      walkStatements(chosenBranch(statement, context), context, verb);
      return;
    case "learn":
      context.scope.set(statement.name, {
        kind: "value",
        value: context.learned(statement.name, statement, context),
      });
      return;
    case "learnNet":
      context.scope.set(statement.name, {
        kind: "net",
        sizes: sizeValues(statement.sizes, context, statement.span),
      });
      return;
  }
}

/** The statements of the branch that a known condition chooses. */
export function chosenBranch(
  statement: Extract<CoreStatement, { kind: "if" }>,
  context: ModelContext,
): readonly CoreStatement[] {
  const known = evaluateKnown(statement.condition, context.input.knowns, context.sizes);
  return known !== 0 ? statement.then : statement.else;
}

export function siteOf(id: string, context: ModelContext): CoreSite {
  return context.input.model.sites.find((site) => site.id === id) ?? bug(`no site ${id}`);
}

function walkAxis(statement: CoreAxisStatement, context: ModelContext, verb: Verb): void {
  const from = sizeValue(statement.from, context, statement.span);
  const to = sizeValue(statement.to, context, statement.span);
  if (to <= from) {
    if (statement.ordered && to === from) return;
    fail({
      code: "axis-empty",
      message: `this axis runs over ${from}..${to}, which holds nothing`,
      labels: [{ span: statement.span, text: `from ${from} to ${to}` }],
      help: "give data with at least one element",
    });
  }
  const inner = enterAxis(statement, context);
  if (!statement.ordered) walkStatements(statement.body, inner, verb);
  else {
    verb.enterOrdered?.(statement, inner);
    for (const { statements, stepwise } of verb.group(statement, inner)) {
      if (stepwise) walkSteps(statement, statements, from, to, context, verb);
      else walkStatements(statements, enterAxis(statement, context), verb);
    }
  }
  context.scope.delete(statement.index);
}

/** Unrolled: the index is a constant in each step. */
function walkSteps(
  statement: CoreAxisStatement,
  body: readonly CoreStatement[],
  from: number,
  to: number,
  context: ModelContext,
  verb: Verb,
): void {
  if (to - from > longestUnrolled)
    fail({
      code: "axis-too-long",
      message: `this axis has ${to - from} steps that depend on each other; the most is ${longestUnrolled}`,
      labels: [{ span: statement.span, text: "taken step by step" }],
    });
  for (let step = from; step < to; step++) {
    context.scope.set(statement.index, { kind: "constant", value: step });
    walkStatements(body, context, verb);
  }
  for (const [name, binding] of context.scope)
    if (binding.kind === "pieces") context.scope.set(name, mergePieces(binding, context));
}

/** The context inside a vectorised axis. */
export function enterAxis(statement: CoreAxisStatement, context: ModelContext): ModelContext {
  const from = sizeValue(statement.from, context, statement.span);
  const to = sizeValue(statement.to, context, statement.span);
  const axis: Axis = context.axes.get(statement.index) ?? {
    id: statement.index,
    size: to - from,
    start: from,
    order: context.nextOrder(),
    kind: "plate",
  };
  context.axes.set(statement.index, axis);
  context.scope.set(statement.index, { kind: "axis", axis });
  return { ...context, plates: [...context.plates, axis] };
}

/**
 * Binds a name under its place: its axes become leading event dimensions, constants pieces of an array. What is bound under whole
 * axes is kept as it is, too, for use under the same indices.
 */
export function bindAt(name: string, place: readonly CorePlace[], value: Value, context: ModelContext): void {
  const { algebra } = context;
  const own = place.every((each) => positionOf(each, context).kind === "axis") ? value : undefined;
  let array = value;
  let piecewise: { dimension: number; from: number; to: number } | undefined;
  for (let dimension = place.length - 1; dimension >= 0; dimension--) {
    const here = positionOf(place[dimension], context);
    if (here.kind === "axis") {
      array = algebra.axisToEvent(array, here.axis);
      if (here.axis.start > 0)
        piecewise = { dimension, from: here.axis.start, to: here.axis.start + here.axis.size };
    } else {
      array = algebra.reshapeEvent(array, [1, ...array.event]);
      if (piecewise !== undefined)
        fail({
          code: "not-supported-yet",
          message: `\`${name}\` is built up along two ordered axes at once, which is not supported yet`,
          labels: [],
        });
      piecewise = { dimension, from: here.value, to: here.value + 1 };
    }
  }
  const existing = context.scope.get(name);
  if (piecewise === undefined && existing?.kind !== "pieces") {
    context.scope.set(name, { kind: "value", value: array, place, own });
    return;
  }
  const { dimension, from, to } = piecewise ?? bug(`${name} is whole and in pieces`);
  context.scope.set(name, {
    ...addPiece(existing, dimension, { from, to, value: array }, place),
    own,
  });
}

/** What a name stands for at a place, with the place's axes as axes. */
export function viewAt(name: string, place: readonly CorePlace[], context: ModelContext): Value {
  const { algebra } = context;
  const binding = context.scope.get(name);
  if (binding?.kind !== "value" && binding?.kind !== "pieces") return bug(`${name} has no value yet`);
  const positions = place.map((each) => positionOf(each, context));
  const isWhole = positions.every(({ kind }) => kind === "axis") && samePlace(place, binding.place);
  if (binding.own !== undefined && isWhole) return binding.own;
  const ranges = positions.map((each): readonly [number, number] =>
    each.kind === "axis" ? [each.axis.start, each.axis.start + each.axis.size] : [each.value, each.value + 1],
  );
  let value: Value;
  if (binding.kind === "pieces") {
    const [from, to] = ranges[binding.dimension];
    value = pieceRange(binding, from, to, context) ?? bug(`${name} is not known from ${from} to ${to}`);
    ranges[binding.dimension] = [0, to - from];
  } else value = isTuple(binding.value) ? bug(`${name} is a tuple`) : binding.value;
  positions.forEach((each, dimension) => {
    const part = algebra.slice(value, 0, ...ranges[dimension]);
    value =
      each.kind === "axis"
        ? algebra.eventToAxis(part, each.axis)
        : algebra.reshapeEvent(part, part.event.slice(1));
  });
  return value;
}

function samePlace(place: readonly CorePlace[], other: readonly CorePlace[] | undefined): boolean {
  return place.every((each, at) => {
    const there = other?.[at];
    return each.kind === "axis" && there?.kind === "axis" && there.index === each.index;
  });
}

/**
 * The part at a place of an array that holds one site only: a leading dimension per axis place, counted from the
 * axis's start, none for constant places.
 */
export function viewSiteAt(array: Value, site: CoreSite, context: ModelContext): Value {
  const { algebra } = context;
  let value = array;
  for (const each of site.place) {
    if (each.kind === "constant") continue;
    const here = positionOf(each, context);
    if (here.kind === "axis") value = algebra.eventToAxis(value, here.axis);
    else {
      const start = axisRange(each.index, context).from;
      const row = algebra.slice(value, 0, here.value - start, here.value - start + 1);
      value = algebra.reshapeEvent(row, row.event.slice(1));
    }
  }
  return value;
}

/** Lengths of the axis places of a site, outermost first. */
export function siteAxisSizes(site: CoreSite, context: ModelContext): number[] {
  return site.place.flatMap((each) => {
    if (each.kind === "constant") return [];
    const { from, to } = axisRange(each.index, context);
    return [to - from];
  });
}

export function eventShape(site: CoreSite, context: ModelContext): number[] {
  return site.event.dimensions.map((size) => sizeValue(size, context, site.span));
}

/** First element and end of an axis by its index variable. */
export function axisRange(index: string, context: ModelContext): { from: number; to: number } {
  const statement = findAxis(index, context.input.model.body) ?? bug(`no axis ${index}`);
  return {
    from: sizeValue(statement.from, context, statement.span),
    to: sizeValue(statement.to, context, statement.span),
  };
}

function findAxis(index: string, statements: readonly CoreStatement[]): CoreAxisStatement | undefined {
  for (const statement of statements) {
    if (statement.kind === "axis" && statement.index === index) return statement;
    const nested =
      statement.kind === "axis"
        ? findAxis(index, statement.body)
        : statement.kind === "if"
          ? (findAxis(index, statement.then) ?? findAxis(index, statement.else))
          : undefined;
    if (nested !== undefined) return nested;
  }
  return undefined;
}

function positionOf(
  place: CorePlace,
  context: ModelContext,
): { readonly kind: "axis"; readonly axis: Axis } | { readonly kind: "constant"; readonly value: number } {
  if (place.kind === "constant")
    return { kind: "constant", value: sizeValue(place.value, context, context.input.model.span) };
  const binding = context.scope.get(place.index);
  if (binding?.kind === "axis" || binding?.kind === "constant") return binding;
  return bug(`the axis ${place.index} is not open`);
}
