/** The verb "log density": every draw adds its log density at a given value; discrete latents are summed out. */
import type { CoreSite, CoreVariable } from "../../lang/core.ts";
import type { CoreStatement } from "../../lang/core-statement.ts";
import { discreteDependents } from "../../lang/discrete-dependents.ts";
import { createNamesRead } from "../../lang/names-read.ts";
import { createBuilder } from "../builder.ts";
import type { Graph, NodeId } from "../graph.ts";
import { bindingNames } from "./binding-names.ts";
import type { ChosenSteps, DataCheck } from "./context.ts";
import { type CoordinateBlock, type CoordinateSource, createLatents } from "./density-latents.ts";
import { bindEnumerated, elementAt, evidenceAt, undrawnEvidence } from "./enumerate.ts";
import { bindGiven, bindPresence, bindUndrawn, presence } from "./given.ts";
import { isInferred } from "./imputed.ts";
import { lowerAsk } from "./lower-ask.ts";
import {
  bindInput,
  chosenBranch,
  createModelContext,
  drawsAxis,
  enterAxis,
  type LearnedParameter,
  type LoweringInput,
  type ModelContext,
  siteOf,
  type Verb,
  walkStatements,
} from "./lower-model.ts";
import { lowerLearned } from "./lower-support.ts";
import { optionProbabilities } from "./option-probabilities.ts";
import { boundArray } from "./pieces.ts";
import { viewAt } from "./places.ts";
import { createPointwise, type Inseparable, isEnumerated } from "./pointwise.ts";
import type { LabelledFactor } from "./row-density.ts";
import { siteLogDensity } from "./site-density.ts";
import { groupSteps } from "./step-order.ts";
import { gatherTerms } from "./sum-gathered.ts";
import { type EnumeratedVariable, type Factor, sumFactors } from "./sum-out.ts";
import type { Value } from "./value.ts";

export interface DensityOptions {
  /**
   * "unconstrained": inputs `q/<site>` and the Jacobian is added. "constrained": inputs `value/<variable>`, no Jacobian: the
   * joint density as the model states it.
   */
  readonly scale: "unconstrained" | "constrained";
  /**
   * False: on the unconstrained scale, but the density of the model's own variables, without the Jacobian: its maximum is
   * the mode.
   */
  readonly jacobian?: false;
  /** Also output one log density per draw statement and factor, as `term/<label>` with its plates' shape; not of those summed by place. */
  readonly terms?: boolean;
  /**
   * Also output the log density of each independent draw of an observed variable, given all latents, as `pointwise/<name>`; where a
   * discrete variable is summed out of several draws, of all that share it, as `pointwise/<name>, <name>`.
   */
  readonly pointwise?: boolean;
  /** Index of a plate: `logDensity` has one element per item instead of their sum. */
  readonly keep?: string;
  /** Latents that have values, on the unconstrained scale too: inputs `value/<variable>` in place of coordinates. */
  readonly given?: GivenLatents;
  /** Arrays of latents that are no inputs: on the constrained scale all, else the discrete ones that a guide draws. */
  readonly values?: ReadonlyMap<string, Value>;
}

export interface GivenLatents {
  readonly names: ReadonlySet<string>;
  /** Told of each site of such a variable once, where its support is known. */
  draw(site: CoreSite, here: ModelContext): void;
}

export interface DensityLowering {
  /**
   * Inputs: `data/<name>`, `learn/<path>`, and the latents. Outputs: `logDensity`, `variable/<name>` for every latent variable
   * and `binding/<name>` for every binding outside functions that depends on one.
   */
  readonly graph: Graph;
  readonly coordinates: readonly CoordinateBlock[];
  readonly dimension: number;
  readonly learned: readonly LearnedParameter[];
  readonly dataChecks: readonly DataCheck[];
  /** Observed variables whose draws have no log density of their own, with the reason. */
  readonly inseparable: readonly Inseparable[];
  /** Of each `ode` by tolerance, with `terms`; its `ends` are outputs, as `time/<position>`. */
  readonly steps: readonly ChosenSteps[];
}

