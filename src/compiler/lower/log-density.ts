/** The verb "log density": every draw adds its log density at a given value; discrete latents are summed out. */
import { bug } from "../../base/bug.ts";
import type { CoreDefinedDistribution, CoreSite, CoreStatement, CoreVariable } from "../../lang/core.ts";
import { discreteDependents } from "../../lang/discrete-dependents.ts";
import { type NumberType, numberType, unitRange } from "../../lang/type.ts";
import { createBuilder } from "../builder.ts";
import type { Graph, NodeId } from "../graph.ts";
import { constrain, unconstrainedEvent } from "./bijector.ts";
import { type Binding, type DataCheck, isTuple } from "./context.ts";
import { definedTerms } from "./defined.ts";
import { distributionRows } from "./distributions.ts";
import { bindEnumerated, elementAt } from "./enumerate.ts";
import {
  bindInput,
  chosenBranch,
  createModelContext,
  enterAxis,
  type LearnedParameter,
  type LoweringInput,
  type ModelContext,
  siteOf,
  type Verb,
  walkStatements,
} from "./lower-model.ts";
import { lowerLearned, lowerSupport } from "./lower-support.ts";
import { optionProbabilities } from "./option-probabilities.ts";
import { assemblePieces, knownElements } from "./pieces.ts";
import { bindAt, eventShape, siteAxisSizes, viewAt, viewSiteAt } from "./places.ts";
import { rowDensities } from "./row-density.ts";
import { elementLogDensity, lowerArguments, siteLogDensity, sumBatch } from "./site-density.ts";
import { groupSteps, hasFixedBounds } from "./step-order.ts";
import { type EnumeratedVariable, type Factor, sumFactors } from "./sum-out.ts";
import type { Axis, Value } from "./value.ts";

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
  /** Also output one log density per draw statement and factor, as `term/<label>` with its plates' shape. */
  readonly terms?: boolean;
  /**
   * Also output the log density of each independent draw of an observed variable, given all latents, as `pointwise/<name>`; where a
   * discrete variable is summed out of several draws, of all that share it, as `pointwise/<name>, <name>`.
   */
  readonly pointwise?: boolean;
  /** Index of a plate: `logDensity` has one element per item instead of their sum. */
  readonly keep?: string;
  /** On the constrained scale: the latents' arrays where they are no inputs. */
  readonly values?: ReadonlyMap<string, Value>;
}

/** Unconstrained coordinates of one draw statement. */
export interface CoordinateBlock {
  readonly site: string;
  readonly variable: string;
  /** Name of the graph input. */
  readonly input: string;
  /** The axes of its place, then the unconstrained event. */
  readonly shape: readonly number[];
  /** Where it starts in the flat vector of all coordinates. */
  readonly offset: number;
  readonly length: number;
}

export interface Inseparable {
  readonly variables: readonly string[];
  readonly reason: string;
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
}

/** What a guide may replace: where a site's unconstrained coordinates come from. The default is a graph input. */
export type CoordinateSource = (block: CoordinateBlock, context: ModelContext) => Value;

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
  };
}

export interface DensityState {
  readonly outputs: Readonly<Record<string, NodeId>>;
  readonly total: Value;
  readonly coordinates: readonly CoordinateBlock[];
  readonly learned: readonly LearnedParameter[];
  readonly dataChecks: readonly DataCheck[];
  readonly inseparable: readonly Inseparable[];
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
  const factors: (Factor & { readonly label: string })[] = [];
  const coordinates: CoordinateBlock[] = [];
  const blocks = new Map<string, Value>();
  const bound = new Set<string>();
  const dataChecks: DataCheck[] = [];

  const learned: LearnedParameter[] = [];
  const created = createModelContext(input, builder, lowerLearned(learned), (check) =>
    dataChecks.push(check),
  );
  const context: ModelContext = { ...created, deferred: discreteDependents(model) };
  const { algebra } = context;

  const record = (
    label: string,
    terms: readonly Value[],
    { span }: CoreSite | CoreStatement,
    here: ModelContext,
  ): void => {
    // A row's density needs all of a draw's terms, those too that no discrete variable is in.
    const isShared = options.pointwise === true && terms.some(({ axes }) => axes.some(isEnumerated));
    for (const value of isShared ? [algebra.add(...terms)] : terms)
      factors.push({ label, value, plates: here.plates, span });
  };

