/**
 * Indexing. An index that is an enclosing axis plus a constant is a slice and costs nothing when it covers the whole
 * dimension; a constant picks a row; anything else is a gather.
 */

import { bug } from "../../base/bug.ts";
import type { CorePlace } from "../../lang/core.ts";
import type { CoreExpression, CoreIndex } from "../../lang/core-expression.ts";
import { evaluateSize } from "../../lang/size.ts";
import { type Context, fail, isTuple, type LetStatement, sizeValue } from "./context.ts";
import { gather } from "./gather.ts";
import { assemblePieces, pieceElement, pieceRange } from "./pieces.ts";
import type { Position, Value } from "./value.ts";

type IndexExpression = Extract<CoreExpression, { kind: "index" }>;
type Lower = (expression: CoreExpression, context: Context) => Value;

export function lowerIndex(expression: IndexExpression, context: Context, lower: Lower): Value {
  const { base, indices } = expression;
  const { algebra } = context;
  const binding = base.kind === "variable" ? context.scope.get(base.name) : undefined;
  if (binding?.kind === "enumerated")
    return binding.element(indices.map((index, at) => positionOf(index, binding.shape[at], context, lower)));
  if (binding?.kind === "deferred") {
    const [{ place }] = binding.statements;
    const value = lowerDeferred(binding.statements, indices, expression, context, lower);
    return indexAll(value, indices.slice(place.length), expression, context, lower);
  }
  if ((binding?.kind === "value" || binding?.kind === "pieces") && binding.own !== undefined) {
    const count = binding.place?.length ?? 0;
    const isOwn = (place: CorePlace, at: number): boolean => {
      const here = place.kind === "axis" ? context.scope.get(place.index) : undefined;
      const isSame = here?.kind === "axis" && place.kind === "axis" && here.axis.id === place.index;
      return isSame && (here.offset ?? 0) === 0 && isIndexOf(indices[at], place);
    };
    if (count <= indices.length && binding.place?.every(isOwn))
      return indexAll(binding.own, indices.slice(count), expression, context, lower);
  }
  if (binding?.kind === "pieces") {
    const index = indices[binding.dimension];
    const affine = index?.kind === "at" ? affineIndex(index.value, context) : undefined;
    if (affine?.axis !== undefined) {
      const { axis, offset } = affine;
      const from = axis.start + offset;
      const part = pieceRange(binding, from, from + axis.size, context);
      if (part !== undefined && !part.axes.some((each) => each.id === axis.id)) {
        const others = indices.filter((_, position) => position !== binding.dimension);
        const row = algebra.eventToAxis(algebra.eventToFront(part, binding.dimension), axis);
        return indexAll(row, others, expression, context, lower);
      }
    }
    if (affine !== undefined && affine.axis === undefined) {
      const element = pieceElement(binding, affine.offset, context);
      if (element === undefined)
        fail({
          code: "index-out-of-range",
          message: `element ${affine.offset} is not known here`,
          labels: [{ span: expression.span, text: `looks at element ${affine.offset}` }],
        });
      const others = indices.filter((_, position) => position !== binding.dimension);
      return indexAll(element, others, expression, context, lower);
    }
    return indexAll(assemblePieces(binding, context), indices, expression, context, lower);
  }
  const whole = binding?.kind === "value" && !isTuple(binding.value) ? binding.value : lower(base, context);
  return indexAll(whole, indices, expression, context, lower);
}

/** What a deferred binding stands for at the first of `indices`, as many as its place has. */
export function lowerDeferred(
  statements: readonly LetStatement[],
  indices: readonly CoreIndex[],
  { span }: CoreExpression,
  context: Context,
  lower: Lower,
): Value {
  const [{ place: places }] = statements;
  const positions = indices.slice(0, places.length).map((index, at) => {
    const length = Math.max(...statements.map(({ place }) => context.rangeOf(place[at]).to));
    return positionOf(index, length, context, lower);
  });
  const statement = statements.find(({ place }) =>
    place.every((each, at) => {
      const position = positions[at];
      return position?.index === undefined ? holds(each, position, context) : statements.length === 1;
    }),
  );
  if (statement === undefined)
    return fail({
      code: "cannot-sum-out",
      message: `\`${statements[0].name}\` depends on a discrete variable and is bound in pieces, of which this needs several at once`,
      labels: [{ span, text: "reads elements of more than one piece" }],
      help: "read each piece in a statement of its own",
    });
  const scope = new Map(context.scope);
  statement.place.forEach((each, at) => {
    if (each.kind !== "axis") return;
    const { axis, offset, index } = positions[at] ?? bug(`${statement.name} is read at no certain place`);
    if (index !== undefined) scope.set(each.index, { kind: "gathered", index });
    else if (axis !== undefined) scope.set(each.index, { kind: "axis", axis, offset });
    else scope.set(each.index, { kind: "constant", value: offset });
  });
  return lower(statement.value, { ...context, scope });
}

/** Whether what is bound at a place covers all that is read at a position. */
function holds(place: CorePlace, position: Position | undefined, context: Context): boolean {
  if (position === undefined) return false;
  const { axis, offset } = position;
  const from = offset + (axis?.start ?? 0);
  const to = from + (axis?.size ?? 1);
  const range = context.rangeOf(place);
  return range.from <= from && to <= range.to;
}