/** Throws `ProblemError` for what only sizes and data can show: empty axes, indices out of range, unbound sizes. */
export function lowerLogDensity(input: LoweringInput, options: DensityOptions): DensityLowering {
  const builder = createBuilder();
  const state = lowerDensityInto(input, options, builder, (block, context) => ({
    node: context.algebra.builder.input(block.input, { dtype: "float", shape: block.shape }),
    axes: [],
    event: block.shape,
  }));
  return {
    graph: builder.finish(state.outputs),
    coordinates: state.coordinates,
    dimension: state.coordinates.reduce((sum, block) => sum + block.length, 0),
    learned: state.learned,
    dataChecks: state.dataChecks,
    inseparable: state.inseparable,
    steps: state.steps,
  };
}

export interface DensityState {
  readonly outputs: Readonly<Record<string, NodeId>>;
  readonly total: Value;
  readonly coordinates: readonly CoordinateBlock[];
  readonly learned: readonly LearnedParameter[];
  readonly dataChecks: readonly DataCheck[];
  readonly inseparable: readonly Inseparable[];
  readonly steps: readonly ChosenSteps[];
  readonly context: ModelContext;
  /** What `total` is the sum of, and what was summed out of it. */
  readonly factors: readonly Factor[];
  readonly enumerated: readonly EnumeratedVariable[];
}

