/** Indexing: shapes, bounds, and which elements of a variable may be read where. */

import type { CoreExpression, CoreIndex } from "../core.ts";
import { findExpression } from "../core-children.ts";
import {
  constantSize,
  constantValue,
  equalSizes,
  formatSize,
  namedSize,
  type Size,
  subtractSizes,
} from "../size.ts";
import type { Expression, Index } from "../tree.ts";
import {
  errorType,
  isMatrixStructure,
  type NumberType,
  numberType,
  realLine,
  type TupleType,
  type Type,
} from "../type.ts";
import type { Quote } from "./check-facts.ts";
import { lookBackTypes, relevantPieces, stretchOf } from "./check-piece.ts";
import {
  type Axis,
  type CheckExpression,
  errorExpression,
  isLocal,
  type Piece,
  type Scope,
  type Variable,
} from "./check-scope.ts";
import { checkSize } from "./check-size.ts";
import { joinTypes, wholeDivision } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";
import { mixedIndex } from "./relaxed-draw.ts";
import { extreme, lowerBound, upperBound } from "./size-bounds.ts";
import { symbolicIndex } from "./symbolic-index.ts";

type IndexExpression = Extract<Expression, { readonly kind: "index" }>;

/** One checked index with its text; `place` is its value as a polynomial where it is one. */
interface Checked {
  readonly core: CoreIndex;
  readonly quote: Quote;
  readonly place?: Size;
}

/** `theta` as a whole: every element must be bound and no axis of it open. */
export function readWhole(
  scope: Scope,
  variable: Variable,
  use: Quote,
  check: CheckExpression,
): CoreExpression {
  return checkAccess(scope, variable, [], use)
    ? { kind: "variable", name: variable.name, type: wholeType(scope, variable, check), span: use.span }
    : errorExpression(use.span);
}

/** A local binding inside its axes: its own element. `undefined` for other variables; reports a use outside the axes. */
export function readLocal(
  scope: Scope,
  variable: Variable,
  use: Quote,
  check: CheckExpression,
): CoreExpression | undefined {
  const axesOf = (piece: Piece): Axis[] =>
    piece.places.flatMap((place) => (place.kind === "axis" ? [place.axis] : []));
  const isOpen = (piece: Piece): boolean => axesOf(piece).every((axis) => scope.axes.includes(axis));
  const [first] = variable.pieces;
  if (first === undefined || !isLocal(first)) return undefined;
  const axes = axesOf(variable.pieces.find(isOpen) ?? first);
  if (!variable.pieces.some(isOpen)) {
    const list = axes.map((axis) => axis.name).join(", ");
    scope.report({
      code: "local-outside",
      use,
      indexed: `${variable.name}[${list}]`,
      axis: axes[axes.length - 1].span,
    });
    return errorExpression(use.span);
  }
  if (!relevantPieces(scope, variable).some((piece) => variable.bound.has(piece))) {
    scope.report({ code: "use-before-bound", use, name: variable.name, bound: variable.span });
    return errorExpression(use.span);
  }
  const { joined } = variable;
  const { span } = use;
  if (wholeType(scope, variable, check).kind === "error") return errorExpression(span);
  const indices = axes.map(({ index }): CoreIndex => {
    return { kind: "at", value: { kind: "variable", name: index, type: numberType("int"), span } };
  });
  const read = (name: string, type: Type): CoreExpression => {
    if (type.kind === "tuple") {
      const items = type.items.map((item, position) => read(itemName(name, type, position), item));
      return { kind: "tuple", items, type, span };
    }
    if (type.kind !== "number") return errorExpression(span);
    const whole = { ...type, dimensions: [...variable.axes, ...type.dimensions] };
    const base: CoreExpression = { kind: "variable", name, type: whole, span };
    return { kind: "index", base, indices, type, span };
  };
  return read(variable.name, joined);
}

/** What an item of a tuple is bound as under an axis: "fit.mean", "pair.0". */
export function itemName(name: string, { names }: TupleType, position: number): string {
  return `${name}.${names?.[position] ?? position}`;
}

