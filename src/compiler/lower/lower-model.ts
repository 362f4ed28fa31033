/**
 * Walks a model's statements: plates become named axes, bindings enter the scope, draws and factors go to a verb
 * (log density, simulation). Whatever a verb does not decide is decided here.
 */
import { bug } from "../../base/bug.ts";
import type { CoreFunction, CoreModel, CoreSite } from "../../lang/core.ts";
import type { CoreAsk } from "../../lang/core-expression.ts";
import type { CoreAxisStatement, CoreLearn, CoreStatement } from "../../lang/core-statement.ts";
import type { Base, NumberType } from "../../lang/type.ts";
import type { Builder } from "../builder.ts";
import type { DType } from "../ops.ts";
import { type Context, type DataCheck, fail, sizeValue } from "./context.ts";
import { evaluateKnown } from "./evaluate-known.ts";
import { lowerExpression } from "./lower-expression.ts";
import { mergePieces } from "./pieces.ts";
import { bindAt, placeRange } from "./places.ts";
import {
  isTimeToRoll,
  longestUnrolled,
  piecesOfStep,
  rollBindings,
  type Term,
  unrollingHelp,
  type WalkedStep,
} from "./roll-bindings.ts";
import { sampledSeasons } from "./roll-steps.ts";
import { type Axis, createAlgebra, type Value } from "./value.ts";

/** The model and everything about it that must be known before it can be lowered. */
export interface LoweringInput {
  readonly model: CoreModel;
  readonly functions: Readonly<Record<string, CoreFunction>>;
  readonly sizes: Readonly<Record<string, number>>;
  /** What sizes are as numbers; default: `sizes`. A batch is shorter than the plate of which it is a part. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Values of scalar Bool and Int inputs, for `if` statements. */
  readonly knowns: Readonly<Record<string, number>>;
  /** Observed variables of which some values are missing: a graph input `present/<name>` says which are there. */
  readonly incomplete?: readonly string[];
  /** Those of them that other lines compute with: row-major positions of the missing elements, which are latents. */
  readonly imputed?: Readonly<Record<string, readonly number[]>>;
  /** Draws of the latents side by side, along an outermost plate: `drawsAxis`. */
  readonly draws?: number;
}

/** The plate of draws side by side. */
export function drawsAxis({ draws }: LoweringInput): Axis | undefined {
  if (draws === undefined) return undefined;
  return { id: "draws side by side", size: draws, start: 0, order: -1, kind: "plate" };
}

export interface ModelContext extends Context {
  readonly input: LoweringInput;
  /** Enclosing axes that are vectorised, outermost first. */
  readonly plates: readonly Axis[];
  /** All axes entered so far, by index variable: an axis that is walked twice is the same axis. */
  readonly axes: Map<string, Axis>;
  /** Names of bindings that are made where they are read, as they depend on what is summed out. */
  readonly deferred: ReadonlySet<string>;
}