  /** The array of a site's unconstrained coordinates, made on first use. */
  const coordinatesOf = (site: CoreSite, here: ModelContext): Value => {
    const existing = blocks.get(site.id);
    if (existing !== undefined) return existing;
    const shape = [...siteAxisSizes(site, here), ...unconstrainedEvent(site.support, eventShape(site, here))];
    const last = coordinates[coordinates.length - 1];
    const block: CoordinateBlock = {
      site: site.id,
      variable: site.variable,
      input: `q/${site.id}`,
      shape,
      offset: last === undefined ? 0 : last.offset + last.length,
      length: shape.reduce((product, length) => product * length, 1),
    };
    coordinates.push(block);
    const value = source(block, here);
    blocks.set(site.id, value);
    return value;
  };

  const isNoncentered = (site: CoreSite): boolean => site.noncentered && options.jacobian !== false;

  /** Binds a continuous latent from its coordinates and records the Jacobian. Returns what to score, if not the value. */
  const bindLatent = (site: CoreSite, here: ModelContext): void => {
    const event = eventShape(site, here);
    if (options.scale === "constrained") return;
    const u = viewSiteAt(coordinatesOf(site, here), site, here);
    if (isNoncentered(site)) {
      bindNoncentered(site, u, here);
      return;
    }
    const { value, logJacobian } = constrain(algebra, lowerSupport(site.support, here), u);
    bindAt(site.variable, site.place, algebra.stretch(value, [], event), here);
    if (options.jacobian === false) return;
    record(
      `${site.id} (Jacobian)`,
      logJacobian.map((term) => algebra.sumEvent(term)),
      site,
      here,
    );
  };

  /** x = loc + scale · z with z standard: the density of z replaces that of x, and no Jacobian is left. */
  const bindNoncentered = (site: CoreSite, z: Value, here: ModelContext): void => {
    const { distribution } = site;
    if (distribution.kind === "defined") {
      bindDefinedNoncentered(site, distribution, z, here);
      return;
    }
    if (distribution.kind !== "distribution") bug("a non-centred choice between distributions");
    const row = distributionRows[distribution.name];
    if (row.locationScale === undefined) bug(`${distribution.name} has no location and scale`);
    const args = lowerArguments(distribution, here);
    bindAt(site.variable, site.place, row.locationScale.place(algebra, z, args), here);
    const standard = distributionRows[row.locationScale.standard].logDensity(algebra, z, {
      ...args,
      loc: algebra.of(0),
      scale: algebra.of(1),
    });
    const event = eventShape(site, here);
    record(
      site.id,
      standard.map((term) => sumBatch(algebra, term, event)),
      site,
      here,
    );
  };

  /** The same by change of variables, which holds whatever the definition says: p(z) = p(x) · scale. */
  const bindDefinedNoncentered = (
    site: CoreSite,
    distribution: CoreDefinedDistribution,
    z: Value,
    here: ModelContext,
  ): void => {
    const { loc, scale } = lowerArguments(distribution, here);
    const event = eventShape(site, here);
    const value = algebra.stretch(algebra.add(loc, algebra.mul(scale, z)), [], event);
    bindAt(site.variable, site.place, value, here);
    const terms = [...definedTerms(distribution, value, here), algebra.unary("log", scale)];
    record(
      site.id,
      terms.map((term) => sumBatch(algebra, term, event)),
      site,
      here,
    );
  };

  /** Latents whose values need what is known where they are drawn. All others are known before any statement. */
  const isTransformedInPlace = (site: CoreSite): boolean =>
    options.scale === "unconstrained" && !site.observed && (isNoncentered(site) || !hasFixedBounds(site));

  /** Which draws of an observed site are there; `undefined` where none can be missing. */
  const presence = (site: CoreSite, here: ModelContext): Value | undefined =>
    site.observed && input.incomplete?.includes(site.variable)
      ? viewAt(presenceName(site.variable), site.place, here)
      : undefined;

  /** Observed variables out of which discrete ones are summed. */
  const summed = new Set<string>();
  /** Binds the log density of every draw, NaN for what is missing, as if a statement of the program did. */
  const bindPoints = (site: CoreSite, value: Value, present: Value | undefined, here: ModelContext): void => {
    const density = elementLogDensity(site, value, here, present, Number.NaN);
    if (density.axes.some(isEnumerated)) summed.add(site.variable);
    else bindAt(pointsName(site.variable), site.place, density, here);
  };

  const verb: Verb = {
    terms: factors,
    draw(site, here) {
      if (site.marginal) {
        record(site.id, siteLogDensity(site, elementAt(site, here), here), site, here);
        return;
      }
      if (!site.observed && !bound.has(site.id)) bindLatent(site, here);
      if (!site.observed && isNoncentered(site) && options.scale === "unconstrained") return;
      const value = viewAt(site.variable, site.place, here);
      const present = presence(site, here);
      record(site.id, siteLogDensity(site, value, here, present), site, here);
      if (site.observed && options.pointwise) bindPoints(site, value, present, here);
    },
    factor(value, statement, here) {
      record(
        `factor at ${statement.span.start}`,
        [algebra.sumEvent(algebra.convert(value, "float"))],
        statement,
        here,
      );
    },
    group: (statement) => groupSteps(statement, context, isTransformedInPlace),
    enterOrdered(statement, here) {
      forEachSite(statement.body, here, (site, inner) => {
        if (site.observed || site.marginal || isTransformedInPlace(site)) return;
        if (bound.has(site.id)) return;
        bindLatent(site, inner);
        bound.add(site.id);
      });
    },
  };