/** The type from outside all plates: the axes, then the element. */
function wholeType(scope: Scope, variable: Variable, check: CheckExpression): Type {
  const types = lookBackTypes(scope, variable, check);
  // Where pieces differ, that is reported when the second is bound.
  const joined = types.reduce<Type>((sum, type) => joinTypes(sum, type) ?? sum, errorType);
  if (variable.axes.length === 0 || joined.kind !== "number") return joined;
  return { ...joined, dimensions: [...variable.axes, ...joined.dimensions] };
}

export function checkIndex(
  scope: Scope,
  expression: IndexExpression,
  check: CheckExpression,
): CoreExpression {
  const mixed = mixedIndex(scope, expression);
  if (mixed !== undefined) return check(scope, mixed);
  const base = checkBase(scope, expression.base, check);
  const quote = { text: formatBrief(expression.base), span: expression.base.span };
  const type = base.core.type;
  const dimensions = type.kind === "number" ? type.dimensions : [];
  const indices = expression.indices.map((index, position) =>
    checkOne(scope, quote.text, index, dimensions[position], check),
  );
  if (type.kind === "error" || !indices.every((index) => index !== undefined))
    return errorExpression(expression.span);
  if (type.kind !== "number" || indices.length > dimensions.length) {
    scope.report({ code: "too-many-indices", base: quote, type, count: indices.length });
    return errorExpression(expression.span);
  }
  const use = { text: formatBrief(expression), span: expression.span };
  const readable = base.variable === undefined || checkAccess(scope, base.variable, indices, use);
  const good = indices.every(
    (index, position) => readable && checkBounds(scope, index, dimensions[position], quote),
  );
  if (!good) return errorExpression(expression.span);
  return {
    kind: "index",
    base: base.core,
    indices: indices.map(({ core }) => core),
    type: indexedType(type, indices),
    span: expression.span,
  };
}

function checkBase(
  scope: Scope,
  base: Expression,
  check: CheckExpression,
): { core: CoreExpression; variable?: Variable } {
  const binding = base.kind === "name" ? scope.bindings.get(base.text) : undefined;
  if (binding?.kind !== "variable") return { core: check(scope, base) };
  scope.used.add(binding.name);
  const local = readLocal(scope, binding, { text: binding.name, span: base.span }, check);
  if (local !== undefined) return { core: local };
  if (binding.bound.size === 0 && lookBackTypes(scope, binding, check).length === 0) {
    const use = { text: binding.name, span: base.span };
    scope.report({ code: "use-before-bound", use, name: binding.name, bound: binding.span });
    return { core: errorExpression(base.span) };
  }
  const type = wholeType(scope, binding, check);
  return { core: { kind: "variable", name: binding.name, type, span: base.span }, variable: binding };
}

function checkOne(
  scope: Scope,
  base: string,
  index: Index,
  dimension: Size | undefined,
  check: CheckExpression,
): Checked | undefined {
  if (index.kind === "slice") {
    const from = index.from === undefined ? constantSize(0) : checkSize(scope, index.from);
    const to = index.to === undefined ? dimension : checkSize(scope, index.to);
    if (from === undefined || to === undefined) return undefined;
    return {
      core: { kind: "slice", from, to },
      quote: { text: `${formatSize(from)}..${formatSize(to)}`, span: index.span },
    };
  }
  const value = check(scope, index.value);
  if (value.type.kind === "error") return undefined;
  const quote = { text: formatBrief(index.value), span: index.value.span };
  if (value.type.kind !== "number" || value.type.base === "real" || value.type.dimensions.length > 0) {
    const array = value.type.kind === "number" && value.type.base !== "real";
    const help = array
      ? `index one by one: \`[${base}[${quote.text}[n]] for n in N]\``
      : wholeDivision(index.value);
    scope.report({
      code: "index-not-integer",
      index: quote,
      found: value.type,
      ...(help === undefined ? {} : { help }),
    });
    return undefined;
  }
  const place = symbolicIndex(value, scope.indices);
  return { core: { kind: "at", value }, quote, ...(place === undefined ? {} : { place }) };
}

