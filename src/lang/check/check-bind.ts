/** Binding a piece of a variable once its type is known. */

import type { CorePlace } from "../core.ts";
import { formatType } from "../format-type.ts";
import type { Target } from "../tree.ts";
import type { Type } from "../type.ts";
import type { Piece, Scope, Variable } from "./check-scope.ts";
import { baseFits, equalShapes, joinTypes } from "./check-type.ts";
import { formatBrief } from "./format-brief.ts";

export function corePlaces(piece: Piece): CorePlace[] {
  return piece.places.map((place) =>
    place.kind === "axis"
      ? { kind: "axis", index: place.axis.index }
      : { kind: "constant", value: place.value },
  );
}

/** Records that `piece` is bound. Reports a type that differs from other pieces, or from what a look-back took it for. */
export function bindPiece(
  scope: Scope,
  variable: Variable,
  piece: Piece,
  type: Type,
  unknown: boolean,
): void {
  const [first] = [...variable.bound];
  variable.bound.set(piece, type);
  variable.unknown ||= unknown;
  if (type.kind === "error") return;
  variable.joined = joinTypes(variable.joined, type) ?? variable.joined;
  if (first !== undefined && joinTypes(first[1], type) === undefined) {
    reportDifference(scope, variable, { piece: first[0], type: first[1] }, { piece, type });
    variable.bound.set(piece, first[1]);
    return;
  }
  const assumed = variable.assumed.get(piece);
  if (assumed === undefined) return;
  const fits =
    type.kind === "number" &&
    baseFits(type.base, assumed.base) &&
    equalShapes(type.dimensions, assumed.dimensions);
  if (fits) return;
  const text = targetText(piece.target);
  scope.report({
    code: "type-mismatch",
    value: { text, span: piece.target.span },
    found: type,
    expected: formatType(assumed),
    because: { text: "as the look-back took it, before it was bound" },
    help: `declare the type: \`${text}: ${formatType(type)}\``,
  });
}

interface TypedPiece {
  readonly piece: Piece;
  readonly type: Type;
}

function reportDifference(scope: Scope, variable: Variable, first: TypedPiece, second: TypedPiece): void {
  scope.report({
    code: "arms-disagree",
    what: `the pieces of \`${variable.name}\``,
    left: { text: targetText(first.piece.target), span: first.piece.target.span },
    right: { text: targetText(second.piece.target), span: second.piece.target.span },
    leftType: formatType(first.type),
    rightType: formatType(second.type),
  });
}

/** "x[0]" */
export function targetText(target: Target): string {
  return target.indices.length === 0
    ? target.name.text
    : `${target.name.text}[${target.indices.map(formatBrief).join(", ")}]`;
}
