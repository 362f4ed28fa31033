/**
 * A hand-written guide against its model. A guide is checked as a program of its own, whose inputs are what the model is
 * given and whose variables have to be the model's latents: `compare-guide.ts`.
 */
import { nearMisses } from "../../base/near-miss.ts";
import type { Span } from "../../base/span.ts";
import type { CoreModel, CoreSite, CoreVariable } from "../core.ts";
import type { CoreDistribution } from "../core-distribution.ts";
import type { CoreStatement } from "../core-statement.ts";
import type { DistributionName } from "../distributions.ts";
import type { DrawStatement, GuideDeclaration, Statement } from "../tree.ts";
import type { Type } from "../type.ts";
import { boundName } from "./bound-items.ts";
import { checkCoverage } from "./check-coverage.ts";
import type { CheckFacts } from "./check-facts.ts";
import { drawnVariable } from "./check-model.ts";
import { collectPlaces } from "./check-places.ts";
import { type Binding, bindError, type FunctionTable, isLocal, type Scope } from "./check-scope.ts";
import { checkStatements } from "./check-statement.ts";
import { compareGuide, isLatent } from "./compare-guide.ts";
import { formatBrief } from "./format-brief.ts";

/** Draws that are smooth functions of noise and arguments: the ELBO has a gradient through them. */
const reparameterised: readonly DistributionName[] = [
  "Normal",
  "Uniform",
  "RelaxedBernoulli",
  "RelaxedCategorical",
  "MultivariateNormal",
];

/** The guide's Core, the functions it calls and the names it uses. The model has no errors. */
export function checkGuide(
  functions: FunctionTable,
  declaration: GuideDeclaration,
  model: CoreModel,
  report: (facts: CheckFacts) => void,
): { readonly guide: CoreModel; readonly called: ReadonlySet<string>; readonly used: ReadonlySet<string> } {
  const scope = guideScope(functions, declaration, model, report);
  const statements = ownStatements(scope, model, declaration, declaration.body);
  const places = collectPlaces(scope, statements);
  const sites: CoreSite[] = [];
  for (const name of foreignNames(model))
    if (!scope.bindings.has(name.name)) scope.foreign?.set(name.name, name);
  // The guide's own report says that it misses them.
  for (const { name, span } of model.variables)
    if (!scope.bindings.has(name)) bindError(scope, { text: name, span });
  const body = checkStatements(scope, { places, sites, model }, statements);
  for (const variable of places.variables)
    if (!variable.pieces.every(isLocal)) checkCoverage(scope, variable);
  for (const site of sites) checkSmooth(scope, site);
  const variables = places.variables.flatMap((variable) => drawnVariable(variable, sites));
  const { doc, span } = declaration;
  const observed = model.variables.filter((variable) => variable.observed);
  const guide: CoreModel = {
    name: model.name,
    doc,
    sizes: model.sizes,
    inputs: [
      ...model.inputs,
      ...[...observed, ...describedByNumbers(model)].map(({ name, type, span: at }) => ({
        name,
        type,
        span: at,
      })),
    ],
    variables,
    sites,
    body,
    varies: [],
    span,
  };
  const tried = new Set(drawnNames(declaration.body));
  compareGuide(model, guide, { scope, declaration, tried });
  return { guide, called: scope.called, used: scope.used };
}

function guideScope(
  functions: FunctionTable,
  declaration: GuideDeclaration,
  model: CoreModel,
  report: (facts: CheckFacts) => void,
): Scope {
  const bindings = new Map<string, Binding>();
  for (const { name, type, span } of model.inputs)
    bindings.set(name, { kind: "value", origin: "input", type, span, unknown: false });
  for (const { name, type, span, observed } of model.variables)
    if (observed) bindings.set(name, { kind: "value", origin: "observed", type, span, unknown: false });
  for (const { name, options, span } of model.varies) {
    const drawn = model.variables.find((each) => each.name === name);
    if (drawn === undefined) continue;
    const type: Type = options === undefined ? drawn.type : { kind: "enumeration", options };
    bindings.set(name, { kind: "value", origin: "input", type, span, unknown: false });
  }
  return {
    where: declaration.kind,
    report,
    functions,
    sizes: new Map(model.sizes.map(({ name }) => [name, model.span])),
    bindings,
    choices: new Map(),
    indices: new Map(),
    axes: [],
    branch: [],
    statics: new Map(),
    netCalls: 0,
    used: new Set(),
    called: new Set(),
    foreign: new Map(),
  };
}

/** Descriptions that are numbers or arrays: once given, inputs. Options decide every `match` on them. */
function describedByNumbers({ variables, varies }: CoreModel): readonly CoreVariable[] {
  return variables.filter(({ name }) =>
    varies.some((each) => each.name === name && each.options === undefined),
  );
}