export interface Verb {
  /** All terms recorded so far, for a verb that records any. Those of steps that become a loop are replaced by their sum. */
  readonly terms?: Term[];
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

export function createModelContext(
  input: LoweringInput,
  builder: Builder,
  learned: (path: string, learn: LearnedParameter["learn"], context: Context) => Value,
  noteDataCheck: (check: DataCheck) => void,
  answer: (ask: CoreAsk, context: ModelContext) => Value,
): ModelContext {
  const algebra = createAlgebra(builder);
  let order = 0;
  const draws = drawsAxis(input);
  const context: ModelContext = {
    algebra,
    input,
    functions: input.functions,
    sizes: input.sizes,
    counts: input.counts ?? input.sizes,
    scope: new Map(),
    path: "",
    plates: draws === undefined ? [] : [draws],
    axes: new Map(),
    deferred: new Set(),
    learned,
    rangeOf: (place) => placeRange(place, context),
    answer: (ask, inner) => answer(ask, { ...context, ...inner }),
    nextOrder: () => order++,
    noteDataCheck,
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
    case "draw": {
      const site = siteOf(statement.site, context);
      checkPlace(site, context);
      verb.draw(site, context);
      return;
    }
    case "let": {
      if (context.deferred.has(statement.name)) {
        const before = context.scope.get(statement.name);
        const others =
          before?.kind === "deferred" ? before.statements.filter((each) => each !== statement) : [];
        context.scope.set(statement.name, { kind: "deferred", statements: [...others, statement] });
        return;
      }
      bindAt(statement.name, statement.place, lowerExpression(statement.value, context), context);
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
      return;
  }
}

/** The statements of the branch that a known condition chooses. */
export function chosenBranch(
  statement: Extract<CoreStatement, { kind: "if" }>,
  context: ModelContext,
): readonly CoreStatement[] {
  const known = evaluateKnown(statement.condition, context.input.knowns, context.counts);
  return known !== 0 ? statement.then : statement.else;
}

export function siteOf(id: string, context: ModelContext): CoreSite {
  return context.input.model.sites.find((site) => site.id === id) ?? bug(`no site ${id}`);
}

/** Refuses a draw of elements that its variable is too short for. */
function checkPlace({ variable, place, span }: CoreSite, context: ModelContext): void {
  const { variables } = context.input.model;
  const dimensions = variables.find(({ name }) => name === variable)?.type.dimensions ?? [];
  place.forEach((each, dimension) => {
    const { from, to } = placeRange(each, context);
    const length = sizeValue(dimensions[dimension], context, span);
    if (to <= length || to <= from) return;
    fail({
      code: "index-out-of-range",
      message: `\`${variable}\` has only ${length} of the elements that are drawn here`,
      labels: [{ span, text: `draws elements ${from} to ${to - 1}` }],
      help: `give data with at least ${to} elements`,
    });
  });
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

/** One loop where that is possible; else unrolled: the index is a constant in each step. */
function walkSteps(
  statement: CoreAxisStatement,
  body: readonly CoreStatement[],
  from: number,
  to: number,
  context: ModelContext,
  verb: Verb,
): void {
  const before = new Map(context.scope);
  const terms = verb.terms ?? [];
  const termsBefore = terms.length;
  const samples: WalkedStep[] = [];
  let canRoll = canRepeat(body, context);
  for (let step = from; step < to; step++) {
    if (canRoll && isTimeToRoll(step - from, to - from)) {
      const rolled = rollBindings(samples, before, from, to, context);
      if (rolled !== undefined) {
        terms.splice(termsBefore, terms.length, ...rolled);
        break;
      }
    }
    if (to - from > longestUnrolled && (!canRoll || step - from >= sampledSeasons))
      fail({
        code: "axis-too-long",
        message: `this axis has ${to - from} steps that depend on each other and are no loop; the most is ${longestUnrolled}`,
        labels: [{ span: statement.span, text: "taken step by step" }],
        help: unrollingHelp,
      });
    const recorded = terms.length;
    context.scope.set(statement.index, { kind: "constant", value: step });
    walkStatements(body, context, verb);
    const pieces = canRoll ? piecesOfStep(context.scope, before, statement.index, step) : undefined;
    if (pieces === undefined) canRoll = false;
    else samples.push({ pieces, terms: terms.slice(recorded) });
  }
  for (const [name, binding] of context.scope)
    if (binding.kind === "pieces") context.scope.set(name, mergePieces(binding, context));
}

/** Whether walking the statements does nothing but bind names and record terms. */
function canRepeat(statements: readonly CoreStatement[], context: ModelContext): boolean {
  const repeats = (statement: CoreStatement): boolean => {
    switch (statement.kind) {
      case "let":
      case "factor":
        return true;
      case "draw":
        return !siteOf(statement.site, context).marginal;
      case "axis":
        return canRepeat(statement.body, context);
      case "if":
        return canRepeat(chosenBranch(statement, context), context);
      case "learn":
      case "learnNet":
        return false;
    }
  };
  return statements.every(repeats);
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
