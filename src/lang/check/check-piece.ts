/** Pieces of variables: which matter at a place, and what type an element has before its own piece is bound. */

import { type DistributionSignature, distributions } from "../distributions.ts";
import { rangeOf } from "../range.ts";
import { addSizes, constantSize, type Size } from "../size.ts";
import type { Expression } from "../tree.ts";
import {
  type NumberType,
  nonNegativeRange,
  numberType,
  positiveRange,
  realLine,
  type Type,
  unitRange,
} from "../type.ts";
import type { CheckExpression, Piece, Scope, Variable } from "./check-scope.ts";
import { checkType } from "./check-type.ts";
import { drawnDistribution } from "./relaxed-draw.ts";

/** The pieces that are not in the other branch of an `if` around the present statement. */
export function relevantPieces(scope: Scope, variable: Variable): readonly Piece[] {
  if (scope.branch.length === 0) return variable.pieces;
  return variable.pieces.filter((piece) =>
    piece.branch.every((step) =>
      scope.branch.every((here) => here.condition !== step.condition || here.branch === step.branch),
    ),
  );
}

/** The elements along its axis that a place is of: `from` and below `to`. */
export function stretchOf(place: Piece["places"][number]): { readonly from: Size; readonly to: Size } {
  if (place.kind === "axis") return { from: place.axis.from, to: place.axis.to };
  return { from: place.value, to: addSizes(place.value, constantSize(1)) };
}

/**
 * Element types a read may meet: all bound pieces joined, and for pieces still to come in an open axis (a look-back) the
 * declared type or what the statement shows without being checked: the distribution's support, or just Real.
 */
export function lookBackTypes(scope: Scope, variable: Variable, check: CheckExpression): readonly Type[] {
  const bound = variable.bound.size > 0 ? [variable.joined] : [];
  if (scope.axes.length === 0) return bound;
  const [known] = bound;
  const shape = known?.kind === "number" ? known.dimensions : [];
  const coming = relevantPieces(scope, variable)
    .filter((piece) => !variable.bound.has(piece))
    .filter((piece) => piece.places.some((place) => place.kind === "axis" && scope.axes.includes(place.axis)))
    .map((piece) => {
      const known = variable.assumed.get(piece);
      if (known !== undefined) return known;
      // Its declared ends may look back as well: at any number.
      variable.assumed.set(piece, { ...numberType("real"), dimensions: shape });
      const assumed = assumedType(scope, piece, shape, check);
      variable.assumed.set(piece, assumed);
      return assumed;
    });
  // What a binding still to come depends on is not known yet.
  if (coming.length > 0 && variable.origin === "let") variable.unknown = true;
  return [...bound, ...coming];
}

function assumedType(
  scope: Scope,
  { statement }: Piece,
  shape: NumberType["dimensions"],
  check: CheckExpression,
): NumberType {
  const silent = { ...scope, report: () => {} };
  const declared = statement.type && checkType(silent, { ...statement.type, optional: false }, check)?.type;
  if (declared !== undefined) return declared;
  const element =
    statement.kind === "draw" ? drawnType(silent, drawnDistribution(statement)) : numberType("real");
  return { ...element, dimensions: shape };
}

/** What a distribution's name alone says of its draws. */
function drawnType(scope: Scope, expression: Expression): NumberType {
  if (expression.kind !== "call" || expression.callee.kind !== "name") return numberType("real");
  const rows: Readonly<Record<string, DistributionSignature>> = distributions;
  const name = expression.callee.text;
  if (scope.functions.kindOf(name) === "dist") {
    const event = scope.functions.distribution(name, expression.span)?.definition.event;
    return event === undefined ? numberType("real") : { ...event, dimensions: [] };
  }
  return Object.hasOwn(rows, name) ? supportType(rows[name].support) : numberType("real");
}

export function supportType(support: DistributionSignature["support"]): NumberType {
  switch (support) {
    case "real":
    case "interval":
      return numberType("real");
    case "positive":
      return numberType("real", positiveRange);
    case "unit":
      return numberType("real", unitRange);
    case "simplex":
      return numberType("real", unitRange, [], "simplex");
    case "corr":
    case "choleskyCorr":
      return numberType("real", rangeOf(-1, 1), [], support);
    case "covariance":
      return numberType("real", realLine, [], support);
    case "bool":
      return numberType("bool", unitRange);
    case "category":
      return numberType("int", nonNegativeRange);
  }
}