/** The same into a builder at hand, so that guides and objectives can share the graph. */
export function lowerDensityInto(
  input: LoweringInput,
  options: DensityOptions,
  builder: ReturnType<typeof createBuilder>,
  source: CoordinateSource,
): DensityState {
  const { model } = input;
  const factors: LabelledFactor[] = [];
  const bound = new Set<string>();
  const dataChecks: DataCheck[] = [];

  const learned: LearnedParameter[] = [];
  const created = createModelContext(
    input,
    builder,
    lowerLearned(learned),
    (check) => dataChecks.push(check),
    lowerAsk,
  );
  const { algebra } = created;
  const steps: ChosenSteps[] = [];
  const context: ModelContext = {
    ...created,
    deferred: new Set(
      discreteDependents(
        model,
        createNamesRead((id) => input.functions[id]),
      ).keys(),
    ),
    noteSteps(own, where) {
      // Not those inside of loops, and once where several items of one function's result need them.
      const isKnown = steps.some(({ ends }) => ends.time.node === own.ends.time.node);
      if (where === algebra && !isKnown) steps.push(own);
    },
  };

  const record = (
    label: string,
    terms: readonly Value[],
    { span }: CoreSite | CoreStatement,
    here: ModelContext,
  ): void => {
    // A row's density needs all of a draw's terms, those too that no discrete variable is in.
    const isShared = options.pointwise === true && terms.some(({ axes }) => axes.some(isEnumerated));
    for (const value of isShared ? [algebra.add(...terms)] : terms)
      factors.push(gatherTerms({ label, value, plates: here.plates, span }, here));
  };

  const latents = createLatents(input, options, source, record);
  const isGiven = (variable: string): boolean => options.given?.names.has(variable) ?? false;
  const pointwise = createPointwise();
  const verb: Verb = {
    terms: factors,
    draw(site, here) {
      if (site.marginal) {
        const value = elementAt(site, here);
        // No term of the model is to blame for a value that cannot be.
        const evidence = options.terms ? undefined : evidenceAt(site, here);
        const terms = siteLogDensity(site, value, here);
        record(site.id, evidence === undefined ? terms : [...terms, evidence], site, here);
        if (site.observed && options.pointwise) pointwise.record(site, value, undefined, here);
        return;
      }
      if (isGiven(site.variable) && !bound.has(site.id)) options.given?.draw(site, here);
      const inferred = isInferred(site, input) && !isGiven(site.variable);
      if (inferred && !site.score && !bound.has(site.id) && latents.bind(site, here)) return;
      const value = viewAt(site.variable, site.place, here);
      const present = presence(site, here);
      // What is inferred has a value in every element.
      record(site.id, siteLogDensity(site, value, here, inferred ? undefined : present), site, here);
      if (site.observed && options.pointwise) pointwise.record(site, value, present, here);
    },
    factor(value, statement, here) {
      record(
        `factor at ${statement.span.start}`,
        [algebra.sumEvent(algebra.convert(value, "float"))],
        statement,
        here,
      );
    },
    group: (statement) =>
      groupSteps(statement, context, (site) => !isGiven(site.variable) && latents.isTransformedInPlace(site)),
    enterOrdered(statement, here) {
      forEachSite(statement.body, here, (site, inner) => {
        if (!isInferred(site, input) || site.marginal || site.score) return;
        if (latents.isTransformedInPlace(site)) return;
        if (bound.has(site.id)) return;
        if (isGiven(site.variable)) options.given?.draw(site, inner);
        else latents.bind(site, inner);
        bound.add(site.id);
      });
    },
  };

  bindPresence(context);
  const enumerated = bindEnumerated(context);
  const summed = new Set(enumerated.map(({ name }) => name));
  for (const variable of model.variables) {
    if (summed.has(variable.name)) continue;
    const given = options.values?.get(variable.name);
    if (given !== undefined) context.scope.set(variable.name, { kind: "value", value: given });
    else if (!isInferred(variable, input))
      bindInput(`data/${variable.name}`, variable.name, variable.type, context);
    else if (variable.observed && options.scale === "unconstrained")
      bindUndrawn(variable, bindGiven(variable, context), context);
    else if (isValueInput(variable, options, context))
      bindInput(`value/${variable.name}`, variable.name, variable.type, context);
  }
  walkStatements(model.body, context, verb);
  if (!options.terms)
    for (const { name } of enumerated)
      for (const factor of undrawnEvidence(name, context))
        factors.push({ ...factor, label: `${name} as given` });

  const kept = options.keep === undefined ? undefined : context.axes.get(options.keep);
  const keep = [drawsAxis(input), kept].filter((axis) => axis !== undefined);
  const total = algebra.stretch(sumFactors(algebra, factors, enumerated, { keep }), keep, []);
  const outputs: Record<string, NodeId> = { logDensity: algebra.convert(total, "float").node };
  for (const variable of model.variables)
    if (isInferred(variable, input) && !summed.has(variable.name))
      outputs[`variable/${variable.name}`] = boundArray(context.scope.get(variable.name), context).node;
  for (const name of bindingNames(model.body)) {
    const binding = context.scope.get(name);
    if (binding === undefined || binding.kind === "deferred") continue;
    const value = boundArray(binding, context);
    if (value.axes.length === 0) outputs[`binding/${name}`] = value.node;
  }
  const points = pointwise.finish(context, factors, enumerated);
  Object.assign(outputs, points.outputs);
  if (keep.length === 0) Object.assign(outputs, optionProbabilities(context, factors, enumerated, total));
  if (options.terms)
    for (const label of new Set(factors.map((factor) => factor.label))) {
      const own = factors.filter((factor) => factor.label === label);
      if (own.some(({ gathered }) => gathered)) continue;
      const value = algebra.add(...own.map((factor) => algebra.stretch(factor.value, factor.plates, [])));
      outputs[`term/${label}`] = value.node;
    }
  if (options.terms)
    for (const [at, { ends }] of steps.entries())
      for (const [name, value] of Object.entries(ends)) outputs[`${name}/${at}`] = value.node;
  return {
    outputs,
    total,
    coordinates: latents.coordinates,
    learned,
    dataChecks,
    inseparable: points.inseparable,
    steps,
    context,
    factors,
    enumerated,
  };
}

/** Latents whose values are given: all on the constrained scale, discrete ones that a guide draws and `given` ones on both. */
function isValueInput(
  { name, sites }: CoreVariable,
  { scale, given }: DensityOptions,
  context: ModelContext,
): boolean {
  const { marginal, score } = siteOf(sites[0], context);
  return !marginal && (scale === "constrained" || score === true || given?.names.has(name) === true);
}

function forEachSite(
  statements: readonly CoreStatement[],
  context: ModelContext,
  visit: (site: CoreSite, context: ModelContext) => void,
): void {
  for (const statement of statements) {
    if (statement.kind === "draw") visit(siteOf(statement.site, context), context);
    if (statement.kind === "if") forEachSite(chosenBranch(statement, context), context, visit);
    if (statement.kind === "axis") {
      forEachSite(statement.body, enterAxis(statement, context), visit);
      context.scope.delete(statement.index);
    }
  }
}
