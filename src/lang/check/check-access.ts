/** Which elements of a variable may be read where: those that are bound, and of open axes the own or an earlier one. */
import { equalSizes, namedSize, subtractSizes } from "../size.ts";
import type { Quote } from "./check-facts.ts";
import { relevantPieces, stretchOf } from "./check-piece.ts";
import type { Piece, Scope, Variable } from "./check-scope.ts";
import type { CheckedIndex } from "./checked-index.ts";
import { formatBrief } from "./format-brief.ts";
import { extreme, lowerBound, upperBound } from "./size-bounds.ts";

/** How an index stands to the axis of a variable that is open where it is read. */
type Standing = "own" | "earlier" | "fixed" | "closed";

/** Whether all elements that an access may touch are bound already; reports why not. */
export function checkAccess(
  scope: Scope,
  variable: Variable,
  indices: readonly CheckedIndex[],
  use: Quote,
): boolean {
  const pieces = relevantPieces(scope, variable);
  // Where it was bound with other indices than its axes, that has been reported.
  if (!pieces.every(isInPlace)) return false;
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

/** Whether the indices that a piece was bound with are those of its axes. */
function isInPlace({ target, places }: Piece): boolean {
  if (target.indices.length !== places.length) return false;
  return places.every(
    (place, position) =>
      place.kind === "constant" || formatBrief(target.indices[position]) === place.axis.name,
  );
}

/** Whether a piece comes after the axis that is open, and so has no value where this looks back. */
function isLater(scope: Scope, variable: Variable, piece: Piece): boolean {
  if (variable.bound.has(piece)) return false;
  return !piece.places.some((place) => place.kind === "axis" && scope.axes.includes(place.axis));
}

/** Whether an access may touch an element of the piece: not where its indices provably lie beside it. */
function meets(scope: Scope, piece: Piece, indices: readonly CheckedIndex[]): boolean {
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

function covers(piece: Piece, indices: readonly CheckedIndex[], standings: readonly Standing[]): boolean {
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
  index: CheckedIndex | undefined,
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
