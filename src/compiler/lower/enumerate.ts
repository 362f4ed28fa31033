/** Discrete variables that are summed out: what reading one of their elements gives. */
import { bug } from "../../base/bug.ts";
import type { CoreSite, CoreVariable } from "../../lang/core.ts";
import { type EnumeratedBinding, fail, sizeValue } from "./context.ts";
import { bindGiven, presentElements, undrawnRanges } from "./given.ts";
import { dtypeOf, type ModelContext, siteOf } from "./lower-model.ts";
import { partAt, positionOf } from "./places.ts";
import type { EnumeratedVariable, Factor } from "./sum-out.ts";
import type { Axis, Position, Value } from "./value.ts";

/** Binds all of them, and lists them in order of appearance. Which elements of an observed one are there is to be bound before. */
export function bindEnumerated(context: ModelContext): EnumeratedVariable[] {
  return context.input.model.variables.flatMap((variable) => {
    const site = siteOf(variable.sites[0], context);
    if (!site.marginal) return [];
    const count = countOf(site, context);
    const shape = variable.type.dimensions.map((size) => sizeValue(size, context, variable.span));
    const { name, span } = variable;
    context.scope.set(name, bindingOf(variable, shape, count, context));
    return [{ name, count, shape, span }];
  });
}

/** All values of the element that a site draws. */
export function elementAt(site: CoreSite, context: ModelContext): Value {
  const { element } = enumeratedBinding(site.variable, context);
  return element(site.place.map((each) => positionOf(each, context)));
}

/** Which of them can be, 0 or −∞; `undefined` where all can. */
export function evidenceAt(site: CoreSite, context: ModelContext): Value | undefined {
  const { evidence } = enumeratedBinding(site.variable, context);
  return evidence?.(site.place.map((each) => positionOf(each, context)));
}

/** The same of those elements of a variable that no statement draws: they are given. */
export function undrawnEvidence(name: string, context: ModelContext): readonly Factor[] {
  const variable = context.input.model.variables.find((each) => each.name === name);
  const { evidence } = enumeratedBinding(name, context);
  if (variable === undefined || evidence === undefined || !variable.observed) return [];
  const shape = variable.type.dimensions.map((size) => sizeValue(size, context, variable.span));
  return shape.flatMap((length, dimension) =>
    undrawnRanges(variable, dimension, length, context).map(({ from, to }): Factor => {
      const axes = shape.map((size, at): Axis => {
        const order = context.nextOrder();
        const range = at === dimension ? { start: from, size: to - from } : { start: 0, size };
        return { id: `${name} as given ${order}`, ...range, order, kind: "plate" };
      });
      const value = evidence(axes.map((axis) => ({ axis, offset: 0 })));
      return { value, plates: [...context.plates, ...axes], span: variable.span };
    }),
  );
}

export function enumeratedBinding(name: string, context: ModelContext): EnumeratedBinding {
  const binding = context.scope.get(name);
  return binding?.kind === "enumerated" ? binding : bug(`${name} is not summed out`);
}

function countOf({ support, id, span }: CoreSite, context: ModelContext): number {
  const count = support.kind === "discrete" ? support.count : undefined;
  return count === undefined ? bug(`${id} has no finite set of values`) : sizeValue(count, context, span);
}

function bindingOf(
  variable: CoreVariable,
  shape: readonly number[],
  count: number,
  context: ModelContext,
): EnumeratedBinding {
  const { algebra } = context;
  const axisOf = elementAxes(variable.name, count, context);
  const positions = (at: readonly Position[]): Value => algebra.indexOf(axisOf(at));
  const lowest = lowestValue(variable, context);
  const isBelow = (at: readonly Position[]): Value => algebra.binary("less", positions(at), lowest);
  const values = (at: readonly Position[]): Value => {
    const all = positions(at);
    const own = lowest > 0 ? algebra.select(isBelow(at), lowest, all) : all;
    return algebra.convert(own, dtypeOf(variable.type.base));
  };
  const allow = (isRuledOut: Value): Value => algebra.select(isRuledOut, Number.NEGATIVE_INFINITY, 0);
  const present = variable.observed ? presentElements(variable.name, context) : undefined;
  if (present === undefined)
    return {
      kind: "enumerated",
      shape,
      element: values,
      ...(lowest > 0 && { evidence: (at) => allow(isBelow(at)) }),
    };
  const given = bindGiven(variable, context);
  const part = (array: Value, at: readonly Position[]): Value => {
    refuseDiagonal(variable, at);
    return partAt(array, at, context);
  };
  return {
    kind: "enumerated",
    shape,
    element: (at) => algebra.select(part(present, at), part(given, at), values(at)),
    evidence(at) {
      const isOther = algebra.unary("not", algebra.binary("equal", part(given, at), positions(at)));
      return allow(algebra.select(part(present, at), isOther, isBelow(at)));
    },
  };
}

/** The smallest value that its declared types leave, where they say it outright. */
function lowestValue({ sites }: CoreVariable, context: ModelContext): number {
  const lows = sites.map((id) => {
    const { support } = siteOf(id, context);
    const low = support.kind === "discrete" ? support.low : undefined;
    if (low?.kind === "literal") return low.value;
    return low?.kind === "size" ? sizeValue(low.size, context, low.span) : 0;
  });
  return Math.max(0, Math.min(...lows));
}

/** Each element has its values along an axis of its own, the same one wherever it is read. */
function elementAxes(
  name: string,
  count: number,
  { nextOrder }: ModelContext,
): (at: readonly Position[]) => Axis {
  const axes = new Map<string, Axis>();
  return (at) => {
    const place = at.map(({ axis, offset, index }) => {
      if (index !== undefined) return `${index.axes.map(({ id }) => id).join(" ")} at ${index.node}`;
      return `${axis === undefined ? "" : `${axis.id} + `}${offset}`;
    });
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
    return axis;
  };
}

function refuseDiagonal({ name, span }: CoreVariable, at: readonly Position[]): void {
  if (at.some(({ index }) => index !== undefined)) bug(`missing values of ${name} at places that data give`);
  const axes = at.flatMap(({ axis }) => axis?.id ?? []);
  if (new Set(axes).size === axes.length) return;
  fail({
    code: "cannot-sum-out",
    message: `\`${name}\` cannot be summed out: elements are read whose places along two of its dimensions vary together`,
    labels: [{ span, text: "has missing values" }],
    help: `give the missing values of \`${name}\``,
  });
}
