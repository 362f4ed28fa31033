/** Supports with their bounds as values, and the learned parameters that live on them. */
import { bug } from "../../base/bug.ts";
import type { CoreSupport } from "../../lang/core-distribution.ts";
import type { CoreExpression } from "../../lang/core-expression.ts";
import { constrain, type Support, unconstrainedEvent } from "./bijector.ts";
import { type Context, sizeValue } from "./context.ts";
import { lowerExpression } from "./lower-expression.ts";
import type { LearnedParameter } from "./lower-model.ts";
import type { Value } from "./value.ts";

export function lowerSupport(support: CoreSupport, context: Context): Support {
  switch (support.kind) {
    case "real":
    case "simplex":
      return { kind: support.kind };
    case "ordered":
      return support.low === undefined
        ? { kind: "ordered" }
        : { kind: "ordered", low: bound(support.low, context) };
    case "matrix":
      return support;
    case "lower":
      return { kind: "lower", low: bound(support.low, context) };
    case "upper":
      return { kind: "upper", high: bound(support.high, context) };
    case "interval":
      return {
        kind: "interval",
        low: bound(support.low, context),
        high: bound(support.high, context),
      };
    case "discrete": {
      const [low, high] = [support.low, support.high].map((each) => each && bound(each, context));
      if (low !== undefined && high !== undefined) return { kind: "interval", low, high };
      if (low !== undefined) return { kind: "lower", low };
      return high === undefined ? bug("a discrete variable without ends") : { kind: "upper", high };
    }
  }
}

function bound(expression: CoreExpression, context: Context): Value {
  return context.algebra.convert(lowerExpression(expression, context), "float");
}

/** How a context gets its learned parameters: each path once a graph input on the unconstrained scale, listed in `learned`. */
export function lowerLearned(learned: LearnedParameter[], prefix = "learn/"): Context["learned"] {
  return (path, learn, context) => {
    const event = learn.type.dimensions.map((size) => sizeValue(size, context, learn.span));
    const shape = unconstrainedEvent(learn.support, event);
    const parameter: LearnedParameter = { path, input: `${prefix}${path}`, shape, learn };
    if (!learned.some((each) => each.path === path)) learned.push(parameter);
    const node = context.algebra.builder.input(parameter.input, { dtype: "float", shape });
    const support = lowerSupport(learn.support, context);
    return constrain(context.algebra, support, { node, axes: [], event: shape }).value;
  };
}
