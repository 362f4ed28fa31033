/** Core with every expression replaced: what rewrites of whole programs are made of. */
import type { CoreSite } from "./core.ts";
import type { CoreDistribution, CoreSupport } from "./core-distribution.ts";
import type { CoreExpression, CoreIndex } from "./core-expression.ts";
import type { CoreStatement } from "./core-statement.ts";

type Rewrite = (expression: CoreExpression) => CoreExpression;

/** The expression with its direct parts replaced; the parts of `coreChildren`. */
export function mapCoreChildren(expression: CoreExpression, f: Rewrite): CoreExpression {
  switch (expression.kind) {
    case "literal":
    case "variable":
    case "size":
      return expression;
    case "index": {
      const index = (each: CoreIndex): CoreIndex =>
        each.kind === "at" ? { ...each, value: f(each.value) } : each;
      return { ...expression, base: f(expression.base), indices: expression.indices.map(index) };
    }
    case "call":
    case "apply":
      return { ...expression, arguments: expression.arguments.map(f) };
    case "if": {
      const then = f(expression.then);
      return { ...expression, condition: f(expression.condition), then, else: f(expression.else) };
    }
    case "match":
      return {
        ...expression,
        subject: f(expression.subject),
        arms: expression.arms.map((arm) => ({ ...arm, value: f(arm.value) })),
      };
    case "array":
    case "tuple":
      return { ...expression, items: expression.items.map(f) };
    case "comprehension":
      return { ...expression, body: f(expression.body) };
    case "scan":
      return {
        ...expression,
        start: f(expression.start),
        rows: f(expression.rows),
        body: f(expression.body),
      };
    case "ode":
      return {
        ...expression,
        initial: f(expression.initial),
        start: f(expression.start),
        times: f(expression.times),
        rate: f(expression.rate),
      };
    case "item":
      return { ...expression, base: f(expression.base) };
    case "ask":
      return {
        ...expression,
        distribution: mapDistribution(expression.distribution, f),
        ...(expression.at && { at: f(expression.at) }),
      };
    case "cast":
      return { ...expression, value: f(expression.value) };
  }
}

/** The statement with its expressions replaced, those of statements inside as well; places, sizes and sites stay. */
export function mapStatement(statement: CoreStatement, f: Rewrite): CoreStatement {
  const body = (statements: readonly CoreStatement[]): CoreStatement[] =>
    statements.map((each) => mapStatement(each, f));
  switch (statement.kind) {
    case "let":
    case "factor":
      return { ...statement, value: f(statement.value) };
    case "axis":
      return { ...statement, body: body(statement.body) };
    case "if": {
      const then = body(statement.then);
      return { ...statement, condition: f(statement.condition), then, else: body(statement.else) };
    }
    case "draw":
    case "learn":
    case "learnNet":
      return statement;
  }
}

export function mapSite(site: CoreSite, f: Rewrite): CoreSite {
  return {
    ...site,
    support: mapSupport(site.support, f),
    distribution: mapDistribution(site.distribution, f),
  };
}

export function mapSupport(support: CoreSupport, f: Rewrite): CoreSupport {
  switch (support.kind) {
    case "lower":
      return { ...support, low: f(support.low) };
    case "upper":
      return { ...support, high: f(support.high) };
    case "interval":
      return { ...support, low: f(support.low), high: f(support.high) };
    case "ordered":
      return support.low === undefined ? support : { ...support, low: f(support.low) };
    case "real":
    case "simplex":
    case "matrix":
      return support;
    case "discrete":
      return {
        ...support,
        ...(support.low && { low: f(support.low) }),
        ...(support.high && { high: f(support.high) }),
      };
  }
}

function mapArguments(
  given: Readonly<Record<string, CoreExpression>>,
  f: Rewrite,
): Record<string, CoreExpression> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, f(value)]));
}

export function mapDistribution(distribution: CoreDistribution, f: Rewrite): CoreDistribution {
  switch (distribution.kind) {
    case "distribution":
      return { ...distribution, arguments: mapArguments(distribution.arguments, f) };
    case "defined": {
      const { bounds } = distribution;
      return {
        ...distribution,
        arguments: mapArguments(distribution.arguments, f),
        support: mapSupport(distribution.support, f),
        ...(bounds && { bounds: { low: f(bounds.low), high: f(bounds.high) } }),
      };
    }
    case "mixture":
      return {
        ...distribution,
        weights: { ...distribution.weights, value: f(distribution.weights.value) },
        components: distribution.components.map((each) => mapDistribution(each, f)),
      };
    case "censored": {
      const { base, low, high } = distribution;
      const ends = { ...(low && { low: f(low) }), ...(high && { high: f(high) }) };
      return { ...distribution, base: mapDistribution(base, f), ...ends };
    }
    case "transformed": {
      const { base, bijection, inner, support } = distribution;
      const moved = "operand" in bijection ? { ...bijection, operand: f(bijection.operand) } : bijection;
      const supports = { inner: mapSupport(inner, f), support: mapSupport(support, f) };
      return { ...distribution, base: mapDistribution(base, f), bijection: moved, ...supports };
    }
    case "if": {
      const then = mapDistribution(distribution.then, f);
      const otherwise = mapDistribution(distribution.else, f);
      return { ...distribution, condition: f(distribution.condition), then, else: otherwise };
    }
    case "match":
      return {
        ...distribution,
        subject: f(distribution.subject),
        arms: distribution.arms.map((arm) => ({ ...arm, value: mapDistribution(arm.value, f) })),
      };
  }
}
