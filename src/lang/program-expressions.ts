/** All that is computed in a program outside its functions. */
import type { CoreModel } from "./core.ts";
import type { CoreCensored, CoreDistribution } from "./core-distribution.ts";
import type { CoreExpression } from "./core-expression.ts";
import type { CoreStatement } from "./core-statement.ts";

/** The values of bindings and factors, then the arguments of draws; conditions of `if` statements are known before. */
export function programExpressions({ body, sites }: CoreModel): readonly CoreExpression[] {
  return [
    ...body.flatMap(statementExpressions),
    ...sites.flatMap((site) => distributionExpressions(site.distribution)),
  ];
}

function statementExpressions(statement: CoreStatement): readonly CoreExpression[] {
  switch (statement.kind) {
    case "let":
    case "factor":
      return [statement.value];
    case "axis":
      return statement.body.flatMap(statementExpressions);
    case "if":
      return [...statement.then, ...statement.else].flatMap(statementExpressions);
    case "draw":
    case "learn":
    case "learnNet":
      return [];
  }
}

/** What the distributions are made of. */
export function distributionExpressions(distribution: CoreDistribution): readonly CoreExpression[] {
  switch (distribution.kind) {
    case "distribution":
    case "defined":
      return Object.values(distribution.arguments);
    case "mixture":
      return [distribution.weights.value, ...distribution.components.flatMap(distributionExpressions)];
    case "censored":
      return [...censoredEnds(distribution), ...distributionExpressions(distribution.base)];
    case "transformed": {
      const { base, bijection } = distribution;
      const operands = "operand" in bijection ? [bijection.operand] : [];
      return [...operands, ...distributionExpressions(base)];
    }
    case "if":
      return [
        distribution.condition,
        ...distributionExpressions(distribution.then),
        ...distributionExpressions(distribution.else),
      ];
    case "match":
      return [
        distribution.subject,
        ...distribution.arms.flatMap((arm) => distributionExpressions(arm.value)),
      ];
  }
}

export function censoredEnds({ low, high }: CoreCensored): readonly CoreExpression[] {
  return [low, high].filter((end) => end !== undefined);
}
