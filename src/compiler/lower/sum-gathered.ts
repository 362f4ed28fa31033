/**
 * Terms that read elements of discrete variables at places that data give, `z[g[n]]` for each n: those that read one element are
 * added up, so that there is one term for each element, as if it had been written in the plate of the variable.
 */
import { bug } from "../../base/bug.ts";
import type { Span } from "../../base/span.ts";
import { fail } from "./context.ts";
import { enumeratedBinding } from "./enumerate.ts";
import type { ModelContext } from "./lower-model.ts";
import type { Factor } from "./sum-out.ts";
import { elementsOf, relabel } from "./sum-tables.ts";
import { type Algebra, type Axis, unionAxes, type Value } from "./value.ts";

/** Places along one dimension of a variable, and the axis along which its elements then lie. */
interface Gathered {
  readonly index: Value;
  readonly axis: Axis;
}

/** The same log density, without elements at places that data give. */
export function gatherTerms<Each extends Factor>(factor: Each, context: ModelContext): Each {
  const { algebra } = context;
  const { value, plates, span } = factor;
  const gathered = gatheredIn(factor, context);
  if (gathered.length === 0) return factor;
  const along = unionAxes(gathered.map(({ index }) => index));
  const isAlong = (axis: Axis | undefined): boolean => along.some(({ id }) => id === axis?.id);
  const other = elementsOf(value).find(({ element }) => element.at.some(({ axis }) => isAlong(axis)));
  if (other !== undefined)
    refuse(
      other.element.variable,
      span,
      "this term depends on it along a plate, and on an element that data give for each item of the plate",
    );
  const axisOf = (index: Value): Axis =>
    gathered.find((each) => each.index.node === index.node)?.axis ?? bug("a place that was not gathered");
  const sums = sumByPlace(algebra, value, gathered, along);
  const axes = sums.axes.map((axis) => {
    if (axis.element === undefined) return axis;
    const { variable, at } = axis.element;
    const moved = at.map((each) => (each.index ? { axis: axisOf(each.index), offset: 0 } : each));
    return elementsOf(enumeratedBinding(variable, context).element(moved))[0].axis;
  });
  return {
    ...factor,
    gathered: true,
    value: relabel(algebra, sums, axes),
    plates: [...plates.filter((plate) => !isAlong(plate)), ...gathered.map(({ axis }) => axis)],
  };
}

/** All places that data give, each once, with an axis for each dimension of a variable, however often it is read. */
function gatheredIn({ value, span }: Factor, context: ModelContext): readonly Gathered[] {
  const found = new Map<number, Gathered>();
  for (const { element } of elementsOf(value))
    element.at.forEach(({ index }, dimension) => {
      if (index === undefined) return;
      const { variable } = element;
      const size = enumeratedBinding(variable, context).shape[dimension];
      const known = found.get(index.node);
      const id = `${variable} ${dimension}`;
      if (known === undefined && [...found.values()].some(({ axis }) => axis.id === id))
        refuse(variable, span, "this term depends on two elements of it, at places that data give");
      if (known !== undefined && known.axis.size !== size)
        refuse(variable, span, "this term reads it at the places of a variable of another length");
      const axis = known?.axis ??
        context.axes.get(id) ?? { id, size, start: 0, order: context.nextOrder(), kind: "plate" };
      context.axes.set(axis.id, axis);
      found.set(index.node, { index, axis });
    });
  return [...found.values()];
}

function refuse(variable: string, span: Span, reason: string): never {
  return fail({
    code: "cannot-sum-out",
    message: `\`${variable}\` cannot be summed out: ${reason}`,
    labels: [{ span, text: "depends on it" }],
    help: "let each term depend on one element",
  });
}

/** Terms along some plates become sums along the axes that they are gathered from. What lies nowhere makes all of it not a number. */
function sumByPlace(
  algebra: Algebra,
  value: Value,
  gathered: readonly Gathered[],
  along: readonly Axis[],
): Value {
  const { builder } = algebra;
  const size = along.reduce((product, axis) => product * axis.size, 1);
  const rows: Axis = { id: "terms", size, start: 0, order: Number.NEGATIVE_INFINITY, kind: "plate" };
  const inRows = (each: Value): Value => {
    const events = along.reduceRight(algebra.axisToEvent, algebra.stretch(each, along, []));
    return algebra.eventToAxis(algebra.reshapeEvent(events, [size]), rows);
  };
  let place = algebra.of(0, "int");
  let isInside = algebra.of(1, "bool");
  for (const { index, axis } of gathered) {
    const own = inRows(index);
    const isIn = algebra.binary(
      "and",
      algebra.binary("lessEqual", 0, own),
      algebra.binary("less", own, axis.size),
    );
    isInside = algebra.binary("and", isInside, isIn);
    place = algebra.add(algebra.mul(place, axis.size), own);
  }
  const terms = inRows(algebra.convert(value, "float"));
  const targets = gathered.map(({ axis }) => axis);
  const others = terms.axes.slice(1);
  const count = targets.reduce((product, axis) => product * axis.size, 1);
  const scattered = builder.emit("scatterAdd", [place.node, terms.node], { size: count });
  const shape = [...targets, ...others].map((axis) => axis.size);
  const sums = { node: builder.emit("reshape", [scattered], { shape }), axes: [], event: [] };
  const isOutside = algebra.convert(algebra.unary("not", isInside), "int");
  const outside = algebra.sumAxes(isOutside, [rows]);
  const nothing = algebra.select(algebra.binary("less", 0, outside), Number.NaN, 0);
  return algebra.add(relabel(algebra, sums, [...targets, ...others]), nothing);
}
