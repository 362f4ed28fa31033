/** Discrete variables that are summed out: what reading one of their elements gives. */
import { bug } from "../../base/bug.ts";
import type { CoreSite, CoreVariable } from "../../lang/core.ts";
import { sizeValue } from "./context.ts";
import { dtypeOf, type ModelContext, siteOf } from "./lower-model.ts";
import { positionOf } from "./places.ts";
import type { EnumeratedVariable } from "./sum-out.ts";
import type { Axis, Position, Value } from "./value.ts";

/** Binds all of them, and lists them in order of appearance. */
export function bindEnumerated(context: ModelContext): EnumeratedVariable[] {
  return context.input.model.variables.flatMap((variable) => {
    const site = siteOf(variable.sites[0], context);
    if (!site.marginal) return [];
    const count = countOf(site, context);
    const shape = variable.type.dimensions.map((size) => sizeValue(size, context, variable.span));
    const { name, span } = variable;
    const element = elementsOf(variable, count, context);
    context.scope.set(name, { kind: "enumerated", element });
    return [{ name, count, shape, span }];
  });
}

/** All values of the element that a site draws. */
export function elementAt(site: CoreSite, context: ModelContext): Value {
  const binding = context.scope.get(site.variable);
  if (binding?.kind !== "enumerated") return bug(`${site.variable} is not summed out`);
  return binding.element(site.place.map((each) => positionOf(each, context)));
}

function countOf({ support, id, span }: CoreSite, context: ModelContext): number {
  const count = support.kind === "discrete" ? support.count : undefined;
  return count === undefined ? bug(`${id} has no finite set of values`) : sizeValue(count, context, span);
}

/** Each element has its values along an axis of its own, the same one wherever it is read. */
function elementsOf(
  { name, type }: CoreVariable,
  count: number,
  { algebra, nextOrder }: ModelContext,
): (at: readonly Position[]) => Value {
  const axes = new Map<string, Axis>();
  return (at) => {
    const place = at.map(({ axis, offset }) => `${axis === undefined ? "" : `${axis.id} + `}${offset}`);
    const id = `${name}[${place.join(", ")}]`;
    const axis: Axis = axes.get(id) ?? {
      id,
      size: count,
      start: 0,
      order: nextOrder(),
      kind: "enumerated",
      element: { variable: name, at },
    };
    axes.set(id, axis);
    return algebra.convert(algebra.indexOf(axis), dtypeOf(type.base));
  };
}
