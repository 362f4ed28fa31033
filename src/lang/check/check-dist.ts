/** `dist` declarations: parameters, support, entries. */
import { nearMisses } from "../../base/near-miss.ts";
import type { Span } from "../../base/span.ts";
import type { CoreDefinition, CoreEntry, CoreStep } from "../core-distribution.ts";
import { rangeOf } from "../range.ts";
import type { DistDeclaration, DistEntry, DrawStatement } from "../tree.ts";
import { errorType, type NumberType, numberType } from "../type.ts";
import { checkDistribution } from "./check-distribution.ts";
import { checkExpression } from "./check-expression.ts";
import type { CheckFacts } from "./check-facts.ts";
import { checkBinding, refuseDefaults } from "./check-function.ts";
import {
  bindError,
  closedScope,
  type DistSignature,
  emptyScope,
  type FunctionTable,
  type Scope,
  takenBy,
} from "./check-scope.ts";
import { checkEvent, declaredSupport } from "./check-support.ts";
import { checkType, type DeclaredType, fits } from "./check-type.ts";

export interface CheckedDist {
  readonly kind: "dist";
  /** Absent where the declaration has faults that its uses would repeat. */
  readonly signature?: DistSignature;
}

type EntryName = "logDensity" | "cdf" | "logCdf" | "logSurvival" | "quantile" | "draw" | "mean" | "variance";

interface EntryRule {
  readonly entry: EntryName;
  /** What its parameters are. */
  readonly takes: "a draw" | "a probability" | "noise" | "nothing";
  readonly gives: "a number" | "a draw" | "a moment";
  readonly example: string;
}

const rules: Readonly<Record<string, EntryRule>> = {
  logpdf: { entry: "logDensity", takes: "a draw", gives: "a number", example: "logpdf(x) = …" },
  logpmf: { entry: "logDensity", takes: "a draw", gives: "a number", example: "logpmf(k) = …" },
  cdf: { entry: "cdf", takes: "a draw", gives: "a number", example: "cdf(x) = …" },
  logcdf: { entry: "logCdf", takes: "a draw", gives: "a number", example: "logcdf(x) = …" },
  logsurvival: { entry: "logSurvival", takes: "a draw", gives: "a number", example: "logsurvival(x) = …" },
  quantile: { entry: "quantile", takes: "a probability", gives: "a draw", example: "quantile(p) = …" },
  draw: { entry: "draw", takes: "noise", gives: "a draw", example: "draw(u: Unit) = …" },
  mean: { entry: "mean", takes: "nothing", gives: "a moment", example: "mean = …" },
  variance: { entry: "variance", takes: "nothing", gives: "a moment", example: "variance = …" },
};

const densities = ["logpdf", "logpmf"];

/** The generator gives neither 0 nor 1. */
const openUnit = numberType("real", rangeOf(0, 1, true, true));

export function checkDist(
  functions: FunctionTable,
  declaration: DistDeclaration,
  report: (facts: CheckFacts) => void,
): CheckedDist {
  let faults = 0;
  const counted = (facts: CheckFacts): void => {
    faults++;
    report(facts);
  };
  const sizes = new Map<string, Span>();
  const scope: Scope = { ...emptyScope(functions, "dist", counted), sizes };
  for (const { name } of declaration.sizes) {
    const first = sizes.get(name.text);
    if (first !== undefined) counted({ code: "name-taken", name, what: "a size", first });
    sizes.set(name.text, name.span);
  }
  refuseDefaults(scope, declaration.sizes, "on a distribution");
  const parameters = checkParameters(scope, declaration);
  const support = checkType(scope, declaration.support, checkExpression);
  if (support === undefined) return { kind: "dist" };
  const entries = checkEntries(scope, declaration, support);
  if (entries.logDensity === undefined || faults > 0) return { kind: "dist" };
  const { name, span } = declaration;
  const definition: CoreDefinition = {
    name: name.text,
    sizes: [...sizes.keys()],
    parameters: parameters.map((each) => ({ name: each.name, type: each.type })),
    event: support.type,
    ...entries,
    logDensity: entries.logDensity,
    span,
  };
  const signature: DistSignature = {
    name: name.text,
    sizes: definition.sizes,
    parameters,
    definition,
    support: declaredSupport(support),
    ...(support.type.base === "int" && support.bounds && { bounds: support.bounds }),
    called: scope.called,
  };
  return { kind: "dist", signature };
}

function checkParameters(scope: Scope, declaration: DistDeclaration): DistSignature["parameters"] {
  return declaration.parameters.flatMap(({ name, type: expression, default: value }) => {
    const taken = takenBy(scope, name.text);
    if (taken !== undefined) scope.report({ code: "name-taken", name, ...taken });
    const type = checkType(scope, expression, checkExpression)?.type;
    if (type !== undefined && value !== undefined) {
      const closed = { ...closedScope(scope), report: scope.report };
      const because = { text: `the type of \`${name.text}\``, span: expression.span };
      fits(scope, checkExpression(closed, value), value, type, because);
    }
    bind(scope, name.text, type, name.span);
    const given = value && { default: value };
    return type === undefined ? [] : [{ name: name.text, type, span: expression.span, ...given }];
  });
}

function bind(scope: Scope, name: string, type: NumberType | undefined, span: Span): void {
  const origin = "parameter";
  scope.bindings.set(name, { kind: "value", origin, type: type ?? errorType, span, unknown: false });
}