function indexedType(type: NumberType, indices: readonly Checked[]): NumberType {
  const kept = indices.flatMap(({ core }) =>
    core.kind === "slice" ? [subtractSizes(core.to, core.from)] : [],
  );
  const dimensions = [...kept, ...type.dimensions.slice(indices.length)];
  const last = indices.length < type.dimensions.length ? "whole" : (indices.at(-1)?.core.kind ?? "whole");
  const keeps = isMatrixStructure(type.structure)
    ? indices.length + 2 <= type.dimensions.length
    : last === "whole" || (last === "slice" && type.structure === "ordered");
  return numberType(type.base, type.range, dimensions, keeps ? type.structure : "plain");
}

/** Refuses what provably leaves [0, dimension), and an index variable that nothing relates to the dimension. */
function checkBounds(scope: Scope, index: Checked, dimension: Size, base: Quote): boolean {
  const outside = (reaches: string): false => {
    scope.report({
      code: "index-out-of-range",
      index: index.quote,
      reaches,
      base,
      size: formatSize(dimension),
      last: formatSize(subtractSizes(dimension, constantSize(1))),
    });
    return false;
  };
  if (index.core.kind === "slice") {
    const { from, to } = index.core;
    if (lowerBound(subtractSizes(to, dimension)) > 0) return outside(formatSize(to));
    return lowerBound(subtractSizes(from, to)) > 0
      ? outside(`${formatSize(from)}, behind ${formatSize(to)}`)
      : true;
  }
  if (index.place === undefined) {
    const { type } = index.core.value;
    const range = type.kind === "number" ? type.range : realLine;
    if (range.high < 0) return outside(`${range.high}`);
    if (range.low > upperBound(dimension) - 1) return outside(`${range.low}`);
    return checkGather(scope, index.core.value, index.quote, dimension, base);
  }
  const low = extreme(index.place, scope.indices, -1);
  const high = extreme(index.place, scope.indices, 1);
  if (low !== undefined && upperBound(low) < 0) return outside(formatSize(low));
  if (high !== undefined && upperBound(high) < 0) return outside(formatSize(high));
  if (high !== undefined && lowerBound(subtractSizes(high, dimension)) >= 0) return outside(formatSize(high));
  const name = soleName(index.place);
  const range = name === undefined ? undefined : scope.indices.get(name);
  if (range === undefined || lowerBound(subtractSizes(dimension, range.to)) >= 0) return true;
  // A number of elements is checked when the sizes are known, as one constant index is.
  if (constantValue(range.to) !== undefined) return true;
  const axis = scope.axes.find((each) => each.index === name)?.span ?? index.quote.span;
  const to = formatSize(range.to);
  scope.report({
    code: "index-range-differs",
    index: index.quote,
    to,
    base,
    size: formatSize(dimension),
    axis,
  });
  return false;
}

/** The name when the size is just that name. */
function soleName(size: Size): string | undefined {
  const [term] = size.terms;
  const sole = size.terms.length === 1 && term.coefficient === 1 && term.factors.length === 1;
  return sole ? term.factors[0] : undefined;
}

/** A category used as an index must have as many values as the dimension has places. */
function checkGather(
  scope: Scope,
  value: CoreExpression,
  quote: Quote,
  dimension: Size,
  base: Quote,
): boolean {
  const root = value.kind === "index" ? value.base : value;
  const binding = root.kind === "variable" ? scope.bindings.get(root.name) : undefined;
  if (binding?.kind !== "variable" || binding.count === undefined) return true;
  if (lowerBound(subtractSizes(dimension, binding.count)) >= 0) return true;
  scope.report({
    code: "index-range-differs",
    index: quote,
    to: formatSize(binding.count),
    base,
    size: formatSize(dimension),
    axis: binding.span,
  });
  return false;
}

/** How an index stands to the axis of a variable that is open where it is read. */
type Standing = "own" | "earlier" | "fixed" | "closed";

