/** Mixtures: log Σ pₖ fₖ(x) over components, along an axis of its own. */
import type { CoreDistribution, CoreMixture } from "../../lang/core-distribution.ts";
import { eventRankOf } from "../../lang/event-rank.ts";
import { type Binding, type Context, sizeValue } from "./context.ts";
import { logProbabilities } from "./distribution-arguments.ts";
import { lowerExpression } from "./lower-expression.ts";
import type { Axis, Value } from "./value.ts";

/** log pₖ, a vector. */
export function logWeights({ weights }: CoreMixture, context: Context): Value {
  const value = context.algebra.convert(lowerExpression(weights.value, context), "float");
  return logProbabilities(context.algebra, { [weights.kind]: value });
}

/** The context of a component's arguments: which one it is. */
export function withComponent<C extends Context>({ index }: CoreMixture, which: Binding, context: C): C {
  return index === undefined ? context : { ...context, scope: new Map(context.scope).set(index, which) };
}

/** Σ pₖ of a number of each component. */
export function mixtureMean<C extends Context>(
  mixture: CoreMixture,
  part: (component: CoreDistribution, context: C) => Value,
  context: C,
): Value {
  const { algebra } = context;
  const weights = algebra.unary("exp", logWeights(mixture, context));
  const { axis, along } = componentAxis(mixture, context);
  const parts = mixture.components.map((component) => part(component, along));
  const terms =
    mixture.index === undefined
      ? algebra.concat(
          parts.map((each) => algebra.reshapeEvent(each, [1])),
          0,
        )
      : algebra.axisToEvent(algebra.stretch(parts[0], [axis], []), axis);
  return algebra.reduce("reduceSum", algebra.mul(weights, terms), 0);
}

function componentAxis<C extends Context>(
  mixture: CoreMixture,
  context: C,
): { readonly axis: Axis; readonly along: C } {
  const size = sizeValue(mixture.count, context, mixture.span);
  const order = context.nextOrder();
  const axis: Axis = { id: `component@${order}`, size, start: 0, order, kind: "plate" };
  return { axis, along: withComponent(mixture, { kind: "axis", axis }, context) };
}

/** `density` gives log densities of a component, one for each of its draws in the event. The result is one for each of the mixture's. */
export function mixtureTerm<C extends Context>(
  mixture: CoreMixture,
  event: readonly number[],
  density: (component: CoreDistribution, context: C) => Value,
  context: C,
): Value {
  const { algebra } = context;
  const { axis, along } = componentAxis(mixture, context);
  const rows = event.length - mixture.rank;
  // A component may make its draw of several independent ones.
  const whole = (component: CoreDistribution, each: Value): Value => {
    let sum = each;
    for (let inner = mixture.rank - eventRankOf(component); inner > 0; inner--)
      sum = algebra.reduce("reduceSum", sum, rows);
    return sum;
  };
  const parts = mixture.components.map((component) => whole(component, density(component, along)));
  const shape = event.slice(0, rows);
  const densities =
    mixture.index === undefined
      ? algebra.concat(
          parts.map((part) => algebra.reshapeEvent(part, [1, ...shape])),
          0,
        )
      : algebra.axisToEvent(parts[0], axis);
  const log = algebra.eventToAxis(logWeights(mixture, context), axis);
  const terms = algebra.add(algebra.eventToAxis(densities, axis), log);
  return algebra.logSumExp(algebra.axisToEvent(terms, axis), 0);
}