function checkEntries(
  scope: Scope,
  declaration: DistDeclaration,
  support: DeclaredType,
): Partial<Record<EntryName, CoreEntry>> {
  const found: Partial<Record<EntryName, CoreEntry>> = {};
  const seen = new Map<EntryName, string>();
  const density = support.type.base === "real" ? "logpdf" : "logpmf";
  for (const entry of declaration.entries) {
    const { name } = entry;
    const refuse = (reason: string, help: string): void =>
      scope.report({ code: "bad-entry", name, reason, help });
    const rule = Object.hasOwn(rules, name.text) ? rules[name.text] : undefined;
    if (rule === undefined) {
      const known = Object.keys(rules).filter((each) => !densities.includes(each) || each === density);
      scope.report({ code: "unknown-entry", name, known, near: nearMisses(name.text, known) });
      continue;
    }
    const first = seen.get(rule.entry);
    seen.set(rule.entry, name.text);
    if (rule.entry === "logDensity" && name.text !== density)
      refuse(
        density === "logpmf" ? "draws are whole numbers" : "draws are real numbers",
        `call it \`${density}\``,
      );
    else if (first !== undefined) refuse(`there is a \`${first}\` already`, "remove one of them");
    else {
      const checked = checkEntry(scope, entry, rule, support, refuse);
      if (checked !== undefined) found[rule.entry] = checked;
    }
  }
  if (!seen.has("logDensity")) scope.report({ code: "missing-density", name: declaration.name, density });
  return found;
}

function checkEntry(
  outer: Scope,
  entry: DistEntry,
  rule: EntryRule,
  support: DeclaredType,
  refuse: (reason: string, help: string) => void,
): CoreEntry | undefined {
  const scope: Scope = { ...outer, bindings: new Map(outer.bindings) };
  const types = parameterTypes(scope, entry, rule, support, refuse);
  if (types === undefined) return undefined;
  const parameters = entry.parameters.map(({ name }, position) => {
    const taken = takenBy(scope, name.text);
    if (taken !== undefined) scope.report({ code: "name-taken", name, ...taken });
    bind(scope, name.text, types[position], name.span);
    return { name: name.text, type: types[position] };
  });
  const steps = entry.bindings.flatMap((statement): CoreStep[] => {
    if (statement.kind === "draw" && rule.takes === "noise") return checkStep(scope, statement);
    return checkBinding(scope, statement).flatMap((each) =>
      each.kind === "let" ? [{ kind: "let", name: each.name, value: each.value }] : [],
    );
  });
  const value = checkExpression(scope, entry.value);
  const { span } = entry.name;
  fits(scope, value, entry.value, resultType(rule, support.type), {
    text: rule.gives === "a draw" ? "what one draw is" : `\`${entry.name.text}\``,
    span: rule.gives === "a draw" ? support.expression.span : span,
  });
  return { parameters, steps, value };
}

function resultType({ gives }: EntryRule, event: NumberType): NumberType {
  switch (gives) {
    case "a number":
      return numberType("real");
    case "a draw":
      return event;
    case "a moment":
      return numberType("real", undefined, event.dimensions);
  }
}

function parameterTypes(
  scope: Scope,
  { parameters }: DistEntry,
  { takes, example }: EntryRule,
  support: DeclaredType,
  refuse: (reason: string, help: string) => void,
): readonly NumberType[] | undefined {
  const help = `write \`${example}\``;
  if (takes === "noise") {
    const types = parameters.map(({ type }) => type && checkType(scope, type, checkExpression));
    const isNoise = types.every(
      (each, at) => each && ["Unit", "Real"].includes(each.expression.name.text) && noBounds(parameters[at]),
    );
    if (isNoise)
      return types.flatMap((each) =>
        each === undefined
          ? []
          : [each.type.range.low === 0 ? { ...openUnit, dimensions: each.type.dimensions } : each.type],
      );
    refuse(
      "its parameters are noise: `Unit` for uniform numbers, `Real` for standard normal ones",
      "write `draw(u: Unit) = …` or `draw(z: Real) = …`",
    );
    return undefined;
  }
  const wanted = takes === "nothing" ? 0 : 1;
  if (parameters.length !== wanted) {
    refuse(wanted === 0 ? "it has no parameters" : `it has one parameter, ${takes}`, help);
    return undefined;
  }
  if (parameters.some(({ type }) => type !== undefined)) {
    refuse(`its parameter is ${takes}, so it needs no type`, help);
    return undefined;
  }
  return takes === "nothing" ? [] : [takes === "a draw" ? support.type : openUnit];
}

function noBounds({ type }: DistEntry["parameters"][number]): boolean {
  return type === undefined || type.bounds.length === 0;
}

/** A draw from another distribution inside `draw`. */
function checkStep(scope: Scope, statement: DrawStatement): CoreStep[] {
  const { target, observed, annotations, type } = statement;
  const { name } = target;
  const taken = takenBy(scope, name.text);
  if (taken !== undefined) scope.report({ code: "name-taken", name, ...taken });
  const extra = target.indices.length > 0 ? "an index" : observed ? "`observe`" : annotations.at(0)?.text;
  if (extra !== undefined) {
    const help = `write \`${name.text} ~ …\``;
    scope.report({
      code: "not-allowed-here",
      what: extra,
      where: "inside `draw`",
      span: statement.span,
      help,
    });
  }
  const declared = type && checkType(scope, type, checkExpression);
  const distribution = checkDistribution(scope, statement.distribution);
  const usable = distribution !== undefined && (type === undefined || declared !== undefined);
  const event = usable ? checkEvent(scope, name.text, distribution, declared) : undefined;
  if (event === undefined || distribution === undefined || taken !== undefined) {
    bindError(scope, name);
    return [];
  }
  if (event.support !== distribution.support)
    scope.report({
      code: "not-supported-yet",
      feature: "types that cut a draw down inside `draw` are",
      span: type?.span ?? statement.span,
      help: "leave the type out",
    });
  bind(scope, name.text, event.type, name.span);
  return [{ kind: "draw", name: name.text, type: event.type, distribution: distribution.core }];
}
