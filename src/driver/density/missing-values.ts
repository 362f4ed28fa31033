/** Observed variables with missing values: left out of the density, so nothing else may need them. */

import { ProblemError } from "../../base/problem.ts";
import type { BoundData } from "../../data/bind-data.ts";
import { elementName, indicesAt, placeOf } from "../../data/raw-data.ts";
import type { CoreExpression, CoreModel, CoreSite, CoreStatement } from "../../lang/core.ts";
import { findExpression } from "../../lang/core-children.ts";
import { distributionExpressions } from "../../lang/program-expressions.ts";
import { supportBounds } from "../../lang/support-bounds.ts";

/** Names of the observed variables of which a value is missing. */
export function incompleteNames(bound: BoundData): readonly string[] {
  return Object.entries(bound.values).flatMap(([name, { present }]) => (present === undefined ? [] : [name]));
}

/** Throws `ProblemError` where a binding, a factor or another draw is computed from a variable with missing values. */
export function refuseNeededMissing(model: CoreModel, bound: BoundData, incomplete: readonly string[]): void {
  const sites = new Map(model.sites.map((site) => [site.id, site]));
  const problems = incomplete.flatMap((name) => {
    const needs = ({ kind, ...rest }: CoreExpression): boolean =>
      kind === "variable" && "name" in rest && rest.name === name;
    const use = expressionsOf(model.body, sites)
      .map((expression) => findExpression(expression, needs))
      .find((found) => found !== undefined);
    if (use === undefined) return [];
    const { shape, present, origin } = bound.values[name];
    const indices = indicesAt(shape, present?.indexOf(0) ?? 0);
    return [
      {
        code: "missing-value-needed",
        severity: "error" as const,
        message: `\`${elementName(name, indices)}\` is missing, but other parts of the model are computed from \`${name}\``,
        labels: [{ span: use.span, text: `\`${name}\` is needed here` }],
        place: placeOf(name, origin, indices),
        help: `give the value, or draw \`${name}\` without \`observe\` and observe a measurement of it`,
      },
    ];
  });
  if (problems.length > 0) throw new ProblemError(problems);
}

/** For what has no use for missing values yet. Throws `ProblemError`. */
export function refuseMissing(bound: BoundData, what: string): void {
  const [name] = incompleteNames(bound);
  if (name === undefined) return;
  const { shape, present, origin } = bound.values[name];
  const indices = indicesAt(shape, present?.indexOf(0) ?? 0);
  throw new ProblemError([
    {
      code: "missing-not-supported",
      severity: "error",
      message: `\`${elementName(name, indices)}\` is missing, and ${what} needs all values`,
      labels: [],
      place: placeOf(name, origin, indices),
      help: "leave out the rows with missing values",
    },
  ]);
}

/** Every expression that a draw, binding or factor computes with. */
function expressionsOf(
  statements: readonly CoreStatement[],
  sites: ReadonlyMap<string, CoreSite>,
): readonly CoreExpression[] {
  const within = (statement: CoreStatement): readonly CoreExpression[] => {
    switch (statement.kind) {
      case "draw": {
        const site = sites.get(statement.site);
        if (site === undefined) return [];
        return [...distributionExpressions(site.distribution), ...supportBounds(site.support)];
      }
      case "let":
      case "factor":
        return [statement.value];
      case "axis":
        return expressionsOf(statement.body, sites);
      case "if":
        return [...expressionsOf(statement.then, sites), ...expressionsOf(statement.else, sites)];
      case "learn":
      case "learnNet":
        return [];
    }
  };
  return statements.flatMap(within);
}
