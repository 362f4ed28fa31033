/** One model: header, statements, then coverage and the variables as seen from outside. */
import type { Span } from "../../base/span.ts";
import type { CoreInput, CoreModel, CoreSite, CoreVariable } from "../core.ts";
import type { ModelDeclaration } from "../tree.ts";
import { errorType, type Type } from "../type.ts";
import { checkCoverage } from "./check-coverage.ts";
import { checkExpression } from "./check-expression.ts";
import type { CheckFacts } from "./check-facts.ts";
import { checkMarginal } from "./check-marginal.ts";
import { collectPlaces } from "./check-places.ts";
import {
  emptyScope,
  type FunctionTable,
  isLocal,
  type Scope,
  takenBy,
  type Variable,
} from "./check-scope.ts";
import { checkSize } from "./check-size.ts";
import { checkStatements } from "./check-statement.ts";
import { checkType, joinTypes } from "./check-type.ts";

/** The model's Core, and the functions it calls. Parts that did not check are left out. */
export function checkModel(
  functions: FunctionTable,
  declaration: ModelDeclaration,
  report: (facts: CheckFacts) => void,
): { readonly model: CoreModel; readonly called: ReadonlySet<string> } {
  const known = new Map<string, Span>();
  const scope: Scope = { ...emptyScope(functions, declaration.kind, report), sizes: known };
  const sizes = checkSizes(scope, known, declaration);
  const inputs = checkInputs(scope, declaration);
  const places = collectPlaces(scope, declaration.body);
  const sites: CoreSite[] = [];
  const body = checkStatements(scope, { places, sites }, declaration.body);
  for (const variable of places.variables)
    if (!variable.pieces.every(isLocal)) checkCoverage(scope, variable);
  for (const { name } of declaration.parameters) {
    if (!scope.used.has(name.text)) report({ code: "unused-input", name });
  }
  const variables = places.variables.flatMap((variable) => drawnVariable(variable, sites));
  const { name, doc, span } = declaration;
  const model: CoreModel = {
    name: name.text,
    doc,
    sizes,
    inputs,
    variables,
    sites,
    body,
    varies: varying(places.variables),
    span,
  };
  checkMarginal(model, functions.core, report);
  return { model, called: scope.called };
}

function varying(variables: readonly Variable[]): CoreModel["varies"] {
  return variables
    .filter((variable) => variable.varies && variable.bound.size > 0)
    .map(({ name, joined, span }) => ({
      name,
      ...(joined.kind === "enumeration" && { options: joined.options }),
      span,
    }));
}

function checkSizes(
  scope: Scope,
  known: Map<string, Span>,
  declaration: ModelDeclaration,
): CoreModel["sizes"] {
  return declaration.sizes.map(({ name, default: value }) => {
    const first = known.get(name.text);
    if (first !== undefined) scope.report({ code: "name-taken", name, what: "a size", first });
    // The default may use the sizes before it, not itself.
    const size = value && checkSize(scope, value);
    known.set(name.text, name.span);
    return { name: name.text, ...(size && { default: size }), span: name.span };
  });
}

function checkInputs(scope: Scope, declaration: ModelDeclaration): CoreInput[] {
  return declaration.parameters.flatMap(({ name, type: expression, default: value }): CoreInput[] => {
    if (value !== undefined) {
      const help = `remove it; \`${name.text}\` comes with the data`;
      scope.report({
        code: "not-allowed-here",
        what: "a default",
        where: "on a model's input",
        span: value.span,
        help,
      });
    }
    const taken = takenBy(scope, name.text);
    if (taken !== undefined) {
      scope.report({ code: "name-taken", name, ...taken });
      return [];
    }
    const declared = checkType(scope, expression, checkExpression);
    const type = declared?.type ?? errorType;
    scope.bindings.set(name.text, { kind: "value", origin: "input", type, span: name.span, unknown: false });
    return declared === undefined ? [] : [{ name: name.text, type: declared.type, span: name.span }];
  });
}

/** A variable as seen from outside; none where no draw of it checked. */
export function drawnVariable(variable: Variable, sites: readonly CoreSite[]): CoreVariable[] {
  const own = sites.filter((site) => site.variable === variable.name);
  if (variable.origin !== "draw" || own.length === 0) return [];
  const element = own
    .map((site): Type => site.event)
    .reduce<Type | undefined>((sum, type) => sum && joinTypes(sum, type), errorType);
  if (element?.kind !== "number") return [];
  const { name, observed, span } = variable;
  const type = { ...element, dimensions: [...variable.axes, ...element.dimensions] };
  return [{ name, observed, type, axes: variable.axes.length, sites: own.map(({ id }) => id), span }];
}