/** The statements that a guide may have; reports the others. */
function ownStatements(
  scope: Scope,
  model: CoreModel,
  declaration: GuideDeclaration,
  body: readonly Statement[],
): Statement[] {
  const refuse = (what: string, span: Span, help: string): Statement[] => {
    scope.report({ code: "not-allowed-here", what, where: "in a guide", span, help });
    return [];
  };
  const inside = (statements: readonly Statement[]): Statement[] =>
    ownStatements(scope, model, declaration, statements);
  const own = (statement: Statement): Statement[] => {
    switch (statement.kind) {
      case "draw":
        if (statement.observed)
          return refuse("`observe`", statement.span, "leave it out: the model says what is observed");
        if (isLatent(model, statement.target.name.text)) return [statement];
        reportExtra(scope, model, declaration, statement);
        bindError(scope, statement.target.name);
        return [];
      case "vary":
      case "choice":
        return refuse("`vary`", statement.span, "leave it out: the family says what varies");
      case "factor":
        return refuse("`factor`", statement.span, "move it to the model: a guide only draws");
      case "plate":
      case "for":
        return [{ ...statement, body: inside(statement.body) }];
      case "if": {
        const then = inside(statement.then);
        return [{ ...statement, then, else: inside(statement.else) }];
      }
      case "let":
      case "learn":
      case "error":
        return [statement];
    }
  };
  return body.flatMap(own);
}

function reportExtra(
  scope: Scope,
  model: CoreModel,
  declaration: GuideDeclaration,
  { target }: DrawStatement,
): void {
  const name = target.name.text;
  const latents = model.variables.filter((each) => isLatent(model, each.name)).map((each) => each.name);
  const known = model.variables.find((each) => each.name === name);
  const near = nearMisses(name, latents);
  const text = target.indices.length === 0 ? name : `${name}[${target.indices.map(formatBrief).join(", ")}]`;
  const reason =
    known === undefined
      ? undefined
      : known.observed
        ? "it is observed"
        : model.varies.some((each) => each.name === name)
          ? "it describes the member, and is given"
          : "it is discrete, and summed out exactly";
  scope.report({
    code: "guide-site-extra",
    target: { text, span: target.span },
    model: { text: model.name, span: declaration.name.span },
    ...(reason !== undefined && { reason }),
    help:
      near.length > 0 && known === undefined
        ? `did you mean ${near.map((each) => `\`${each}\``).join(" or ")}?`
        : "remove this line",
  });
}

interface ForeignName {
  readonly name: string;
  readonly what: string;
  readonly span: Span;
}

/** What the model binds or learns for itself. */
function foreignNames({ body }: CoreModel): readonly ForeignName[] {
  const names = (each: CoreStatement): readonly ForeignName[] => {
    switch (each.kind) {
      case "let":
        return [{ name: boundName(each.name), what: "bound in the model", span: each.span }];
      case "learn":
      case "learnNet":
        return [{ name: each.name, what: "learned by the model", span: each.span }];
      case "axis":
        return each.body.flatMap(names);
      case "if":
        return [...each.then, ...each.else].flatMap(names);
      case "draw":
      case "factor":
        return [];
    }
  };
  return body.flatMap(names);
}

/** Names behind which the guide tries to draw something, whether that checks or not. */
function drawnNames(body: readonly Statement[]): readonly string[] {
  return body.flatMap((each): readonly string[] => {
    switch (each.kind) {
      case "draw":
        return [each.target.name.text];
      case "plate":
      case "for":
        return drawnNames(each.body);
      case "if":
        return [...drawnNames(each.then), ...drawnNames(each.else)];
      default:
        return [];
    }
  });
}

/** Discrete draws have a gradient of their own: `score`. */
function checkSmooth(scope: Scope, { distribution, variable, score }: CoreSite): void {
  if (score) return;
  for (const each of namedDistributions(distribution)) {
    if (isSmooth(each)) continue;
    const name =
      each.kind === "mixture" ? "Mixture" : each.kind === "defined" ? each.definition.name : each.name;
    scope.report({
      code: "guide-draw-not-smooth",
      distribution: { text: name, span: each.span },
      help: `write \`${variable} ~ Normal(m, s) via bijector\`, which has the model's support`,
    });
  }
}

type NamedDistribution = Extract<CoreDistribution, { readonly kind: "distribution" | "defined" | "mixture" }>;

function namedDistributions(distribution: CoreDistribution): readonly NamedDistribution[] {
  switch (distribution.kind) {
    case "distribution":
    case "defined":
    case "mixture":
      return [distribution];
    case "censored":
    case "transformed":
      return namedDistributions(distribution.base);
    case "if":
      return [...namedDistributions(distribution.then), ...namedDistributions(distribution.else)];
    case "match":
      return distribution.arms.flatMap(({ value }) => namedDistributions(value));
  }
}

/** A definition is trusted with its formulas, not with what it draws from. */
function isSmooth(distribution: NamedDistribution): boolean {
  if (distribution.kind === "distribution") return reparameterised.includes(distribution.name);
  // Which component is drawn jumps.
  if (distribution.kind === "mixture") return false;
  const { draw, quantile } = distribution.definition;
  if (draw === undefined) return quantile !== undefined;
  return draw.steps.every(
    (step) => step.kind !== "draw" || namedDistributions(step.distribution).every(isSmooth),
  );
}