  const enumerated = bindEnumerated(context);
  for (const variable of model.variables) {
    const given = options.values?.get(variable.name);
    if (given !== undefined) context.scope.set(variable.name, { kind: "value", value: given });
    else if (variable.observed) bindInput(`data/${variable.name}`, variable.name, variable.type, context);
    else if (options.scale === "constrained" && !isDiscrete(variable.sites[0], context))
      bindInput(`value/${variable.name}`, variable.name, variable.type, context);
    if (input.incomplete?.includes(variable.name))
      bindInput(`present/${variable.name}`, presenceName(variable.name), presenceType(variable), context);
  }
  walkStatements(model.body, context, verb);

  const keep = options.keep === undefined ? undefined : context.axes.get(options.keep);
  const total = sumFactors(algebra, factors, enumerated, { keep: keep && [keep] });
  const outputs: Record<string, NodeId> = { logDensity: algebra.convert(total, "float").node };
  for (const variable of model.variables)
    if (!variable.observed && !isDiscrete(variable.sites[0], context))
      outputs[`variable/${variable.name}`] = boundArray(context.scope.get(variable.name), context).node;
  for (const name of bindingNames(model.body)) {
    const binding = context.scope.get(name);
    if (binding === undefined || binding.kind === "deferred") continue;
    if (binding.kind === "value" && isTuple(binding.value)) continue;
    const value = boundArray(binding, context);
    if (value.axes.length === 0) outputs[`binding/${name}`] = value.node;
  }
  for (const { name } of model.variables) {
    const binding = context.scope.get(pointsName(name));
    const value =
      binding?.kind === "pieces" ? knownElements(binding, context) : binding && boundArray(binding, context);
    if (value !== undefined && !summed.has(name)) outputs[`pointwise/${name}`] = value.node;
  }
  const inseparable: Inseparable[] = [];
  if (summed.size > 0) {
    const presenceOf = (name: string): Value | undefined =>
      input.incomplete?.includes(name)
        ? boundArray(context.scope.get(presenceName(name)), context)
        : undefined;
    const ownOf = (name: string): Binding | undefined => context.scope.get(pointsName(name));
    for (const { variables, density } of rowDensities(context, factors, enumerated, presenceOf, ownOf)) {
      if (typeof density === "string") inseparable.push({ variables, reason: density });
      else outputs[`pointwise/${variables.join(", ")}`] = density.node;
    }
  }
  if (options.keep === undefined)
    Object.assign(outputs, optionProbabilities(context, factors, enumerated, total));
  if (options.terms)
    for (const label of new Set(factors.map((factor) => factor.label))) {
      const own = factors.filter((factor) => factor.label === label);
      const value = algebra.add(...own.map((factor) => algebra.stretch(factor.value, factor.plates, [])));
      outputs[`term/${label}`] = value.node;
    }
  return {
    outputs,
    total,
    coordinates,
    learned,
    dataChecks,
    inseparable,
    context,
    factors,
    enumerated,
  };
}

/** No names of a program can be these. */
function presenceName(variable: string): string {
  return `${variable} is present`;
}
function pointsName(variable: string): string {
  return `log density of ${variable}`;
}

function isEnumerated({ kind }: Axis): boolean {
  return kind === "enumerated";
}

function presenceType(variable: CoreVariable): NumberType {
  return numberType("bool", unitRange, variable.type.dimensions);
}

export function boundArray(binding: Binding | undefined, context: ModelContext): Value {
  if (binding?.kind === "pieces") return assemblePieces(binding, context);
  if (binding?.kind === "value" && !isTuple(binding.value)) return binding.value;
  return bug("a variable without an array");
}

function isDiscrete(site: string, context: ModelContext): boolean {
  return siteOf(site, context).support.kind === "discrete";
}

/** Names of the bindings of a model body, in order. */
export function bindingNames(statements: readonly CoreStatement[]): string[] {
  const names = statements.flatMap((statement) => {
    if (statement.kind === "let") return statement.local ? [] : [statement.name];
    if (statement.kind === "axis") return bindingNames(statement.body);
    if (statement.kind === "if") return [...bindingNames(statement.then), ...bindingNames(statement.else)];
    return [];
  });
  return [...new Set(names)];
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