/** A place along a dimension of this length: known up to one axis, or given by data. */
function positionOf(index: CoreIndex, length: number, context: Context, lower: Lower): Position {
  if (index.kind === "slice") return bug("a part of what depends on discrete variables");
  const affine = affineIndex(index.value, context);
  if (affine !== undefined) return affine;
  notePositions(index.value, length, context);
  return { index: context.algebra.convert(lower(index.value, context), "int"), offset: 0 };
}

/** Whether an index is the index variable of an axis place itself. */
function isIndexOf(index: CoreIndex | undefined, place: CorePlace): boolean {
  const isVariable = index?.kind === "at" && index.value.kind === "variable";
  return isVariable && place.kind === "axis" && index.value.name === place.index;
}

function indexAll(
  base: Value,
  indices: readonly CoreIndex[],
  expression: IndexExpression,
  context: Context,
  lower: Lower,
): Value {
  let value = base;
  /** Event dimensions in front that are done with: slices and index vectors leave theirs. */
  let done = 0;
  for (const index of indices) {
    if (index.kind === "slice") {
      const from = sizeValue(index.from, context, expression.span);
      const to = sizeValue(index.to, context, expression.span);
      if (from < 0 || to > value.event[done] || from > to)
        outOfRange(`the slice ${from}..${to}`, value.event[done], expression);
      value = context.algebra.slice(value, done, from, to);
      done += 1;
      continue;
    }
    const rank = value.event.length;
    const front = done === 0 ? value : context.algebra.eventToFront(value, done);
    const taken = takeFirst(front, index.value, expression, context, lower);
    // What `takeFirst` put in place of the dimension goes behind the finished dimensions again.
    const added = taken.event.length - (rank - 1);
    value = taken;
    for (let each = 0; each < done; each++) value = context.algebra.eventToFront(value, added + done - 1);
    done += added;
  }
  return value;
}

/** Takes event dimension 0 by one index expression. */
function takeFirst(
  value: Value,
  index: CoreExpression,
  expression: IndexExpression,
  context: Context,
  lower: Lower,
): Value {
  const { algebra } = context;
  const length = value.event[0];
  const affine = affineIndex(index, context);
  if (affine !== undefined && affine.axis === undefined) {
    if (affine.offset < 0 || affine.offset >= length)
      outOfRange(`index ${affine.offset}`, length, expression);
    const row = algebra.slice(value, 0, affine.offset, affine.offset + 1);
    return algebra.reshapeEvent(row, value.event.slice(1));
  }
  if (affine?.axis !== undefined && !value.axes.some((axis) => axis.id === affine.axis?.id)) {
    const { axis } = affine;
    const from = axis.start + affine.offset;
    if (from < 0 || from + axis.size > length)
      outOfRange(`index range ${from}..${from + axis.size}`, length, expression);
    return algebra.eventToAxis(algebra.slice(value, 0, from, from + axis.size), axis);
  }
  notePositions(index, length, context);
  return gather(context.algebra, value, lower(index, context));
}

/** An index known up to one axis: the axis's index (where there is one) plus the offset. */
function affineIndex(expression: CoreExpression, context: Context): Position | undefined {
  switch (expression.kind) {
    case "literal":
      return Number.isInteger(expression.value) ? { offset: expression.value } : undefined;
    case "size": {
      const value = evaluateSize(expression.size, context.sizes);
      return value === undefined ? undefined : { offset: value };
    }
    case "variable": {
      const binding = context.scope.get(expression.name);
      if (binding?.kind === "axis") return { axis: binding.axis, offset: binding.offset ?? 0 };
      if (binding?.kind === "constant") return { offset: binding.value };
      return undefined;
    }
    case "call": {
      if (expression.function !== "add" && expression.function !== "sub") return undefined;
      const [left, right] = expression.arguments.map((each) => affineIndex(each, context));
      if (left === undefined || right === undefined || (left.axis !== undefined && right.axis !== undefined))
        return undefined;
      if (expression.function === "sub")
        return right.axis === undefined ? { ...left, offset: left.offset - right.offset } : undefined;
      return { axis: left.axis ?? right.axis, offset: left.offset + right.offset };
    }
    default:
      return undefined;
  }
}

/** Of an array whose values are used as positions, `county` in `alpha[county[n]]`: they have to be some. */
function notePositions(index: CoreExpression, bound: number, context: Context): void {
  const source = index.kind === "index" ? index.base : index;
  if (source.kind !== "variable" || context.scope.get(source.name)?.kind === "gathered") return;
  context.noteDataCheck({ kind: "positions", name: source.name, bound, span: index.span });
}

function outOfRange(what: string, length: number, expression: IndexExpression): never {
  return fail({
    code: "index-out-of-range",
    message: `${what} is outside 0..${length}`,
    labels: [{ span: expression.span, text: `this dimension has ${length} elements` }],
    expected: length === 0 ? "no index: the dimension is empty" : `an index from 0 to ${length - 1}`,
    found: what,
  });
}
