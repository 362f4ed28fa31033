/**
 * One member of a family from what is said of it: descriptions that are given become inputs, chosen options decide every
 * `match` on them, and the rest stays what it is, a latent.
 */
import { bug } from "../../base/bug.ts";
import type { CoreModel } from "../../lang/core.ts";
import type { CoreDistribution } from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import type { CoreStatement } from "../../lang/core-statement.ts";
import { mapCoreChildren, mapSite, mapStatement } from "../../lang/map-core.ts";
import { exactly } from "../../lang/range.ts";
import { numberType } from "../../lang/type.ts";

/** By description: "input" where the caller gives a number or an array as data, or the position of the chosen option. */
export type GivenDescriptions = ReadonlyMap<string, "input" | number>;

/** The member as a model of its own; what is left of `varies` is not given. */
export function giveMember(model: CoreModel, given: GivenDescriptions): CoreModel {
  if (given.size === 0) return model;
  const chosen = new Map([...given].flatMap(([name, value]) => (value === "input" ? [] : [[name, value]])));
  const inputs = [...given.keys()].flatMap((name) => {
    const variable = model.variables.find((each) => each.name === name) ?? bug(`no description ${name}`);
    return chosen.has(name) ? [] : [{ name, type: variable.type, span: variable.span }];
  });
  const kept = model.sites.filter((site) => !given.has(site.variable));
  const gone = new Set(model.sites.filter((site) => given.has(site.variable)).map((site) => site.id));
  const { guide } = model;
  const member: CoreModel = {
    ...model,
    inputs: [...model.inputs, ...inputs],
    variables: model.variables.filter((variable) => !given.has(variable.name)),
    sites: kept,
    body: model.body.filter((each) => !isDrawOf(each, gone)),
    varies: model.varies.filter(({ name }) => !given.has(name)),
  };
  return {
    ...decideModel(member, chosen),
    ...(guide !== undefined && { guide: decideModel(guide, chosen) }),
  };
}

/** The program with every `match` on a chosen option decided. */
function decideModel(model: CoreModel, chosen: ReadonlyMap<string, number>): CoreModel {
  const decide = (expression: CoreExpression): CoreExpression => decideExpression(expression, chosen);
  return {
    ...model,
    sites: model.sites.map((site) => {
      const mapped = mapSite(site, decide);
      return { ...mapped, distribution: decideDistribution(mapped.distribution) };
    }),
    body: model.body.map((each) => mapStatement(each, decide)),
  };
}

function isDrawOf(statement: CoreStatement, sites: ReadonlySet<string>): boolean {
  return statement.kind === "draw" && sites.has(statement.site);
}

function decideExpression(expression: CoreExpression, chosen: ReadonlyMap<string, number>): CoreExpression {
  if (expression.kind === "variable") {
    const value = chosen.get(expression.name);
    if (value === undefined) return expression;
    return { kind: "literal", value, type: numberType("int", exactly(value)), span: expression.span };
  }
  const decided = mapCoreChildren(expression, (each) => decideExpression(each, chosen));
  if (decided.kind !== "match" || decided.subject.kind !== "literal") return decided;
  return armOf(decided.arms, decided.subject.value);
}

function decideDistribution(distribution: CoreDistribution): CoreDistribution {
  switch (distribution.kind) {
    case "distribution":
    case "defined":
      return distribution;
    case "mixture":
      return { ...distribution, components: distribution.components.map(decideDistribution) };
    case "censored":
    case "transformed":
      return { ...distribution, base: decideDistribution(distribution.base) };
    case "if": {
      const then = decideDistribution(distribution.then);
      return { ...distribution, then, else: decideDistribution(distribution.else) };
    }
    case "match": {
      const { subject } = distribution;
      if (subject.kind === "literal") return decideDistribution(armOf(distribution.arms, subject.value));
      const arms = distribution.arms.map((arm) => ({ ...arm, value: decideDistribution(arm.value) }));
      return { ...distribution, arms };
    }
  }
}

function armOf<T>(
  arms: readonly { readonly pattern: number | undefined; readonly value: T }[],
  value: number,
): T {
  const arm = arms.find(({ pattern }) => pattern === undefined || pattern === value);
  return (arm ?? bug(`no arm for ${value}`)).value;
}