/** Whether all elements that an access may touch are bound already; reports why not. */
function checkAccess(scope: Scope, variable: Variable, indices: readonly Checked[], use: Quote): boolean {
  const pieces = relevantPieces(scope, variable);
  // Where it was bound with other indices than its axes, that has been reported.
  if (pieces.some(({ target, places }) => target.indices.length !== places.length)) return false;
  const standings: Standing[] = [];
  for (let position = 0; position < variable.axes.length; position++) {
    const standing = standingOf(scope, pieces, position, indices[position], use);
    if (standing === undefined) return false;
    standings.push(standing);
  }
  if (standings.includes("earlier")) {
    const later = pieces.find((piece) => isLater(scope, variable, piece) && meets(scope, piece, indices));
    if (later === undefined) return true;
    scope.report({ code: "use-before-bound", use, name: variable.name, bound: later.target.span });
    return false;
  }
  const unbound = pieces.find((piece) => !variable.bound.has(piece));
  if (unbound === undefined) return true;
  const bound = pieces.some((piece) => variable.bound.has(piece) && covers(piece, indices, standings));
  if (!bound)
    scope.report({ code: "use-before-bound", use, name: variable.name, bound: unbound.target.span });
  return bound;
}

/** Whether a piece comes after the axis that is open, and so has no value where this looks back. */
function isLater(scope: Scope, variable: Variable, piece: Piece): boolean {
  if (variable.bound.has(piece)) return false;
  return !piece.places.some((place) => place.kind === "axis" && scope.axes.includes(place.axis));
}

/** Whether an access may touch an element of the piece: not where its indices provably lie beside it. */
function meets(scope: Scope, piece: Piece, indices: readonly Checked[]): boolean {
  return piece.places.every((place, position) => {
    const at = indices[position]?.place;
    if (at === undefined) return true;
    const { from, to } = stretchOf(place);
    const low = extreme(at, scope.indices, -1);
    const high = extreme(at, scope.indices, 1);
    const before = high !== undefined && lowerBound(subtractSizes(from, high)) > 0;
    const behind = low !== undefined && lowerBound(subtractSizes(low, to)) >= 0;
    return !before && !behind;
  });
}

function covers(piece: Piece, indices: readonly Checked[], standings: readonly Standing[]): boolean {
  return piece.places.every((place, position) => {
    const index = indices[position]?.place;
    if (place.kind === "constant") return index !== undefined && equalSizes(index, place.value);
    return standings[position] !== "fixed" && index !== undefined;
  });
}

function standingOf(
  scope: Scope,
  pieces: readonly Piece[],
  position: number,
  index: Checked | undefined,
  use: Quote,
): Standing | undefined {
  if (scope.axes.length === 0) return "closed";
  const open = pieces.find((piece) => {
    const place = piece.places[position];
    return place?.kind === "axis" && scope.axes.includes(place.axis);
  });
  const place = open?.places[position];
  if (open === undefined || place?.kind !== "axis") return "closed";
  const { axis } = place;
  const at = index?.place;
  const own = namedSize(axis.index);
  if (at !== undefined && equalSizes(at, own)) return "own";
  const isConstantPiece = pieces.some((piece) => {
    const constant = piece.places[position];
    return at !== undefined && constant?.kind === "constant" && equalSizes(constant.value, at);
  });
  if (isConstantPiece) return "fixed";
  if (axis.ordered && at !== undefined) {
    const latest = extreme(subtractSizes(at, own), scope.indices, 1, axis.index);
    if (latest !== undefined && upperBound(latest) <= -1) return "earlier";
    const last = extreme(at, scope.indices, 1);
    if (last !== undefined && upperBound(subtractSizes(last, axis.from)) <= -1) return "earlier";
  }
  const expected = expectedText(open, position, axis.ordered ? `${axis.name} - 1` : axis.name);
  if (axis.ordered)
    scope.report({
      code: "look-ahead",
      use,
      known: at !== undefined,
      index: axis.name,
      expected,
      axis: axis.span,
    });
  else scope.report({ code: "read-inside-plate", use, index: axis.name, expected, axis: axis.span });
  return undefined;
}

function expectedText(piece: Piece, position: number, index: string): string {
  const indices = piece.target.indices.map((each, at) => (at === position ? index : formatBrief(each)));
  return `${piece.target.name.text}[${indices.join(", ")}]`;
}

/** Whether an expression depends on what is inferred or learned. */
export function dependsOnUnknown(scope: Scope, expression: CoreExpression): boolean {
  const found = findExpression(expression, (each) => {
    if (each.kind === "apply" && (each.instance ?? each.nets) !== undefined) return true;
    if (each.kind !== "variable") return false;
    const binding = scope.bindings.get(each.name);
    return binding !== undefined && binding.kind !== "index" && binding.unknown;
  });
  return found !== undefined;
}
